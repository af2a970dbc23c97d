"""The e-mail of a person: kept only with consent, encrypted, masked, opened by a logged look, struck out on request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Look
from cases.identity import BadEmail, check_email, mask_email
from cases.models import CaseParty, Person
from cases.services import people
from cases.services.people import FileInput, PersonInput
from governance_center.errors import NotAllowed
from tests.world import World, make_case, make_person

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
ADDRESS = "kim.chol@example.invalid"


@pytest.fixture
def person(world: World) -> Person:
    return make_person(counties=["222405"])


def save(world: World, person: Person, email: str | None, *, agrees: bool = True) -> Person:
    data = FileInput(person=PersonInput(name="金明哲"), email=email, agrees_to_email=agrees)
    return people.update_file(person=person, data=data, by=world.clerk)


def test_it_is_kept_encrypted_with_the_day_of_the_consent_until_it_is_struck_out(world: World, person: Person) -> None:
    save(world, person, f" {ADDRESS} ")
    person.refresh_from_db()
    assert (person.email, person.email_agreed_on) == (ADDRESS, timezone.localdate())
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM cases_person WHERE id = %s", [person.pk])
        assert "example" not in cursor.fetchone()[0]
    save(world, person, None, agrees=False)
    person.refresh_from_db()
    assert person.email == ADDRESS, "what is left out stays as it is"
    save(world, person, "", agrees=False)
    person.refresh_from_db()
    assert (person.email, person.email_agreed_on) == ("", None)


def test_without_consent_it_is_not_kept(world: World, person: Person) -> None:
    with pytest.raises(people.NotAgreed):
        save(world, person, ADDRESS, agrees=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(email=ADDRESS)


@pytest.mark.parametrize("typed", ["", "nobody", "a@b", "a b@example.com", f"{'a' * 64}@{'b' * 60}.{'c' * 60}.com" * 3])
def test_what_cannot_be_an_address_is_refused(typed: str) -> None:
    with pytest.raises(BadEmail):
        check_email(typed)


def test_it_is_shown_masked() -> None:
    assert [mask_email(ADDRESS), mask_email("")] == ["k***@example.invalid", ""]


def test_the_file_shows_it_masked_and_a_look_is_logged(world: World, person: Person, sign_in: SignIn) -> None:
    save(world, person, ADDRESS)
    client = sign_in(world.clerk)
    page = client.get(reverse("cases:person", args=[person.pk])).content.decode()
    assert "k***@example.invalid" in page
    assert ADDRESS not in page
    opened = client.post(reverse("cases:reveal", args=[person.pk]), {"what": "email"}).content.decode()
    assert ADDRESS in opened
    look = Look.objects.get()
    assert (look.user, look.what, look.subject) == (world.clerk, "email", f"person:{person.pk}")


def form(**fields: Any) -> dict[str, Any]:
    return {"name": "金明哲", "language": "zh-hans", "identity_document": "111", "gender": "0", **fields}


def test_the_form_keeps_asks_and_strikes_out(world: World, person: Person, sign_in: SignIn) -> None:
    client, address = sign_in(world.clerk), reverse("cases:person_edit", args=[person.pk])
    refused = client.post(address, form(email=ADDRESS))
    assert refused.status_code in {200, 422}
    assert list(refused.context["form"].errors) == ["agrees_to_email"]
    assert ADDRESS in refused.content.decode(), "what was typed stands there again"
    assert client.post(address, form(email=ADDRESS, agrees_to_email="on")).status_code == 302
    page = client.get(address).content.decode()
    assert ADDRESS not in page
    assert "drop_email" in page
    assert client.post(address, form()).status_code == 302
    assert Person.objects.get(pk=person.pk).email == ADDRESS
    assert client.post(address, form(drop_email="on")).status_code == 302
    assert Person.objects.get(pk=person.pk).email == ""


def test_whoever_works_on_a_case_keeps_and_opens_that_of_a_party_and_others_do_not(world: World) -> None:
    party = make_case(world).parties.get(part=CaseParty.Part.APPLICANT)
    for user in (world.official, world.administrator, world.justice):
        with pytest.raises(NotAllowed):
            people.keep_party_email(party=party, email=ADDRESS, by=user)
    people.keep_party_email(party=party, email=ADDRESS, by=world.tax)
    assert people.reveal_party(party=CaseParty.objects.get(pk=party.pk), what="email", by=world.dispatcher) == ADDRESS
    company = party.case.parties.get(part=CaseParty.Part.RESPONDENT)
    with pytest.raises(NotAllowed):
        people.keep_party_email(party=company, email=ADDRESS, by=world.tax)
