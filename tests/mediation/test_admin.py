"""The administrator looks at what mediation keeps, and cannot change what the ledger tells as well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mediation.models import Agreement, Assignment, PartyAbsence, Recusal, RightsNotice, Session
from mediation.services import reach_agreement
from mediation.services.absences import record_absence
from mediation.services.recusing import ask_recusal
from tests.mediation.sessions import call, mediated, tell_rights
from tests.world import World

KEPT = (PartyAbsence, Agreement, Assignment, Recusal, RightsNotice, Session)


def one_of_each(world: World) -> None:
    case = mediated(world)
    party = case.parties.get(part="applicant")
    tell_rights(case, world.mediator)
    call(case, world.mediator)
    day = timezone.localdate() + dt.timedelta(days=3)
    record_absence(case=case, by=world.clerk, party=party, first=day)
    ask_recusal(case=case, mediator=world.mediator.mediator, by=world.clerk, party=party, relation="kin", reason="亲戚")
    reach_agreement(case=case, by=world.mediator, form="written", terms="补缴")


@pytest.mark.parametrize("model", KEPT)
def test_the_administrator_looks_and_does_not_change(world: World, sign_in: Callable[..., Client], model: type) -> None:
    one_of_each(world)
    client, row = sign_in(world.administrator), model.objects.first()
    name = f"admin:mediation_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist"), {"q": ""}).status_code == 200
    page = client.get(reverse(f"{name}_change", args=[row.pk]))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert client.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
    assert client.get(reverse(f"{name}_add")).status_code == 403
    assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_a_mediator_is_linked_to_the_own_file_and_employer(world: World, sign_in: Callable[..., Client]) -> None:
    case, mediator = mediated(world), world.other_mediator.mediator
    person = case.parties.get(part="applicant").person
    url = reverse("admin:mediation_mediator_change", args=[mediator.pk])
    client = sign_in(world.administrator)
    shown = client.get(url).context["adminform"].form.initial
    kept = {name: value for name, value in shown.items() if value not in (None, "", [])}
    kept["specialties"] = [category.pk for category in shown["specialties"]]
    data = {**kept, "languages": "zh-hans", "person": person.pk, "employer": "龙井市第一中学"}
    answer = client.post(url, data)
    assert answer.status_code == 302, answer.context["adminform"].errors
    mediator.refresh_from_db()
    assert (mediator.person, mediator.employer) == (person, "龙井市第一中学")
