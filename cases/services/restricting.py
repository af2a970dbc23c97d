"""Taking a case out of the general view, and giving it back to it: the dispatcher's decision, with a reason."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import ledger, workflow
from cases.models import Case, EventKind, PetitionClass
from cases.services.common import lock, write_note
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.events import publish
from governance_center.transactions import atomic


class StaysRestricted(GovernanceError):
    code = "stays_restricted"
    message = _("An accusation stays restricted: whoever made it is protected by law.")


@atomic
def restrict_case(*, case: Case, by: User, note: str) -> Case:
    """Take a case out of the general view; see :meth:`CaseQuerySet.visible_to` for who sees it then.

    Publishes ``case.restricted``. A case that is restricted already stays as it is.

    Raises:
        NotAllowed: not a dispatcher of the place. MissingInput: no reason.
    """
    return _set(case, by=by, note=note, restricted=True)


@atomic
def lift_restriction(*, case: Case, by: User, note: str) -> Case:
    """Give a case back to the general view. One that is not restricted stays as it is.

    Raises:
        NotAllowed: not a dispatcher of the place. MissingInput: no reason.
        StaysRestricted: an accusation (信访工作条例 art. 30).
    """
    return _set(case, by=by, note=note, restricted=False)


def may_restrict(case: Case, user: User) -> bool:
    """A dispatcher of the place, while the case is in the general view."""
    return not case.is_restricted and _decides(case, user)


def may_lift(case: Case, user: User) -> bool:
    """A dispatcher of the place, unless the law asks for the restriction."""
    return case.is_restricted and not _must_stay(case) and _decides(case, user)


def _set(case: Case, *, by: User, note: str, restricted: bool) -> Case:
    case, now = lock(case), timezone.now()
    if not _decides(case, by):
        raise NotAllowed()
    if case.is_restricted == restricted:
        return case
    if _must_stay(case):
        raise StaysRestricted()
    _written, digest = write_note(case, by=by, text=note, at=now)
    case.is_restricted = restricted
    facts = {"restricted": restricted, **digest}
    ledger.append(case, [ledger.Entry(EventKind.PROGRESS, by, facts, now)], update={"is_restricted"})
    if restricted:
        publish("case.restricted", case=case, by=by)
    return case


def _decides(case: Case, user: User) -> bool:
    return workflow.Actor.DISPATCH in workflow.relations(user, case)


def _must_stay(case: Case) -> bool:
    return case.petition_class == PetitionClass.ACCUSATION
