"""The life of a matter as an earlier register tells it: every move through the workflow table, in memory.

The moments are the file's: a day without a time of day counts as nine o'clock, and each step is a little later than
the one before. What is still open is routed by the rules of today, at the moment of taking over: from then on the
department has it and is to sign for it, while the limit of handling has run since the acceptance.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from accounts.models import User
from cases import deadlines, ledger, levels, routing, workflow
from cases.models import Case, CaseEvent, CaseParty, Deadline, EventKind, Kind, Note, Person, Referral
from cases.routing_rules import facts_of
from cases.services.dispatching import decision_row, routing_entry
from cases.services.opening import registered_facts
from cases.states import State
from cases.workflow import Actor
from departments.models import Department
from governance_center.calendar import LOCAL_ZONE, day_start, local_day
from governance_center.copying import Rows, draft
from governance_center.ledger import text_digest
from intake.importing.lookups import Book
from intake.importing.rows import Matter, Moment, is_restricted, language_of
from intake.models import Origin, Visit

CLOSED_AFTER = dt.timedelta(days=90)
"""What was resolved longer ago is closed: the visits that a resolution is followed by would lie in the past."""

OPENING = dt.timedelta(hours=9)
STEP = dt.timedelta(milliseconds=1)
NAMESPACE = UUID("6f0c2b1e-6a0d-5c7e-9b7a-3d5f6f1c8a42")

PATHS: dict[State, tuple[str, ...]] = {
    State.REGISTERED: (),
    State.NOT_ACCEPTED: ("refuse",),
    State.ACCEPTED: ("accept",),
    State.IN_HANDLING: ("accept", "start_handling"),
    State.RESOLVED: ("accept", "start_handling", "resolve"),
    State.UNRESOLVED: ("accept", "start_handling", "end_unresolved"),
    State.WITHDRAWN: ("accept", "withdraw"),
}
"""The moves that lead to each state a register may tell."""


@dataclass(frozen=True)
class Source:
    """Where the rows come from, who takes them over, and when."""

    system: str
    by: User
    at: dt.datetime

    @cached_property
    def stamp(self) -> str:
        """The moment as the ledger writes it."""
        return self.at.isoformat(timespec="seconds")


@dataclass(slots=True)
class Life:
    """Lives one matter: its rows are in ``rows`` after :meth:`live`, its ledger after :meth:`seal`."""

    matter: Matter
    source: Source
    book: Book
    rows: Rows
    petitioner: Person
    other: Person | None
    case: Case = field(init=False)
    entries: list[ledger.Entry] = field(default_factory=list)
    _clock: dt.datetime = field(init=False)

    def live(self) -> None:
        """Everything that happened to it; nothing of it needs the number of the case yet."""
        matter = self.matter
        self.case = self._case()
        self._clock = self.case.registered_at
        note = self._note()
        self.entries.append(ledger.Entry(EventKind.IMPORTED, self.source.by, self._facts(note), self._clock))
        for code in PATHS[matter.state]:
            self._move(code, self._data(code), self._day_of(code))
        if self.case.kind == Kind.CONSULTATION and self.case.state == State.RESOLVED:
            self._move("close", {}, None)
        elif self.case.state == State.RESOLVED and self._clock < self.source.at - CLOSED_AFTER:
            self._move("close", {}, self._clock + CLOSED_AFTER)
        if self.case.is_open:
            self._open_limits()
        elif matter.lead:
            self._led_by(matter.lead)
        self._people()
        self.rows.add(draft(Origin, system=self.source.system, source_id=matter.source_id, case_id=self.case.pk))

    def seal(self, number: str) -> list[CaseEvent]:
        """Give the case its number; returns the entries of its ledger, chained, without keys."""
        self.case.number = number
        self.entries[0].data["number"] = number  # type: ignore[index]
        return ledger.chain(self.case, self.entries)

    # --- the matter

    def _case(self) -> Case:
        matter, at = self.matter, self._moment(self.matter.registered)
        longitude, latitude = matter.coordinates or (None, None)
        return self.rows.add(
            draft(
                Case, centre_id=self.book.centre.pk, division_id=matter.place, place_detail=matter.address,
                kind=matter.category.kind, petition_class=matter.petition_class, category_id=matter.category.pk,
                channel=matter.channel, title=matter.title, narrative=matter.narrative,
                narrative_language=language_of(matter), is_restricted=is_restricted(matter),
                held_level=levels.level_of(self.book.centre.pk), state=State.REGISTERED, state_since=at,
                registered_at=at, registered_by_id=self.source.by.pk, amount=matter.amount,
                people_involved=matter.people_involved, longitude=longitude, latitude=latitude,
            )
        )  # fmt: skip

    def _facts(self, note: dict[str, object]) -> dict[str, Any]:
        """What the first entry says: where it comes from and the digest of the row, no names."""
        return {
            **registered_facts(self.case),
            "system": self.source.system,
            "source_id": self.matter.source_id,
            "row_sha256": self.matter.digest,
            "taken_over": self.source.stamp,
            **note,
        }

    def _note(self) -> dict[str, object]:
        text = self.matter.note
        if not text:
            return {}
        note = self.rows.add(
            draft(Note, case_id=self.case.pk, author_id=self.source.by.pk, text=text, created_at=self._clock)
        )
        return {"note": note.pk, "note_sha256": text_digest(text)}

    def _people(self) -> None:
        """Who is in it, and the visit with which it came."""
        case, part = self.case, CaseParty.Part
        self.rows.add(draft(CaseParty, case_id=case.pk, person_id=self.petitioner.pk, part=part.APPLICANT))
        if self.other is not None:
            self.rows.add(draft(CaseParty, case_id=case.pk, person_id=self.other.pk, part=part.RESPONDENT))
        elif self.matter.organisation:
            name = self.matter.organisation
            self.rows.add(draft(CaseParty, case_id=case.pk, organisation=name, part=part.RESPONDENT))
        refused = self.matter.state == State.NOT_ACCEPTED
        self.rows.add(
            draft(
                Visit, centre_id=self.book.centre.pk, at=self.case.registered_at, channel=self.case.channel,
                clerk_id=self.source.by.pk, person_id=self.petitioner.pk, language=self.matter.petitioner.language,
                outcome=Visit.Outcome.NOT_ACCEPTED if refused else Visit.Outcome.NEW_CASE, case_id=self.case.pk,
                submission_key=uuid5(NAMESPACE, f"{self.source.system}\x00{self.matter.source_id}"),
            )
        )  # fmt: skip

    # --- its moves

    def _data(self, code: str) -> dict[str, object]:
        if code == "refuse":
            return {"reason": self.matter.refusal}
        if code == "resolve":
            return {"outcome": self.matter.outcome, "level": self._level()}
        return {"outcome": self.matter.outcome} if code == "end_unresolved" else {}

    def _level(self) -> str:
        """The level that found the solution: that of the department which led, else of the centre."""
        lead = self.matter.lead
        if lead is None:
            return self.case.held_level
        is_township = lead.pk == routing.TOWNSHIP_DEPARTMENT and len(self.matter.place) >= routing.TOWNSHIP_DIGITS
        return levels.level_of(self.matter.place[: routing.TOWNSHIP_DIGITS] if is_township else self.book.county)

    def _day_of(self, code: str) -> dt.datetime | None:
        """When the file says that a move was made; None where it does not say."""
        told = {"accept": self.matter.accepted, "start_handling": None}.get(code, self.matter.ended)
        return self._moment(told) if told else None

    def _move(self, code: str, data: dict[str, object], at: dt.datetime | None) -> None:
        self._clock = max(at or self._clock, self._clock + STEP)
        entry, _changed = workflow.prepare(
            self.case, code, by=self.source.by, data=data, at=self._clock, acting_as=Actor.IMPORTER
        )
        self.entries.append(entry)

    def _moment(self, told: Moment) -> dt.datetime:
        """The moment of a day: nine o'clock, but nothing after the taking over."""
        at = told.replace(tzinfo=LOCAL_ZONE) if isinstance(told, dt.datetime) else day_start(told) + OPENING
        return max(min(at, self.source.at - 10 * STEP), day_start(local_day(at)))

    # --- what is still open

    def _open_limits(self) -> None:
        case = self.case
        if case.kind == Kind.PETITION:
            self._limit(deadlines.PETITION_ROUTE, case.registered_at)
        if case.accepted_at is not None:
            self._route()

    def _route(self) -> None:
        """Send it to the departments that the rules, or the file, name; as ``dispatching.send`` does."""
        case, at = self.case, self.source.at
        decision = self._decision()
        case.lead = decision.lead.department if decision.lead else None
        case.is_contested = decision.lead is None
        if decision.lead:
            targets = [(decision.lead, Referral.Role.LEAD)]
            targets += [(target, Referral.Role.ASSIST) for target in decision.assistants]
            for target, role in targets:
                referral = self._refer(target.department, target.division_id, role, at)
                self._limit(deadlines.SIGN, at, referral)
            case.due_at = self._limit(deadlines.handling_rule_code(case.kind), case.accepted_at).due_at
        self.rows.add(decision_row(case, decision, by=self.source.by, at=at))
        self._clock = max(at, self._clock + STEP)
        self.entries.append(routing_entry(case, decision, by=self.source.by, at=self._clock, binding=False, note=None))

    def _decision(self) -> routing.Decision:
        book, place, day = self.book, self.matter.place, local_day(self.source.at)
        where = {"centre_code": book.centre.pk, "day": day, "local_holidays": book.holidays, "book": book.routing}
        facts = facts_of(self.case, has_organisation=bool(self.matter.organisation))
        decision = routing.decide(category=self.matter.category, place_code=place, facts=facts, **where)  # type: ignore[arg-type]
        named = self.matter.lead
        if named is None or (decision.lead and decision.lead.department.pk == named.pk):
            return decision
        if named.pk == routing.TOWNSHIP_DEPARTMENT:
            if len(place) < 9:
                return decision
            target = routing.Target(named, place[:9], None)
        else:
            target = routing.locate(named, **where)  # type: ignore[arg-type]
        reasons = [{"code": "earlier_register", "department": named.pk}, routing.presence_reason(target, day)]
        return routing.Decision(lead=target, reasons=reasons)

    def _refer(self, department: Department, division: str, role: str, at: dt.datetime) -> Referral:
        return self.rows.add(
            draft(
                Referral,
                case_id=self.case.pk,
                department_id=department.pk,
                division_id=division,
                role=role,
                dispatched_at=at,
            )
        )

    def _limit(self, code: str, start: dt.datetime, referral: Referral | None = None) -> Deadline:
        rule = self.book.rules[code]
        limit = deadlines.build(self.case, rule, start=start, local_holidays=self.book.holidays, referral=referral)
        return self.rows.add(limit)

    # --- what has ended

    def _led_by(self, department: Department) -> None:
        """The department that led keeps the matter in its lists, and has it again should it be reopened."""
        if department.pk == routing.TOWNSHIP_DEPARTMENT and len(self.matter.place) < 9:
            return
        self.case.lead = department
        if self.case.accepted_at is None:
            return
        is_township = department.pk == routing.TOWNSHIP_DEPARTMENT
        division = self.matter.place[:9] if is_township else self.book.county
        referral = self._refer(department, division, Referral.Role.LEAD, self.case.accepted_at)
        withdrawn = self.case.state == State.WITHDRAWN
        referral.status = Referral.Status.RECALLED if withdrawn else Referral.Status.DONE
        referral.ended_at = self.case.resolved_at or self._clock
