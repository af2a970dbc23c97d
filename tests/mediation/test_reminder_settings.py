"""Reminders by the settings of the place: when each stage is told, by which way, and never again after a change."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Notification, OutgoingMessage, ReminderSettings
from mediation.models import FollowUp, Notice
from mediation.services.notices import tell_party
from mediation.services.reminding import sweep
from mediation.tasks import sweep_follow_ups
from tests.mediation.sessions import at, call, make_room, mediated
from tests.mediation.test_follow_ups import after, resolved
from tests.mediation.test_reminder_stages import owing, sweep_daily, told
from tests.world import YANJI, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def main(world: World) -> ReminderSettings:
    """The row of the prefecture."""
    return ReminderSettings.objects.create(centre=None)


def put(row: ReminderSettings, **fields: Any) -> None:
    ReminderSettings.objects.filter(pk=row.pk).update(**fields)


def test_a_visit_is_asked_for_some_days_before_and_pressed_only_after_its_day(
    world: World, main: ReminderSettings
) -> None:
    put(main, visit_days_before=5, visit_overdue_days=1, visit_escalated_days=1)
    resolved(world)
    sweep_daily(0, 1)
    assert told() == []
    sweep_daily(2, 7)
    assert told() == [("due", "other_mediator")], "not overdue before it was due"
    sweep_daily(8, 25)
    assert told() == [("due", "other_mediator"), ("overdue", "other_mediator"), ("escalated", "dispatcher")]


def test_a_centre_has_days_of_its_own_and_another_keeps_those_of_the_prefecture(
    world: World, main: ReminderSettings
) -> None:
    put(main, visit_days_before=60)
    ReminderSettings.objects.create(centre=world.centre, visit_days_before=0)
    resolved(world)
    sweep_daily(1, 6)
    assert told() == []
    ReminderSettings.objects.filter(centre=world.centre).update(centre=world.yanji)
    sweep(today=after(1))
    assert told() == [("due", "other_mediator")]


def test_a_change_tells_nothing_again_and_skips_nothing(world: World, main: ReminderSettings) -> None:
    resolved(world)
    put(main, visit_days_before=3)
    sweep(today=after(4))
    put(main, visit_days_before=0)
    sweep_daily(4, 7)
    assert told() == [("due", "other_mediator")]
    put(main, visit_overdue_days=60)
    sweep_daily(8, 40)
    assert told() == [("due", "other_mediator")]
    put(main, visit_overdue_days=2)
    sweep(today=after(41))
    assert told()[1:] == [("overdue", "other_mediator")]
    put(main, visit_overdue_days=1, visit_escalated_days=60)
    sweep_daily(42, 60)
    assert len(told()) == 2


def test_performance_is_told_as_many_days_before_and_after_as_is_set(world: World, main: ReminderSettings) -> None:
    put(main, performance_days_before=4, performance_overdue_days=3)
    owing(world, 10)
    stages = []
    for day in range(1, 20):
        before = len(told("performance."))
        sweep(today=after(day))
        stages += [(day, kind) for kind, reader in told("performance.")[before:] if reader != "dispatcher"]
    assert stages == [(6, "soon"), (10, "due"), (13, "overdue")]


def test_without_days_before_performance_is_told_on_the_day(world: World, main: ReminderSettings) -> None:
    put(main, performance_days_before=0)
    owing(world, 10)
    sweep_daily(1, 9)
    assert told("performance.") == []
    sweep(today=after(10))
    assert {kind for kind, _reader in told("performance.")} == {"due"}


def test_what_is_not_mailed_still_stands_on_the_screen(world: World, main: ReminderSettings) -> None:
    put(main, visit_email=True, escalation_email=False)
    ReminderSettings.objects.create(centre=world.centre, visit_email=False)
    resolved(world)
    sweep_daily(7, 25)
    assert dict(Notification.objects.filter(kind__startswith="follow_up.").values_list("kind", "email_state")) == {
        "follow_up.due": "off", "follow_up.overdue": "off", "follow_up.escalated": "off",
    }  # fmt: skip
    ReminderSettings.objects.filter(centre=world.centre).update(escalation_email=True)
    resolved(world)
    sweep_daily(7, 25)
    assert Notification.objects.filter(kind="follow_up.escalated", email_state="pending").exists()


def test_by_night_the_sweep_tells_nothing_where_the_night_is(
    world: World, main: ReminderSettings, settings: Any
) -> None:
    settings.QUIET_FROM = settings.QUIET_UNTIL = 0
    hour = timezone.localtime().hour
    FollowUp.objects.filter(case=resolved(world), day=7).update(due_on=timezone.localdate())
    ReminderSettings.objects.create(centre=world.centre, quiet_from=hour, quiet_until=(hour + 2) % 24)
    assert sweep_follow_ups() == 0
    assert told() == []
    ReminderSettings.objects.filter(centre=world.centre).update(centre=YANJI)
    assert sweep_follow_ups() == 1


def test_the_command_goes_by_the_settings_too(world: World, main: ReminderSettings) -> None:
    put(main, visit_days_before=2)
    resolved(world)
    call_command("sweep_followups", today=after(5).isoformat())
    assert told() == [("due", "other_mediator")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [(2, 9)]), ({"session_days_before": 2, "session_hour": 18}, [(1, 18)]), ({"session_sms": False}, []),
        ({"session_days_before": 30}, []), ({"session_days_before": 0, "session_hour": 10}, []),
    ],
)  # fmt: skip
def test_parties_are_reminded_of_a_session_when_it_is_set(
    world: World, main: ReminderSettings, settings: Any, fields: dict[str, Any], expected: list[tuple[int, int]]
) -> None:
    settings.QUIET_FROM = settings.QUIET_UNTIL = 0
    put(main, **fields)
    case = mediated(world)
    party = case.parties.get(part="applicant")
    assert party.person is not None
    party.person.set_phone("13800138000")
    party.person.save()
    session = call(case, world.mediator, make_room(), start=at(9, days=3))
    tell_party(session=session, party=party, by=world.mediator, channel="sms")
    rows = OutgoingMessage.objects.filter(key__contains=":reminder:")
    assert [row.next_try_at for row in rows] == [at(hour, days=days) for days, hour in expected]
    assert ["明天" in row.text for row in rows] == [days == 2 for days, _hour in expected]
    put(main, session_days_before=1, session_sms=True)
    tell_party(session=session, party=party, by=world.mediator, channel="sms")
    assert rows.count() == len(expected), "told twice is told once, whatever was set meanwhile"


def test_who_is_told_by_email_is_reminded_by_email_unless_it_is_off(world: World, main: ReminderSettings) -> None:
    session = call(mediated(world), world.mediator, make_room(), start=at(9, days=3))
    applicant, respondent = session.case.parties.order_by("part")
    tell_party(session=session, party=applicant, by=world.mediator, channel="email", email="a@example.invalid")
    put(main, session_email=False)
    tell_party(session=session, party=respondent, by=world.mediator, channel="email", email="b@example.invalid")
    reminders = Notice.objects.filter(occasion="reminder").values_list("party", "channel", "outgoing__next_try_at")
    assert list(reminders) == [(applicant.pk, "email", at(9, days=2))]
