"""What a mediator is offered next in a case, from the assignment to the complete file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cases.models import Case
from cases.services import reopen_case
from mediation import next_step
from mediation.services import holding, reach_agreement
from mediation.services.notices import tell_party
from mediation.services.sessions import Place, move_session
from tests.mediation.files import closed
from tests.mediation.sessions import at, call, let_it_begin, mediated, tell_rights
from tests.mediation.signing import sign_all, written
from tests.world import World


def offered(case: Case, world: World, who: str = "mediator") -> str:
    """The address of the next step, or nothing."""
    step = next_step.of_case(Case.objects.get(pk=case.pk), getattr(world, who))
    return step.url if step else ""


def test_each_step_offers_the_one_after_it(world: World) -> None:
    case = mediated(world)
    assert offered(case, world) == reverse("mediation:rights", args=[case.number])
    tell_rights(case, world.mediator)
    assert offered(case, world) == reverse("mediation:session_call", args=[case.number])
    session = call(case, world.mediator)
    notices = reverse("mediation:session_notices", args=[session.pk])
    assert offered(case, world) == notices
    for party in case.parties.all():
        tell_party(session=session, by=world.mediator, party=party, channel="paper")
    assert offered(case, world) == "", "everybody knows; the day has to come"
    move_session(session=session, by=world.mediator, start=at(15, days=2), minutes=60, place=Place(place="村委会"))
    assert offered(case, world) == notices, "of the new time nobody knows yet"
    let_it_begin(session)
    assert offered(case, world) == reverse("mediation:session_hold", args=[session.pk])
    came = {party.pk: "came" for party in case.parties.all()}
    holding.hold_session(session=session, by=world.mediator, came=came, minutes="双方陈述")
    assert offered(case, world) == reverse("mediation:agreement", args=[case.number])
    reach_agreement(case=case, by=world.mediator, form="oral", terms="月底前付清")
    assert offered(case, world) == "", "an oral agreement waits for no signature"
    reopen_case(case=case, by=world.dispatcher, note="再起争执")
    assert offered(case, world) == reverse("mediation:session_call", args=[case.number]), "what was held is history"


def test_a_written_agreement_is_to_be_signed_and_sealed(world: World) -> None:
    agreement = written(world)
    signing = reverse("mediation:signing", args=[agreement.pk])
    assert offered(agreement.case, world) == signing
    sign_all(world, agreement)
    assert offered(agreement.case, world) == signing, "the seal is missing"


def test_a_closed_case_wants_its_file(world: World) -> None:
    case = closed(world)
    assert offered(case, world) == reverse("mediation:file", args=[case.number])
    assert offered(case, world, "dispatcher") == ""


@pytest.mark.parametrize("who", ["other_mediator", "dispatcher", "clerk"])
def test_others_are_offered_nothing(world: World, who: str) -> None:
    assert offered(mediated(world), world, who) == ""


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_home_page_offers_it_for_each_case_and_asks_no_more_for_more_cases(
    world: World, sign_in: Callable[..., Client], language: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, home = sign_in(world.mediator, language), reverse("mediation:home")
    first = mediated(world)
    with django_assert_max_num_queries(45) as before:
        assert reverse("mediation:rights", args=[first.number]) in client.get(home).content.decode()
    others = [mediated(world) for _number in range(3)]
    for number, case in enumerate(others):
        tell_rights(case, world.mediator)
        call(case, world.mediator, start=at(9) + dt.timedelta(hours=2 * number))
    with django_assert_max_num_queries(len(before.captured_queries) + 12):
        page = client.get(home).content.decode()
    assert all(case.number in page for case in others)
