"""Where a matter is on the map: what is taken, what is refused, who sees it, and how it is corrected."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases import ledger
from cases.coordinates import OutsideYanbian, checked, lies_in_yanbian
from cases.models import Case, Category, Person
from cases.services import Correction, correct_case
from cases.services.correcting import NothingToCorrect
from governance_center.errors import MissingInput
from tests.intake.registers import row
from tests.intake.test_import_rows import book, good
from tests.intake.test_import_rows import checked as checked_row
from tests.world import VILLAGE, World, make_case

__all__ = ("book",)

LONGJING = (Decimal("129.4271"), Decimal("42.7663"))
FORM = {
    "name": "金顺姬", "language": "ko", "category": "social_insurance", "division": VILLAGE,
    "title": "企业未缴社会保险费", "narrative_language": "ko", "wants_mediation": "yes",
    "decision": "accept", "others-TOTAL_FORMS": "0", "others-INITIAL_FORMS": "0",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "longitude", "latitude", "inside"),
    [
        ("延吉", 129.5088, 42.8912, True), ("龙井", 129.4271, 42.7663, True), ("敦化", 128.2320, 43.3725, True),
        ("珲春", 130.3661, 42.8626, True), ("安图", 128.9057, 43.1118, True), ("长白山天池", 128.0558, 42.0063, True),
        ("长春", 125.3235, 43.8171, False), ("牡丹江", 129.6186, 44.5829, False), ("首尔", 126.978, 37.5665, False),
        ("交换", 42.7663, 129.4271, False), ("零", 0.0, 0.0, False),
    ],
)  # fmt: skip
def test_only_places_of_yanbian(name: str, longitude: float, latitude: float, inside: bool) -> None:
    assert lies_in_yanbian(longitude, latitude) is inside, name


def test_degrees_are_kept_to_four_decimals_both_or_neither() -> None:
    assert checked((Decimal("129.42714999"), Decimal("42.76634999"))) == (Decimal("129.4271"), Decimal("42.7663"))
    assert checked(None) is None
    assert checked((None, None)) is None
    for half in ((Decimal("129.4271"), None), (None, Decimal("42.7663"))):
        with pytest.raises(MissingInput):
            checked(half)
    for strange in (
        (Decimal("NaN"), Decimal(42)),
        (Decimal("Infinity"), Decimal(42)),
        (Decimal(-129), Decimal(42)),
        (Decimal("1e400"), Decimal(42)),
    ):
        with pytest.raises(OutsideYanbian):
            checked(strange)


def test_the_table_keeps_both_or_neither(world: World) -> None:
    case = make_case(world, coordinates=LONGJING)
    assert (case.longitude, case.latitude) == LONGJING
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(latitude=None)


def register(client: Client, **changes: str) -> Any:
    return client.post("/desk/register/", {**FORM, **changes})


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_desk_may_tell_all_of_it_or_nothing(world: World, sign_in: Callable[..., Client], language: str) -> None:
    desk = sign_in(world.clerk, language)
    told = {
        "coordinates_longitude": "129.42714", "coordinates_latitude": "42.76632", "education": "70",
        "person_kind": "farming",
    }  # fmt: skip
    assert register(desk, **told).status_code == 302
    assert register(desk, name="朴哲").status_code == 302
    first, second = Case.objects.order_by("pk")
    assert (first.longitude, first.latitude) == LONGJING
    assert (second.longitude, second.latitude) == (None, None)
    people = [case.parties.get(part="applicant").person for case in (first, second)]
    assert [(one.education, one.person_kind) for one in people] == [("70", "farming"), ("", "")]  # type: ignore[union-attr]
    assert "129.4271" in desk.get(reverse("cases:detail", args=[first.number])).content.decode()
    assert "129.4271" not in desk.get(reverse("cases:detail", args=[second.number])).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"coordinates_longitude": "129.4271"}, "coordinates"),
        ({"coordinates_longitude": "125.3235", "coordinates_latitude": "43.8171"}, "coordinates"),
        ({"coordinates_longitude": "east", "coordinates_latitude": "42.7663"}, "coordinates"),
        ({"education": "99"}, "education"),
        ({"person_kind": "king"}, "person_kind"),
    ],
)
def test_what_is_refused_comes_back_as_typed_in_an_open_fold(
    world: World, sign_in: Callable[..., Client], changes: dict[str, str], field: str
) -> None:
    answer = register(sign_in(world.clerk), **changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    page = answer.content.decode()
    assert "企业未缴社会保险费" in page
    if field == "coordinates":
        assert f'value="{changes["coordinates_longitude"]}"' in page
    assert "<details open" in page.replace("\n", " ") or "open>" in page
    assert not Case.objects.exists()


def test_a_chosen_file_is_completed_and_never_overwritten(world: World, sign_in: Callable[..., Client]) -> None:
    person = Person.objects.create(name="金顺姬", counties=["222405"], education="20")
    told = {"person": str(person.pk), "education": "70", "person_kind": "veteran"}
    assert register(sign_in(world.clerk), **told).status_code == 302
    person.refresh_from_db()
    assert (person.education, person.person_kind) == ("20", "veteran")


def test_only_who_may_open_the_file_reads_what_somebody_is(world: World, sign_in: Callable[..., Client]) -> None:
    person = Person.objects.create(name="金顺姬", counties=["222405"], education="70", person_kind="lost_only_child")
    case = make_case(world)
    case.parties.filter(part="applicant").update(person=person)
    word = person.get_person_kind_display()
    for who in (world.clerk, world.dispatcher):
        client = sign_in(who)
        assert word in client.get(reverse("cases:person", args=[person.pk])).content.decode()
        assert word not in client.get(reverse("cases:detail", args=[case.number])).content.decode()
    for who in (world.tax, world.official):
        client = sign_in(who)
        assert client.get(reverse("cases:person", args=[person.pk])).status_code == 403
        assert word not in client.get(reverse("cases:detail", args=[case.number])).content.decode()


def test_the_file_is_edited(world: World, sign_in: Callable[..., Client]) -> None:
    person = Person.objects.create(name="金顺姬", counties=["222405"], education="70", person_kind="veteran")
    client, url = sign_in(world.clerk), reverse("cases:person_edit", args=[person.pk])
    assert client.get(url).context["form"]["person_kind"].value() == "veteran"
    typed = {
        "name": "金顺姬", "language": "ko", "identity_document": "111", "gender": "0", "education": "20",
        "person_kind": "",
    }  # fmt: skip
    assert client.post(url, typed).status_code == 302
    person.refresh_from_db()
    assert (person.education, person.person_kind) == ("20", "")


def right(case: Case, coordinates: tuple[Decimal, Decimal] | None) -> Correction:
    category = Category.objects.get(pk=case.category_id)
    return Correction(category=category, division=case.division, channel=case.channel, coordinates=coordinates)


def test_a_wrong_place_is_corrected_and_the_ledger_tells_no_degrees(world: World) -> None:
    case = make_case(world, coordinates=LONGJING)
    with pytest.raises(NothingToCorrect):
        correct_case(case=case, by=world.dispatcher, correction=right(case, LONGJING), note="x")
    with pytest.raises(OutsideYanbian):
        correct_case(case=case, by=world.dispatcher, correction=right(case, (Decimal(125), Decimal(43))), note="x")
    moved = (Decimal("129.5088"), Decimal("42.8912"))
    correct_case(case=case, by=world.dispatcher, correction=right(case, moved), note="定位有误")
    case.refresh_from_db()
    assert (case.longitude, case.latitude) == moved
    data = case.events.get(kind="case.corrected").data
    assert case.notes.get(pk=data["was"]["coordinates_note"]).text == "129.4271, 42.7663"
    assert "129" not in str({name: value for name, value in data.items() if name != "was"}.get("coordinates"))
    assert not [value for value in map(str, data.values()) if "129.4" in value or "129.5" in value]
    correct_case(case=case, by=world.dispatcher, correction=right(case, None), note="不确定")
    case.refresh_from_db()
    assert case.longitude is None
    assert not list(ledger.verify())


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_form_of_corrections_has_it_and_the_history_shows_it(
    world: World, sign_in: Callable[..., Client], language: str
) -> None:
    case = make_case(world, coordinates=LONGJING)
    client, url = sign_in(world.dispatcher, language), reverse("cases:action", args=[case.number, "correct"])
    page = client.get(url).content.decode()
    assert 'value="129.4271"' in page
    assert "js/coordinates" in page
    typed = {
        "category": case.category_id, "division": VILLAGE, "channel": case.channel, "note": "定位有误",
        "coordinates_longitude": "129.5088", "coordinates_latitude": "42.8912",
    }  # fmt: skip
    assert client.post(url, {**typed, "coordinates_latitude": ""}).context["form"].errors["coordinates"]
    assert client.post(url, typed).status_code == 302
    history = client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert "129.4271, 42.7663" in history
    assert "129.5088" in history


def test_a_register_may_have_the_columns(book: Any) -> None:
    told = {"longitude": "129.42714", "latitude": "北纬42.76632°", "education": "初级中学", "person_kind": "退役军人"}
    matter = good(book, **told)
    assert matter.coordinates == LONGJING
    assert (matter.petitioner.education, matter.petitioner.person_kind) == ("70", "veteran")
    assert good(book).coordinates is None
    for wrong, column in (
        ({"longitude": "129.4271"}, "latitude"), ({"latitude": "42.7663"}, "longitude"),
        ({"longitude": "125.3", "latitude": "43.8"}, "latitude"),
        ({"longitude": "东边", "latitude": "42.7"}, "longitude"),
        ({"education": "许多"}, "education"), ({"person_kind": "国王"}, "person_kind"),
    ):  # fmt: skip
        faults = checked_row(book, **wrong)
        assert isinstance(faults, list)
        assert column in {fault.column for fault in faults}
    assert row()["source_id"] == "LJ-1"
