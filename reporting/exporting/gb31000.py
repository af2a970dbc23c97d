"""The yearly record of disputes in the 27 fields of GB/T 31000-2015 (矛盾纠纷排查化解), one row for each case.

The record knows one main party: the first applicant. Education (14), kind of person (15), longitude and latitude (26,
27) are asked of nobody and stand here where they were told. The day of the event (2) is the day of registration.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from cases.models import Case, CaseParty, Deadline, Kind, Person, PersonKind, Referral
from cases.states import Outcome
from governance_center.calendar import last_day
from mediation.models import Agreement, Assignment, FollowUp
from reporting.exporting.asked import LEAST_NAMED, Asked, Cell

LANGUAGE = "zh-hans"
"""The record goes to the national network: its words are Chinese, whoever has it made."""

GROUP_FROM, GRAVE_FROM = 5, 50
"""People involved from which an event is one of a group (02), and a grave one (03). The standard names the three
sizes (01 individual, 02 group, 03 grave group); five people make a group visit (信访工作条例 art. 20), fifty is the
number from which assessments count a mass petition. Provinces set their own."""

PEOPLES_MEDIATION, ADMINISTRATIVE_MEDIATION, OTHER = "03", "02", "15"
METHODS = {
    "01": "司法调解", "02": "行政调解", "03": "人民调解", "04": "仲裁调解", "05": "商事调解", "06": "行业调解",
    "07": "律师调解", "08": "民商事仲裁", "09": "农村土地承包经营纠纷仲裁", "10": "劳动人事争议仲裁", "11": "行政复议",
    "12": "行政裁决", "13": "诉讼", "14": "协商和解", "15": "其他",
}  # fmt: skip
"""Ways of resolving (clause 5.58), numbered in the order in which the standard's users list them."""

ARBITRATION = {
    "labour": "10", "wage_arrears": "10", "social_insurance": "10", "land_contracting": "09",
}  # fmt: skip
"""Where a matter of a category is arbitrated; others before a commission for civil and commercial matters (08)."""

PERSON_KINDS = {
    kind: f"{code:02}"
    for code, kind in enumerate(
        (
            PersonKind.EMPLOYED, PersonKind.FARMING, PersonKind.SELF_EMPLOYED, PersonKind.SOLDIER, PersonKind.RETIRED,
            PersonKind.STUDENT, PersonKind.WITHOUT_WORK, PersonKind.OTHER, PersonKind.RESTRUCTURED, PersonKind.VETERAN,
            PersonKind.FORMER_TEACHER, PersonKind.STATE_PENSIONER, PersonKind.RETURNED_YOUTH,
            PersonKind.LOST_ONLY_CHILD, PersonKind.MIGRANT_WORKER, PersonKind.OTHER_GROUP,
        ),
        start=1,
    )
}  # fmt: skip
"""Kinds of person (field 15), numbered in the order in which the standard's users list them."""

GUIDED = {Outcome.TO_RULING: "12", Outcome.TO_REVIEW: "11", Outcome.TO_COURT: "13"}


