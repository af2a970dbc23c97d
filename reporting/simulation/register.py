"""The register of the demo: 1,595 committees and 6,150 invented mediators, as the prefecture counts them.

One committee for each village and community, one for each county and for some townships, and a few of industries.
A small part has each of the faults that the rules of committees warn of. Accounts have no password, so that cases can
be given to everyone and nobody can sign in as one of them.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import Role, User
from cases.models import Category, CodeEntry
from departments.models import Division
from governance_center.copying import copy_rows, draft, reserve_keys, settle_keys
from mediation.models import Committee, Employment, Mediator, MediatorAbsence, Position
from reporting.simulation import names

COMMITTEES, MEDIATORS = 1_595, 6_150
"""What the prefecture published (Yanbian Daily, 2025-07-11)."""

TOWNSHIPS = 50
LIYUAN = "222405005"
"""The demo accounts' own street has a committee in any case."""

INDUSTRIES = (
    ("医疗纠纷", "의료분규", ("medical",)), ("道路交通事故", "도로교통사고", ("traffic_accident", "damages")),
    ("物业纠纷", "부동산관리분규", ("property_management", "neighbour")), ("旅游纠纷", "려행분규", ("tourism", "consumer")),
)  # fmt: skip
"""Of the prefecture; each county has one of labour disputes besides."""

LABOUR = ("劳动争议", "로동쟁의", ("labour", "wage_arrears", "social_insurance"))

FEMALE_LETTERS = frozenset("姬子玉兰女月花香美英顺贞秀桂丽敏静艳娟霞玲淑珍凤梅")
FLAWS = ("few", "many", "no_chair", "no_woman", "no_minority", "unknown", "over", "soon", "lapsed")
FLAW_WEIGHTS = (2, 0.3, 1, 2, 3, 1, 4, 4, 4)
FLAWED = 0.12
"""So large a part of the committees has one of the flaws."""

ABSENT = 0.015
QUALIFICATIONS = ("", "legal_worker", "retired_justice", "teacher", "social_work", "psychology", "lawyer")
QUALIFICATION_WEIGHTS = (70, 8, 5, 9, 4, 2, 2)


@dataclass
class _Made:
    """Rows on their way into the database."""

    users: list[User] = field(default_factory=list)
    mediators: list[Mediator] = field(default_factory=list)
    fields: list[object] = field(default_factory=list)
    absences: list[MediatorAbsence] = field(default_factory=list)


