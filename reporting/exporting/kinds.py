"""The lists that can be had as files. A new one is a row here."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from reporting.exporting import cases, gb31000, mediation
from reporting.exporting.asked import ExportKind

CASE_READERS = (Role.CLERK, Role.OFFICER, Role.MEDIATOR, Role.DISPATCHER, Role.OFFICIAL)

KINDS: Mapping[str, ExportKind] = {
    kind.code: kind
    for kind in (
        ExportKind(
            "cases", _("Cases"), _("Registered on the days chosen; the case list gives the same with all its filters."),
            CASE_READERS, cases.case_rows, cases.case_headings, cases.case_cells, opens=True,
        ),
        ExportKind(
            "events", _("Ledger entries"), _("Everything that was written to the ledgers on these days."),
            (Role.DISPATCHER, Role.OFFICIAL), cases.event_rows, cases.event_headings, cases.event_cells,
        ),
        ExportKind(
            "follow_ups", _("Follow-up visits"), _("Planned for these days, made or not."),
            (Role.CLERK, Role.MEDIATOR, Role.DISPATCHER), mediation.visit_rows, mediation.visit_headings,
            mediation.visit_cells,
        ),
        ExportKind(
            "obligations", _("Performance of agreements"), _("What falls due on these days under agreements."),
            (Role.MEDIATOR, Role.DISPATCHER, Role.OFFICIAL), mediation.duty_rows, mediation.duty_headings,
            mediation.duty_cells,
        ),
        ExportKind(
            "mediators", _("Mediators"), _("The register of mediators as it is now."),
            CASE_READERS, mediation.mediator_rows, mediation.mediator_headings, mediation.mediator_cells,
        ),
        ExportKind(
            "gb31000", _("Yearly record of disputes (GB/T 31000)"),
            _(
                "Disputes accepted on these days, in the 27 fields of the standard, always in Chinese. "
                "Size of the event: 01 under 5 people, 02 from 5, 03 from 50."
            ),
            (Role.DISPATCHER, Role.OFFICIAL), gb31000.rows, gb31000.headings, gb31000.cells, opens=True,
            language=gb31000.LANGUAGE,
        ),
    )
}  # fmt: skip


def kinds_of(user: User) -> list[ExportKind]:
    """The lists that the role may have."""
    return [kind for kind in KINDS.values() if user.role in kind.roles]
