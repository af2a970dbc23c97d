"""Campaigns of outreach: planning, groups, lists, visits, and the one case that a visit may bring."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from typing import Any

import pytest
import xlsxwriter
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Notification, Role, User
from cases.models import Case
from departments.models import Division
from governance_center.crypto import blind_index
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from intake import outreach_figures as figures
from intake.importing.reading import Unreadable
from intake.models import Campaign, Household, OutreachGroup, OutreachVisit
from intake.outreach_list import read_list
from intake.services.outreach import (
    SameName,
    StrangeMember,
    WrongDays,
    end_campaign,
    save_campaign,
    save_group,
    start_campaign,
)
from intake.services.outreach_lists import (
    CampaignOver,
    OutsideCampaign,
    StrangeGroup,
    add_households,
    add_in_field,
    assign_households,
)
from intake.services.outreach_visits import NotAhead, VisitNote, record_talk, record_visit
from tests.intake.outreaching import group_of, homes, note, plan, running, walker
from tests.together import at_once
from tests.world import LIYUAN, LONGJING, VILLAGE, YANJI, World, build, make_case, make_person, make_user

Found, Status = OutreachVisit.Found, Household.Status


# --- groups and campaigns


def test_only_dispatchers_of_the_division_make_groups_and_plan(world: World) -> None:
    away = make_user("away", Role.DISPATCHER, YANJI)
    for user in (world.clerk, world.official, away):
        with pytest.raises(NotAllowed):
            save_group(group=OutreachGroup(division_id=LIYUAN, name_zh_hans="组"), by=user, members=[])
        with pytest.raises(NotAllowed):
            start_campaign(campaign=plan(world), by=user)
        with pytest.raises(NotAllowed):
            end_campaign(campaign=plan(world), by=user)


def test_a_group_has_one_name_in_its_division_and_members_of_its_county(world: World) -> None:
    group_of(world, walker())
    with pytest.raises(SameName):
        group_of(world)
    assert group_of(world, division=VILLAGE).division_id == VILLAGE
    for stranger in (world.mediator, make_user("far", Role.CLERK, YANJI)):
        with pytest.raises(StrangeMember):
            group_of(world, stranger, name="另一组")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name_zh_hans": " "}, MissingInput),
        ({"purpose": ""}, MissingInput),
        ({"ends_on": dt.date(2020, 1, 1)}, WrongDays),
        ({"division_id": YANJI}, NotAllowed),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(world: World, changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        plan(world, **changes)
    assert not Campaign.objects.exists()


def test_the_same_form_plans_one_campaign(world: World) -> None:
    first = plan(world)
    again = Campaign(
        division_id=LONGJING, name_zh_hans="秋冬排查", purpose="x", starts_on=first.starts_on, ends_on=first.ends_on
    )
    assert save_campaign(campaign=again, by=world.dispatcher, submission_key=first.submission_key) == first
    assert Campaign.objects.count() == 1


def test_it_starts_with_households_and_a_group_and_tells_the_members_once(world: World) -> None:
    campaign, member = plan(world), walker()
    with pytest.raises(MissingInput):
        start_campaign(campaign=campaign, by=world.dispatcher)
    add_households(campaign=campaign, by=world.dispatcher, rows=homes("1号楼101"))
    with pytest.raises(MissingInput):
        start_campaign(campaign=campaign, by=world.dispatcher)
    group_of(world, member)
    for _time in range(2):
        assert start_campaign(campaign=campaign, by=world.dispatcher).is_running
    assert Notification.objects.get(kind="outreach.started").recipient == member


def test_what_has_ended_takes_nothing_more(world: World) -> None:
    member = walker()
    group = group_of(world, member)
    campaign = running(world)
    household = Household.objects.get()
    for _time in range(2):
        end_campaign(campaign=campaign, by=world.dispatcher)
    for deed in (
        lambda: start_campaign(campaign=campaign, by=world.dispatcher),
        lambda: add_households(campaign=campaign, by=world.dispatcher, rows=homes("2")),
        lambda: assign_households(campaign=campaign, by=world.dispatcher, households=[household.pk], group=group),
        lambda: note(household, member, Found.NOTHING),
        lambda: save_campaign(campaign=campaign, by=world.dispatcher),
    ):
        with pytest.raises(CampaignOver):
            deed()
    assert not OutreachVisit.objects.exists()


# --- households


def test_households_go_to_the_nearest_group_with_the_fewest(world: World) -> None:
    street = group_of(world, walker())
    near = group_of(world, walker("b"), division=VILLAGE, name="社区一组")
    other = group_of(world, walker("c"), division=VILLAGE, name="社区二组")
    empty = group_of(world, division=VILLAGE, name="空组")
    add_households(campaign=plan(world), by=world.dispatcher, rows=homes("a", "b"))
    assert set(Household.objects.values_list("group", flat=True)) == {near.pk}
    add_households(campaign=Campaign.objects.get(), by=world.dispatcher, rows=homes("c"))
    assert Household.objects.get(address="c").group == other
    add_households(campaign=Campaign.objects.get(), by=world.dispatcher, rows=homes("d", division=LIYUAN))
    assert Household.objects.get(address="d").group == street
    assert not empty.households.exists()


def test_a_second_list_leaves_what_is_there_and_writes_all_or_nothing(world: World) -> None:
    campaign = plan(world)
    add_households(campaign=campaign, by=world.dispatcher, rows=homes("a", note="初"))
    done = add_households(campaign=campaign, by=world.dispatcher, rows=homes("a", "b", "b", note="后"))
    assert (done.new, done.known) == (1, 1)
    assert Household.objects.get(address="a").note == "初"
    with pytest.raises(OutsideCampaign):
        add_households(campaign=campaign, by=world.dispatcher, rows=[*homes("c"), *homes("x", division="222401001")])
    with pytest.raises(GovernanceError):
        add_households(campaign=campaign, by=world.dispatcher, rows=homes("c", "d", phone="call me"))
    assert Household.objects.count() == 2


def test_the_one_file_with_the_phone_is_linked(world: World) -> None:
    person = make_person(counties=[LONGJING])
    person.phone = "10012345678"
    person.phone_index = blind_index(person.phone, purpose="phone")
    person.save()
    done = add_households(
        campaign=plan(world), by=world.dispatcher, rows=homes("a", phone="100 1234 5678") + homes("b")
    )
    assert done.linked == 1
    assert list(Household.objects.get(address="a").people.all()) == [person]


def test_the_dispatcher_gives_households_to_another_group_within_reach(world: World) -> None:
    group_of(world, walker())
    other = group_of(world, walker("b"), name="二组")
    campaign = running(world, "a", "b")
    first = Household.objects.get(address="a")
    assert assign_households(campaign=campaign, by=world.dispatcher, households=[first.pk], group=other) == 1
    assert set(Household.objects.filter(group=other)) == {first}
    with pytest.raises(MissingInput):
        assign_households(campaign=campaign, by=world.dispatcher, households=[], group=other)
    with pytest.raises(NotAllowed):
        assign_households(campaign=campaign, by=world.clerk, households=[first.pk], group=other)
    OutreachGroup.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(StrangeGroup):
        assign_households(campaign=campaign, by=world.dispatcher, households=[first.pk], group=other)


LISTS = [
    "村/社区,地址,户主,电话,备注\n梨园社区,3号楼301,金某,10012345678,讲朝鲜语\n",
    "梨园社区\t3号楼301\t金某\t10012345678\t讲朝鲜语\n",
    "마을;주소;세대주;전화;비고\n리원사회구역;3号楼301;金某;100 1234 5678;讲朝鲜语\n",
]


@pytest.mark.parametrize("text", LISTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_read_with_or_without_headings(world: World, text: str, encoding: str) -> None:
    read = read_list(io.BytesIO(text.encode(encoding)), plan(world))
    assert not read.faults
    [row] = read.rows
    assert (row.division.pk, row.address, row.head, row.phone, row.note) == (
        VILLAGE, "3号楼301", "金某", "10012345678", "讲朝鲜语",
    )  # fmt: skip


def test_a_workbook_is_read(world: World) -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet()
    for number, row in enumerate([["村/社区", "地址", "电话"], ["梨园社区", 301, 10012345678]]):
        sheet.write_row(number, 0, row)
    book.close()
    stream.seek(0)
    [row] = read_list(stream, plan(world)).rows
    assert (row.address, row.phone) == ("301", "10012345678")


def test_every_fault_of_a_list_is_named_by_its_row(world: World) -> None:
    text = (
        "村/社区,地址,户主,电话\n梨园社区,1,,\n,2,,\n没有的村,3,,\n梨园社区,,,\n"
        f"梨园社区,1,,\n梨园社区,4,{'长' * 61},\n梨园社区,5,,打电话\n"
    )
    read = read_list(io.BytesIO(text.encode()), plan(world))
    assert read.rows == []
    assert [fault.line for fault in read.faults] == [3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("content", [b"", b"\xd0\xcf\x11\xe0abc", b"PK\x03\x04broken", b"\xff\xff\xff", b"\n\n  \n"])
def test_what_is_no_list_is_refused_in_one_sentence(world: World, content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_list(io.BytesIO(content), plan(world))


# --- visits


def test_a_visit_moves_the_household_on_and_the_same_form_is_one_visit(world: World) -> None:
    member, today = walker(), timezone.localdate()
    group_of(world, member)
    running(world)
    household, key = Household.objects.get(), uuid.uuid4()

    def now() -> tuple[str, dt.date | None, int]:
        household.refresh_from_db()
        return household.status, household.again_on, household.tries

    for _time in range(2):
        note(household, member, Found.NOBODY, key=key)
    assert now() == (Status.TO_VISIT, None, 1)
    note(household, member, Found.AGAIN, again_on=today + dt.timedelta(days=3))
    assert now() == (Status.AGAIN, today + dt.timedelta(days=3), 2)
    note(household, member, Found.NOBODY)
    assert now() == (Status.AGAIN, today + dt.timedelta(days=3), 3)
    note(household, member, Found.NOTHING)
    assert now() == (Status.VISITED, None, 4)
    note(household, member, Found.NOBODY)
    assert now() == (Status.VISITED, None, 5)


def test_what_is_to_be_visited_today_comes_in_its_order(world: World) -> None:
    member, today = walker(), timezone.localdate()
    group_of(world, member)
    running(world, "a", "b", "c", "d")
    for address, day in (("b", 5), ("c", 1)):
        note(Household.objects.get(address=address), member, Found.AGAIN, again_on=today + dt.timedelta(days=day))
    note(Household.objects.get(address="d"), member, Found.NOTHING)

    def listed(days: int, **which: bool) -> list[str]:
        return [row.address for row in figures.today_list(member, day=today + dt.timedelta(days=days), **which)]

    assert listed(0) == ["a"]
    assert listed(2) == ["c", "a"]
    assert listed(0, everything=True) == ["c", "b", "a", "d"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (VisitNote("dispute"), MissingInput),
        (VisitNote("advice", " "), MissingInput),
        (VisitNote("come_again"), MissingInput),
        (VisitNote("come_again", again_on=dt.date(2020, 1, 1)), NotAhead),
        (VisitNote("nonsense"), MissingInput),
    ],
)
def test_a_visit_that_says_too_little_is_refused(world: World, data: VisitNote, error: type[Exception]) -> None:
    member = walker()
    group_of(world, member)
    running(world)
    with pytest.raises(error):
        record_visit(household=Household.objects.get(), by=member, data=data, submission_key=uuid.uuid4())
    assert not OutreachVisit.objects.exists()


def test_only_members_of_the_group_note_down_and_only_while_it_runs(world: World) -> None:
    member, other = walker(), walker("other")
    group_of(world, member)
    group_of(world, other, name="二组")
    campaign = running(world)
    household = Household.objects.get()
    for stranger in (other, world.clerk, world.dispatcher, world.mediator):
        with pytest.raises(NotAllowed):
            note(household, stranger, Found.NOTHING)
    Campaign.objects.filter(pk=campaign.pk).update(starts_on=timezone.localdate() + dt.timedelta(days=1))
    with pytest.raises(NotAllowed):
        note(household, member, Found.NOTHING)
    key = uuid.uuid4()
    Campaign.objects.filter(pk=campaign.pk).update(starts_on=timezone.localdate())
    note(household, member, Found.NOTHING, key=key)
    OutreachGroup.objects.get(name_zh_hans="二组").members.add(member)
    with pytest.raises(NotAllowed):
        note(household, other, Found.NOTHING, key=key)


def test_talks_elsewhere_and_households_on_no_list(world: World) -> None:
    member = walker()
    group = group_of(world, member)
    campaign = plan(world, target=Campaign.Target.DIVISION)
    start_campaign(campaign=campaign, by=world.dispatcher)
    place, key = Division.objects.get(pk=VILLAGE), uuid.uuid4()
    talk = {"campaign": campaign, "group": group, "by": member, "data": VisitNote("dispute", "两家争地")}
    for _time in range(2):
        visit = record_talk(**talk, division=place, place="院子", submission_key=key)
    assert (OutreachVisit.objects.get(), visit.address) == (visit, "院子")
    with pytest.raises(MissingInput):
        record_talk(**talk, division=place, place=" ", submission_key=uuid.uuid4())
    with pytest.raises(OutsideCampaign):
        record_talk(**talk, division=Division.objects.get(pk="222401001"), place="x", submission_key=uuid.uuid4())
    made = [add_in_field(campaign=campaign, by=member, group=group, row=homes("新户")[0]) for _time in range(2)]
    assert made[0] == made[1]
    assert made[0].group == group
    with pytest.raises(NotAllowed):
        add_in_field(campaign=campaign, by=world.clerk, group=group, row=homes("又一户")[0])


def test_the_database_keeps_what_belongs_together(world: World) -> None:
    member = walker()
    group_of(world, member)
    running(world, "a", "b")
    found = [note(one, member, Found.DISPUTE, "x") for one in Household.objects.order_by("address")]
    quiet = note(Household.objects.get(address="a"), member, Found.NOTHING)
    case = make_case(world)
    assert OutreachVisit.objects.filter(pk__in=[row.pk for row in found]).update(case=case) == 2, (
        "one dispute, two homes"
    )
    wrong: list[tuple[Any, dict[str, Any]]] = [
        (OutreachVisit.objects.filter(pk=quiet.pk), {"case": make_case(world)}),
        (OutreachVisit.objects.filter(pk=quiet.pk), {"found": "come_again"}),
        (OutreachVisit.objects.filter(pk=quiet.pk), {"household": None}),
        (Household.objects.filter(address="b"), {"address": "a"}),
        (Household.objects.filter(address="b"), {"status": "again"}),
        (Campaign.objects.all(), {"ends_on": dt.date(2020, 1, 1)}),
    ]
    for rows, values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


# --- figures and care


def test_the_figures_count_and_the_queries_do_not_grow(world: World, django_assert_num_queries: Any) -> None:
    member = walker()
    group = group_of(world, member)
    campaign = running(world, *[f"{number}号" for number in range(12)])
    rows = list(Household.objects.order_by("pk"))
    for household in rows[:4]:
        note(household, member, Found.NOTHING)
    note(rows[4], member, Found.DISPUTE, "x")
    note(rows[5], member, Found.AGAIN, again_on=timezone.localdate() + dt.timedelta(days=1))
    with django_assert_num_queries(3):
        villages = figures.by_village(campaign)
    with django_assert_num_queries(3):
        groups = figures.by_group(campaign)
    line = villages[0]
    assert (line.planned, line.visited, line.again, line.found, line.registered) == (12, 5, 1, 1, 0)
    assert (groups[0].name, groups[0].planned, groups[0].percent) == (group.name, 12, 41)
    assert figures.total(villages).planned == 12


def test_what_was_found_is_seen_by_the_visitor_and_the_dispatchers_only(world: World) -> None:
    member, mate = walker(), walker("mate")
    group_of(world, member, mate)
    running(world)
    household = Household.objects.get()
    visit = note(household, member, Found.DISPUTE, "夫妻争执")
    away = make_user("away", Role.DISPATCHER, YANJI)
    sees: list[tuple[User, bool]] = [
        (member, True), (world.dispatcher, True), (mate, False), (world.clerk, False), (world.official, False),
        (world.mediator, False), (world.administrator, False), (away, False),
    ]  # fmt: skip
    for user, may in sees:
        assert OutreachVisit.objects.visible_to(user).filter(pk=visit.pk).exists() is may, user
    assert [row.is_open for row in figures.history(household, mate)] == [False]
    assert [row.is_open for row in figures.history(household, member)] == [True]
    assert not figures.history(household, away)[0].is_open
    table = list(figures.household_table(figures.household_rows(world.dispatcher, household.campaign)))
    assert "夫妻争执" not in str(table)
    assert "dispute" not in str(table)


@pytest.mark.django_db(transaction=True)
def test_two_phones_that_send_one_form_make_one_visit() -> None:
    world = build()
    member = walker()
    group_of(world, member)
    running(world)
    household, key = Household.objects.get(), uuid.uuid4()
    made = at_once(*(lambda: note(household, member, Found.NOTHING, key=key).pk for _each in range(2)))
    household.refresh_from_db()
    assert (len(set(made)), household.tries, Case.objects.count()) == (1, 1, 0)
