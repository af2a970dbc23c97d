"""The ledger's lines as rows of the database, with the entries that the services would have written then."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from cases import ledger as case_ledger
from cases.models import Case, CaseParty, Category, Deadline, EventKind, Referral
from cases.services.opening import registered_facts
from cases.states import GUIDED_OUTCOMES, RESOLVED_OUTCOMES
from departments.models import Centre, Division
from intake.models import Visit
from mediation.models import Agreement, FollowUp, Instalment, Obligation
from tests.reporting.hand.ledger import HENAN, LAOTOUGOU, LIYUAN, LONGJING, OTHER_VILLAGE, YANJI, YANJI_VILLAGE
from tests.reporting.hand.rows import WORDS, Line, lines
from tests.world import World

RESOLVED = {str(outcome.value) for outcome in RESOLVED_OUTCOMES}
GUIDED = {str(outcome.value) for outcome in GUIDED_OUTCOMES}
MORE_PLACES = (
    (LAOTOUGOU, LONGJING, "township", "老头沟镇", "로투구진"),
    (OTHER_VILLAGE, LIYUAN, "village", "文化社区", "문화사회구역"),
    (YANJI_VILLAGE, HENAN, "village", "白川社区", "백천사회구역"),
)


def put_in(world: World) -> dict[str, Case]:
    """Write the whole ledger; returns the cases by their number in the table."""
    for code, parent, level, name, korean in MORE_PLACES:
        Division.objects.create(code=code, parent_id=parent, level=level, name_zh_hans=name, name_ko=korean)
    centres = {LONGJING: world.centre, YANJI: world.yanji}
    done: dict[str, Case] = {}
    for line in lines():
        done[line.number] = _Life(world, centres[line.place[:6]], line, done).write()
    return done


class _Life:
    """One case from its registration to where it stands now."""

    def __init__(self, world: World, centre: Centre, line: Line, done: dict[str, Case]) -> None:
        self.world, self.line, self.done = world, line, done
        category = Category.objects.get(pk=line.category)
        first = Line(**{**vars(line)})
        if line.was:
            setattr(first, "place" if line.was.isdigit() else "category", line.was)
        self.case = Case(
            number=f"{centre.pk}-2024-{line.number:0>6}", centre=centre, division_id=first.place,
            category_id=first.category, kind=category.kind, channel=line.channel, title=f"第{line.number}件",
            state="registered", state_since=line.registered, registered_at=line.registered,
            registered_by=world.clerk, held_level="county", is_restricted="restricted" in line.words,
            mediator=world.mediator if "med" in line.words else None, lead_id=category.lead_id,
            repeat_of=done["01"] if "repeat" in line.words else None, is_excluded="excluded" in line.words,
        )  # fmt: skip
        self.case.save()
        self.entries = [
            case_ledger.Entry(EventKind.REGISTERED, world.clerk, registered_facts(self.case), line.registered)
        ]

    def write(self) -> Case:
        line, case = self.line, self.case
        if line.accepted:
            self._enter(EventKind.ACCEPTED, line.accepted)
            case.accepted_at, case.state, case.state_since = line.accepted, "in_handling", line.accepted
        for word, at in line.steps:
            self._step(word, at)
            case.state_since = at
        self._correct()
        self._around()
        case_ledger.append(case, self.entries, update={field.name for field in Case._meta.concrete_fields} - {"id"})
        return case

    def _enter(self, kind: EventKind, at: dt.datetime, **data: object) -> None:
        self.entries.append(case_ledger.Entry(kind, self.world.dispatcher, data, at))

    def _step(self, word: str, at: dt.datetime) -> None:
        case = self.case
        if word in RESOLVED:
            level = next((one for one in ("village", "township") if one in self.line.words), "county")
            self._enter(EventKind.RESOLVED, at, outcome=word, level=level)
            case.outcome, case.resolved_at, case.resolved_level, case.state = word, at, level, "resolved"
        elif word in GUIDED:
            self._enter(EventKind.UNRESOLVED, at, outcome=word)
            case.outcome, case.state = word, "unresolved"
        elif word == "withdrawn":
            self._enter(EventKind.WITHDRAWN, at)
            case.outcome, case.state = word, "withdrawn"
        elif word == "refused":
            self._enter(EventKind.NOT_ACCEPTED, at, reason="no_concern")
            case.outcome, case.state, case.closed_at = word, "not_accepted", at
        elif word == "closed":
            self._enter(EventKind.CLOSED, at)
            case.state, case.closed_at = word, at
        elif word == "reopened":
            self._enter(EventKind.REOPENED, at)
            case.state, case.outcome, case.resolved_at, case.resolved_level = "in_handling", "", None, ""
            case.closed_at, case.reopened_count = None, case.reopened_count + 1
        else:
            into = self.done[word.removeprefix("merged:")]
            self._enter(EventKind.MERGED, at, into=into.number)
            case.merged_into, case.outcome, case.state, case.closed_at = into, "merged", "closed", at

    def _correct(self) -> None:
        if not self.line.was:
            return
        field = "division" if self.line.was.isdigit() else "category"
        now = self.line.place if field == "division" else self.line.category
        setattr(self.case, f"{field}_id", now)
        self._enter(EventKind.CORRECTED, self.line.registered + dt.timedelta(days=90), **{field: now})

    def _around(self) -> None:
        """What stands in other tables: visits, referrals, limits, follow-ups and agreements."""
        line, case, world = self.line, self.case, self.world
        for number in range(line.visits):
            Visit.objects.create(
                centre=case.centre, at=line.registered, clerk=world.clerk, language="ko", case=case,
                outcome="attached" if number else "new_case", submission_key=uuid.uuid4(),
            )  # fmt: skip
        for number, lead in enumerate(line.leads, 1):
            Referral.objects.create(
                case=case, department_id=lead.department, division_id=line.place[:6], role="lead",
                status="returned" if lead.returned else "signed" if lead.hours is not None else "dispatched",
                is_current=number == len(line.leads), dispatched_at=lead.at,
                signed_at=None if lead.hours is None else lead.at + dt.timedelta(hours=lead.hours, minutes=59),
            )  # fmt: skip
        for limit in line.limits:
            Deadline.objects.create(
                case=case, rule_id="handle_dispute", started_at=line.registered, warn_at=limit.due, due_at=limit.due,
                met_at=limit.met, paused_at=limit.paused,
                cancelled_at=line.registered if limit.cancelled else None,
            )  # fmt: skip
        for word in line.words & WORDS:
            FollowUp.objects.create(
                case=case, day=30, due_on=line.steps[-1][1].date(), state="done", outcome="performed",
                satisfaction=word, done_at=line.steps[-1][1],
            )  # fmt: skip
        if line.due:
            self._agreement()

    def _agreement(self) -> None:
        case = self.case
        reached = self.line.steps[0][1]
        debtor = CaseParty.objects.create(case=case, organisation=f"企业{self.line.number}", part="respondent")
        agreement = Agreement.objects.create(
            case=case, form="oral" if case.outcome == "oral_agreement" else "written", terms="履行",
            reached_on=reached.date(), recorded_at=reached,
        )  # fmt: skip
        for position, owed in enumerate(self.line.due, 1):
            day, kept = owed[-1]
            single = len(owed) == 1
            obligation = Obligation.objects.create(
                agreement=agreement, position=position, debtor=debtor, kind="act" if single else "pay", what="履行",
                amount=None if single else Decimal(1000 * len(owed)), due_on=day,
                performed_on=day if kept and single else None,
            )  # fmt: skip
            if single:
                continue
            for part, (part_day, part_kept) in enumerate(owed, 1):
                Instalment.objects.create(
                    obligation=obligation, position=part, amount=Decimal(1000), due_on=part_day,
                    performed_on=part_day if part_kept else None,
                )  # fmt: skip
        # Its text is fixed from here on.
        Agreement.objects.filter(pk=agreement.pk).update(in_force_on=reached.date())
