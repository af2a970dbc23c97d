"""The legal workers' home: who is asked and why, when, and the written opinion on the case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Notification, Role
from cases import expert_selectors as selectors
from cases import ledger
from cases.models import Case, CaseEvent, Expert, ExpertAppointment
from cases.services import experts, withdraw_case
from cases.services.experts import AlreadySettled, ExpertBusy, NotOurExpert, OutsideHours
from governance_center.calendar import LOCAL_ZONE, is_working_day
from governance_center.errors import IllegalMove, MissingInput, NotAllowed
from tests.together import at_once
from tests.world import LONGJING, YANJI, World, make_case, make_user

SignIn = Callable[..., Client]


def working_day(ahead: int = 1) -> dt.date:
    """The so-many-th working day after today."""
    day = timezone.localdate()
    while ahead:
        day += dt.timedelta(days=1)
        ahead -= is_working_day(day)[0]
    return day


def at(hour: int, minute: int = 0, day: dt.date | None = None) -> dt.datetime:
    return dt.datetime.combine(day or working_day(), dt.time(hour, minute), LOCAL_ZONE)


def make_expert(
    name: str = "韩律师", division: str = LONGJING, field: str | None = "social_insurance", **more: Any
) -> Expert:
    expert = Expert.objects.create(name=name, division_id=division, **{"languages": ["zh-hans", "ko"], **more})
    if field:
        expert.fields.add(field)
    return expert


@pytest.fixture
def case(world: World) -> Case:
    return make_case(world)


@pytest.fixture
def expert(world: World) -> Expert:
    return make_expert()


def ask(case: Case, expert: Expert, by: Any, **fields: Any) -> ExpertAppointment:
    values = {"start": at(9), "minutes": 30, "question": "补缴责任由谁承担？", **fields}
    return experts.ask_expert(case=case, expert=expert, by=by, **values)


@pytest.mark.parametrize(
    ("who", "may"),
    [("clerk", True), ("tax", True), ("dispatcher", True), ("hr", False), ("mediator", False), ("official", False),
     ("administrator", False)],
)  # fmt: skip
def test_who_may_ask(world: World, case: Case, expert: Expert, who: str, may: bool) -> None:
    user = getattr(world, who)
    assert experts.may_ask(case, user) is may
    if may:
        assert ask(case, expert, user).state == "planned"
        return
    with pytest.raises(NotAllowed):
        ask(case, expert, user)
    assert not ExpertAppointment.objects.exists()


@pytest.mark.parametrize(
    ("start", "minutes"),
    [
        (at(8, 0), 30), (at(17, 15), 30), (at(17, 0), 60), (at(22), 30),
        (timezone.now() - dt.timedelta(days=1), 30),
        (at(9, day=dt.date(2027, 1, 2)), 30),
    ],
)  # fmt: skip
def test_only_office_hours_of_a_working_day_to_come(
    world: World, case: Case, expert: Expert, start: dt.datetime, minutes: int
) -> None:
    with pytest.raises(OutsideHours) as caught:
        ask(case, expert, world.clerk, start=start, minutes=minutes)
    assert caught.value.field == "start"


def test_what_does_not_fit_is_refused(world: World, case: Case, expert: Expert) -> None:
    with pytest.raises(MissingInput):
        ask(case, expert, world.clerk, question="  ")
    with pytest.raises(MissingInput):
        ask(case, expert, world.clerk, minutes=7)
    with pytest.raises(NotOurExpert):
        ask(case, make_expert("远", YANJI), world.clerk)
    with pytest.raises(NotOurExpert):
        ask(case, make_expert("退", is_active=False), world.clerk)
    assert ask(case, make_expert("州", "2224"), world.clerk).pk
    withdrawn = withdraw_case(case=make_case(world), by=world.clerk, note="撤回")
    with pytest.raises(IllegalMove):
        ask(withdrawn, expert, world.clerk)


def test_nobody_gets_a_time_that_is_taken_and_the_same_form_asks_once(world: World, case: Case, expert: Expert) -> None:
    first = ask(case, expert, world.clerk)
    assert ask(case, expert, world.clerk).pk == first.pk
    with pytest.raises(ExpertBusy):
        ask(make_case(world), expert, world.clerk, start=at(9, 15))
    assert ask(make_case(world), expert, world.clerk, start=at(9, 30)).pk != first.pk
    experts.cancel_appointment(appointment=first, by=world.clerk)
    assert ask(make_case(world), expert, world.dispatcher).pk
    assert not list(ledger.verify())


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_once_one_gets_the_time(world: World) -> None:
    expert, cases = make_expert(), [make_case(world), make_case(world)]

    def run(case: Case) -> str:
        try:
            ask(case, expert, world.clerk)
        except ExpertBusy:
            return "busy"
        return "asked"

    results = at_once(*(partial(run, case) for case in cases))
    assert sorted(results) == ["asked", "busy"]
    assert ExpertAppointment.objects.count() == 1
    assert CaseEvent.objects.filter(kind="expert.asked").count() == 1


def test_the_opinion_attaches_to_the_case_once(world: World, case: Case, expert: Expert, sign_in: SignIn) -> None:
    row = ask(case, expert, world.tax)
    with pytest.raises(MissingInput):
        experts.give_opinion(appointment=row, by=world.clerk, text=" ")
    with pytest.raises(NotAllowed):
        experts.give_opinion(appointment=row, by=world.hr, text="意见")
    given = experts.give_opinion(appointment=row, by=world.clerk, text="单位应当补缴。")
    assert (given.state, given.opinion.text) == ("held", "单位应当补缴。")
    assert experts.give_opinion(appointment=row, by=world.clerk, text="单位应当补缴。").pk == row.pk
    with pytest.raises(AlreadySettled):
        experts.give_opinion(appointment=row, by=world.clerk, text="改")
    with pytest.raises(AlreadySettled):
        experts.cancel_appointment(appointment=row, by=world.clerk)
    assert Notification.objects.get(kind="expert.answered").recipient == world.tax
    assert CaseEvent.objects.filter(case=case, kind="expert.answered").count() == 1
    assert not list(ledger.verify())
    page = sign_in(world.tax, "ko").get(f"/cases/{case.number}/").content.decode()
    assert page.count("单位应当补缴。") == 2, "in the card of experts and in the history"


def test_an_expert_with_an_account_answers_alone(world: World, case: Case) -> None:
    user = make_user("han", Role.MEDIATOR, LONGJING)
    row = ask(case, make_expert(user=user), world.clerk)
    assert Notification.objects.get(kind="expert.asked").recipient == user
    assert Case.objects.visible_to(user).filter(pk=case.pk).exists()
    assert experts.give_opinion(appointment=row, by=user, text="意见").opinion.author == user


def test_who_fits_comes_first_and_says_why(world: World, case: Case) -> None:
    party = case.parties.get(part="applicant").person
    party.language = "ko"
    party.save(update_fields=["language"])
    best = make_expert("一", LONGJING)
    far = make_expert("二", "2224")
    mute = make_expert("三", LONGJING, languages=["zh-hans"])
    other = make_expert("四", LONGJING, field=None)
    make_expert("五", YANJI)
    make_expert("六", LONGJING, is_active=False)
    with translation.override("en"):
        found = selectors.suggest(case)
        assert [one.expert for one in found] == [best, far, mute, other]
        assert any("does not speak" in str(reason) for reason in found[2].reasons)
        assert "knows this field" in [str(reason) for reason in found[0].reasons]
        assert "another field" in [str(reason) for reason in found[3].reasons]


def test_free_times_leave_out_what_is_taken(world: World, case: Case, expert: Expert) -> None:
    slots = selectors.free_slots(expert, case)
    assert len(slots) == selectors.SHOWN_SLOTS
    assert all(slot > timezone.now() and is_working_day(slot.astimezone(LOCAL_ZONE).date())[0] for slot in slots)
    ask(case, expert, world.clerk, start=slots[1], minutes=30)
    assert slots[1] not in selectors.free_slots(expert, case)


def test_an_expert_reads_the_case_while_the_appointment_stands(world: World, case: Case) -> None:
    user = make_user("han", Role.MEDIATOR, LONGJING)
    row = ask(case, make_expert(user=user), world.clerk)
    assert Case.objects.visible_to(user).filter(pk=case.pk).exists()
    experts.cancel_appointment(appointment=row, by=world.clerk)
    assert not Case.objects.visible_to(user).filter(pk=case.pk).exists()


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_of_a_restricted_case_an_expert_sees_the_question_alone(world: World, sign_in: SignIn, language: str) -> None:
    user = make_user("han", Role.MEDIATOR, LONGJING)
    secret = make_case(
        world, "petition", kind="petition", petition_class="accusation", title="举报某领导", narrative="内情"
    )
    row = ask(secret, make_expert(user=user), world.dispatcher, question="程序上应当如何办理？")
    assert not Case.objects.visible_to(user).filter(pk=secret.pk).exists()
    client = sign_in(user, language)
    assert client.get(f"/cases/{secret.number}/").status_code == 404
    path = f"/experts/appointments/{row.pk}/opinion/"
    assert Notification.objects.get(kind="expert.asked").url == path
    for page in (path, "/experts/appointments/", f"/experts/{row.expert_id}/"):
        text = client.get(page).content.decode()
        assert "程序上应当如何办理？" in text
        assert "举报某领导" not in text
        assert secret.number not in text
    answer = client.post(path, {"text": "移送纪检监察机关。"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/experts/appointments/"
    row.refresh_from_db()
    assert row.opinion.text == "移送纪检监察机关。"
    assert client.get(path, follow=True).redirect_chain[-1][0] == "/experts/appointments/"


# --- pages


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_asking_on_the_page(world: World, case: Case, expert: Expert, sign_in: SignIn, language: str) -> None:
    client, path = sign_in(world.clerk, language), f"/experts/ask/{case.number}/"
    assert path in client.get(f"/cases/{case.number}/").content.decode()
    assert "韩律师" in client.get(path).content.decode()
    slot = selectors.free_slots(expert, case)[0].isoformat()
    chosen = f"{path}?expert={expert.pk}"
    refused = client.post(chosen, {"minutes": "30", "question": "问题甲"})
    assert refused.status_code == 422
    assert "问题甲" in refused.content.decode()
    assert {"zh-hans": "30分钟", "ko": "30분"}[language] in refused.content.decode().replace(" ", "")
    assert client.post(chosen, {"slot": slot, "minutes": "30", "question": "问题甲"}).status_code == 302
    row = ExpertAppointment.objects.get()
    assert f"/experts/appointments/{row.pk}/opinion/" in client.get(f"/cases/{case.number}/").content.decode()
    for page in ("/experts/appointments/", f"/experts/{expert.pk}/"):
        assert case.number in client.get(page).content.decode()
    busy = client.post(chosen, {"start": slot[:16], "minutes": "30", "question": "问题乙"})
    assert busy.status_code == 422
    assert client.post(f"/experts/appointments/{row.pk}/opinion/", {"text": "意见书"}).status_code == 302
    assert "意见书" in client.get(f"/experts/{expert.pk}/").content.decode()


def test_the_list_is_filtered_bounded_and_exported(
    world: World, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make_expert(f"专家{number:02d}", field="neighbour" if number % 2 else "social_insurance")
    make_expert("外县", YANJI)
    client = sign_in(world.clerk)
    with django_assert_max_num_queries(14):
        page = client.get("/experts/")
    assert page.context["page"].paginator.count == 30
    assert client.get("/experts/?field=neighbour").context["page"].paginator.count == 15
    assert client.get("/experts/?q=专家07&language=ko").context["page"].paginator.count == 1
    assert "外县" not in page.content.decode()
    export = b"".join(client.get("/experts/?export=csv&field=neighbour").streaming_content).decode()
    assert export.count("专家") == 15


def test_the_dispatcher_keeps_the_list(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.dispatcher)
    form = {
        "name": "新律师",
        "division": LONGJING,
        "languages": ["ko"],
        "fields_known": ["neighbour"],
        "is_active": "on",
    }
    assert client.post("/experts/new/", form | {"languages": []}).status_code == 422
    assert client.post("/experts/new/", form | {"division": YANJI}).status_code == 422
    assert client.post("/experts/new/", form).status_code == 302
    expert = Expert.objects.get()
    assert (expert.languages, list(expert.fields.values_list("pk", flat=True))) == (["ko"], ["neighbour"])
    assert client.post(f"/experts/{expert.pk}/edit/", {**form, "is_active": ""}).status_code == 302
    expert.refresh_from_db()
    assert not expert.is_active
    Expert.objects.filter(pk=expert.pk).update(is_active=True)
    ask(make_case(world), expert, world.clerk)
    told = client.post(f"/experts/{expert.pk}/edit/", {**form, "is_active": ""}, follow=True)
    assert "仍有预约" in told.content.decode()
    assert sign_in(world.clerk).post("/experts/new/", form).status_code == 403
    outside = make_user("d.yanji", Role.DISPATCHER, YANJI)
    assert sign_in(outside).get(f"/experts/{expert.pk}/edit/").status_code == 403


@pytest.mark.parametrize(("who", "status"), [("clerk", 200), ("tax", 200), ("mediator", 200), ("dispatcher", 200),
                                             ("official", 403), ("administrator", 403)])  # fmt: skip
def test_who_opens_the_home(world: World, sign_in: SignIn, who: str, status: int) -> None:
    client = sign_in(getattr(world, who))
    for page in ("/experts/", "/experts/appointments/"):
        assert client.get(page).status_code == status


def test_a_restricted_case_stays_restricted(world: World, sign_in: SignIn, expert: Expert) -> None:
    case = make_case(world, "petition", kind="petition", petition_class="accusation")
    row = ask(case, expert, world.dispatcher)
    other = make_user("clerk2", Role.CLERK, LONGJING)
    client = sign_in(other)
    assert case.number not in client.get("/experts/appointments/").content.decode()
    assert case.number not in client.get(f"/experts/{expert.pk}/").content.decode()
    assert client.get(f"/experts/appointments/{row.pk}/opinion/").status_code == 404
    assert client.get(f"/experts/ask/{case.number}/").status_code == 404
