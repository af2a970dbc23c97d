"""The desk by keyboard: a known person is found, a matter registered or a visit attached, with few keystrokes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from cases.models import Case, Person
from cases.services.people import PersonInput, find_or_create
from departments.models import Centre, Division
from intake.models import Visit
from tests.e2e.conftest import PHONE
from tests.e2e.conftest import Person as Somebody

LONGJING, VILLAGE = "222405", "222405005004"
MOST_KEYS = 25
TITLES = {"zh-hans": "企业未缴社会保险费", "ko": "기업의 사회보험료 미납"}


class Keyboard:
    """Presses keys and counts them; a text that must be typed anyway is typed by ``text`` and not counted."""

    def __init__(self, somebody: Somebody) -> None:
        self.somebody, self.count = somebody, 0

    def press(self, *keys: str) -> None:
        self.somebody.press(*keys)
        self.count += len(keys)

    def text(self, words: str) -> None:
        self.somebody.page.keyboard.insert_text(words)


def known_person() -> Person:
    person = find_or_create(PersonInput(name="金顺姬", name_hangul="김순희", phone="13800005678"), county=LONGJING)
    Person.objects.filter(pk=person.pk).update(division=Division.objects.get(pk=VILLAGE), language="ko")
    return person


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_known_person_is_registered_with_few_keystrokes(visit: Callable[..., Somebody], language: str) -> None:
    person = known_person()
    clerk = visit("clerk.longjing", language)
    page, keys = clerk.page, Keyboard(clerk)
    keys.press("/", *"5678")
    expect(page.locator(".search-hit")).to_have_count(1)
    clerk.shoot("20-search")
    clerk.check()
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/people/\d+/$"))
    clerk.shoot("21-person")
    clerk.check()
    keys.press("n")
    page.wait_for_url(re.compile(r"/desk/register/"))
    keys.press(*"sbf", "Enter")  # 社保费
    assert page.input_value("[name=category]") == "social_insurance"
    assert page.input_value("[name=division]") == VILLAGE, "the home is proposed"
    keys.press("Enter")
    keys.text(TITLES[language])
    expect(page.locator("#route-preview li").first).to_be_visible()
    clerk.shoot("22-register-known")
    clerk.check()
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/desk/receipt/\d+/"))
    assert keys.count <= MOST_KEYS, keys.count
    case = Case.objects.get()
    assert (case.category_id, case.division_id, case.title) == ("social_insurance", VILLAGE, TITLES[language])
    assert [party.person for party in case.parties.all()] == [person]
    assert Visit.objects.get().language == "ko", "the language the person prefers"


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_second_visit_is_attached_with_two_keystrokes(visit: Callable[..., Somebody], language: str) -> None:
    import uuid

    from cases.models import Category
    from cases.services import CaseInput
    from intake.services import WalkIn, register_walk_in

    person = known_person()
    clerk = visit("clerk.longjing", language)
    category = Category.objects.get(pk="social_insurance")
    data = CaseInput(kind="dispute", category=category, division=Division.objects.get(pk=VILLAGE), title="欠缴社保费")
    user, centre = User.objects.get(username="clerk.longjing"), Centre.objects.get(pk=LONGJING)
    first = register_walk_in(
        clerk=user, centre=centre, data=WalkIn(person=person, case=data), submission_key=uuid.uuid4()
    )
    clerk.open(f"/people/{person.pk}/")
    expect(clerk.page.locator("[data-key='1']")).to_be_visible()
    clerk.shoot("23-person-with-open-case")
    keys = Keyboard(clerk)
    keys.press("1")
    clerk.page.wait_for_url(re.compile(r"/desk/attach/"))
    clerk.shoot("24-attach")
    clerk.check()
    keys.press("Enter")
    clerk.page.wait_for_url(re.compile(r"/cases/222405-"))
    assert keys.count == 2
    assert Visit.objects.get(outcome="attached").case == first.case
    assert Case.objects.count() == 1


def test_the_desk_on_a_phone(visit: Callable[..., Somebody]) -> None:
    person = known_person()
    clerk = visit("clerk.longjing", "ko", PHONE)
    for name, path in (
        ("25-desk-phone", "/desk/"), ("26-person-phone", f"/people/{person.pk}/"),
        ("27-register-phone", f"/desk/register/?person={person.pk}&channel=police"),
        ("28-answer-phone", "/desk/answer/"), ("29-person-edit-phone", f"/people/{person.pk}/edit/"),
    ):  # fmt: skip
        clerk.open(path)
        clerk.shoot(name)
        clerk.check()
