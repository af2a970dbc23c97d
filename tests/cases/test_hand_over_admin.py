# ruff: noqa: F401, F811  the fixtures come from levelling
"""Hand-overs in the administration: to be looked at, not to be changed, and without what was written."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from accounts.models import User
from cases.models import Case
from tests.cases.levelling import WHY, above, ask, case, limits
from tests.world import World


def test_it_shows_and_changes_nothing(world: World, case: Case, above: User, sign_in: Callable[..., Client]) -> None:
    row = ask(case, world.dispatcher)
    client = sign_in(world.administrator)
    listed = client.get(reverse("admin:cases_handover_changelist"), {"q": case.number}).content.decode()
    assert case.number in listed
    page = client.get(reverse("admin:cases_handover_change", args=[row.pk])).content.decode()
    assert case.number in page
    assert WHY not in page
    assert client.get(reverse("admin:cases_handover_add")).status_code == 403
    assert client.post(reverse("admin:cases_handover_change", args=[row.pk]), {"state": "taken"}).status_code == 403
    assert client.post(reverse("admin:cases_handover_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    row.refresh_from_db()
    assert row.state == "asked"
