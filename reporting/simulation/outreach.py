"""A campaign of outreach under way in Longjing: a few hundred invented households, some of them visited."""

from __future__ import annotations

import datetime as dt
import random
import uuid

from django.utils import timezone

from accounts.models import User
from cases.models import Case, Channel
from departments.models import Division
from intake.models import Campaign, Household, OutreachGroup, OutreachVisit
from intake.services.outreach import save_campaign, save_group, start_campaign
from intake.services.outreach_lists import HouseholdInput, add_households
from intake.services.outreach_visits import VisitNote, link_case, record_visit
from reporting.simulation import names

LONGJING, LIYUAN = "222405", "222405005"
GROUPS = (
    (LIYUAN, "梨园街道摸排组", "리원가두 방문조사조", ("outreach.liyuan",)),
    ("222405001", "安民街道摸排组", "안민가두 방문조사조", ("clerk.longjing",)),
)
NAME = ("冬季矛盾纠纷大排查", "겨울철 모순분규 방문조사")
PURPOSE = (
    "逐户走访，坐炕头、进院落，了解邻里、家庭、欠薪等方面的矛盾。用住户习惯的语言交谈；家事不在外人面前谈，"
    "发现家庭暴力或涉未成年人情况，当天登记并告知调度员。"
)
A_VILLAGE, VISITED_A_GROUP, REGISTERED_A_GROUP, DAYS = 20, 53, 4, 6
FOUND = (("nothing", 70), ("nobody_home", 14), ("come_again", 8), ("advice", 5), ("dispute", 3))
TALES = (
    "院墙向邻家移了半米，两家为此争执多次，愿意请人调解。",
    "부부가 자주 다투어 로인이 걱정한다. 밖에 알려지는것을 원하지 않는다.",
    "去年秋收的工钱还差四千元，雇主一直推脱。",
    "웃집에서 물이 새여 천정이 젖었으나 배상하지 않는다.",
)
ADVICE = "解答了低保和医保报销的问题，留下了政策单。"


def build(rng: random.Random) -> int:
    """Set the campaign on its way, if there is none yet; returns how many households it has."""
    if Campaign.objects.exists() or not User.objects.filter(username="outreach.liyuan").exists():
        return 0
    dispatcher = User.objects.get(username="dispatcher.longjing")
    for code, name, korean, members in GROUPS:
        group = OutreachGroup(division_id=code, name_zh_hans=name, name_ko=korean)
        save_group(group=group, by=dispatcher, members=User.objects.filter(username__in=members))
    today = timezone.localdate()
    campaign = Campaign(
        division_id=LONGJING, name_zh_hans=NAME[0], name_ko=NAME[1], purpose=PURPOSE, target=Campaign.Target.LIST,
        starts_on=today - dt.timedelta(days=DAYS), ends_on=today + dt.timedelta(days=24),
    )  # fmt: skip
    campaign = save_campaign(campaign=campaign, by=dispatcher)
    add_households(campaign=campaign, by=dispatcher, rows=_households(rng))
    campaign = start_campaign(campaign=campaign, by=dispatcher)
    for group in OutreachGroup.objects.prefetch_related("members"):
        _walk(rng, group)
    return campaign.households.count()


def _households(rng: random.Random) -> list[HouseholdInput]:
    """Flats of the communities of both streets, with invented heads."""
    codes = [code for code, _name, _korean, _members in GROUPS]
    villages = [
        place
        for code in codes
        for place in Division.objects.within(code).filter(level=Division.Level.VILLAGE).order_by("pk")
    ]
    rows = []
    for place in villages:
        for number in range(A_VILLAGE):
            is_korean = rng.random() < 0.6
            head = " ".join(names.korean_name(rng)) if is_korean else names.chinese_name(rng)
            address = f"{1 + number // 6}号楼{1 + number % 3}单元{101 + 100 * (number % 6)}"
            rows.append(HouseholdInput(place, address, head, note="讲朝鲜语" if is_korean and number % 5 == 0 else ""))
    return rows


def _walk(rng: random.Random, group: OutreachGroup) -> None:
    """What the group has noted down in the last days. Cases that came by outreach before stand for those registered."""
    member, today = group.members.all()[0], timezone.localdate()
    kinds, weights = zip(*FOUND, strict=True)
    results = [*rng.choices(kinds, weights, k=VISITED_A_GROUP), "dispute", "dispute"]
    visits, told = [], 0
    for found, household in zip(results, Household.objects.filter(group=group).order_by("pk"), strict=False):
        data = VisitNote(
            found=found, note={"dispute": TALES[told % len(TALES)], "advice": ADVICE}.get(found, ""),
            again_on=today + dt.timedelta(days=rng.randint(1, 6)) if found == "come_again" else None,
        )  # fmt: skip
        told += found == "dispute"
        visits.append(record_visit(household=household, by=member, data=data, submission_key=uuid.uuid4()))
    _spread(visits)
    for case in _known_cases(group):
        homes = Household.objects.filter(group=group, status=Household.Status.TO_VISIT, tries=0)
        household = homes.filter(division=case.division_id).order_by("-pk").first()
        if household:
            data = VisitNote(found="dispute", note=case.title)
            link_case(record_visit(household=household, by=member, data=data, submission_key=uuid.uuid4()), case)


def _known_cases(group: OutreachGroup) -> list[Case]:
    """A few cases that came by outreach lately from where the group works."""
    rows = Case.objects.filter(
        channel=Channel.OUTREACH, division__code__startswith=group.division_id, outreach_visits__isnull=True
    )
    return list(rows.order_by("-registered_at", "-pk")[:REGISTERED_A_GROUP])


def _spread(visits: list[OutreachVisit]) -> None:
    """The visits lie in the afternoons of the last days."""
    now, homes = timezone.localtime(), []
    for number, visit in enumerate(visits):
        day = now.date() - dt.timedelta(days=DAYS - (DAYS - 1) * number // max(1, len(visits)))
        visit.at = now.replace(
            year=day.year, month=day.month, day=day.day, hour=14 + number % 6, minute=number * 7 % 60
        )
        if visit.household:
            visit.household.last_at = visit.at
            homes.append(visit.household)
    OutreachVisit.objects.bulk_update(visits, ["at"])
    Household.objects.bulk_update(homes, ["last_at"])
