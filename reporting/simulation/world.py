"""The stage of the demo: real divisions, departments and rules, with staff who act there."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import Role, User
from cases.models import Category, LimitRule
from cases.routing import TOWNSHIP_DEPARTMENT
from cases.routing_book import MemoryBook
from departments.models import Centre, Department, Division
from departments.presence import local_holidays_of
from mediation.models import Committee, FollowUpPlan, Mediator
from reporting.simulation import names, register

# Share of the cases and of Korean speakers by county, about as the people are spread.
COUNTIES = {
    "222401": (0.42, 0.52), "222402": (0.03, 0.53), "222403": (0.20, 0.05), "222404": (0.11, 0.36),
    "222405": (0.06, 0.62), "222406": (0.06, 0.45), "222424": (0.08, 0.27), "222426": (0.04, 0.20),
}  # fmt: skip
MEDIATORS_A_COUNTY = 40
OWN_TOWNSHIP, OF_THE_COUNTY, OWN_FIELD, SIGNS_IN = 8.0, 3.0, 3.0, 3.0
"""So much likelier a mediator is given a case: of the same township, of the county's committee, knowing the field."""

NO_PASSWORD = "!"  # noqa: S105  Django's mark for "nobody can sign in"


@dataclass
class World:
    """Everything a life of a case refers to, by code."""

    book: MemoryBook
    rules: dict[str, LimitRule]
    categories: dict[str, Category]
    departments: dict[str, Department]
    centres: dict[str, Centre]
    places: dict[str, list[Division]]
    holidays: dict[str, frozenset[dt.date]]
    clerks: dict[str, User] = field(default_factory=dict)
    dispatchers: dict[str, User] = field(default_factory=dict)
    officers: dict[tuple[str, str], User] = field(default_factory=dict)
    mediators: dict[str, list[Mediator]] = field(default_factory=lambda: defaultdict(list))
    plans: list[FollowUpPlan] = field(default_factory=list)
    pools: dict[tuple[str, ...], tuple[list[Mediator], list[float]]] = field(default_factory=dict)

    def pool(self, place: str, category: str, language: str) -> tuple[list[Mediator], list[float]]:
        """Who of the county may be given such a case, and how likely each is: by place, field and language.

        Those who speak the language come alone, where there are any.
        """
        key = (place[:9], category, language)
        if key not in self.pools:
            there = self.mediators[place[:6]]
            speaking = [one for one in there if language in one.languages] or there
            self.pools[key] = speaking, [_weight(one, place, category) for one in speaking]
        return self.pools[key]


def _weight(one: Mediator, place: str, category: str) -> float:
    """How likely a mediator is given a case; the demo's own accounts have more to show."""
    assert one.user is not None  # noqa: S101  all in the pools have accounts
    where = str(one.committee.division_id)
    near = OWN_TOWNSHIP if where == place[:9] else OF_THE_COUNTY if where == place[:6] else 1.0
    known = OWN_FIELD if category in one.field_codes else 1.0  # type: ignore[attr-defined]
    return near * known * (SIGNS_IN if one.user.has_usable_password() else 1.0)


def build(rng: random.Random) -> World:
    """Read the stage and put staff on it; accounts that are there already (the demo's) are used."""
    counties = list(COUNTIES)
    places: dict[str, list[Division]] = {code: [] for code in counties}
    for division in Division.objects.filter(level=Division.Level.VILLAGE).order_by("code"):
        places[division.pk[:6]].append(division)
    world = World(
        book=MemoryBook(),
        rules={rule.pk: rule for rule in LimitRule.objects.all()},
        categories={category.pk: category for category in Category.objects.in_use().select_related("lead")},
        departments={department.pk: department for department in Department.objects.all()},
        centres={centre.pk: centre for centre in Centre.objects.all()},
        places=places,
        holidays={code: local_holidays_of(code) for code in counties},
        plans=list(FollowUpPlan.objects.in_force(timezone.localdate()).select_related("category")),
    )
    _people(world, rng)
    return world


