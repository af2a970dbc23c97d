"""One person, one file: completing, correcting, merging and taking back, looking at what is masked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.test import Client
from stdnum.cn import ric

from accounts.models import Look
from cases import people_selectors
from cases.models import CaseParty, FamilyLink, Person, PersonMerge
from cases.services import people
from cases.services.people import FileInput, PersonInput, find_or_create
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from tests.world import LONGJING, YANJI, World, make_case

NUMBER, OTHER_NUMBER = "222405187305120046", "22240518800101001" + ric.calc_check_digit("22240518800101001" + "0")


def make(name: str = "金明哲", county: str = LONGJING, **fields: Any) -> Person:
    return find_or_create(PersonInput(name=name, **fields), county=county)


def test_an_identity_number_tells_birth_date_and_gender(world: World) -> None:
    person = make(identity_number=" 222405 18730512 004６ ")
    assert (person.birth_date, person.gender) == (dt.date(1873, 5, 12), "2")
    assert person.identity_number == NUMBER


def test_another_document_is_not_held_against_the_check_digit(world: World) -> None:
    person = find_or_create(
        PersonInput(name="约翰", identity_number="E12345678", identity_document="414"), county=LONGJING
    )
    assert (person.identity_number, person.birth_date) == ("E12345678", None)


def test_a_known_person_is_completed_and_known_in_the_new_county(world: World) -> None:
    first = make(identity_number=NUMBER, phone="13800001234")
    again = find_or_create(
        PersonInput(name="金明哲", name_hangul="김명철", identity_number=NUMBER, phone="139 0000 5678"), county=YANJI
    )
    assert again.pk == first.pk
    assert (again.name_hangul, again.counties) == ("김명철", [YANJI, LONGJING])
    assert again.phone == "13800001234", "another phone does not push the one on file out"
    assert [row.phone for row in again.phones.all()] == ["13900005678"]


def test_numbers_are_stored_sealed(world: World) -> None:
    from django.db import connection

    person = make(identity_number=NUMBER, phone="13800001234")
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_number, phone FROM cases_person WHERE id = %s", [person.pk])
        stored = "".join(cursor.fetchone())
        cursor.execute("SELECT string_agg(key, ' ') FROM cases_personkey WHERE person_id = %s", [person.pk])
        keys = cursor.fetchone()[0]
    for secret in (NUMBER, "13800001234", "1234"):
        assert secret not in stored
        assert secret not in keys.split()


# --- merging


def test_a_merge_moves_nothing_and_shows_everything(world: World) -> None:
    case = make_case(world)
    kept, merged = make(identity_number=NUMBER), make("金明喆", phone="13800001234")
    CaseParty.objects.create(case=case, person=merged, part="third")
    done = people.merge_people(kept=kept, merged=merged, by=world.clerk, reason="本人确认曾用名")
    assert people.group_ids(merged) == [kept.pk, merged.pk]
    assert list(people_selectors.cases_of(people.group_ids(kept), world.clerk)) == [case]
    assert CaseParty.objects.get(case=case, part="third").person_id == merged.pk
    people.unmerge_people(merge=done, by=world.clerk, reason="弄错了")
    assert people.group_ids(merged) == [merged.pk]
    done.refresh_from_db()
    assert (done.undone_by, done.undo_reason) == (world.clerk, "弄错了")


def test_merges_chain_and_come_apart_again(world: World) -> None:
    first, second, third = make("甲一"), make("甲二"), make("甲三")
    people.merge_people(kept=second, merged=first, by=world.clerk, reason="同")
    top = people.merge_people(kept=third, merged=second, by=world.clerk, reason="同")
    assert people.group_ids(first) == [third.pk, second.pk, first.pk]
    people.unmerge_people(merge=top, by=world.clerk, reason="错")
    assert people.group_ids(first) == [second.pk, first.pk]


def test_two_people_with_two_numbers_cannot_be_merged(world: World) -> None:
    one, other = make(identity_number=NUMBER), make(identity_number=OTHER_NUMBER)
    with pytest.raises(people.NotMergeable):
        people.merge_people(kept=one, merged=other, by=world.clerk, reason="像")


def test_a_merge_needs_a_reason_and_a_right(world: World) -> None:
    one, other, stranger = make("甲一"), make("甲二"), make("甲三", county=YANJI)
    with pytest.raises(MissingInput):
        people.merge_people(kept=one, merged=other, by=world.clerk, reason="  ")
    for by, merged in ((world.clerk, stranger), (world.tax, other), (world.official, other)):
        with pytest.raises(NotAllowed):
            people.merge_people(kept=one, merged=merged, by=by, reason="同")
    people.merge_people(kept=one, merged=other, by=world.clerk, reason="同")
    for kept, merged in ((one, other), (other, one), (one, one)):
        with pytest.raises(GovernanceError):
            people.merge_people(kept=kept, merged=merged, by=world.clerk, reason="同")
    assert PersonMerge.objects.count() == 1


def test_the_database_refuses_a_second_merge_in_force(world: World) -> None:
    one, other = make("甲一"), make("甲二")
    done = people.merge_people(kept=one, merged=other, by=world.clerk, reason="同")
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonMerge.objects.create(kept=one, merged=other, reason="x", by=world.clerk, at=done.at)


@pytest.mark.parametrize(
    ("mine", "theirs", "proposed"),
    [
        ({}, {}, True),  # the same name, and nothing that speaks against it
        ({"phone": "13800001234"}, {"phone": "13800001234"}, True),
        ({"identity_number": NUMBER}, {"identity_number": OTHER_NUMBER}, False),
        ({"name": "金明哲", "phone": "13800001234"}, {"name": "朴银珍", "phone": "13800001234"}, False),
        ({"name": "金明哲"}, {"name": "朴银珍"}, False),
    ],
)
def test_duplicates_are_proposed_with_reason(
    world: World, mine: dict[str, str], theirs: dict[str, str], proposed: bool
) -> None:
    one, other = make(**{"name": "金明哲", **mine}), make(**{"name": "金明哲", **theirs})
    found = people_selectors.duplicates_of(one, world.clerk)
    assert found == ([other] if proposed else [])


def test_different_birth_dates_speak_against_one_person(world: World) -> None:
    one, other = make(), make()
    Person.objects.filter(pk=one.pk).update(birth_date=dt.date(1880, 1, 1))
    Person.objects.filter(pk=other.pk).update(birth_date=dt.date(1881, 1, 1))
    one.refresh_from_db()
    assert people_selectors.duplicates_of(one, world.clerk) == []


# --- correcting


def test_a_file_is_corrected_and_its_search_keys_follow(world: World) -> None:
    person = make(phone="13800001234")
    data = FileInput(
        person=PersonInput(name="金明喆", name_hangul="김명철", identity_number=NUMBER, phone="13800001234"),
        other_names=["小金", " "], further_phones=[("0433-7654321", "儿子"), ("13800001234", "")],
        needs=["hearing", "nonsense"], needs_note="左耳听不见",
    )  # fmt: skip
    people.update_file(person=person, data=data, by=world.clerk)
    person.refresh_from_db()
    assert (person.needs, person.needs_note, person.other_names) == (["hearing"], "左耳听不见", ["小金"])
    assert [(row.phone, row.note) for row in person.phones.all()] == [("04337654321", "儿子")]
    for typed in ("小金", "金明喆", "김명철", "4321", NUMBER):
        assert people_selectors.search(world.clerk, typed).people == [person], typed


def test_a_number_on_another_file_is_refused(world: World) -> None:
    make("朴银珍", identity_number=NUMBER)
    person = make()
    with pytest.raises(people.NumberTaken, match="朴"):
        people.update_file(
            person=person, data=FileInput(person=PersonInput(name="金明哲", identity_number=NUMBER)), by=world.clerk
        )


# --- family


def test_a_relation_is_seen_from_both_sides(world: World) -> None:
    father, son = make("金父"), make("金子")
    people.link_family(person=father, relative=son, relation="child", by=world.clerk)
    assert [(row[1], row[0].inverse) for row in people_selectors.relatives_of([father.pk])] == [(son, "parent")]
    seen = people_selectors.relatives_of([son.pk])
    assert [row[1] for row in seen] == [father]
    assert seen[0][2] == str(FamilyLink.Relation.PARENT.label)
    people.link_family(person=son, relative=father, relation="parent", by=world.clerk)
    assert FamilyLink.objects.count() == 1, "one link, whichever side notes it"


def test_nobody_is_their_own_relative(world: World) -> None:
    person = make()
    with pytest.raises(GovernanceError):
        people.link_family(person=person, relative=person, relation="spouse", by=world.clerk)


# --- looking


def test_a_look_is_answered_and_logged_for_good(world: World) -> None:
    person = make(identity_number=NUMBER)
    assert people.reveal(person=person, what="identity_number", by=world.clerk, address="10.0.0.7") == NUMBER
    look = Look.objects.get()
    assert (look.user, look.what, look.subject) == (world.clerk, "identity_number", f"person:{person.pk}")
    for change in (lambda: Look.objects.update(subject="x"), look.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize("role", ["tax", "mediator", "official", "administrator"])
def test_a_look_is_not_everybodys(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        people.reveal(person=make(), what="phone", by=getattr(world, role))
    assert not Look.objects.exists()


# --- pages


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_file_shows_cases_masks_numbers_and_opens_them_on_a_click(
    world: World, sign_in: Any, language: str
) -> None:
    person = make(identity_number=NUMBER, phone="13800001234")
    case = make_case(world)
    CaseParty.objects.create(case=case, person=person, part="third")
    client: Client = sign_in(world.clerk, language)
    page = client.get(f"/people/{person.pk}/").content.decode()
    assert case.number in page
    assert NUMBER not in page
    assert "13800001234" not in page
    opened = client.post(f"/people/{person.pk}/reveal/", {"what": "identity_number"}).content.decode()
    assert NUMBER in opened
    assert Look.objects.count() == 1
    assert client.post(f"/people/{person.pk}/reveal/", {"what": "everything"}).status_code == 400


def test_a_file_of_another_county_does_not_open(world: World, sign_in: Any) -> None:
    stranger = make(county=YANJI)
    for path in ("", "edit/", "family/"):
        assert sign_in(world.clerk).get(f"/people/{stranger.pk}/{path}").status_code == 403
    assert sign_in(world.clerk).post(f"/people/{stranger.pk}/reveal/", {"what": "phone"}).status_code == 403


def test_the_edit_page_keeps_what_was_typed_when_it_is_refused(world: World, sign_in: Any) -> None:
    person = make()
    typed = {"name": "", "name_hangul": "", "language": "ko", "identity_document": "111", "gender": "0",
             "identity_number": "123", "phone": "not a phone", "address": "龙井市 <b>1号</b>"}  # fmt: skip
    page = sign_in(world.clerk).post(f"/people/{person.pk}/edit/", typed).content.decode()
    assert "not a phone" in page
    assert "&lt;b&gt;1号" in page
    typed |= {"name": "金明喆", "phone": "", "identity_number": NUMBER}
    answer = sign_in(world.clerk).post(f"/people/{person.pk}/edit/", typed)
    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.name, person.identity_number, person.language) == ("金明喆", NUMBER, "ko")


def test_merging_and_taking_back_on_the_pages(world: World, sign_in: Any) -> None:
    one, other = make(), make(phone="13800001234")
    client = sign_in(world.clerk)
    assert str(other.pk) in client.get(f"/people/{one.pk}/").content.decode()
    refused = client.post(f"/people/{one.pk}/merge/{other.pk}/", {"keep": other.pk, "reason": ""})
    assert refused.status_code == 200
    client.post(f"/people/{one.pk}/merge/{other.pk}/", {"keep": other.pk, "reason": "同一人"})
    done = PersonMerge.objects.get()
    assert (done.kept_id, done.merged_id) == (other.pk, one.pk)
    assert client.get(f"/people/{one.pk}/").headers["Location"] == f"/people/{other.pk}/"
    client.post(f"/people/merges/{done.pk}/undo/", {"reason": "错了"})
    done.refresh_from_db()
    assert done.undone_at


def test_the_search_answers_as_one_types_and_jumps_when_one_is_meant(world: World, sign_in: Any) -> None:
    person, _other = make(identity_number=NUMBER), make("金明浩")
    client = sign_in(world.clerk)
    partial = client.post("/search/", {"q": "金明"}, headers={"HX-Request": "true"}).content.decode()
    assert partial.count("search-hit-main") == 2
    assert "<html" not in partial
    assert client.post("/search/", {"q": NUMBER}).headers["Location"] == f"/people/{person.pk}/"
    assert client.post("/search/", {"q": "<script>"}).status_code == 200
    assert sign_in(world.administrator).post("/search/", {"q": "金明"}).status_code == 403


@pytest.mark.parametrize(
    ("who", "opens"),
    [("tax", True), ("clerk", True), ("dispatcher", True), ("justice", False), ("mediator", False),
     ("official", False), ("administrator", False)],
)  # fmt: skip
def test_a_party_is_called_by_whoever_works_on_the_case(world: World, sign_in: Any, who: str, opens: bool) -> None:
    case = make_case(world)
    party = case.parties.get(part="applicant")
    assert party.person is not None
    party.person.set_phone("13800001234")
    party.person.save()
    answer = sign_in(getattr(world, who)).post(f"/cases/{case.number}/parties/{party.pk}/", {"what": "phone"})
    assert (answer.status_code == 200) is opens
    assert ("13800001234" in answer.content.decode()) is opens
    assert Look.objects.filter(subject=f"person:{party.person.pk}").exists() is opens
