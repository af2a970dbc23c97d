"""A party asks that a mediator withdraws (申请回避), and a dispatcher decides with reasons."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notifications import notify
from cases import ledger, workflow
from cases.models import Case, CaseParty, EventKind
from cases.services.common import lock, write_note
from cases.services.dispatching import tell_dispatchers
from cases.states import State as CaseState
from cases.workflow import Actor
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from governance_center.transactions import atomic
from mediation.models import Assignment, Conflict, Mediator, Recusal
from mediation.services.assigning import withdraw

State = Recusal.State


class AlreadyDecided(GovernanceError):
    code = "already_decided"
    message = _("This was decided already.")


class NotMediating(GovernanceError):
    code = "not_mediating"
    message = _("%(mediator)s does not mediate this case any more.")


def may_ask(case: Case, user: User) -> bool:
    """The desk, the lead department or a dispatcher writes down what a party asks, while a mediator handles it."""
    recorders = {Actor.DESK, Actor.LEAD, Actor.DISPATCH}
    return case.state == CaseState.IN_HANDLING and bool(workflow.relations(user, case) & recorders)


def may_decide(case: Case, user: User) -> bool:
    return case.state == CaseState.IN_HANDLING and Actor.DISPATCH in workflow.relations(user, case)


@atomic
def ask_recusal(*, case: Case, mediator: Mediator, by: User, party: CaseParty, relation: str, reason: str) -> Recusal:
    """Write down that a party asks a mediator to withdraw; dispatchers are told. Asked twice it is one request.

    Raises:
        NotAllowed: see :func:`may_ask`. IllegalMove: no mediator handles the case.
        NotMediating: this one does not mediate it now.
        MissingInput: without a relation or a reason. GovernanceError: a party of another case.
    """
    case, now = lock(case), timezone.now()
    if case.state != CaseState.IN_HANDLING:
        raise IllegalMove(move=_("ask that the mediator withdraws"), state=CaseState(case.state).label)
    if not may_ask(case, by):
        raise NotAllowed()
    _assignment(case, mediator)
    if party.case_id != case.pk:
        raise GovernanceError(_("This choice is not possible here."), field="party", code="bad_choice")
    if relation not in Conflict.Relation.values:
        raise MissingInput(field="relation")
    if earlier := Recusal.objects.filter(case=case, mediator=mediator, party=party, state=State.ASKED).first():
        return earlier
    note, written = write_note(case, by=by, text=reason, at=now, field="reason")
    found = Recusal.objects.create(
        case=case, mediator=mediator, party=party, relation=relation, reason=note, recorded_by=by, recorded_at=now
    )
    _write(case, by, found, **written)
    tell_dispatchers(case, "mediation.recusal_asked", key=f"recusal:{found.pk}")
    return found


@atomic
def decide_recusal(*, recusal: Recusal, by: User, accept: bool, reason: str) -> Recusal:
    """Let the mediator withdraw, or stay, with the reason; whoever wrote the request down is told.

    Accepted, it is as the mediator's own withdrawal: no case of this party comes to the mediator any more.

    Raises:
        NotAllowed: only a dispatcher. MissingInput: without a reason.
        AlreadyDecided: otherwise than now; the same decision sent twice is one.
        NotMediating: the mediator went meanwhile. IllegalMove: the case is at its end.
    """
    case, now = lock(Case(pk=recusal.case_id)), timezone.now()
    if Actor.DISPATCH not in workflow.relations(by, case):
        raise NotAllowed()
    rows = Recusal.objects.select_related("mediator__user", "party__person", "decision", "recorded_by")
    row = rows.get(pk=recusal.pk)
    state = State.ACCEPTED if accept else State.REFUSED
    if row.state != State.ASKED:
        if row.state == state and row.decided_by_id == by.pk:
            return row
        raise AlreadyDecided()
    if case.state != CaseState.IN_HANDLING:
        raise IllegalMove(move=_("decide on a withdrawal"), state=CaseState(case.state).label)
    current = _assignment(case, row.mediator)
    row.decision, written = write_note(case, by=by, text=reason, at=now, field="reason")
    row.state, row.decided_by, row.decided_at = state, by, now
    row.save(update_fields=["decision", "state", "decided_by", "decided_at"])
    _write(case, by, row, **written)
    if accept:
        withdraw(case, current, by, relation=row.relation, note=reason, party=row.party, recusal=row.pk)
    _tell(case, row, by)
    return row


def _assignment(case: Case, mediator: Mediator) -> Assignment:
    row = Assignment.objects.current().filter(case=case, mediator=mediator).select_related("mediator__user").first()
    if row is None:
        raise NotMediating(mediator=str(mediator))
    return row


def _write(case: Case, by: User, row: Recusal, **facts: object) -> None:
    data = {
        "recusal": row.pk,
        "mediator": row.mediator.user_id,
        "state": str(row.state),
        "relation": row.relation,
        **facts,
    }
    ledger.append(case, [ledger.Entry(EventKind.PROGRESS, by, data, timezone.now())])


def _tell(case: Case, row: Recusal, by: User) -> None:
    """Who wrote the request down, and a mediator who goes."""
    people = [row.recorded_by] if row.recorded_by_id != by.pk else []
    if row.state == State.ACCEPTED and row.mediator.user is not None:
        people.append(row.mediator.user)
    kind = "mediation.recusal_accepted" if row.state == State.ACCEPTED else "mediation.recusal_refused"
    url = reverse("cases:detail", args=[case.number])
    notify(people, kind, key=f"recusal:{row.pk}:decided", params={"number": case.number}, url=url)
