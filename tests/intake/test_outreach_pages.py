"""Outreach before the browser: who opens what, one tap, registering from a visit, and the care for families."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, Role, User
from cases.models import Case
from cases.services.people import PersonInput, find_or_create
from intake.models import Campaign, Household, OutreachGroup, OutreachVisit, Visit
from tests.intake.outreaching import group_of, note, plan, running, walker
from tests.world import LIYUAN, LONGJING, VILLAGE, YANJI, World, make_case, make_person, make_user

SignIn = Callable[..., Client]
Found = OutreachVisit.Found

MATTER = {
    "language": "ko", "category": "neighbour", "division": VILLAGE, "title": "院墙纠纷", "narrative": "담장문제",
    "narrative_language": "ko", "decision": "accept", "channel": "outreach", "name": "金某",
    "source-sender": "梨园摸排一组", "others-TOTAL_FORMS": "1", "others-INITIAL_FORMS": "0",
    "others-0-part": "respondent", "others-0-name": "李某",
}  # fmt: skip


@pytest.fixture
def member(world: World) -> User:
    user = walker()
    group_of(world, user)
    return user


@pytest.fixture
def household(world: World, member: User) -> Household:
    running(world, "3号楼301", head="金某", phone="10012345678")
    return Household.objects.get()


def register(client: Client, visit: OutreachVisit | None, **changes: str) -> Any:
    data = {**MATTER, "outreach": str(visit.pk) if visit else "", **changes}
    return client.post(reverse("intake:register"), data)


# --- the dispatcher's pages


def test_a_campaign_from_the_plan_to_its_end(world: World, sign_in: SignIn, member: User) -> None:
    desk, today = sign_in(world.dispatcher), timezone.localdate()
    form = {
        "name_zh_hans": "秋冬排查", "name_ko": "", "division": LONGJING, "target": "list", "starts_on": str(today),
        "ends_on": str(today), "purpose": "挨家走访", "submission_key": str(uuid.uuid4()),
    }  # fmt: skip
    assert desk.post(reverse("intake:outreach_new"), {**form, "ends_on": "2020-01-01"}).status_code == 422
    for _time in range(2):
        assert desk.post(reverse("intake:outreach_new"), form).status_code == 302
    campaign = Campaign.objects.get()
    assert desk.post(reverse("intake:outreach_edit", args=[campaign.pk]), {**form, "purpose": "新"}).status_code == 302
    start = reverse("intake:outreach_start", args=[campaign.pk])
    assert b"alert-warning" in desk.post(start, follow=True).content
    one = {"division": VILLAGE, "address": "3号楼301"}
    assert desk.post(reverse("intake:outreach_add", args=[campaign.pk]), one).status_code == 302
    desk.post(start)
    campaign.refresh_from_db()
    assert (campaign.is_running, campaign.purpose) == (True, "新")
    assert "3号楼301" in desk.get(reverse("intake:outreach_households", args=[campaign.pk])).content.decode()
    desk.post(reverse("intake:outreach_end", args=[campaign.pk]))
    assert desk.get(reverse("intake:outreach_edit", args=[campaign.pk])).status_code == 302
    assert desk.get(reverse("intake:outreach_campaign", args=[campaign.pk])).status_code == 200


def test_a_group_is_made_corrected_and_retired(world: World, sign_in: SignIn) -> None:
    desk, member = sign_in(world.dispatcher), walker()
    form = {"name_zh_hans": "一组", "division": LIYUAN, "members": [member.pk], "is_active": "on"}
    assert desk.post(reverse("intake:outreach_group_new"), {**form, "members": [world.tax.pk]}).status_code == 422
    assert desk.post(reverse("intake:outreach_group_new"), form).status_code == 302
    assert desk.post(reverse("intake:outreach_group_new"), form).status_code == 422
    group = OutreachGroup.objects.get()
    form.pop("is_active")
    assert desk.post(reverse("intake:outreach_group", args=[group.pk]), form).status_code == 302
    group.refresh_from_db()
    assert (list(group.members.all()), group.is_active) == ([member], False)
    assert "一组" in desk.get(reverse("intake:outreach_groups")).content.decode()


def test_a_list_with_a_fault_comes_back_whole_and_a_good_one_is_taken(world: World, sign_in: SignIn) -> None:
    desk, campaign = sign_in(world.dispatcher), plan(world)
    url = reverse("intake:outreach_import", args=[campaign.pk])
    answer = desk.post(url, {"text": "梨园社区,1号\n没有的村,2号"})
    assert (answer.status_code, Household.objects.count()) == (422, 0)
    assert "没有的村,2号" in answer.content.decode()
    assert [fault.line for fault in answer.context["faults"]] == [2]
    assert desk.post(url, {}).status_code == 422
    for _time in range(2):
        assert desk.post(url, {"text": "梨园社区,1号\n梨园社区,2号"}).status_code == 302
    assert Household.objects.count() == 2


def test_households_are_filtered_given_and_exported_without_what_was_found(
    world: World, sign_in: SignIn, member: User, django_assert_max_num_queries: Any
) -> None:
    other = group_of(world, walker("b"), name="二组")
    campaign = running(world, *[f"{number:02d}号" for number in range(30)])
    rows = list(Household.objects.order_by("address"))
    note(rows[0], member, Found.DISPUTE, "夫妻打架")
    desk, url = sign_in(world.dispatcher), reverse("intake:outreach_households", args=[campaign.pk])
    with django_assert_max_num_queries(16):
        page = desk.get(url)
    assert page.context["page"].paginator.count == 30
    for query, count in (("q=05", 1), ("status=visited", 1), (f"group={other.pk}", 0), (f"place={VILLAGE}", 30)):
        assert desk.get(f"{url}?{query}").context["page"].paginator.count == count
    assert desk.post(url, {"group": other.pk}).status_code == 422
    desk.post(url, {"households": [rows[1].pk], "group": other.pk})
    rows[1].refresh_from_db()
    assert rows[1].group == other
    for kind in ("csv", "xlsx"):
        content = b"".join(desk.get(f"{url}?export={kind}").streaming_content)  # type: ignore[attr-defined]
        assert "夫妻打架".encode() not in content
    table = b"".join(desk.get(f"{url}?export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert table.count("\n") == 31
    assert "发现" not in table


@pytest.mark.parametrize("name", ["clerk", "tax", "mediator", "official", "administrator"])
def test_only_dispatchers_plan(world: World, sign_in: SignIn, name: str) -> None:
    campaign = plan(world)
    client = sign_in(getattr(world, name))
    for page in ("outreach_edit", "outreach_households", "outreach_add", "outreach_import"):
        assert client.get(reverse(f"intake:{page}", args=[campaign.pk])).status_code == 403
    for page in ("outreach_start", "outreach_end"):
        assert client.post(reverse(f"intake:{page}", args=[campaign.pk])).status_code == 403
    for page in ("outreach_new", "outreach_groups", "outreach_group_new"):
        assert client.get(reverse(f"intake:{page}")).status_code == 403


def test_officials_see_figures_and_nothing_of_households(world: World, sign_in: SignIn, household: Household) -> None:
    note(household, household.group.members.get(), Found.DISPUTE, "夫妻打架")  # type: ignore[union-attr]
    client = sign_in(world.official)
    page = client.get(reverse("intake:outreach_campaign", args=[household.campaign_id])).content.decode()
    assert "梨园社区" in page
    assert "夫妻打架" not in page
    assert household.address not in page
    assert client.get(reverse("intake:outreach")).context["page"].paginator.count == 1
    assert client.get(reverse("intake:outreach_household", args=[household.pk])).status_code == 403


def test_another_county_finds_nothing(world: World, sign_in: SignIn, household: Household) -> None:
    client = sign_in(make_user("away", Role.DISPATCHER, YANJI))
    for page in ("outreach_campaign", "outreach_edit", "outreach_households", "outreach_import"):
        assert client.get(reverse(f"intake:{page}", args=[household.campaign_id])).status_code == 404
    assert client.get(reverse("intake:outreach_household", args=[household.pk])).status_code == 404
    assert client.post(reverse("intake:outreach_quick", args=[household.pk]), {"found": "nothing"}).status_code == 404


# --- the member's pages


def test_one_tap_notes_down_once(world: World, sign_in: SignIn, member: User, household: Household) -> None:
    client, url = sign_in(member, "ko"), reverse("intake:outreach_quick", args=[household.pk])
    page = client.get(reverse("intake:outreach_mine"))
    key = page.context["page"].object_list[0].submission_key
    assert "3号楼301" in page.content.decode()
    for _time in range(2):
        assert client.post(url, {"found": "nothing", "submission_key": key}).status_code == 302
    assert (OutreachVisit.objects.count(), OutreachVisit.objects.get().found) == (1, "nothing")
    assert client.get(reverse("intake:outreach_mine")).context["page"].paginator.count == 0
    assert client.get(reverse("intake:outreach_mine") + "?all=on").context["page"].paginator.count == 1
    assert client.post(url, {"found": "dispute"}).url == reverse("intake:outreach_household", args=[household.pk])
    assert client.get(url).status_code == 405


def test_my_list_needs_as_many_queries_for_twenty_as_for_two(
    world: World, sign_in: SignIn, member: User, django_assert_max_num_queries: Any
) -> None:
    running(world, *[f"{number}号" for number in range(20)])
    client = sign_in(member)
    with django_assert_max_num_queries(14):
        assert len(client.get(reverse("intake:outreach_mine")).context["page"].object_list) == 20


def test_a_form_that_says_too_little_comes_back(sign_in: SignIn, member: User, household: Household) -> None:
    client, url = sign_in(member), reverse("intake:outreach_household", args=[household.pk])
    assert client.get(url + "?found=dispute").context["form"]["found"].value() == "dispute"
    answer = client.post(url, {"found": "come_again", "note": "下午再来"})
    assert answer.status_code == 422
    assert "下午再来" in answer.content.decode()
    assert client.post(url, {"found": "come_again", "again_on": "2020-01-01"}).status_code == 422


def test_a_mate_sees_that_somebody_was_there_and_not_what_was_found(
    sign_in: SignIn, member: User, household: Household
) -> None:
    mate = walker("mate")
    household.group.members.add(mate)  # type: ignore[union-attr]
    visit = note(household, member, Found.DISPUTE, "夫妻打架")
    client = sign_in(mate)
    for page in (reverse("intake:outreach_household", args=[household.pk]), reverse("intake:outreach_mine")):
        shown = client.get(page).content.decode()
        assert "夫妻打架" not in shown
    assert client.get(reverse("intake:register") + f"?outreach={visit.pk}").context["outreach"] is None
    assert register(client, visit).status_code == 422
    assert not Case.objects.exists()


def test_talks_and_other_households_have_their_pages(world: World, sign_in: SignIn, member: User) -> None:
    campaign = running(world)
    client, group = sign_in(member), OutreachGroup.objects.get()
    talk, add = (reverse(f"intake:{name}", args=[campaign.pk]) for name in ("outreach_talk", "outreach_field_add"))
    assert client.get(talk).status_code == client.get(add).status_code == 200
    said = {"group": group.pk, "division": VILLAGE, "place": "院子", "found": "nothing"}
    assert client.post(talk, {**said, "place": ""}).status_code == 422
    assert client.post(talk, said).status_code == 302
    assert client.post(add, {"group": group.pk, "division": VILLAGE, "address": ""}).status_code == 422
    assert client.post(add, {"group": group.pk, "division": VILLAGE, "address": "新户"}).status_code == 302
    assert OutreachVisit.objects.get().place == "院子"
    assert Household.objects.filter(address="新户", group=group).exists()
    assert sign_in(walker("stranger")).get(talk).status_code == 404


@pytest.mark.parametrize("name", ["tax", "mediator", "official", "administrator"])
def test_only_desks_walk(world: World, sign_in: SignIn, household: Household, name: str) -> None:
    client = sign_in(getattr(world, name))
    assert client.get(reverse("intake:outreach_mine")).status_code == 403
    assert client.get(reverse("intake:outreach_household", args=[household.pk])).status_code == 403


# --- registering what was found


def test_a_dispute_leads_to_a_filled_in_registration_and_to_one_case(
    sign_in: SignIn, member: User, household: Household
) -> None:
    client = sign_in(member)
    answer = client.post(
        reverse("intake:outreach_household", args=[household.pk]), {"found": "dispute", "note": "两家争院墙"}
    )
    visit = OutreachVisit.objects.get()
    assert answer.url == f"{reverse('intake:register')}?outreach={visit.pk}"
    form, source = (client.get(answer.url).context[name] for name in ("form", "source"))
    for field, value in (
        ("channel", "outreach"), ("division", VILLAGE), ("place_detail", "3号楼301"), ("narrative", "两家争院墙"),
        ("name", "金某"), ("phone", "10012345678"),
    ):  # fmt: skip
        assert form[field].value() == value
    assert (source["sender"].value(), source["sent_on"].value()) == ("梨园摸排一组", timezone.localdate())
    key = str(uuid.uuid4())
    first, again = (register(client, visit, submission_key=key) for _time in range(2))
    assert first.url == again.url
    visit.refresh_from_db()
    assert (visit.case, visit.case.is_restricted) == (Case.objects.get(), False)
    assert register(client, visit).status_code == 422
    assert (Case.objects.count(), Visit.objects.count()) == (1, 1)
    assert client.get(reverse("intake:register") + f"?outreach={visit.pk}").context["outreach"] is None


def test_a_finding_on_a_matter_that_is_known_joins_its_case(
    world: World, sign_in: SignIn, member: User, household: Household
) -> None:
    case = make_case(world)
    person = find_or_create(PersonInput(name="金明哲"), county=LONGJING)
    case.parties.filter(part="applicant").update(person=person)
    visits = [note(household, member, Found.DISPUTE, "两家争院墙") for _time in range(2)]
    client = sign_in(member)
    for visit in visits:
        typed = {"person": person.pk, "outreach": visit.pk, "category": case.category_id, "division": case.division_id}
        offered = client.post(reverse("intake:same_matter"), typed).content.decode()
        url = f"{reverse('intake:attach', args=[case.number])}?person={person.pk}"
        assert f"{url}&amp;outreach={visit.pk}" in offered
        form = client.get(f"{url}&outreach={visit.pk}").context["form"]
        assert form.initial["outreach"] == visit
        sent = {
            "person": person.pk, "outreach": visit.pk, "language": "zh-hans", "note": "又去了一次",
            "submission_key": str(uuid.uuid4()),
        }  # fmt: skip
        answers = [client.post(url, sent) for _time in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        again = client.post(url, sent | {"submission_key": str(uuid.uuid4())})
        assert again.status_code == 422
        assert "又去了一次" in again.content.decode()
    assert set(OutreachVisit.objects.values_list("case", flat=True)) == {case.pk}
    assert [visit.channel for visit in Visit.objects.all()] == ["outreach", "outreach"]
    assert not OutreachVisit.objects.to_register().exists()
    assert case.events.filter(kind="visit.attached").count() == 2
    assert "梨园摸排一组" in client.get(reverse("cases:detail", args=[case.number])).content.decode()


def test_a_linked_file_is_the_petitioner(sign_in: SignIn, member: User, household: Household) -> None:
    person = find_or_create(PersonInput(name="金明哲"), county=LONGJING)
    household.people.add(person)
    visit = note(household, member, Found.DISPUTE, "x")
    client, url = sign_in(member), reverse("intake:register") + f"?outreach={visit.pk}"
    assert client.get(url).context["person"] == person
    other = client.get(url + "&person=").context
    assert (other["person"], other["outreach"]) == (None, visit)
    named = client.post(reverse("intake:known_people"), {"name": "金明哲", "outreach": visit.pk}).content.decode()
    assert f"outreach={visit.pk}" in named


def test_the_head_of_the_household_is_read_in_both_scripts(sign_in: SignIn, member: User, household: Household) -> None:
    Household.objects.update(head="金花子 김화자")
    visit = note(household, member, Found.DISPUTE, "x")
    form = sign_in(member).get(reverse("intake:register") + f"?outreach={visit.pk}").context["form"]
    assert [form[name].value() for name in ("name", "name_hangul", "language")] == ["金花子", "김화자", "ko"]


def test_another_channel_does_not_take_the_visit(sign_in: SignIn, member: User, household: Household) -> None:
    visit = note(household, member, Found.DISPUTE, "x")
    quiet = note(household, member, Found.NOTHING)
    client = sign_in(member)
    assert register(client, visit, channel="walk_in").status_code == 422
    assert register(client, quiet).status_code == 422
    assert not Case.objects.exists()


def test_who_has_no_centre_leaves_it_to_the_dispatcher_who_is_told(
    world: World, sign_in: SignIn, household: Household
) -> None:
    grid = make_user("grid", Role.CLERK, VILLAGE)
    household.group.members.add(grid)  # type: ignore[union-attr]
    url = reverse("intake:outreach_household", args=[household.pk])
    assert sign_in(grid).post(url, {"found": "dispute", "note": "争院墙"}).url == reverse("intake:outreach_mine")
    told = Notification.objects.get(kind="outreach.found")
    assert told.recipient == world.dispatcher
    assert "争院墙" not in told.text
    desk, visit = sign_in(world.dispatcher), OutreachVisit.objects.get()
    assert "争院墙" in desk.get(told.url).content.decode()
    assert register(desk, visit).status_code == 302
    visit.refresh_from_db()
    assert visit.case is not None
    assert "争院墙" not in desk.get(told.url).content.decode()


RESTRICTIONS: list[tuple[dict[str, str], bool]] = [
    ({}, False),
    ({"category": "marriage_family"}, True),
    ({"narrative": "남편이 술을 마시고 때렸다"}, True),
    ({"title": "未成年人无人照顾"}, True),
    ({"category": "marriage_family", "visibility": "open"}, False),
    ({"visibility": "restricted"}, True),
    ({"category": "marriage_family", "channel": "walk_in"}, False),
    ({"visibility": "restricted", "channel": "walk_in"}, False),
]


@pytest.mark.parametrize(("changes", "restricted"), RESTRICTIONS)
def test_family_matters_found_at_home_are_restricted_unless_decided_otherwise(
    world: World, sign_in: SignIn, changes: dict[str, str], restricted: bool
) -> None:
    client = sign_in(world.clerk)
    answer = client.post(reverse("intake:register"), {**MATTER, **changes})
    case = Case.objects.get()
    assert case.is_restricted is restricted
    assert ("alert-warning" in client.get(answer.url).content.decode()) is restricted
    colleague = make_user("colleague", Role.CLERK, LONGJING)
    assert Case.objects.visible_to(colleague).filter(pk=case.pk).exists() is not restricted
    assert Case.objects.visible_to(world.clerk).filter(pk=case.pk).exists()
    assert case.events.first().data.get("restricted", False) is restricted


def test_a_minor_on_file_asks_for_care(world: World, sign_in: SignIn) -> None:
    born = timezone.localdate().replace(day=1, year=timezone.localdate().year - 10)
    child = make_person("金小某", "", counties=[LONGJING], birth_date=born)
    sign_in(world.clerk).post(reverse("intake:register"), {**MATTER, "person": child.pk, "name": ""})
    assert Case.objects.get().is_restricted


def test_the_page_warns_before_it_restricts(world: World, sign_in: SignIn) -> None:
    client, url = sign_in(world.clerk), reverse("intake:route_preview")
    given = {"category": "marriage_family", "division": VILLAGE, "channel": "outreach"}
    assert client.post(url, given).context["care"]
    assert not client.post(url, {**given, "visibility": "open"}).context["care"]
    assert not client.post(url, {**given, "channel": "hotline"}).context["care"]
    assert not client.post(url, {**given, "category": "neighbour"}).context["care"]


def test_the_page_of_the_case_names_the_campaign(sign_in: SignIn, member: User, household: Household) -> None:
    visit = note(household, member, Found.DISPUTE, "x")
    client = sign_in(member)
    register(client, visit)
    page = client.get(reverse("cases:detail", args=[Case.objects.get().number])).content.decode()
    assert "秋冬排查" in page


def test_the_administrator_sees_plans_and_groups_and_changes_none(world: World, sign_in: SignIn, member: User) -> None:
    campaign, client = plan(world), sign_in(world.administrator)
    for model, pk in (("campaign", campaign.pk), ("outreachgroup", OutreachGroup.objects.get().pk)):
        assert client.get(reverse(f"admin:intake_{model}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:intake_{model}_change", args=[pk])).status_code == 200
        assert client.get(reverse(f"admin:intake_{model}_add")).status_code == 403
        assert client.post(reverse(f"admin:intake_{model}_change", args=[pk]), {}).status_code == 403
