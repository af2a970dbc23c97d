"""The smallest world that the tests need: made by hand, so that each test can be read without files."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Role, User
from cases.models import Case, CaseParty, Category, CategoryAssistant, LimitRule, Person
from cases.services import CaseInput, PartyInput, open_case
from departments.models import Centre, Department, Division, Station, Window
from mediation import reference_data as mediation_data
from mediation.models import Committee, Mediator

LONGJING, LIYUAN, VILLAGE = "222405", "222405005", "222405005004"
YANJI = "222401"

DIVISIONS = (
    ("2224", None, "prefecture", "延边朝鲜族自治州", "연변조선족자치주"),
    (YANJI, "2224", "county", "延吉市", "연길시"),
    ("222401001", YANJI, "township", "河南街道", "하남가두"),
    (LONGJING, "2224", "county", "龙井市", "룡정시"),
    (LIYUAN, LONGJING, "township", "梨园街道", "리원가두"),
    (VILLAGE, LIYUAN, "village", "梨园社区", "리원사회구역"),
)
DEPARTMENTS = (
    ("tax", "税务局", "세무국", "government"),
    ("human_resources", "人力资源和社会保障局", "인력자원사회보장국", "government"),
    ("justice", "司法局", "사법국", "government"),
    ("petitions", "信访局", "신소국", "government"),
    ("civil_affairs", "民政局", "민정국", "government"),
    ("psychological_service", "心理服务中心", "심리봉사중심", "social_organisation"),
    ("township", "乡镇人民政府（街道办事处）", "향진인민정부(가두판사처)", "township"),
)
CATEGORIES = (
    ("social_insurance", "dispute", "department", "tax", ("human_resources",), True),
    ("marriage_family", "dispute", "department", "justice", ("civil_affairs",), True),
    ("neighbour", "dispute", "department", "justice", (), True),
    ("psychological", "service", "department", "psychological_service", (), True),
    ("public_service", "service", "by_division", None, (), True),
    ("petition", "petition", "department", "petitions", (), False),
    ("legal_advice", "consultation", "department", "justice", (), False),
    ("other", "dispute", "dispatcher", None, (), True),
)
LIMITS = (
    ("sign_for_referral", 1, "working_day", True),
    ("assist_opinion", 5, "working_day", True),
    ("handle_dispute", 30, "calendar_day", False),
    ("handle_service", 5, "working_day", True),
    ("handle_hazard", 1, "working_day", True),
    ("handle_consultation", 3, "working_day", True),
    ("handle_petition", 60, "calendar_day", False),
    ("petition_route", 15, "calendar_day", False),
)

_counter = itertools.count(1)


@dataclass
class World:
    """Longjing and Yanji with a few departments, and somebody for every role in Longjing."""

    centre: Centre
    yanji: Centre
    clerk: User
    dispatcher: User
    tax: User
    hr: User
    justice: User
    mediator: User
    other_mediator: User
    official: User
    administrator: User
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def village(self) -> Division:
        return Division.objects.get(pk=VILLAGE)


def build() -> World:
    """Make the world in the database."""
    for code, parent, level, name, korean in DIVISIONS:
        Division.objects.create(code=code, parent_id=parent, level=level, name_zh_hans=name, name_ko=korean)
    for code, name, korean, kind in DEPARTMENTS:
        Department.objects.create(
            code=code, name_zh_hans=name, name_ko=korean, short_zh_hans=name, short_ko=korean, kind=kind
        )
    for code, kind, rule, lead, assistants, mediable in CATEGORIES:
        category = Category.objects.create(
            code=code, name_zh_hans=f"{code} 类", name_ko=f"{code} 류", kind=kind, lead_rule=rule, lead_id=lead,
            is_mediable=mediable, is_confirmable=code != "marriage_family",
        )  # fmt: skip
        for order, assistant in enumerate(assistants):
            CategoryAssistant.objects.create(category=category, department_id=assistant, order=order)
    for code, length, unit, local in LIMITS:
        LimitRule.objects.create(
            code=code, name_zh_hans=code, name_ko=code, length=length, unit=unit, starts="dispatch", applies_to="-",
            basis_zh_hans="依据", basis_ko="근거", basis_kind="policy", local_holidays=local,
        )  # fmt: skip
    centres = {
        code: Centre.objects.create(division_id=code, name_zh_hans=f"{code}综治中心", name_ko=f"{code} 종합치리중심")
        for code in ("2224", YANJI, LONGJING, LIYUAN)
    }
    _station(centres[LONGJING])
    mediation_data.load(counts={})
    return _people(centres)


def make_user(name: str, role: str, division: str, department: str | None = None, **fields: Any) -> User:
    """A member of staff; tests sign in without a password, browser tests make their own accounts."""
    user = User(
        username=name, role=role, division_id=division, department_id=department, display_name=name,
        email=f"{name}@example.invalid", **fields,
    )  # fmt: skip
    user.set_unusable_password()
    user.save()
    return user


def make_person(name: str = "金明哲", hangul: str = "김명철", **fields: Any) -> Person:
    return Person.objects.create(name=name, name_hangul=hangul, **fields)


def make_case(world: World, category: str = "social_insurance", *, accept: bool = True, **fields: Any) -> Case:
    """A case registered by the clerk of Longjing in Liyuan community."""
    number = next(_counter)
    chosen = Category.objects.get(pk=category)
    values: dict[str, Any] = {
        "kind": chosen.kind,
        "category": chosen,
        "division": world.village,
        "title": f"测试事项 {number}",
        "narrative": "기업이 사회보험료를 납부하지 않았다",
        "narrative_language": "ko",
        "petition_class": "appeal" if chosen.kind == "petition" else "",
    }
    parties = [
        PartyInput(part=CaseParty.Part.APPLICANT, person=make_person(f"申请人{number}", "")),
        PartyInput(part=CaseParty.Part.RESPONDENT, organisation=f"企业{number}"),
    ]
    return open_case(
        centre=world.centre, data=CaseInput(**{**values, **fields}), parties=parties, by=world.clerk, accept=accept
    )


def _station(centre: Centre) -> None:
    since = dt.date(2023, 1, 1)
    window = Window.objects.create(centre=centre, number=7)
    for code, mode, weekdays, minutes in (
        ("tax", "resident", [], None),
        ("human_resources", "resident", [], None),
        ("justice", "resident", [], None),
        ("petitions", "resident", [], None),
        ("civil_affairs", "rotating", [2, 4], None),
        ("psychological_service", "on_call", [], 30),
    ):
        Station.objects.create(
            centre=centre, department_id=code, mode=mode, weekdays=weekdays, period=(since, None),
            window=None if mode == "on_call" else window, response_minutes=minutes,
        )  # fmt: skip


def _people(centres: dict[str, Centre]) -> World:
    committee = Committee.objects.create(
        name_zh_hans="梨园街道人民调解委员会", name_ko="리원가두 인민조정위원회", division_id=LIYUAN, kind="township"
    )
    users = {
        "clerk": make_user("clerk", Role.CLERK, LONGJING),
        "dispatcher": make_user("dispatcher", Role.DISPATCHER, LONGJING),
        "tax": make_user("tax", Role.OFFICER, LONGJING, "tax"),
        "hr": make_user("hr", Role.OFFICER, LONGJING, "human_resources"),
        "justice": make_user("justice", Role.OFFICER, LONGJING, "justice"),
        "mediator": make_user("mediator", Role.MEDIATOR, LONGJING),
        "other_mediator": make_user("other_mediator", Role.MEDIATOR, LONGJING),
        "official": make_user("official", Role.OFFICIAL, "2224"),
        "administrator": make_user("administrator", Role.ADMINISTRATOR, "2224", is_staff=True, is_superuser=True),
    }
    for key in ("mediator", "other_mediator"):
        mediator = Mediator.objects.create(
            user=users[key], committee=committee, name=f"调解员{key}", languages=["zh-hans", "ko"]
        )
        mediator.specialties.set(["social_insurance"])
    return World(centre=centres[LONGJING], yanji=centres[YANJI], **users)
