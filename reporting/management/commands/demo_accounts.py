from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import DEMO_PASSWORD, Role, User
from cases.models import Category
from mediation.models import Committee, Mediator, Room

LIYUAN, LONGJING = "222405005", "222405"
ROOMS = (("第一调解室", "제1조정실", 8), ("第二调解室", "제2조정실", 12))


class Account(NamedTuple):
    """A demo account; ``hint`` says what to try first."""

    username: str
    role: str
    division: str
    name: str
    department: str | None = None
    language: str = "zh-hans"
    hint: str = ""


ACCOUNTS = (
    Account("clerk.longjing", Role.CLERK, "222405", "李顺姬", hint="导引台：登记一位来访人 · register a walk-in"),
    Account("tax.longjing", Role.OFFICER, "222405", "王税务", "tax", hint="税务局：签收转办 · sign for a referral"),
    Account("hr.longjing", Role.OFFICER, "222405", "赵人社", "human_resources", hint="人社局：协办 · assist"),
    Account(
        "justice.longjing", Role.OFFICER, "222405", "孙司法", "justice", hint="司法局：签收或退回 · sign or return"
    ),
    Account("liyuan.street", Role.OFFICER, LIYUAN, "崔梨园", "township", hint="梨园街道：民生服务 · services"),
    Account(
        "mediator.longjing", Role.MEDIATOR, "222405", "金调解 김조정", language="ko", hint="调解员：我的案件 · my cases"
    ),
    Account("mediator2.longjing", Role.MEDIATOR, "222405", "朴调解 박조정", hint="调解员：回访 · follow-up visits"),
    Account(
        "dispatcher.longjing", Role.DISPATCHER, "222405", "刘调度", hint="指挥调度：待裁定、超期 · decide, overdue"
    ),
    Account("official.longjing", Role.OFFICIAL, "222405", "周县领导", hint="龙井市数据 · figures of Longjing"),
    Account("official.yanbian", Role.OFFICIAL, "2224", "州领导", hint="全州化解率 · figures of the prefecture"),
    Account("clerk.yanji", Role.CLERK, "222401", "吴导引", hint="延吉市导引台 · the desk of Yanji"),
    Account("dispatcher.yanji", Role.DISPATCHER, "222401", "何调度", hint="延吉市指挥调度 · dispatch in Yanji"),
    Account(
        "dispatcher.yanbian", Role.DISPATCHER, "2224", "许调度", hint="州指挥调度：答复上报 · answer what is handed up"
    ),
    Account(
        "outreach.liyuan",
        Role.CLERK,
        LIYUAN,
        "许走访 허방문",
        language="ko",
        hint="梨园街道摸排组：今日走访户 · my households today",
    ),
    Account(
        "justice.yanbian",
        Role.OFFICER,
        "2224",
        "沈州司法",
        "justice",
        hint="州司法局：州级转办 · referrals of the prefecture",
    ),
    Account("admin", Role.ADMINISTRATOR, "2224", "管理员", hint="系统管理 · administration"),
)
MEDIATORS = {"mediator.longjing": ("金调解", "김조정"), "mediator2.longjing": ("朴调解", "박조정")}


class Command(BaseCommand):
    help = "Makes the demo accounts (demo form only); --list prints them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="print the accounts and what to try first")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.GOVERNANCE_DEMO:
            raise CommandError("Demo accounts exist in the demo form only (GOVERNANCE_DEMO=1).")
        if options["list"]:
            self._list()
            return
        password = make_password(DEMO_PASSWORD)  # one for all: it takes its time, and everybody knows it anyway
        with transaction.atomic():
            for account in ACCOUNTS:
                _make(account, password)
            _make_mediators()
            _make_rooms()

    def _list(self) -> None:
        self.stdout.write(f"\nDemo accounts, all with the password  {DEMO_PASSWORD}\n")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.username:<20} {account.role:<14} {account.hint}")


def _make(account: Account, password: str) -> None:
    """Make the account, or bring it back to what it should be; a password that fits is left alone."""
    is_admin = account.role == Role.ADMINISTRATOR
    user = User.objects.filter(username=account.username).first() or User(username=account.username)
    user.role, user.division_id, user.department_id = account.role, account.division, account.department
    user.display_name, user.is_demo, user.is_active = account.name, True, True
    user.email = f"{account.username}@example.invalid"
    user.is_staff = user.is_superuser = is_admin
    if user.pk is None:
        user.language = account.language
        user.password = password
    user.save()


def _make_mediators() -> None:
    """Two bilingual mediators of Liyuan street; each visits the other's cases afterwards."""
    committee, _made = Committee.objects.get_or_create(
        division_id=LIYUAN,
        name_zh_hans="梨园街道人民调解委员会",
        defaults={"name_ko": "리원가두 인민조정위원회", "kind": Committee.Kind.TOWNSHIP},
    )
    fields = Category.objects.filter(
        pk__in=["social_insurance", "labour", "wage_arrears", "marriage_family", "neighbour", "contract"]
    )
    for username, (name, hangul) in MEDIATORS.items():
        mediator, _made = Mediator.objects.get_or_create(
            user=User.objects.get(username=username),
            defaults={
                "committee": committee, "name": name, "name_hangul": hangul, "languages": ["zh-hans", "ko"],
                "capacity": 25,
            },
        )  # fmt: skip
        mediator.specialties.set(fields)


def _make_rooms() -> None:
    """Two mediation rooms of the centre of Longjing."""
    for name, korean, seats in ROOMS:
        Room.objects.get_or_create(centre_id=LONGJING, name_zh_hans=name, defaults={"name_ko": korean, "seats": seats})
