"""The seal comes last: after every signature, in the service and in the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from cases.models import EventKind
from mediation.models import Agreement, Assignment
from mediation.services.signing import NotAllSigned, WrongSigningDay, missing, record_seal
from tests.mediation.signing import SITE, kinds, sign_all, written
from tests.mediation.test_signing import TODAY, keys, sign
from tests.world import World


def test_no_seal_before_all_have_signed(world: World, sign_in: Callable[..., Client]) -> None:
    agreement = written(world)
    browser, address = sign_in(world.mediator), f"/mediation/agreements/{agreement.pk}/seal/"
    for key in keys(agreement):
        assert address not in browser.get(f"/mediation/agreements/{agreement.pk}/").content.decode()
        assert browser.get(address).status_code == 302
        answer = browser.post(address, {"sealed_on": TODAY().isoformat()})
        assert answer.status_code == 422
        assert missing(agreement)[0].name in answer.content.decode()
        with pytest.raises(NotAllSigned):
            record_seal(agreement=agreement, by=world.mediator, sealed_on=TODAY(), site=SITE)
        with pytest.raises(DatabaseError, match="after all signatures"), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(sealed_on=TODAY(), sealed_by=world.mediator)
        sign(world, agreement, key)
    assert address in browser.get(f"/mediation/agreements/{agreement.pk}/").content.decode()
    assert EventKind.AGREEMENT_SEALED not in kinds(agreement.case)
    record_seal(agreement=agreement, by=world.mediator, sealed_on=TODAY(), site=SITE)
    agreement.refresh_from_db()
    assert agreement.in_force_on == TODAY()


def test_the_seal_waits_for_every_mediator_and_is_no_older_than_a_signature(world: World) -> None:
    agreement = written(world)
    earlier = TODAY() - dt.timedelta(days=3)
    Agreement.objects.filter(pk=agreement.pk).update(reached_on=earlier)
    sign_all(world, agreement)
    add_assistant_late(world, agreement)
    with pytest.raises(NotAllSigned):
        record_seal(agreement=agreement, by=world.mediator, sealed_on=TODAY(), site=SITE)
    with pytest.raises(DatabaseError, match="after all signatures"), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(sealed_on=TODAY(), sealed_by=world.mediator)
    sign(world, agreement, keys(agreement)[0], by=world.other_mediator)
    with pytest.raises(WrongSigningDay):
        record_seal(agreement=agreement, by=world.mediator, sealed_on=earlier, site=SITE)
    record_seal(agreement=agreement, by=world.mediator, sealed_on=TODAY(), site=SITE)


def add_assistant_late(world: World, agreement: Agreement) -> None:
    Assignment.objects.create(
        case=agreement.case, mediator=world.other_mediator.mediator, role="assisting", seat=1,
        assigned_at=timezone.now(),
    )  # fmt: skip
