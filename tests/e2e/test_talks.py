"""On a phone: a session with two rooms is called, and a separate talk is recorded with a note for the mediators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from governance_center.calendar import LOCAL_ZONE
from mediation.models import Room, SeparateTalk, Session
from mediation.services import assign_mediator
from tests.e2e.conftest import PHONE, Person
from tests.e2e.test_journey_mediation import dispute

Visit = Callable[..., Person]
NOTES = {
    "zh-hans": "愿意让到三千元，但要对方先道歉。",
    "ko": "삼천원까지 양보할수 있으나 상대방이 먼저 사과할것을 요구한다.",
}


def let_it_be_over(session: Session) -> None:
    """As if it had been yesterday at nine."""
    start = dt.datetime.combine(timezone.localdate() - dt.timedelta(days=1), dt.time(9, 0), LOCAL_ZONE)
    period = DateTimeTZRange(start, start + dt.timedelta(hours=1))
    for rows in (session.attendances, session.seats, Session.objects.filter(pk=session.pk)):
        rows.update(period=period)


@pytest.mark.parametrize("language", ["ko", "zh-hans"])
def test_two_rooms_and_a_talk_with_one_side(visit: Visit, language: str) -> None:
    case = dispute()
    user = User.objects.get(username="mediator.longjing")
    assign_mediator(case=case, mediator=user.mediator, by=User.objects.get(username="dispatcher.longjing"))
    mediator = visit("mediator.longjing", language, PHONE)
    page = mediator.page
    mediator.open(f"/mediation/{case.number}/session/")
    page.locator("label:has([name=slot])").first.click()
    taken = page.locator("[name=slot]:checked").get_attribute("value")
    other = Room.objects.filter(is_active=True, centre__division__code__startswith=case.county_code).exclude(
        pk=(taken or "").split()[-1]
    )
    page.select_option("[name=second_room]", str(other[0].pk))
    mediator.shoot("talks-01-session")
    mediator.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/notices/")
    session = Session.objects.get(case=case)
    assert session.second_room == other[0]
    let_it_be_over(session)
    mediator.open(f"/cases/{case.number}/")
    page.locator("a[href$='/talk/']").click()
    page.locator("label:has([name=part][value=respondent])").click()
    page.locator(f"label:has([name=room][value='{session.second_room_id}'])").click()
    page.fill("[name=since]", "09:10")
    page.fill("[name=until]", "09:35")
    page.fill("[name=note]", NOTES[language])
    mediator.shoot("talks-02-talk")
    mediator.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/cases/**")
    note = page.locator("#sessions details", has_text=NOTES[language])
    expect(note).to_have_count(1)
    note.locator("summary").click()
    mediator.shoot("talks-03-case")
    mediator.check()
    assert SeparateTalk.objects.get().note == NOTES[language]
    visit_of = visit("dispatcher.longjing", language, PHONE)
    visit_of.open(f"/cases/{case.number}/")
    expect(visit_of.page.locator("#sessions")).to_contain_text("09:10–09:35")
    expect(visit_of.page.get_by_text(NOTES[language])).to_have_count(0)
