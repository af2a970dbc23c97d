"""The further pages of figures: what stands on them is what the measures say, and opens its cases."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from cases.models import Case, Referral
from departments.models import Shift, Window
from mediation import fair, fair_lists
from mediation import register_selectors as register
from mediation.models import Agreement, Committee, FollowUp, Mediator, Session
from reporting import departments, following_up, mediating
from reporting.attendance import by_department
from reporting.periods import Period
from reporting.rollups import deeds
from reporting.rollups.reading import reading
from tests.mediation.sessions import call, mediated
from tests.mediation.test_follow_ups import resolved
from tests.mediation.test_register_pages import concluded
from tests.reporting.test_figures import ledger_by_hand
from tests.world import LIYUAN, LONGJING, YANJI, World, make_user

SignIn = Callable[..., Client]
PAGES = ("departments", "mediation", "follow-ups")

__all__ = ("ledger_by_hand",)


def lately() -> Period:
    today = timezone.localdate()
    return Period(today - dt.timedelta(days=30), today)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("who", "status"), [("official", 200), ("dispatcher", 200), ("clerk", 403), ("mediator", 403)])
def test_who_opens_the_pages(world: World, sign_in: SignIn, page: str, who: str, status: int) -> None:
    assert sign_in(getattr(world, who)).get(f"/dashboard/{page}/").status_code == status


@pytest.mark.parametrize("page", PAGES)
def test_another_county_is_nobody_elses(world: World, sign_in: SignIn, page: str) -> None:
    client = sign_in(make_user("county", Role.OFFICIAL, LONGJING))
    assert client.get(f"/dashboard/{page}/?division={LIYUAN}").status_code == 200
    assert client.get(f"/dashboard/{page}/?division={YANJI}").status_code == 403


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("scope", ["2224", LONGJING, LIYUAN, "222405005004"])
@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_pages_open_for_every_kind_of_place(
    ledger_by_hand: World, sign_in: SignIn, page: str, scope: str, language: str
) -> None:
    answer = sign_in(ledger_by_hand.official, language).get(f"/dashboard/{page}/?division={scope}")
    assert answer.status_code == 200
    assert answer.context["division"].pk == scope


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_lie_beside_each_other_and_keep_place_and_period(world: World, sign_in: SignIn, page: str) -> None:
    query = f"division={LONGJING}&first=2026-01-01&last=2026-02-01"
    text = sign_in(world.official).get(f"/dashboard/{page}/?{query}").content.decode()
    tabs = re.findall(r'<a href="([^"]+)"\s+class="figure-tab( active)?"', text)
    assert [url.partition("?")[0] for url, active in tabs if active] == [f"/dashboard/{page}/"]
    assert {url.partition("?")[2].replace("&amp;", "&") for url, _active in tabs} == {query}


def test_a_department_stands_with_what_it_led_and_what_it_was_sent(ledger_by_hand: World) -> None:
    window = Window.objects.create(centre=ledger_by_hand.centre, number=12, is_in_rota=True)
    Shift.objects.create(
        centre=window.centre, window=window, department_id="civil_affairs", half="am",
        day=timezone.localdate() - dt.timedelta(days=1), checked_in_at=timezone.now(),
    )  # fmt: skip
    attended = by_department(LONGJING, lately(), timezone.localdate())
    with reading() as reader:
        rows = {row.key: row for row in departments.read_departments(reader, LONGJING, lately(), attended)}
        whole = departments.whole(reader, LONGJING, lately(), attended)
        hours = {key: reader.durations("s", LONGJING, lately(), key) for key in rows}
    tax = rows["tax"]
    assert (tax.counts["accepted"], tax.counts["resolved"], tax.rate.numerator) == (5, 3, 3)
    assert tax.counts["referred"] == Referral.objects.leading().filter(department="tax").count()
    assert tax.signed == sum(hours["tax"].values()) == 3
    assert rows["civil_affairs"].attendance is not None
    assert (rows["civil_affairs"].attendance.numerator, rows["civil_affairs"].counts["accepted"]) == (1, 0)
    assert whole["accepted"].value == sum(row.counts["accepted"] for row in rows.values()) == 8
    assert [row.key for row in rows.values()][:2] == ["tax", "justice"]


def test_every_number_of_a_department_opens_its_cases(ledger_by_hand: World, sign_in: SignIn) -> None:
    client = sign_in(ledger_by_hand.official)
    text = client.get("/dashboard/departments/").content.decode()
    found = re.findall(r'<a href="(/(?:cases|dashboard/cases)/\?[^"]+)">([\d,]+)</a>', text)
    assert len(found) >= 10
    for url, number in found:
        assert client.get(url.replace("&amp;", "&")).context["number"] == int(number.replace(",", "")), url


def test_agreements_and_sessions_are_counted_by_their_own_day(world: World) -> None:
    case = mediated(world)
    session = call(case, world.mediator)
    today = timezone.localdate()
    for form, day in (("written", today), ("oral", today), ("oral", today - dt.timedelta(days=90))):
        Agreement.objects.create(
            case=case, form=form, terms="协议内容", reached_on=day, recorded_by=world.mediator,
            recorded_at=timezone.now(),
        )  # fmt: skip
    Session.objects.filter(pk=session.pk).update(state="failed", failure="no_agreement")
    tomorrow = Period(today - dt.timedelta(days=30), today + dt.timedelta(days=1))
    with reading() as reader:
        found = mediating.read(reader, LONGJING, tomorrow)
        elsewhere = mediating.read(reader, YANJI, tomorrow)
        before = mediating.read(reader, LONGJING, lately())
        by_place = deeds.by_place(reader, "agreements", LONGJING, [LIYUAN], lately())
    values = {code: one.value for code, one in found.figures.items()}
    assert (values["agreements_written"], values["agreements_oral"]) == (1, 1)
    assert (values["sessions_failed"], values["sessions_held"], values["failure_rate"]) == (1, 0, 100.0)
    assert [(code, count) for code, _reason, count in found.failures] == [("no_agreement", 1)]
    assert (values["in_hand"], values["mediators"]) == (1, Mediator.objects.active().count())
    assert elsewhere.figures["sessions_failed"].value == before.figures["sessions_failed"].value == 0
    assert by_place == {LIYUAN: {"written": 1, "oral": 1}, LONGJING: {"written": 0, "oral": 0}}


def test_the_list_compares_as_the_page_of_the_mediator_does(world: World) -> None:
    concluded(world, {"oral_agreement": 7, "refused": 4}, world.mediator)
    concluded(world, {"oral_agreement": 2, "to_court": 6}, world.other_mediator)
    mediators = list(Mediator.objects.select_related("committee").order_by("pk"))
    committees = list(Committee.objects.all())
    found = fair_lists.of_mediators(mediators)
    assert {one.pk: fair.figures(register.strata_of_mediator(one)) for one in mediators} == found
    assert found[world.mediator.mediator.pk].verdict != "too_few"
    assert found[world.other_mediator.mediator.pk].verdict == "too_few"
    of_committees = fair_lists.of_committees(committees)
    assert {one.pk: fair.figures(register.strata_of_committee(one)) for one in committees} == of_committees


@pytest.mark.parametrize("kind", ["committees", "mediators"])
def test_a_longer_list_takes_no_more_queries(
    world: World, sign_in: SignIn, django_assert_max_num_queries: Callable[..., Any], kind: str
) -> None:
    for number in range(60):
        row = Committee.objects.create(name=f"第{number}委员会", division_id=LIYUAN, kind="village")
        Mediator.objects.create(committee=row, name=f"调解员{number}", position="chair")
    client = sign_in(world.official)
    client.get("/dashboard/mediation/")
    with django_assert_max_num_queries(30):
        page = client.get(f"/dashboard/mediation/?list={kind}&page=2").context["page"]
    assert (page.number, len(page.object_list)) == (2, 25)


def test_visits_are_counted_by_their_planned_day(world: World) -> None:
    first, *others = resolved(world).follow_ups.order_by("due_on")
    today = timezone.localdate()
    FollowUp.objects.filter(pk=first.pk).update(
        due_on=today - dt.timedelta(days=2), state="done", outcome="performed", done_at=timezone.now()
    )
    FollowUp.objects.filter(pk=others[0].pk).update(due_on=today - dt.timedelta(days=1))
    FollowUp.objects.filter(pk__in=[one.pk for one in others[1:]]).update(due_on=today + dt.timedelta(days=40))
    with reading() as reader:
        found = following_up.read(reader, LONGJING, lately())
        by_place = following_up.by_place(reader, LONGJING, [LIYUAN], lately())
    values = {code: one.value for code, one in found.figures.items()}
    assert (values["visits"], values["visits_done"], values["visits_overdue"]) == (2, 1, 1)
    assert (values["visits_on_time"], found.figures["visits_on_time"].denominator) == (0.0, 2)
    assert {code: count for code, _label, count in found.outcomes if count} == {"performed": 1}
    assert {code: one.value for code, one in by_place[LIYUAN].items()} == {
        code: values[code] for code in by_place[LIYUAN]
    }
    FollowUp.objects.filter(pk=first.pk).update(done_at=timezone.now() - dt.timedelta(days=2))
    with reading() as reader:
        assert following_up.read(reader, LONGJING, lately()).figures["visits_on_time"].value == 50.0


def test_satisfaction_never_stands_without_the_share_that_answered(ledger_by_hand: World, sign_in: SignIn) -> None:
    Case.objects.filter(state="resolved").update(state="closed")
    text = sign_in(ledger_by_hand.official).get("/dashboard/follow-ups/").content.decode()
    codes = re.findall(r'data-figure="(\w+)"', text)
    assert codes.index("answer_rate") == codes.index("satisfaction") + 1


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_take_few_queries(
    ledger_by_hand: World, sign_in: SignIn, django_assert_max_num_queries: Callable[..., Any], page: str
) -> None:
    client = sign_in(ledger_by_hand.official)
    client.get(f"/dashboard/{page}/")
    with django_assert_max_num_queries(30):
        client.get(f"/dashboard/{page}/")
