"""Pausing, letting go on and extending limits: what moves, who may, what the ledger says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import ledger
from cases.models import Case, Deadline, EventKind, Referral
from cases.services import extend_limit, pause_limit, resolve_case, resume_limit, sign_referral
from cases.services.limits import (
    AlreadyPassed,
    AlreadyPaused,
    ExtendedBefore,
    NotExtendable,
    NotPaused,
    NotRunning,
    TooLong,
)
from departments.models import LocalHoliday
from governance_center.calendar import LOCAL_ZONE, day_end
from governance_center.errors import MissingInput, NotAllowed
from tests.world import YANJI, World, make_case, make_user


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


def end_of(day: str) -> dt.datetime:
    return day_end(dt.date.fromisoformat(day))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``clock("2026-03-02 09:00")``: that is the time from now on."""

    def set_to(text: str) -> None:
        monkeypatch.setattr(timezone, "now", lambda: at(text))

    return set_to


def limit_of(case: Case, rule: str) -> Deadline:
    return case.deadlines.select_related("rule", "case").get(rule=rule, referral__isnull=True)


def entry_of(case: Case, kind: str) -> dict[str, Any]:
    assert not list(ledger.verify(case_ids=[case.pk]))
    return case.events.filter(kind=kind).latest("sequence").data


def test_a_pause_gives_calendar_days_back_and_the_case_follows(world: World, clock: Any) -> None:
    clock("2026-03-02 09:00")
    case = make_case(world)
    limit = limit_of(case, "handle_dispute")
    assert limit.due_at == end_of("2026-04-01")
    clock("2026-03-10 17:00")
    pause_limit(deadline=limit, by=world.dispatcher, reason="等待鉴定")
    clock("2026-03-20 08:00")
    limit = resume_limit(deadline=limit, by=world.dispatcher)
    case.refresh_from_db()
    assert (limit.due_at, limit.paused_at, case.due_at) == (end_of("2026-04-11"), None, end_of("2026-04-11"))
    pause = limit.pauses.get()
    assert (pause.reason.text, pause.by, pause.ended_by) == ("等待鉴定", world.dispatcher, world.dispatcher)
    assert (pause.started_at, pause.ended_at) == (at("2026-03-10 17:00"), at("2026-03-20 08:00"))
    assert entry_of(case, EventKind.PAUSED)["note"] == pause.reason_id
    assert "等待鉴定" not in str(entry_of(case, EventKind.PAUSED)), "the ledger keeps the digest, not the text"
    assert entry_of(case, EventKind.RESUMED)["new_due"] == limit.due_at.astimezone(dt.UTC).isoformat()


def test_a_pause_gives_working_days_back(world: World, clock: Any) -> None:
    clock("2026-03-02 09:00")
    case = make_case(world, "psychological")
    limit = limit_of(case, "handle_service")
    assert limit.due_at == end_of("2026-03-09")
    clock("2026-03-04 10:00")  # Wednesday: it, Thursday, Friday and Monday are left
    pause_limit(deadline=limit, by=world.dispatcher, reason="家属住院")
    clock("2026-03-16 10:00")  # Monday
    assert resume_limit(deadline=limit, by=world.dispatcher).due_at == end_of("2026-03-19")


def test_a_paused_limit_does_not_run_out(world: World, clock: Any) -> None:
    clock("2026-03-02 09:00")
    case = make_case(world)
    case.deadlines.exclude(rule="handle_dispute").update(met_at=timezone.now())
    pause_limit(deadline=limit_of(case, "handle_dispute"), by=world.dispatcher, reason="等待")
    clock("2026-12-01 09:00")
    limit = limit_of(case, "handle_dispute")
    assert (limit.colour, limit.is_paused, limit.days_left) == ("green", True, 30)
    assert not Case.objects.overdue().exists()
    assert not Deadline.objects.turning().exists()


def test_a_limit_that_was_red_stays_red_while_it_is_paused(world: World, clock: Any) -> None:
    clock("2026-03-02 09:00")
    case = make_case(world)
    clock("2026-04-02 00:00")
    limit = pause_limit(deadline=limit_of(case, "handle_dispute"), by=world.dispatcher, reason="等待")
    assert (limit.colour, limit.shown) == ("red", "red")
    assert Deadline.objects.overdue().filter(pk=limit.pk).exists()
    clock("2026-04-20 00:00")
    limit = resume_limit(deadline=limit, by=world.dispatcher)
    assert (limit.due_at, limit.colour) == (end_of("2026-04-01"), "red"), "what had run out does not come back"


def test_a_case_that_ends_while_its_limit_is_paused_is_in_time(world: World, clock: Any) -> None:
    clock("2026-03-02 09:00")
    case = make_case(world)
    sign_referral(referral=Referral.objects.get(case=case, role="lead"), by=world.tax)
    pause_limit(deadline=limit_of(case, "handle_dispute"), by=world.tax, reason="等待")
    clock("2026-06-01 09:00")
    resolve_case(case=case, by=world.tax, outcome="settled", note="已补缴")
    limit = limit_of(case, "handle_dispute")
    assert (limit.met_at, limit.paused_at, limit.colour) == (at("2026-06-01 09:00"), None, "green")
    assert limit.due_at == end_of("2026-07-01")
    assert limit.pauses.get().ended_at == limit.met_at


