"""Diagnose the root, divide the responsibility, prescribe (找病根、分责任、开处方): for repeated matters."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import ledger, workflow
from cases.models import Case, CaseParty, EventKind
from cases.services.common import lock, write_note
from cases.states import State
from cases.workflow import Actor
from departments.models import Department
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from governance_center.ledger import text_digest
from governance_center.transactions import atomic
from mediation.models import Committee, FollowUpCode, PrescribedStep, Prescription
from mediation.planning import REPEATED_CALLS
from mediation.services.visit_plans import facts_of

ENDED = frozenset({State.CLOSED, State.NOT_ACCEPTED, State.WITHDRAWN})
WRITERS = frozenset({Actor.DISPATCH, Actor.LEAD, Actor.MEDIATOR})

Who = Department | CaseParty | Committee


class BadPrescription(GovernanceError):
    code = "bad_prescription"
    status = 422


class NotRepeated(GovernanceError):
    code = "not_repeated"
    message = _("Only a matter that came before, was reopened or brought repeated police calls is prescribed for.")


@dataclass(frozen=True, slots=True)
class Step:
    """One line: ``kind`` is a value of ``PrescribedStep.Kind``; who does what until the local day ``due_on``."""

    kind: str
    who: Who
    what: str
    due_on: dt.date


def is_repeated(case: Case) -> bool:
    """Whether the matter keeps coming back: the same before, reopened, or repeated police calls."""
    facts = facts_of(case)
    return facts.is_repeated or facts.reopened > 0 or facts.police_calls >= REPEATED_CALLS


def may_prescribe(case: Case, user: User) -> bool:
    """The lead, the mediator or a dispatcher, for a repeated matter that is not at its end."""
    return is_repeated(case) and _may_write(case, user)


def may_mark(case: Case, user: User) -> bool:
    """Whoever may prescribe; what was prescribed may still be done when the matter is closed."""
    return bool(workflow.relations(user, case) & WRITERS)


@atomic
def prescribe(
    *, case: Case, by: User, causes: Sequence[str], diagnosis: str, steps: Sequence[Step], submission_key: uuid.UUID
) -> Prescription:
    """Keep a diagnosis with who is responsible and what is to be done; it takes the place of an earlier one.

    The same submission sent twice is one.

    Args:
        causes: codes of the root causes, at least one.
        steps: at least one responsibility and one remedy.

    Raises:
        NotAllowed, NotRepeated. IllegalMove: the case is at its end.
        MissingInput: no cause, no diagnosis, or a line without what or who.
        BadPrescription: no responsibility or no remedy, a party of another case, or a day in the past.
    """
    case, now = lock(case), timezone.now()
    earlier = Prescription.objects.filter(submission_key=submission_key).first()
    if earlier is not None:
        return earlier
    if case.state in ENDED:
        raise IllegalMove(move=_("prescribe"), state=State(case.state).label)
    if not is_repeated(case):
        raise NotRepeated()
    if not _may_write(case, by):
        raise NotAllowed()
    _check(case, causes, steps, timezone.localdate(now))
    note, digest = write_note(case, by=by, text=diagnosis, at=now, field="diagnosis")
    made = Prescription.objects.create(
        case=case, causes=sorted(set(causes)), diagnosis=note, by=by, at=now, submission_key=submission_key
    )
    PrescribedStep.objects.bulk_create(_row(made, place, step) for place, step in enumerate(steps, start=1))
    facts = {
        "prescription": made.pk, "causes": made.causes, "steps": len(steps), "steps_sha256": _digest(steps), **digest,
    }  # fmt: skip
    ledger.append(case, [ledger.Entry(EventKind.PRESCRIBED, by, facts, now)])
    return made


@atomic
def mark_done(*, step: PrescribedStep, by: User, done_on: dt.date) -> PrescribedStep:
    """A step was done; a second time changes nothing.

    Raises:
        NotAllowed: see :func:`may_mark`. BadPrescription: a day before the prescription or in the future.
    """
    case = lock(step.prescription.case)
    row = PrescribedStep.objects.select_related("prescription").get(pk=step.pk)
    if not may_mark(case, by):
        raise NotAllowed()
    if row.done_on is not None:
        return row
    if not timezone.localdate(row.prescription.at) <= done_on <= timezone.localdate():
        raise BadPrescription(_("Choose a day between that of the prescription and today."), field="done_on")
    row.done_on, row.done_by = done_on, by
    row.save(update_fields=["done_on", "done_by"])
    facts = {"prescription": row.prescription_id, "step": row.pk, "done_on": done_on.isoformat()}
    ledger.append(case, [ledger.Entry(EventKind.PRESCRIBED, by, facts)])
    return row


def _may_write(case: Case, user: User) -> bool:
    return case.state not in ENDED and bool(workflow.relations(user, case) & WRITERS)


def _check(case: Case, causes: Sequence[str], steps: Sequence[Step], today: dt.date) -> None:
    known = FollowUpCode.objects.filter(table="cause", code__in=causes).values_list("code", flat=True)
    if not causes:
        raise MissingInput(field="causes")
    if set(causes) - set(known):
        raise BadPrescription(_("This choice is not possible here."), field="causes")
    kinds = {step.kind for step in steps}
    if kinds != set(PrescribedStep.Kind.values):
        raise BadPrescription(_("Name at least one responsibility and one remedy."))
    for step in steps:
        if not step.what.strip():
            raise BadPrescription(_("Each line says what is to be done."))
        if step.due_on < today:
            raise BadPrescription(_("What is prescribed is to be done by a day that is still to come."))
        if isinstance(step.who, CaseParty) and step.who.case_id != case.pk:
            raise BadPrescription(_("Each line names a department, a committee or a party of this case."))


def _row(made: Prescription, place: int, step: Step) -> PrescribedStep:
    who = {
        "department": step.who if isinstance(step.who, Department) else None,
        "party": step.who if isinstance(step.who, CaseParty) else None,
        "committee": step.who if isinstance(step.who, Committee) else None,
    }
    return PrescribedStep(
        prescription=made, kind=step.kind, position=place, what=step.what.strip(), due_on=step.due_on, **who
    )


def _digest(steps: Sequence[Step]) -> str:
    """SHA-256 of all lines, so that a change of one would show."""
    lines = [
        [step.kind, type(step.who).__name__, str(step.who.pk), step.what.strip(), step.due_on.isoformat()]
        for step in steps
    ]
    return text_digest(json.dumps(lines, ensure_ascii=False))
