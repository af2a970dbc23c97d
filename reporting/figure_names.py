"""The names of what is counted and is no figure of its own, for the pages that list the cases of it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.measures import MEASURES

COLUMN_NAMES: Mapping[str, str | Promise] = {
    "once_resolved": _("Resolved at least once"),
    "contained": _("Resolved below the county"),
    "relapsed": _("Reopened within 180 days of a resolution"),
    "quick": _("Resolved within an hour"),
    "repeat": _("Repeated matters"),
    "one_trip": _("Resolved with one visit at most"),
    "excluded_resolved": _("Resolved, left out of the adjusted rate"),
    "restricted": _("Restricted"),
    "closed": _("Closed"),
    "content": _("Content"),
    "fairly": _("Fairly content"),
    "not_content": _("Not content"),
    "mediated": _("Mediated with an agreement"),
    "mediation_failed": _("Mediated without an agreement"),
    "limits_due": _("Time limits that ended"),
    "limits_kept": _("Time limits kept"),
    "referred": _("Referred to a lead"),
    "returned": _("Returned by the lead"),
    "signed": _("Signed for by the lead"),
    "agreements_due": _("Agreements due"),
    "agreements_performed": _("Agreements performed in full"),
}


def name_of(figure: str) -> str:
    """The name of a measure or of a column."""
    return str(MEASURES[figure].name if figure in MEASURES else COLUMN_NAMES.get(figure, figure))
