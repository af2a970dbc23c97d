"""What goes on today in the demo."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from cases.models import Expert, Whistle, WhistleCall
from departments.models import RotaPlan, Shift
from intake.models import Campaign, Household, OutreachVisit
from reporting.models import Briefing
from reporting.simulation import outreach, today


@pytest.mark.django_db
def test_the_stage_is_set_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(today, "SECONDS", 0.5)
    call_command("load_reference")
    call_command("demo_accounts")
    assert today.stage() is True
    plan = RotaPlan.objects.get()
    assert plan.state == RotaPlan.State.IN_FORCE
    assert Shift.objects.in_force().filter(day__gt=timezone.localdate() + dt.timedelta(days=1)).count() > 20
    assert Whistle.objects.open().count() == len(today.WHISTLES)
    assert WhistleCall.objects.count() == sum(len(row[1]) for row in today.WHISTLES)
    assert Expert.objects.count() == 45
    assert Campaign.objects.get().is_running
    assert Household.objects.count() == 12 * outreach.A_VILLAGE
    assert not Household.objects.filter(group=None).exists()
    assert OutreachVisit.objects.to_register().exists()
    assert Briefing.objects.count() == 2
    assert Briefing.objects.get(published_at__isnull=False).scope_id == "2224"
    assert today.stage() is False
    assert Briefing.objects.count() == 2
    assert Whistle.objects.count() == len(today.WHISTLES)
