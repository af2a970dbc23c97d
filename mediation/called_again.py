"""Why a party is called again: the last session came to nothing because somebody did not come or was not reached."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.models import CaseEvent, CaseParty, EventKind
from mediation.models import Session

Failure = Session.Failure


def failed_before(session: Session) -> Session | None:
    """The session that this one makes up for: what was recorded last before it was called came to nothing so.

    It is told by the ledger, so that a notice made again says what it said at first.
    """
    kinds = (EventKind.SESSION_HELD, EventKind.SESSION_FAILED)
    earlier = CaseEvent.objects.filter(case=session.case_id, kind__in=kinds, at__lte=session.created_at)
    last = earlier.order_by("-sequence").first()
    if last is None or last.kind != EventKind.SESSION_FAILED or last.data.get("round") != session.round:
        return None
    rows = Session.objects.filter(pk=last.data["session"], failure__in=(Failure.ABSENT, Failure.NOT_REACHED))
    return rows.prefetch_related("attendances__party__person").first()


def why_again(session: Session, party: CaseParty) -> str:
    """A sentence for the party, in the active language; empty where it is not called again.

    Only a party's own absence is laid at its door; who else it was is not said, as others may read it.
    """
    before = failed_before(session)
    if before is None:
        return ""
    is_own = party in before.causes
    if before.failure == Failure.ABSENT:
        sentence = (
            _("The mediation session of %(day)s could not be held because you did not come.")
            if is_own
            else _("The mediation session of %(day)s could not be held because a party did not come.")
        )
    else:
        sentence = (
            _("The mediation session of %(day)s could not be held because you could not be reached.")
            if is_own
            else _("The mediation session of %(day)s could not be held because a party could not be reached.")
        )
    return sentence % {"day": date_format(timezone.localtime(before.period.lower), "DATE_FORMAT")}
