"""The pages of mediation sessions in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from mediation.models import RightsNotice, Session
from mediation.services.clashes import free_slots
from tests.mediation.sessions import at, call, let_it_begin, make_room, mediated, tell_rights
from tests.world import World

SignIn = Callable[..., Client]
LANGUAGES = ("zh-hans", "ko")
REFUSED = {"zh-hans": "一方拒绝调解", "ko": "일방이 조정을 거절함"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_tap_on_a_free_time_calls_the_session(world: World, sign_in: SignIn, language: str) -> None:
    case, room = mediated(world), make_room()
    client = sign_in(world.mediator, language)
    url = reverse("mediation:session_call", args=[case.number])
    assert url in client.get(reverse("cases:detail", args=[case.number])).content.decode()
    slot = free_slots(case, [world.mediator.mediator])[0]
    key = f"{slot.start.isoformat()} {room.pk}"
    page = client.get(url).content.decode()
    assert f'value="{key}"' in page
    assert {"zh-hans": "60 分钟", "ko": "60분"}[language] in page
    assert str(case.parties.get(part="applicant")) in page, "whose rights are still to be told"
    assert client.post(url, {"slot": key, "minutes": "60"}).status_code == 302
    session = Session.objects.get(case=case)
    assert (session.period.lower, session.room) == (slot.start, room)
    detail = client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert reverse("mediation:session_hold", args=[session.pk]) in detail
    home = client.get(reverse("mediation:home")).content.decode()
    assert reverse("mediation:session_cancel", args=[session.pk]) in home


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clash_comes_back_with_what_was_typed(world: World, sign_in: SignIn, language: str) -> None:
    case = mediated(world)
    call(mediated(world), world.mediator)
    client = sign_in(world.mediator, language)
    data = {"start": f"{at(9, 30):%Y-%m-%dT%H:%M}", "minutes": "90", "place": "梨园社区3号楼"}
    answer = client.post(reverse("mediation:session_call", args=[case.number]), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "梨园社区3号楼" in page
    assert "10:00" in page
    assert str(world.mediator.mediator) in page
    empty = client.post(reverse("mediation:session_call", args=[case.number]), {"minutes": "60"})
    assert empty.status_code == 422
    assert Session.objects.count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_rights_then_holding(world: World, sign_in: SignIn, language: str) -> None:
    case = mediated(world)
    session = let_it_begin(call(case, world.mediator))
    client = sign_in(world.mediator, language)
    hold = reverse("mediation:session_hold", args=[session.pk])
    answers = {f"party_{one.party_id}": "came" for one in session.attendances.all()}
    data = {**answers, "minutes": "双方陈述", "language": "zh-hans"}
    refused = client.post(hold, data)
    assert refused.status_code == 422
    assert "双方陈述" in refused.content.decode()
    rights = reverse("mediation:rights", args=[case.number])
    assert client.get(rights).status_code == 200
    parties = list(case.parties.values_list("pk", flat=True))
    assert client.post(rights, {"parties": parties, "how": "paper", "told_on": "2020-01-01"}).status_code == 302
    assert RightsNotice.objects.filter(case=case).count() == 2
    assert client.post(rights, {"parties": parties, "how": "paper", "told_on": "2020-01-01"}).status_code == 302
    assert client.post(hold, data).status_code == 302
    assert "双方陈述" in client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert client.get(hold).status_code == 302, "it is held already"


@pytest.mark.parametrize("language", LANGUAGES)
def test_moving_cancelling_and_failing(world: World, sign_in: SignIn, language: str) -> None:
    case = mediated(world)
    tell_rights(case, world.mediator)
    first, second = call(case, world.mediator), call(case, world.mediator, start=at(14))
    client = sign_in(world.mediator, language)
    for name in ("session_move", "session_cancel", "session_fail"):
        assert client.get(reverse(f"mediation:{name}", args=[first.pk])).status_code == 200
    data = {"start": f"{at(16):%Y-%m-%dT%H:%M}", "minutes": "30", "place": "村委会"}
    assert client.post(reverse("mediation:session_move", args=[first.pk]), data).status_code == 302
    assert client.post(reverse("mediation:session_cancel", args=[first.pk]), {"reason": ""}).status_code == 422
    assert client.post(reverse("mediation:session_cancel", args=[first.pk]), {"reason": "下雪"}).status_code == 302
    data = {"failure": "refused", "note": "不愿调解"}
    nobody = client.post(reverse("mediation:session_fail", args=[second.pk]), data)
    assert nobody.status_code == 422
    assert "不愿调解" in nobody.content.decode(), "what was typed comes back"
    data |= {"parties": str(case.parties.get(part="respondent").pk)}
    assert client.post(reverse("mediation:session_fail", args=[second.pk]), data).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.period.lower, second.state) == ("cancelled", at(16), "failed")
    detail = client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert detail.count(REFUSED[language]) >= 2, "the row of the session and the history"
    assert second.result in detail or language == "ko"


def keep(client: Client, session: Session, text: str, revision: int) -> HttpResponse:
    url = reverse("mediation:session_minutes", args=[session.pk])
    return client.post(url, {"minutes": text, "language": "ko", "revision": revision})


@pytest.mark.parametrize("language", LANGUAGES)
def test_minutes_are_kept_while_typed_and_a_second_window_does_not_overwrite(
    world: World, sign_in: SignIn, language: str
) -> None:
    case = mediated(world)
    tell_rights(case, world.mediator)
    session = let_it_begin(call(case, world.mediator))
    client = sign_in(world.mediator, language)
    assert keep(client, session, "신청인이 말하기를", 0).json()["revision"] == 1
    assert keep(client, session, "신청인이 말하기를 …", 1).json()["revision"] == 2
    late = keep(client, session, "다른 창문", 1)
    assert late.status_code == 409
    assert late.json()["message"]
    assert keep(client, session, "x", -1).status_code == 422
    hold = reverse("mediation:session_hold", args=[session.pk])
    assert "신청인이 말하기를 …" in client.get(hold).content.decode()
    detail = client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert "신청인이 말하기를" not in detail, "half-written minutes are not shown"
    data = {f"party_{one.party_id}": "came" for one in session.attendances.all()}
    data |= {"minutes": "다른 창문", "language": "ko", "revision": "1"}
    assert client.post(hold, data).status_code == 422
    assert client.post(hold, {**data, "revision": "2"}).status_code == 302
    session.refresh_from_db()
    assert (session.state, session.minutes.text, session.minutes.revision) == ("held", "다른 창문", 3)
    assert keep(client, session, "뒤늦게", 3).status_code == 409, "what is held is not changed any more"
    client = sign_in(world.other_mediator, language)
    assert keep(client, session, "x", 3).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_session_is_a_file_for_calendar_programs(world: World, sign_in: SignIn, language: str) -> None:
    case, room = mediated(world), make_room()
    session = call(case, world.mediator, room)
    client = sign_in(world.mediator, language)
    answer = client.get(reverse("mediation:session_calendar", args=[session.pk]))
    event = Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert answer["Content-Type"].startswith("text/calendar")
    assert (event.start, event.end) == (session.period.lower, session.period.upper)
    assert case.number in event["summary"]
    assert {"zh-hans": "第一调解室", "ko": "제1조정실"}[language] in event["location"]
    assert str(case.parties.get(part="applicant")) not in answer.content.decode()


def test_others_find_no_page_and_no_button(world: World, sign_in: SignIn) -> None:
    case = mediated(world)
    session = call(case, world.mediator)
    client = sign_in(world.other_mediator)
    for name, key in (
        ("session_call", case.number),
        ("rights", case.number),
        ("session_hold", session.pk),
        ("session_move", session.pk),
    ):
        assert client.get(reverse(f"mediation:{name}", args=[key])).status_code == 404
    client = sign_in(world.tax)
    assert client.get(reverse("mediation:session_hold", args=[session.pk])).status_code == 403
    detail = client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert reverse("mediation:session_hold", args=[session.pk]) not in detail
    assert "梨园社区活动室" in detail
