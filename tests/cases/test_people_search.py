"""Finding people as a clerk types: every kind of key, the best match first, within scope."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import people_selectors, search_keys
from cases.models import Person, PersonKey
from cases.people_search import MOST, find_people, parts_of
from cases.services.people import PersonInput, find_or_create, know_in, merge_people, refresh_keys
from tests.world import LONGJING, YANJI, World, make_case

PEOPLE = (
    ("金明哲", "김명철", "222405187305120046", "138 0000 1234"),
    ("单田芳", "", "", "139-1111-5678"),
    ("朴银珍", "박은진", "", "+86 130 2222 9999"),
    ("尉迟恭", "", "", ""),
    ("吕小布", "", "", ""),
    ("", "리춘희", "", "0433-1234567"),
)


@pytest.fixture
def people(world: World) -> dict[str, Person]:
    found = {}
    for name, hangul, number, phone in PEOPLE:
        data = PersonInput(name=name, name_hangul=hangul, identity_number=number, phone=phone)
        found[name or hangul] = find_or_create(data, county=LONGJING)
    return found


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("金明哲", "金明哲"), ("明哲", "金明哲"), ("金明", "金明哲"),
        ("김명철", "金明哲"), ("명철", "金明哲"), ("김며", "金明哲"), ("김명ㅊ", "金明哲"),
        ("jinmingzhe", "金明哲"), ("jin mingzhe", "金明哲"), ("Jin Mingzhe", "金明哲"), ("mingz", "金明哲"),
        ("jmz", "金明哲"), ("mz", "金明哲"), ("ㄱㅁㅊ", "金明哲"), ("ㅁㅊ", "金明哲"),
        ("1234", "金明哲"), ("13800001234", "金明哲"), ("138 0000 1234", "金明哲"), ("+86 138-0000-1234", "金明哲"),
        ("222405187305120046", "金明哲"), ("２２２４０５１８７３０５１２００４６", "金明哲"), ("0046", "金明哲"),
        ("shantianfang", "单田芳"), ("stf", "单田芳"), ("tianfang", "单田芳"),
        ("piaoyin", "朴银珍"), ("pyz", "朴银珍"), ("박은", "朴银珍"),
        ("yuchi", "尉迟恭"), ("ycg", "尉迟恭"), ("lvxiao", "吕小布"), ("lüxiao", "吕小布"),
        ("리춘", "리춘희"), ("ㄹㅊㅎ", "리춘희"), ("04331234567", "리춘희"),
        ("金明 1234", "金明哲"), ("jmz 1234", "金明哲"),
    ],
)  # fmt: skip
def test_a_person_is_found_by_whatever_is_typed(world: World, people: dict[str, Person], typed: str, who: str) -> None:
    assert find_people(world.clerk, typed)[:1] == [people[who]]


@pytest.mark.parametrize(
    "typed", ["", " ", "金", "김", "j", "dantianfang", "12", "金明 9999", "zzz", "%", "'; --", "\0"]
)
def test_nothing_is_found_by_what_fits_nobody(world: World, people: dict[str, Person], typed: str) -> None:
    assert find_people(world.clerk, typed) == []


@pytest.mark.parametrize(
    ("surname", "reading"),
    [("单", "shan"), ("曾", "zeng"), ("解", "xie"), ("仇", "qiu"), ("朴", "piao"), ("区", "ou"), ("尹", "yin"),
     ("华", "hua"), ("查", "zha"), ("盖", "ge"), ("欧阳", "ouyang"), ("长孙", "zhangsun"), ("万俟", "moqi")],
)  # fmt: skip
def test_surnames_are_read_as_surnames(surname: str, reading: str) -> None:
    assert f"{reading}ming" in search_keys.name_keys(f"{surname}明")


def test_a_whole_name_comes_before_a_part_of_a_longer_one(world: World) -> None:
    longer = find_or_create(PersonInput(name="金明哲浩"), county=LONGJING)
    inner = find_or_create(PersonInput(name="朴金明哲"), county=LONGJING)
    whole = find_or_create(PersonInput(name="金明哲"), county=LONGJING)
    assert find_people(world.clerk, "金明哲") == [whole, longer, inner]


def test_people_of_another_county_are_not_found_until_they_are_known_here(
    world: World, people: dict[str, Person]
) -> None:
    stranger = find_or_create(PersonInput(name="崔顺子"), county=YANJI)
    assert find_people(world.clerk, "崔顺子") == []
    know_in(stranger, LONGJING)
    assert find_people(world.clerk, "崔顺子") == [stranger]


@pytest.mark.parametrize("role", ["tax", "mediator", "official", "administrator"])
def test_only_the_desk_finds_people(world: World, people: dict[str, Person], role: str) -> None:
    assert find_people(getattr(world, role), "金明哲") == []


def test_a_new_name_is_found_and_the_old_one_no_longer(world: World, people: dict[str, Person]) -> None:
    person = people["吕小布"]
    person.name = "吕奉先"
    person.save()
    refresh_keys(person)
    assert find_people(world.clerk, "吕奉先") == [person]
    assert find_people(world.clerk, "小布") == []


def test_a_merged_file_leads_to_the_one_that_stays(world: World, people: dict[str, Person]) -> None:
    merge_people(kept=people["金明哲"], merged=people["리춘희"], by=world.clerk, reason="同一人")
    assert find_people(world.clerk, "리춘희") == [people["金明哲"]]


@pytest.mark.parametrize(
    ("typed", "finds"), [("whole", True), ("plain", True), ("tail", True), ("serial", True), ("999999", False)]
)
def test_a_case_is_found_by_its_number_or_its_tail(world: World, typed: str, finds: bool) -> None:
    case = make_case(world)
    text = {
        "whole": case.number, "plain": case.number.replace("-", ""), "tail": case.number[-6:],
        "serial": case.number[-6:].lstrip("0"),
    }.get(typed, typed)  # fmt: skip
    assert people_selectors.search(world.clerk, text).cases == ([case] if finds else [])
    assert people_selectors.search(world.justice, text).cases == [], "not referred to them"


def test_an_officer_finds_own_cases_by_a_partys_name(world: World) -> None:
    case = make_case(world)
    party = case.parties.get(part="applicant").person
    refreshed = find_or_create(PersonInput(name=party.name), county=LONGJING)
    case.parties.filter(part="applicant").update(person=refreshed)
    assert people_selectors.search(world.tax, party.name).cases == [case]
    assert people_selectors.search(world.justice, party.name).cases == []


def test_the_search_needs_few_queries(world: World, people: dict[str, Person], django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(30):
        find_or_create(PersonInput(name=f"金明哲{'甲乙丙丁戊己庚辛壬癸'[number % 10]}"), county=LONGJING)
    with django_assert_num_queries(3):
        found = people_selectors.search(world.clerk, "金明哲")
    assert len(found.people) == MOST


def test_a_person_is_in_few_rows(people: dict[str, Person]) -> None:
    assert PersonKey.objects.filter(person=people["金明哲"]).count() == 15


@given(st.text(max_size=40))
def test_whatever_is_typed_makes_sound_ranges(text: str) -> None:
    for ranges in parts_of(text):
        assert ranges
        for part in ranges:
            assert part.low < part.high
            assert len(part.low) <= 64


@given(st.text(alphabet="金朴崔李张王明哲华美善英子", min_size=2, max_size=5))
def test_every_part_of_two_characters_is_the_beginning_of_a_key(name: str) -> None:
    keys = search_keys.name_keys(name)
    for start in range(len(name) - 1):
        for end in range(start + 2, len(name) + 1):
            assert any(key.startswith(name[start:end]) for key in keys)