def test_yellow_stays_yellow_over_a_pause(world: World, clock: Any) -> None:
    clock("2026-03-02 00:00")
    limit = limit_of(make_case(world), "handle_dispute")
    clock("2026-03-27 12:00")
    limit = pause_limit(deadline=limit, by=world.dispatcher, reason="等待")
    assert (limit.colour, limit.shown) == ("yellow", "yellow")
    assert Deadline.objects.turning().filter(pk=limit.pk).exists()
    clock("2026-05-27 12:00")
    assert resume_limit(deadline=limit, by=world.dispatcher).colour == "yellow"


@pytest.mark.parametrize("who", ["clerk", "hr", "mediator", "official", "administrator"])
def test_others_pause_nothing(world: World, who: str) -> None:
    limit = limit_of(make_case(world), "handle_dispute")
    with pytest.raises(NotAllowed):
        pause_limit(deadline=limit, by=getattr(world, who), reason="等待")
    assert not limit.pauses.exists()


def test_the_dispatcher_of_another_county_pauses_nothing(world: World) -> None:
    other = make_user("dispatcher.yanji", "dispatcher", YANJI)
    limit = limit_of(make_case(world), "handle_dispute")
    with pytest.raises(NotAllowed):
        pause_limit(deadline=limit, by=other, reason="等待")
    with pytest.raises(NotAllowed):
        extend_limit(deadline=limit, by=other, days=3, cause="consent", reason="双方同意")


def test_a_pause_needs_a_reason_and_happens_once(world: World) -> None:
    limit = limit_of(make_case(world), "handle_dispute")
    with pytest.raises(MissingInput):
        pause_limit(deadline=limit, by=world.tax, reason="  ")
    with pytest.raises(NotPaused):
        resume_limit(deadline=limit, by=world.tax)
    pause_limit(deadline=limit, by=world.tax, reason="等待")
    with pytest.raises(AlreadyPaused):
        pause_limit(deadline=limit, by=world.tax, reason="等待")
    with pytest.raises(AlreadyPaused):
        extend_limit(deadline=limit, by=world.dispatcher, days=3, cause="consent", reason="双方同意")
    assert limit.pauses.count() == 1


@pytest.mark.parametrize("field", ["met_at", "cancelled_at"])
def test_what_no_longer_runs_is_neither_paused_nor_extended(world: World, field: str) -> None:
    limit = limit_of(make_case(world), "handle_dispute")
    Deadline.objects.filter(pk=limit.pk).update(**{field: timezone.now()})
    with pytest.raises(NotRunning):
        pause_limit(deadline=limit, by=world.tax, reason="等待")
    with pytest.raises(NotRunning):
        extend_limit(deadline=limit, by=world.dispatcher, days=3, cause="consent", reason="双方同意")


def test_mediation_goes_on_longer_when_both_parties_agree(world: World, clock: Any) -> None:
    clock("2026-03-02 00:00")
    case = make_case(world)
    limit = limit_of(case, "handle_dispute")
    clock("2026-03-28 09:00")
    limit = extend_limit(deadline=limit, by=world.dispatcher, days=15, cause="consent", reason="双方同意")
    case.refresh_from_db()
    assert (limit.due_at, case.due_at) == (end_of("2026-04-16"), end_of("2026-04-16"))
    assert limit.warn_at == at("2026-03-02 00:00") + (limit.due_at - at("2026-03-02 00:00")) * 80 / 100
    row = limit.extensions.get()
    assert (row.cause, row.old_day, row.new_day) == ("consent", dt.date(2026, 4, 1), dt.date(2026, 4, 16))
    data = entry_of(case, EventKind.EXTENDED)
    assert (data["cause"], data["days"], data["rule"]) == ("consent", 15, "handle_dispute")


def test_a_petition_is_extended_once_by_at_most_thirty_days(world: World) -> None:
    limit = limit_of(make_case(world, "petition"), "handle_petition")
    due = limit.due_at
    for days in (0, 31, -1):
        with pytest.raises(TooLong):
            extend_limit(deadline=limit, by=world.dispatcher, days=days, cause="approval", reason="情况复杂")
    limit = extend_limit(deadline=limit, by=world.dispatcher, days=30, cause="approval", reason="情况复杂")
    assert limit.due_at == due + dt.timedelta(days=30)
    with pytest.raises(ExtendedBefore):
        extend_limit(deadline=limit, by=world.dispatcher, days=1, cause="approval", reason="情况复杂")


@pytest.mark.parametrize(
    ("category", "rule", "cause"),
    [
        ("social_insurance", "handle_dispute", "approval"),
        ("petition", "handle_petition", "consent"),
        ("petition", "petition_route", "approval"),
        ("psychological", "handle_service", "consent"),
        ("social_insurance", "handle_dispute", "calendar"),
    ],
)
def test_no_other_extension_is_possible(world: World, category: str, rule: str, cause: str) -> None:
    limit = limit_of(make_case(world, category), rule)
    with pytest.raises(NotExtendable):
        extend_limit(deadline=limit, by=world.dispatcher, days=3, cause=cause, reason="双方同意")


