"""The displays of a hall, without signing in: both languages, no names, unknown codes, and 304 while all is quiet."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from intake import services
from intake.models import Hall, Ticket, Visit
from intake.services import hall_of, open_desk
from intake.services.tickets import KIOSK_PER_MINUTE
from tests.intake.queueing import window
from tests.world import World, make_user


@pytest.fixture
def hall(world: World) -> Hall:
    return hall_of(centre=world.centre)


def press(hall: Hall, service: str = "registration", **fields: str) -> Any:
    values = {"language": "ko", "submission_key": str(uuid.uuid4()), **fields}
    return Client().post(f"/hall/{hall.code}/kiosk/{service}/", values)


def state(hall: Hall) -> Any:
    return Client().get(f"/hall/{hall.code}/state/").json()


PAGES = ("kiosk/", "kiosk/registration/", "screen/", "state/")


@pytest.mark.parametrize("page", PAGES)
def test_a_display_opens_under_its_code_alone(hall: Hall, page: str) -> None:
    assert Client().get(f"/hall/{hall.code}/{page}").status_code == 200
    assert Client().get(f"/hall/222405/{page}").status_code == 404
    hall.centre.is_active = False
    hall.centre.save()
    assert Client().get(f"/hall/{hall.code}/{page}").status_code == 404


@pytest.mark.parametrize("path", ["kiosk/nonsense/", "ticket/833ac5e5-1580-49f4-b493-54e68807ff03/"])
def test_what_does_not_exist_is_not_found(hall: Hall, path: str) -> None:
    assert Client().get(f"/hall/{hall.code}/{path}").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
@pytest.mark.parametrize(
    ("page", "chinese", "korean"),
    [
        ("kiosk/", "陪同复访", "동행 재방문"),
        ("kiosk/return/", "请选择语言并取号", "번호표를 받으십시오"),
        ("screen/", "正在叫号", "지금 호출"),
    ],
)
def test_both_languages_stand_on_every_display_chinese_first(
    hall: Hall, page: str, chinese: str, korean: str, language: str
) -> None:
    client = Client()
    client.cookies["django_language"] = language
    text = client.get(f"/hall/{hall.code}/{page}").content.decode()
    assert 0 < text.index(chinese) < text.index(korean)


def test_the_ticket_says_the_number_who_is_ahead_and_how_long(hall: Hall, world: World) -> None:
    open_desk(window=window(world.centre, 21), clerk=world.clerk)
    press(hall)
    answer = press(hall, priority="old")
    one = Ticket.objects.get(number=2)
    assert answer.headers["Location"] == f"/hall/{hall.code}/ticket/{one.submission_key}/"
    assert (one.is_priority, one.language, one.expected_wait) == (True, "ko", 0)
    page = Client().get(f"/hall/{hall.code}/ticket/{Ticket.objects.get(number=1).submission_key}/").content.decode()
    for words in ("B001", "登记", "등록", 'data-ahead="1"', "约 15 分钟", "약 15분", 'data-seconds="15"'):
        assert words in page
    priority = Client().get(answer.headers["Location"]).content.decode()
    assert 0 < priority.index("老年人") < priority.index("로인")
    assert 'data-seconds="15"' not in Client().get(answer.headers["Location"] + "?desk").content.decode()


def test_a_ticket_is_not_shown_in_another_hall(hall: Hall, world: World) -> None:
    press(hall)
    other = hall_of(centre=world.yanji)
    key = Ticket.objects.get().submission_key
    assert Client().get(f"/hall/{other.code}/ticket/{key}/").status_code == 404


def test_the_same_touch_twice_makes_one_ticket(hall: Hall) -> None:
    key = str(uuid.uuid4())
    first, second = press(hall, submission_key=key), press(hall, submission_key=key)
    assert first.headers["Location"] == second.headers["Location"]
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("fields", [{"language": "en"}, {"language": ""}, {"priority": "vip"}])
def test_nonsense_from_outside_takes_no_number(hall: Hall, fields: dict[str, str]) -> None:
    answer = press(hall, **fields)
    assert answer.status_code == 422
    assert "请重试" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_somebody_who_plays_with_the_kiosk_is_sent_to_the_desk(hall: Hall) -> None:
    for _each in range(KIOSK_PER_MINUTE):
        assert press(hall).status_code == 302
    answer = press(hall)
    assert answer.status_code == 422
    assert "안내처에 문의" in answer.content.decode()


def test_a_kiosk_s_form_needs_its_own_page(hall: Hall) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/hall/{hall.code}/kiosk/return/", {"language": "ko"}).status_code == 403


def test_the_state_names_calls_counts_and_minutes(hall: Hall, world: World) -> None:
    clerk = make_user("姓名不显示", Role.CLERK, world.centre.pk)
    at_desk = open_desk(window=window(world.centre, 21), clerk=clerk, services=["registration"])
    for service in ("registration", "registration", "return"):
        press(hall, service)
    one = services.call_next(desk=at_desk, by=clerk)
    assert one is not None
    found = state(hall)
    assert found["calls"] == [
        {"key": f"{one.pk}.1", "ticket": "B001", "window": 21, "language": "ko", "serving": False}
    ]
    counts = {row["code"]: (row["waiting"], row["minutes"]) for row in found["services"]}
    assert counts == {
        "consultation": (0, None), "registration": (1, 30), "appointment": (0, None), "return": (1, None)
    }  # fmt: skip
    services.recall(ticket=one, by=clerk)
    assert state(hall)["calls"][0]["key"] == f"{one.pk}.2"
    services.start_serving(ticket=one, by=clerk)
    assert state(hall)["calls"][0]["serving"] is True
    services.finish(ticket=one, by=clerk, outcome="guided", submission_key=uuid.uuid4())
    assert state(hall)["calls"] == []
    assert Visit.objects.count() == 1


def test_the_newest_call_comes_first_and_a_recall_on_top(hall: Hall, world: World) -> None:
    desks = [
        open_desk(window=window(world.centre, number), clerk=make_user(f"c{number}", Role.CLERK, world.centre.pk))
        for number in (21, 22)
    ]
    calls = []
    for at_desk in desks:
        press(hall)
        calls.append(services.call_next(desk=at_desk, by=at_desk.clerk))
    assert [call["window"] for call in state(hall)["calls"]] == [22, 21]
    services.recall(ticket=calls[0], by=desks[0].clerk)  # type: ignore[arg-type]
    assert [call["window"] for call in state(hall)["calls"]] == [21, 22]


def test_no_name_ever_leaves_for_the_displays(hall: Hall, world: World) -> None:
    clerk = make_user("崔某某", Role.CLERK, world.centre.pk)
    at_desk = open_desk(window=window(world.centre, 21), clerk=clerk)
    press(hall)
    services.call_next(desk=at_desk, by=clerk)
    for page in PAGES:
        assert "崔某某" not in Client().get(f"/hall/{hall.code}/{page}").content.decode()


def test_what_has_not_changed_is_not_sent_again(hall: Hall) -> None:
    client, path = Client(), f"/hall/{hall.code}/state/"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    press(hall)
    changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_a_ticket_left_at_a_window_overnight_is_not_shown_as_called_today(hall: Hall, world: World) -> None:
    at_desk = open_desk(window=window(world.centre, 21), clerk=world.clerk)
    press(hall)
    services.call_next(desk=at_desk, by=world.clerk)
    Ticket.objects.update(called_at=timezone.now() - timezone.timedelta(days=1))
    assert state(hall)["calls"] == []


def test_many_displays_cost_few_queries(hall: Hall, world: World, django_assert_max_num_queries: Any) -> None:
    open_desk(window=window(world.centre, 21), clerk=world.clerk)
    for _each in range(5):
        press(hall)
    state(hall)
    with django_assert_max_num_queries(4):
        state(hall)


def test_the_code_can_be_changed_in_the_admin(hall: Hall, world: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in(world.administrator)
    assert client.get("/admin/intake/hall/").status_code == 200
    assert client.get("/admin/departments/window/").status_code == 200
    old = hall.code
    client.post("/admin/intake/hall/", {"action": "give_new_code", "_selected_action": [hall.pk]})
    hall.refresh_from_db()
    assert hall.code != old
    assert Client().get(f"/hall/{old}/state/").status_code == 404
