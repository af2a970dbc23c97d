"""What the registration page shows of the decision while the form is still being filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from django.utils import timezone

from accounts.models import User
from cases import risk
from cases.models import Case, Category, Person
from cases.people_selectors import repeated
from cases.routing_rules import Facts
from cases.services import rating
from departments.models import Centre, Division

MOST_ROWS = 20


def facts_of_form(
    given: Mapping[str, str], *, centre: Centre, user: User, category: Category, place: Division | None
) -> Facts:
    """What routing would see if the form were sent as it stands; what does not fit counts as not given.

    The risk score is the one that registration computes, but for the age of somebody who is not on file yet.
    """
    people = _people(given, user)
    case = Case(
        title=given.get("title", "").strip(), narrative=given.get("narrative", "").strip(),
        amount=_amount(given.get("amount", "")), people_involved=_number(given.get("people_involved", "")),
    )  # fmt: skip
    place_code = place.pk if place else centre.pk
    known = [person.pk for person in people[:1] if person.pk]
    earlier = repeated(people_ids=known, category=category, place_code=place_code) if known else None
    facts = rating.facts_of(case, people, at=timezone.now(), earlier=earlier)
    calls = _number(given.get("source-police_calls", "")) or 0
    return Facts(
        category=category.pk,
        place=place_code,
        channel=given.get("channel", ""),
        has_organisation=any(_typed(given, key) for key in given if key.endswith("organisation")),
        risk=risk.total(risk.score(replace(facts, police_calls=calls))),
        amount=case.amount,
        text=f"{case.title}\n{case.narrative}",
    )


def _people(given: Mapping[str, str], user: User) -> list[Person]:
    """The petitioner (the file that was chosen, else nobody known) and one for each other person that is named."""
    key = given.get("person", "")
    chosen = Person.objects.visible_to(user).filter(pk=key).first() if key.isdecimal() and len(key) < 18 else None
    others = [
        Person()
        for row in range(MOST_ROWS)
        if _typed(given, f"others-{row}-name") or _typed(given, f"others-{row}-name_hangul")
    ]
    return [chosen or Person(), *others]


def _typed(given: Mapping[str, str], key: str) -> bool:
    return bool(given.get(key, "").strip())


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 9 and int(text) > 0 else None