def townships() -> list[Division]:
    """The townships that have a committee of their own, spread over the counties; Liyuan street among them."""
    rows = list(Division.objects.filter(level=Division.Level.TOWNSHIP).order_by("code"))
    if len(rows) <= TOWNSHIPS:
        return rows
    chosen = {rows[number * len(rows) // TOWNSHIPS].pk for number in range(TOWNSHIPS)}
    if LIYUAN not in chosen and any(row.pk == LIYUAN for row in rows):
        chosen.remove(next(code for code in sorted(chosen) if code.startswith(LIYUAN[:6])))
        chosen.add(LIYUAN)
    return [row for row in rows if row.pk in chosen]


def build(seed: int = MEDIATORS) -> tuple[int, int]:
    """Fill the register up to its full size; what is there already stays. Returns how many were added of each."""
    rng = random.Random(seed)
    with transaction.atomic():
        before = Committee.objects.count()
        _committees(rng)
        _facts_of_those_there(rng)
        added = _mediators(rng)
    return Committee.objects.count() - before, added


def _committees(rng: random.Random) -> None:
    have = set(Committee.objects.values_list("division_id", "name_zh_hans"))
    fresh = [row for row in _wanted() if (row.division_id, row.name_zh_hans) not in have]  # type: ignore[attr-defined]
    key = reserve_keys(Committee)
    for number, row in enumerate(fresh):
        row.pk = key + number
    copy_rows(Committee, fresh)
    settle_keys(Committee)
    today, rows = timezone.localdate(), list(Committee.objects.filter(term_start__isnull=True))
    for row in rows:
        row.founded_on = dt.date(rng.randrange(1988, 2016), rng.randrange(1, 13), rng.randrange(1, 29))
        row.term_start = today - dt.timedelta(days=rng.randrange(30, 900))
        row.phone = f"0433{rng.randrange(2_000_000, 8_999_999)}"
        row.set_keys()
    Committee.objects.bulk_update(rows, ["founded_on", "term_start", "phone", "keys"], batch_size=500)


def _wanted() -> Iterator[Committee]:
    """All committees of the prefecture, unsaved."""
    counties = list(Division.objects.counties().order_by("code"))
    villages = Division.objects.filter(level=Division.Level.VILLAGE).order_by("code")
    for division in (*counties, *townships(), *villages):
        yield _committee(division, str(division.level))
    for prefecture in Division.objects.filter(level=Division.Level.PREFECTURE):
        for name, korean, _fields in INDUSTRIES:
            yield _committee(prefecture, "industry", name, korean)
    for division in counties:
        yield _committee(division, "industry", *LABOUR[:2])


def _committee(division: Division, kind: str, name: str = "", korean: str = "") -> Committee:
    place = str(division.name_zh_hans)  # type: ignore[attr-defined]
    place = place.removesuffix("委会") if place.endswith("村委会") else place
    own = f"{place}{name}人民调解委员会"
    reading = f"{division.name_ko} {korean}".strip() + " 인민조정위원회"  # type: ignore[attr-defined]
    return draft(Committee, division_id=division.pk, kind=kind, name=own, name_zh_hans=own, name_ko=reading)


def _facts_of_those_there(rng: random.Random) -> None:
    """Who mediates in the demo's cases is engaged full-time by a committee of the county or a township."""
    groups, rows = _groups(), list(Mediator.objects.filter(gender="0"))
    for row in rows:
        row.position, row.employment = Position.ENGAGED, Employment.FULL_TIME
        row.ethnic_group_id = groups.get("10" if row.name_hangul else "01")
        row.birth_year, row.phone = rng.randrange(1962, 1992), names.phone(rng)
        row.gender = _gender(row.name)
        row.set_keys()
    changed = ["position", "employment", "ethnic_group", "birth_year", "phone", "gender", "keys"]
    Mediator.objects.bulk_update(rows, changed)


def _mediators(rng: random.Random) -> int:
    """Members for each committee that has none, until there are as many as the prefecture counts."""
    done = Mediator.objects.exclude(position=Position.ENGAGED).values("committee")
    committees = list(Committee.objects.exclude(pk__in=done).select_related("division").order_by("pk"))
    wanted = MEDIATORS - Mediator.objects.count()
    if not committees or wanted <= 0:
        return 0
    flaws = [rng.choices(FLAWS, FLAW_WEIGHTS)[0] if rng.random() < FLAWED else "" for _one in committees]
    sizes = _sizes(committees, flaws, wanted, rng)
    maker = _Maker(rng)
    for committee, flaw, size in zip(committees, flaws, sizes, strict=True):
        maker.fill(committee, flaw, size)
    maker.write()
    Committee.objects.bulk_update(maker.terms, ["term_start"], batch_size=500)
    return len(maker.made.mediators)


def _sizes(committees: Sequence[Committee], flaws: Sequence[str], wanted: int, rng: random.Random) -> list[int]:
    """Three members each, those of townships and above five; the rest goes to any of them up to nine."""
    sizes = [
        {"few": 2, "many": 10}.get(flaw, 3 if committee.kind == Committee.Kind.VILLAGE else 5)
        for committee, flaw in zip(committees, flaws, strict=True)
    ]
    open_ones = [index for index, flaw in enumerate(flaws) if flaw not in {"few", "many"}]
    while sum(sizes) < wanted and open_ones:
        index = rng.choice(open_ones)
        sizes[index] += 1
        if sizes[index] >= 9:
            open_ones.remove(index)
    return sizes


class _Maker:
    """Makes the members of one committee after the other."""

    def __init__(self, rng: random.Random) -> None:
        from reporting.simulation.world import COUNTIES

        self.rng, self.shares = rng, {code: share[1] for code, share in COUNTIES.items()}
        self.today, self.groups, self.made = timezone.localdate(), _groups(), _Made()
        self.terms: list[Committee] = []
        self.fields = [row.pk for row in Category.objects.in_use().order_by("pk") if row.is_mediable]
        self.user_key, self.key = reserve_keys(User), reserve_keys(Mediator)
        self.link = Mediator.specialties.through
        self.link_key, self.absence_key = reserve_keys(self.link), reserve_keys(MediatorAbsence)

    def fill(self, committee: Committee, flaw: str, size: int) -> None:
        """``size`` members, with the flaw if one is named."""
        rng, start = self.rng, self.today
        if flaw in {"over", "soon", "unknown"}:
            days = rng.randrange(1100, 1500) if flaw == "over" else rng.randrange(1015, 1090)
            committee.term_start = None if flaw == "unknown" else start - dt.timedelta(days=days)
            self.terms.append(committee)
        share = self.shares.get(committee.division_id[:6], 0.4)
        for number in range(size):
            woman = flaw != "no_woman" and (number == 1 or rng.random() < 0.3)
            korean = flaw != "no_minority" and rng.random() < share
            other = number == 2 or (flaw == "few" and number == 1)
            group = "10" if korean else "01"
            if flaw != "no_minority" and not korean and (other or rng.random() < 0.06):
                group = rng.choice(("11", "11", "11", "03", "02"))
            self._member(committee, flaw, number, woman=woman, group=group)

    def write(self) -> None:
        for model, rows in (
            (User, self.made.users), (Mediator, self.made.mediators), (self.link, self.made.fields),
            (MediatorAbsence, self.made.absences),
        ):  # fmt: skip
            copy_rows(model, rows)  # type: ignore[arg-type]
            settle_keys(model)

    def _member(self, committee: Committee, flaw: str, number: int, *, woman: bool, group: str) -> None:
        rng, made, serial = self.rng, self.made, len(self.made.mediators)
        name, hangul = self._name(group == "10", woman)
        user = draft(
            User, id=self.user_key + serial, username=f"mediator.c{committee.pk}.{number:02d}", role=Role.MEDIATOR,
            division_id=committee.division_id[:6], display_name=f"{name} {hangul}".strip(),
            password=UNUSABLE_PASSWORD_PREFIX,
        )  # fmt: skip
        until = self.today + dt.timedelta(days=rng.randrange(30, 1500))
        if flaw == "lapsed" and number == 0:
            until = self.today - dt.timedelta(days=rng.randrange(1, 200))
        certified = number == 0 or rng.random() < 0.8
        row = draft(
            Mediator, id=self.key + serial, user_id=user.pk, committee_id=committee.pk, name=name, name_hangul=hangul,
            position=self._position(flaw, number), employment=self._employment(committee), gender="2" if woman else "1",
            ethnic_group_id=self.groups.get(group), birth_year=self.today.year - rng.randrange(28, 70),
            phone=names.phone(rng), languages=self._languages(group == "10"),
            qualification=rng.choices(QUALIFICATIONS, QUALIFICATION_WEIGHTS)[0],
            certificate_number=f"吉延调{self.today.year - rng.randrange(1, 5)}-{self.key + serial:05d}" if certified else "",
            certificate_until=until if certified else None,
            capacity={"village": 5, "township": 10}.get(committee.kind, 20),
        )  # fmt: skip
        row.set_keys()
        made.users.append(user)
        made.mediators.append(row)
        for category in self._specialties(committee):
            link = {"id": self.link_key + len(made.fields), "mediator_id": row.pk, "category_id": category}
            made.fields.append(draft(self.link, **link))
        if rng.random() < ABSENT:
            self._absence(row)

    def _absence(self, row: Mediator) -> None:
        first = self.today - dt.timedelta(days=self.rng.randrange(10))
        last = None if self.rng.random() < 0.1 else self.today + dt.timedelta(days=self.rng.randrange(1, 20))
        reason = self.rng.choice(MediatorAbsence.Reason.values)
        key = self.absence_key + len(self.made.absences)
        absence = draft(MediatorAbsence, id=key, mediator_id=row.pk, period=DateRange(first, last), reason=reason)
        self.made.absences.append(absence)

    def _name(self, korean: bool, woman: bool) -> tuple[str, str]:
        """A name that goes with the gender; after some tries any."""
        for _try in range(12):
            name, hangul = names.korean_name(self.rng) if korean else (names.chinese_name(self.rng), "")
            if (_gender(name) == "2") == woman:
                break
        return name, hangul

    def _position(self, flaw: str, number: int) -> str:
        if number == 0 and flaw != "no_chair":
            return Position.CHAIR
        return Position.DEPUTY if number == 3 else Position.MEMBER

    def _employment(self, committee: Committee) -> str:
        weights = {"village": (5, 75, 20), "township": (40, 50, 10)}.get(committee.kind, (60, 35, 5))
        return str(self.rng.choices(Employment.values, weights)[0])

    def _languages(self, korean: bool) -> list[str]:
        if korean:
            return ["ko"] if self.rng.random() < 0.1 else ["zh-hans", "ko"]
        return ["zh-hans", "ko"] if self.rng.random() < 0.04 else ["zh-hans"]

    def _specialties(self, committee: Committee) -> list[str]:
        if committee.kind == Committee.Kind.INDUSTRY:
            name = str(committee.name_zh_hans)  # type: ignore[attr-defined]
            return [
                code
                for own, _ko, codes in (*INDUSTRIES, LABOUR)
                if own in name
                for code in codes
                if code in self.fields
            ]
        return self.rng.sample(self.fields, min(self.rng.randrange(2, 5), len(self.fields)))


def _groups() -> dict[str, int]:
    """The nationalities of GB/T 3304 by code."""
    rows = CodeEntry.objects.filter(table=CodeEntry.Table.ETHNIC_GROUP)
    return dict(rows.values_list("code", "pk"))


def _gender(name: str) -> str:
    """What the last letters of an invented name suggest, by GB/T 2261.1."""
    return "2" if set(name[1:]) & FEMALE_LETTERS else "1"