def _people(world: World, rng: random.Random) -> None:
    wanted: list[tuple[str, str, str | None]] = []
    for county in COUNTIES:
        wanted += [(Role.CLERK, county, None), (Role.DISPATCHER, county, None)]
        wanted += [
            (Role.OFFICER, county, code)
            for code, department in world.departments.items()
            if department.kind != Department.Kind.TOWNSHIP
        ]
    townships = Division.objects.filter(level=Division.Level.TOWNSHIP).order_by("code")
    wanted += [(Role.OFFICER, division.pk, TOWNSHIP_DEPARTMENT) for division in townships]
    have = {
        (user.role, user.division_id, user.department_id): user
        for user in User.objects.filter(role__in=[Role.CLERK, Role.DISPATCHER, Role.OFFICER]).order_by("-pk")
    }
    made = [
        User(
            username=f"{role}.{department or 'desk'}.{division}",
            role=role, division_id=division, department_id=department, display_name=names.chinese_name(rng),
            password=NO_PASSWORD,
        )
        for role, division, department in wanted
        if (role, division, department) not in have
    ]  # fmt: skip
    for user in User.objects.bulk_create(made):
        have[user.role, user.division_id, user.department_id] = user
    for (role, division, department), user in have.items():
        if role == Role.CLERK:
            world.clerks[division] = user
        elif role == Role.DISPATCHER:
            world.dispatchers[division] = user
        else:
            world.officers[department, division] = user
    _mediators(world, rng)


def _mediators(world: World, rng: random.Random) -> None:
    """A committee for each county and some townships, and mediators with accounts spread over them."""
    divisions = [*Division.objects.counties().order_by("code"), *register.townships()]
    have = set(Committee.objects.values_list("division_id", flat=True))
    Committee.objects.bulk_create(
        [
            Committee(
                division=division,
                name=f"{division.name_zh_hans}人民调解委员会",
                name_zh_hans=f"{division.name_zh_hans}人民调解委员会",
                name_ko=f"{division.name_ko} 인민조정위원회",
                kind=division.level,
            )
            for division in divisions
            if division.pk not in have
        ]
    )
    for county, (_share, korean_share) in COUNTIES.items():
        known = Mediator.objects.of_county(county).filter(user__isnull=False)
        _more_mediators(world, rng, county, korean_share, MEDIATORS_A_COUNTY - known.count())
        world.mediators[county] = list(known.select_related("user", "committee").with_field_codes().order_by("pk"))


def _more_mediators(world: World, rng: random.Random, county: str, korean_share: float, count: int) -> None:
    """Mediators with accounts, in turn in the committee of the county and those of its townships."""
    kinds = (Committee.Kind.COUNTY, Committee.Kind.TOWNSHIP)
    committees = list(Committee.objects.filter(division__code__startswith=county, kind__in=kinds).order_by("pk"))
    mediable = [category for category in world.categories.values() if category.is_mediable]
    users, rows = [], []
    for number in range(MEDIATORS_A_COUNTY - count, MEDIATORS_A_COUNTY):
        is_korean = rng.random() < korean_share
        name, hangul = names.korean_name(rng) if is_korean else (names.chinese_name(rng), "")
        user = User(
            username=f"mediator.{county}.{number:02d}", role=Role.MEDIATOR, division_id=county,
            display_name=f"{name} {hangul}".strip(), password=NO_PASSWORD,
        )  # fmt: skip
        users.append(user)
        rows.append(
            Mediator(
                user=user, committee=committees[number % len(committees)], name=name, name_hangul=hangul,
                languages=["zh-hans", "ko"] if is_korean else ["zh-hans"],
            )
        )  # fmt: skip
    User.objects.bulk_create(users)
    Mediator.objects.bulk_create(rows)
    link = Mediator.specialties.through
    link.objects.bulk_create(
        link(mediator=row, category=category) for row in rows for category in rng.sample(mediable, 5)
    )