def test_what_has_passed_is_not_extended(world: World, clock: Any) -> None:
    clock("2026-03-02 00:00")
    limit = limit_of(make_case(world), "handle_dispute")
    clock("2026-04-02 00:00")
    with pytest.raises(AlreadyPassed):
        extend_limit(deadline=limit, by=world.dispatcher, days=3, cause="consent", reason="双方同意")


@pytest.mark.parametrize("who", ["tax", "clerk", "mediator", "official"])
def test_only_the_dispatcher_extends(world: World, who: str) -> None:
    limit = limit_of(make_case(world), "handle_dispute")
    with pytest.raises(NotAllowed):
        extend_limit(deadline=limit, by=getattr(world, who), days=3, cause="consent", reason="双方同意")


def test_nothing_is_red_when_it_is_made(world: World) -> None:
    limits = make_case(world, "petition").deadlines.all()
    assert {(limit.shown, limit.colour) for limit in limits} == {("green", "green")}


def page(client: Any, case: Case, limit: Deadline, code: str, **typed: str) -> Any:
    return client.post(reverse("cases:limit", args=[case.number, limit.pk, code]), typed)


def test_the_page_offers_what_is_possible_and_shows_the_history(world: World, sign_in: Any) -> None:
    case = make_case(world)
    limit = limit_of(case, "handle_dispute")
    client = sign_in(world.dispatcher)
    shown = client.get(reverse("cases:detail", args=[case.number])).content.decode()
    paths = {code: reverse("cases:limit", args=[case.number, limit.pk, code]) for code in ("pause", "resume", "extend")}
    assert [path in shown for path in paths.values()] == [True, False, True]
    assert page(client, case, limit, "pause", reason="等待鉴定").status_code == 302
    shown = client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert [path in shown for path in paths.values()] == [False, True, False]
    assert "等待鉴定" in shown
    assert page(client, case, limit, "resume").status_code == 302
    assert not Deadline.objects.paused().exists()


def test_an_extension_without_consent_comes_back_with_what_was_typed(world: World, sign_in: Any) -> None:
    case = make_case(world)
    limit = limit_of(case, "handle_dispute")
    answer = page(sign_in(world.dispatcher), case, limit, "extend", days="12", reason="还需时间")
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["confirmed"]
    assert "还需时间" in answer.content.decode()
    assert not limit.extensions.exists()


def test_a_repeated_post_pauses_once(world: World, sign_in: Any) -> None:
    case = make_case(world)
    limit, client = limit_of(case, "handle_dispute"), sign_in(world.dispatcher)
    answers = [page(client, case, limit, "pause", reason="等待").status_code for _ in range(2)]
    assert (answers, limit.pauses.count()) == ([302, 200], 1)


@pytest.mark.parametrize(("who", "status"), [("clerk", 403), ("mediator", 403), ("official", 403), ("hr", 302)])
def test_others_do_not_reach_the_form(world: World, sign_in: Any, who: str, status: int) -> None:
    case = make_case(world)
    url = reverse("cases:limit", args=[case.number, limit_of(case, "handle_dispute").pk, "pause"])
    assert sign_in(getattr(world, who)).get(url).status_code == status


def test_the_list_finds_cases_by_the_colour_of_their_limits(world: World, clock: Any, sign_in: Any) -> None:
    clock("2026-03-02 00:00")
    red, yellow, green, paused = (make_case(world) for _ in range(4))
    Deadline.objects.exclude(rule="handle_dispute").update(met_at=timezone.now())
    pause_limit(deadline=limit_of(paused, "handle_dispute"), by=world.dispatcher, reason="等待")
    clock("2026-03-27 12:00")
    Deadline.objects.filter(case=red).update(due_at=at("2026-03-27 12:00"))
    Deadline.objects.filter(case=green).update(warn_at=at("2026-03-27 12:01"))
    client = sign_in(world.dispatcher)
    found = {
        colour: {case.pk for case in client.get(reverse("cases:list"), {"colour": colour}).context["page"]}
        for colour in ("red", "yellow", "green", "paused")
    }
    assert found == {"red": {red.pk}, "yellow": {yellow.pk}, "green": {green.pk, paused.pk}, "paused": {paused.pk}}


def test_both_dates_stand_where_a_local_holiday_moves_a_limit(world: World, clock: Any, sign_in: Any) -> None:
    for day in (3, 4, 5):
        LocalHoliday.objects.create(date=dt.date(2025, 9, day), scope_id="2224", name="州庆", source="通知")
    clock("2025-09-02 09:00")
    case = make_case(world, "psychological")
    assert limit_of(case, "handle_service").due_at == end_of("2025-09-12")
    rows = sign_in(world.dispatcher).get(reverse("cases:detail", args=[case.number])).context["limits"]
    others = {row.deadline.rule_id: row.other_day for row in rows}
    assert others == {"handle_service": dt.date(2025, 9, 9), "sign_for_referral": dt.date(2025, 9, 3)}