@dataclass(slots=True)
class Record:
    """One case with what its fields are made of."""

    case: Case
    asked: Asked
    openable: Collection[int]
    assignment: Assignment | None = None
    agreement: Agreement | None = None
    visit: FollowUp | None = None
    signer: Referral | None = None
    limit: Deadline | None = None
    parties: list[CaseParty] = field(default_factory=list)

    @property
    def main(self) -> CaseParty | None:
        """The first applicant."""
        return next((party for party in self.parties if party.part == CaseParty.Part.APPLICANT), None)

    @property
    def person(self) -> Person | None:
        return self.main.person if self.main else None

    @property
    def people(self) -> int:
        """How many people are involved: as registered, and never fewer than there are parties."""
        parties = sum(party.part != CaseParty.Part.REPRESENTATIVE for party in self.parties)
        return max(self.case.people_involved or 0, parties, 1)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the record: its number, name, and the longest value it takes."""

    number: int
    name: str
    longest: int
    value: Callable[[Record], str]

    def of(self, record: Record) -> str:
        return self.value(record)[: self.longest]


def size_of(people: int) -> str:
    """The code of the size of an event by the number of people involved."""
    if people >= GRAVE_FROM:
        return "03"
    return "02" if people >= GROUP_FROM else "01"


def method_of(record: Record) -> str:
    """The code of the way by which a case ended; empty while it is open."""
    outcome = record.case.outcome
    if outcome in {Outcome.WRITTEN_AGREEMENT, Outcome.ORAL_AGREEMENT}:
        return PEOPLES_MEDIATION
    if outcome in {Outcome.SETTLED, Outcome.SERVICE_DONE}:
        return PEOPLES_MEDIATION if record.assignment else ADMINISTRATIVE_MEDIATION
    if outcome == Outcome.TO_ARBITRATION:
        return ARBITRATION.get(record.case.category_id, "08")
    return GUIDED.get(Outcome(outcome), OTHER) if outcome else ""


def _organisations(record: Record) -> str:
    return "、".join(party.organisation for party in record.parties if party.organisation)


def _identity_kind(record: Record) -> str:
    return record.person.identity_document if record.person and record.person.identity_number else ""


def _identity(record: Record) -> str:
    return record.asked.identity_of(record.person, record.openable) if record.person else ""


def _name(record: Record) -> str:
    if record.person is None or record.asked.user.role in LEAST_NAMED:
        return record.asked.name_of(record.main) if record.main else ""
    return record.person.name or record.person.name_hangul


def _ethnic(record: Record) -> str:
    group = record.person.ethnic_group if record.person else None
    return group.code if group else ""


def _education(record: Record) -> str:
    return record.person.education if record.person and record.asked.user.role not in LEAST_NAMED else ""


def _person_kind(record: Record) -> str:
    """Some kinds say more of a life than a name does; who gets no names gets none of them."""
    if record.person is None or not record.person.person_kind or record.asked.user.role in LEAST_NAMED:
        return ""
    return PERSON_KINDS[PersonKind(record.person.person_kind)]


def _home(record: Record) -> str:
    person = record.person
    if person is None:
        return ""
    place = person.division.name if person.division else ""
    return place if record.asked.user.role in LEAST_NAMED else f"{place}{person.address}"


def _organisation(record: Record) -> str:
    if record.assignment:
        return str(record.assignment.mediator.committee.name)
    return record.case.lead.name if record.case.lead else ""


def _responsible(record: Record) -> str:
    if record.assignment:
        return record.assignment.mediator.name
    return str(record.signer.signed_by) if record.signer and record.signer.signed_by else ""


def _phone(record: Record) -> str:
    if record.assignment:
        return record.assignment.mediator.phone
    return record.signer.signed_by.phone if record.signer and record.signer.signed_by else ""


def _how(record: Record) -> str:
    if record.agreement and record.case.resolved_at:
        return record.agreement.terms
    return record.case.get_outcome_display() if record.case.outcome else ""


def _limit(record: Record) -> str:
    due = record.limit.due_at if record.limit else record.case.due_at
    return f"{last_day(due):%Y%m%d}" if due else ""


def _visited(record: Record) -> str:
    return f"{timezone.localtime(record.visit.done_at):%Y%m%d}" if record.visit and record.visit.done_at else ""


def _degrees(value: Decimal | None) -> str:
    return "" if value is None else str(value)


FIELDS: Sequence[Field] = (
    Field(1, "事件名称", 100, lambda r: r.case.title),
    Field(2, "发生日期", 8, lambda r: f"{timezone.localtime(r.case.registered_at):%Y%m%d}"),
    Field(3, "发生地点", 100, lambda r: f"{r.case.division.name}{r.case.place_detail}"),
    Field(4, "事件规模", 2, lambda r: size_of(r.people)),
    Field(5, "事件类别", 4, lambda r: r.case.category.gb31000.code if r.case.category.gb31000 else ""),
    Field(6, "涉及人数", 6, lambda r: str(r.people)),
    Field(7, "事件简述", 2000, lambda r: r.case.narrative or r.case.title),
    Field(8, "涉及单位", 100, _organisations),
    Field(9, "主要当事人证件代码", 3, _identity_kind),
    Field(10, "主要当事人证件号码", 50, _identity),
    Field(11, "主要当事人姓名", 80, _name),
    Field(12, "主要当事人性别", 1, lambda r: r.person.gender if r.person else ""),
    Field(13, "主要当事人民族", 2, _ethnic),
    Field(14, "主要当事人学历", 2, _education),
    Field(15, "主要当事人人员类别", 4, _person_kind),
    Field(16, "主要当事人居住详址", 200, _home),
    Field(17, "化解时限", 8, _limit),
    Field(18, "化解方式", 4, method_of),
    Field(19, "化解组织", 100, _organisation),
    Field(20, "化解责任人姓名", 50, _responsible),
    Field(21, "化解责任人联系方式", 50, _phone),
    Field(22, "化解是否成功", 1, lambda r: "1" if r.case.resolved_at else "0"),
    Field(23, "化解情况", 2000, _how),
    Field(24, "考评日期", 8, _visited),
    Field(25, "考评意见", 2000, lambda r: r.visit.get_satisfaction_display() if r.visit else ""),
    Field(26, "经度", 12, lambda r: _degrees(r.case.longitude)),
    Field(27, "纬度", 12, lambda r: _degrees(r.case.latitude)),
)


def rows(asked: Asked) -> QuerySet[Case]:
    """The disputes accepted on the days asked for in the place asked for, each once, the earliest first."""
    found = Case.objects.visible_to(asked.user).counted().filter(kind=Kind.DISPUTE)
    found = found.filter(asked.between("accepted_at"), asked.in_place("division__code"))
    people = CaseParty.objects.select_related("person__ethnic_group", "person__division").order_by("pk")
    related = found.select_related("category__gb31000", "division", "lead")
    return related.prefetch_related(Prefetch("parties", people)).order_by("accepted_at", "pk")


def headings() -> list[str]:
    return [each.name for each in FIELDS]


def cells(batch: Sequence[Case], asked: Asked) -> Iterator[list[Cell]]:
    openable = asked.openable(party.person for case in batch for party in case.parties.all() if party.person)
    leads = _last(Assignment.objects.filter(role="lead").select_related("mediator__committee"), batch)
    agreements = _last(Agreement.objects.all(), batch)
    visits = _last(FollowUp.objects.filter(state="done").exclude(satisfaction=""), batch, "done_at")
    signers = _last(Referral.objects.leading().filter(signed_by__isnull=False).select_related("signed_by"), batch)
    limits = _last(Deadline.objects.filter(rule__code__startswith="handle_"), batch)
    for case in batch:
        record = Record(
            case, asked, openable, leads.get(case.pk), agreements.get(case.pk), visits.get(case.pk),
            signers.get(case.pk), limits.get(case.pk), list(case.parties.all()),
        )  # fmt: skip
        yield [each.of(record) for each in FIELDS]


def _last(found: QuerySet[Any], batch: Sequence[Case], order: str = "pk") -> dict[int, Any]:
    """Of each case the last row."""
    return {row.case_id: row for row in found.filter(case__in=batch).order_by(order, "pk")}
