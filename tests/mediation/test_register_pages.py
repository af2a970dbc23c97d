"""The pages of committees and mediators: who finds whom, filters, forms that come back, fair figures, exports."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.html import escape
from python_calamine import CalamineWorkbook

from accounts.models import Role
from cases.models import Case, CodeEntry
from governance_center.errors import NotAllowed
from mediation import register_selectors as selectors
from mediation.models import Committee, Mediator, MediatorAbsence
from mediation.services import register as services
from tests.cases.test_people import make
from tests.mediation.test_agreements import handled
from tests.world import LIYUAN, VILLAGE, YANJI, World, make_user

SignIn = Callable[..., Client]
LISTS = ("/mediation/committees/", "/mediation/mediators/")


def make_committee(name: str = "三合镇人民调解委员会", division: str = VILLAGE, **given: Any) -> Committee:
    committee = Committee(name_zh_hans=name, division_id=division, **{"kind": "village", **given})
    committee.set_keys()
    committee.save()
    return committee


def add(committee: Committee, name: str, **given: Any) -> Mediator:
    row = Mediator(committee=committee, name=name, **{"languages": ["zh-hans"], **given})
    row.set_keys()
    row.save()
    return row


def whole(committee: Committee) -> None:
    """What the law asks: three members, a chair, a woman, a Korean, a running term."""
    korean = CodeEntry.objects.create(table="ethnic_group", code="10", name_zh_hans="朝鲜族", name_ko="조선족")
    add(committee, "主任甲", position="chair")
    add(committee, "委员乙", gender="2")
    add(committee, "委员丙", ethnic_group=korean)
    committee.term_start = timezone.localdate() - dt.timedelta(days=100)
    committee.save()


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("who", "status"),
    [("dispatcher", 200), ("official", 200), ("mediator", 200), ("clerk", 200), ("tax", 200), ("administrator", 403)],
)
def test_who_reads_the_register(world: World, sign_in: SignIn, path: str, who: str, status: int) -> None:
    assert sign_in(getattr(world, who)).get(path).status_code == status


def test_another_county_is_not_found(world: World, sign_in: SignIn) -> None:
    far = add(make_committee("延吉市人民调解委员会", YANJI), "延吉人")
    client = sign_in(world.dispatcher)
    assert "延吉人" not in text(client, LISTS[1])
    assert "延吉市人民调解委员会" not in text(client, LISTS[0])
    for path in (f"{LISTS[1]}{far.pk}/", f"{LISTS[0]}{far.committee_id}/", f"{LISTS[1]}{far.pk}/edit/"):
        assert client.get(path).status_code == 404
    assert "延吉人" in text(sign_in(world.official), LISTS[1])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"梨园街道", "三合镇"}), ("q=sanhe", {"三合镇"}), ("kind=township", {"梨园街道"}),
        (f"division={LIYUAN}", {"梨园街道", "三合镇"}), ("warning=any", {"梨园街道"}),
        ("warning=no_woman", {"梨园街道"}), ("warning=term_over", set()), ("q=nobody", set()),
    ],
)  # fmt: skip
def test_the_filters_of_committees(world: World, sign_in: SignIn, query: str, found: set[str]) -> None:
    whole(make_committee())
    page = text(sign_in(world.dispatcher), f"{LISTS[0]}?{query}")
    assert {name for name in ("梨园街道", "三合镇") if f"{name}人民调解委员会</a>" in page} == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("language=ko", {"mediator", "other_mediator"}), ("field=neighbour", {"新人"}), ("q=xinren", {"新人"}),
        ("employment=volunteer", {"新人"}), ("available=today", {"other_mediator"}),
        ("available=absent", {"mediator"}), ("available=left", {"退休"}),
    ],
)  # fmt: skip
def test_the_filters_of_mediators(world: World, sign_in: SignIn, query: str, found: set[str]) -> None:
    committee = make_committee()
    add(committee, "新人", employment="volunteer").specialties.set(["neighbour"])
    add(committee, "退休", is_active=False)
    services.note_absence(
        mediator=world.mediator.mediator, by=world.mediator, first=timezone.localdate(), last=None, reason="leave"
    )
    page = text(sign_in(world.dispatcher), f"{LISTS[1]}?{query}")
    names = {"mediator": "调解员mediator<", "other_mediator": "调解员other_mediator<", "新人": "新人<", "退休": "退休<"}
    assert {key for key, name in names.items() if name in page} == found


@pytest.mark.parametrize("path", LISTS)
def test_a_longer_list_takes_no_more_queries(world: World, sign_in: SignIn, path: str) -> None:
    client = sign_in(world.dispatcher)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            text(client, f"{path}?warning=any")
        return len(found)

    before = queries()
    for number in range(6):
        add(make_committee(f"第{number}村"), f"村民{number}").specialties.set(["neighbour"])
    assert queries() == before


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_page_of_a_committee_names_what_is_lacking_and_the_article(
    world: World, sign_in: SignIn, language: str
) -> None:
    committee = world.mediator.mediator.committee
    page = text(sign_in(world.dispatcher, language), f"{LISTS[0]}{committee.pk}/")
    warned = _warned(world, committee)
    assert [one.code for one in warned] == ["few_members", "no_chair", "no_woman", "no_minority", "term_unknown"]
    with translation.override(language):
        assert all(escape(one.text) in page and escape(one.basis) in page for one in warned)
    assert "调解员other_mediator" in page


def _warned(world: World, committee: Committee) -> list[Any]:
    row = selectors.committees(world.dispatcher).get(pk=committee.pk)
    return selectors.warnings_for(row, row.working, timezone.localdate())  # type: ignore[attr-defined]


def test_a_committee_as_it_should_be_has_no_warning(world: World) -> None:
    committee = make_committee()
    whole(committee)
    assert _warned(world, committee) == []
    assert committee.pk not in selectors.warned_ids(Committee.objects.all(), timezone.localdate())


def concluded(world: World, outcomes: dict[str, int], mediator: Any) -> None:
    now = timezone.now()
    for outcome, count in outcomes.items():
        for _number in range(count):
            at = now if outcome == "written_agreement" else None
            case = handled(world)
            Case.objects.filter(pk=case.pk).update(mediator=mediator, outcome=outcome, resolved_at=at, state_since=now)


def test_figures_are_observed_against_expected_with_the_size_of_the_sample(world: World, sign_in: SignIn) -> None:
    concluded(world, {"written_agreement": 8, "to_court": 2, "withdrawn": 2}, world.mediator)
    concluded(world, {"written_agreement": 1}, world.other_mediator)
    page = text(sign_in(world.mediator), f"{LISTS[1]}{world.mediator.mediator.pk}/")
    assert 'data-verdict="as_expected"' in page
    assert f"{10 * 9 / 11:.1f}" in page  # expected: ten cases at the county's nine of eleven
    other = text(sign_in(world.dispatcher), f"{LISTS[1]}{world.other_mediator.mediator.pk}/")
    assert 'data-verdict="too_few"' in other


def test_results_are_shown_to_the_mediator_and_those_who_answer_for_the_place(world: World, sign_in: SignIn) -> None:
    path = f"{LISTS[1]}{world.mediator.mediator.pk}/"
    for user, sees in (
        (world.mediator, True), (world.dispatcher, True), (world.official, True), (world.other_mediator, False),
        (world.clerk, False), (world.tax, False), (make_user("dispatcher.yanji", Role.DISPATCHER, YANJI), None),
    ):  # fmt: skip
        response = sign_in(user).get(path)
        assert response.status_code == (404 if sees is None else 200)
        assert ("data-verdict" in response.content.decode()) is bool(sees)


FORM = {
    "name": "朴英子", "position": "chair", "employment": "full_time", "gender": "2", "languages": ["ko", "zh-hans"],
    "capacity": "10", "is_active": "on", "fields_known": ["neighbour"], "birth_year": "1980",
}  # fmt: skip


def test_a_mediator_is_entered_on_screen_and_comes_back_with_what_was_typed(world: World, sign_in: SignIn) -> None:
    committee = world.mediator.mediator.committee
    client, path = sign_in(world.dispatcher), f"{LISTS[1]}new/"
    there = client.get(f"{path}?committee={committee.pk}")
    assert there.context["form"]["committee"].value() == str(committee.pk)
    assert "checked" in there.content.decode().split(f'value="{committee.pk}"')[1].split(">")[0]
    form = {**FORM, "committee": str(committee.pk)}
    refused = client.post(path, {**form, "birth_year": str(timezone.localdate().year - 3)})
    assert refused.status_code == 422
    assert "朴英子" in refused.content.decode()
    assert client.post(path, form).status_code == 302
    row = Mediator.objects.get(name="朴英子")
    assert (row.position, row.languages) == ("chair", ["ko", "zh-hans"])
    again = client.post(path, {**form, "name": "别人"})
    assert again.status_code == 422
    assert Mediator.objects.filter(position="chair").count() == 1
    assert client.post(f"{LISTS[1]}{row.pk}/edit/", {**form, "capacity": "3"}).status_code == 302
    row.refresh_from_db()
    assert row.capacity == 3


def test_a_committee_is_entered_on_screen(world: World, sign_in: SignIn) -> None:
    client, path = sign_in(world.dispatcher), f"{LISTS[0]}new/"
    form = {"name_zh_hans": "新调委会", "name_ko": "", "kind": "village", "division": VILLAGE, "is_active": "on"}
    assert client.post(path, {**form, "division": YANJI}).status_code == 422
    assert client.post(path, form).status_code == 302
    row = Committee.objects.get(name_zh_hans="新调委会")
    assert client.post(path, form).status_code == 422
    edit = f"{LISTS[0]}{row.pk}/edit/"
    assert "新调委会" in text(client, edit)
    assert client.post(edit, {**form, "term_start": "2026-01-05", "phone": "abc"}).status_code == 422
    assert client.post(edit, {**form, "term_start": "2026-01-05"}).status_code == 302
    row.refresh_from_db()
    assert row.term_end == dt.date(2029, 1, 4)


@pytest.mark.parametrize("path", ["committees/new/", "mediators/new/"])
def test_only_dispatchers_enter(world: World, sign_in: SignIn, path: str) -> None:
    for user in (world.mediator, world.official, world.clerk):
        assert sign_in(user).get(f"/mediation/{path}").status_code == 403


def test_a_mediator_keeps_the_own_absences_and_phone(world: World, sign_in: SignIn) -> None:
    mine, today = f"{LISTS[1]}{world.mediator.mediator.pk}/", timezone.localdate()
    client = sign_in(world.mediator)
    days = {"first": str(today), "last": str(today - dt.timedelta(days=1)), "reason": "illness"}
    refused = client.post(f"{mine}absence/", days)
    assert refused.status_code == 422
    assert f'value="{days["last"]}"' in refused.content.decode()
    for _twice in range(2):
        assert client.post(f"{mine}absence/", {**days, "last": ""}).status_code == 302
    row = MediatorAbsence.objects.get()
    assert client.post(f"{mine}phone/", {"phone": "xyz"}).status_code == 422
    assert client.post(f"{mine}phone/", {"phone": "13800000000"}).status_code == 302
    assert "13800000000" in text(client, mine)
    other = sign_in(world.other_mediator)
    for path in (f"{mine}absence/", f"{mine}phone/", f"/mediation/absences/{row.pk}/end/"):
        assert other.post(path, days).status_code == 403
    client = sign_in(world.mediator)
    for _twice in range(2):
        assert client.post(f"/mediation/absences/{row.pk}/end/").status_code == 302
    assert not MediatorAbsence.objects.exists()


def test_mediators_find_their_own_entry_from_their_home(world: World, sign_in: SignIn) -> None:
    assert f"{LISTS[1]}{world.mediator.mediator.pk}/" in text(sign_in(world.mediator), "/mediation/")


def test_the_assignment_page_says_who_is_left_out(world: World, sign_in: SignIn) -> None:
    case, today = handled(world), timezone.localdate()
    services.note_absence(
        mediator=world.mediator.mediator, by=world.dispatcher, first=today, last=today, reason="training"
    )
    page = text(sign_in(world.dispatcher), f"/mediation/{case.number}/assign/")
    assert "调解员mediator" in page.partition("<details")[2]


@pytest.mark.parametrize("path", LISTS)
def test_the_export_is_what_is_filtered(world: World, sign_in: SignIn, path: str) -> None:
    add(make_committee(), "=SUM(1)")
    response = sign_in(world.dispatcher).get(f"{path}?q=三合&export=xlsx")
    rows = _sheet(b"".join(response))  # type: ignore[arg-type]
    assert len(rows) == (2 if "committees" in path else 1)
    whole_list = sign_in(world.dispatcher).get(f"{path}?export=xlsx")
    assert len(_sheet(b"".join(whole_list))) == (3 if "committees" in path else 4)  # type: ignore[arg-type]


def _sheet(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_keeper_finds_the_own_file_of_a_mediator(world: World, sign_in: SignIn) -> None:
    mediator, person = world.other_mediator.mediator, make()
    path = f"/mediation/mediators/{mediator.pk}/own-file/"
    client = sign_in(world.dispatcher)
    assert "own-file" in text(client, f"/mediation/mediators/{mediator.pk}/")
    found = client.post(path, {"q": person.name}).content.decode()
    assert f'value="{person.pk}"' in found
    nothing = client.post(path, {"q": person.name, "choose": "1"})
    assert nothing.status_code == 422
    assert f'value="{person.pk}"' in nothing.content.decode()
    assert client.post(path, {"q": person.name, "person": person.pk, "choose": "1"}).status_code == 302
    mediator.refresh_from_db()
    assert mediator.person == person
    assert client.post(f"{path}forget/").status_code == 302
    mediator.refresh_from_db()
    assert mediator.person is None


def test_a_file_is_one_mediators_and_only_who_may_open_it_notes_it(world: World, sign_in: SignIn) -> None:
    mediator, person = world.other_mediator.mediator, make()
    services.link_file(mediator=world.mediator.mediator, by=world.dispatcher, person=person)
    path = f"/mediation/mediators/{mediator.pk}/own-file/"
    taken = sign_in(world.dispatcher).post(path, {"q": person.name, "person": person.pk, "choose": "1"})
    assert taken.status_code == 422
    assert str(world.mediator.mediator) in taken.content.decode()
    for user in (world.clerk, world.tax, world.mediator):
        assert sign_in(user).get(path).status_code == 403
    person.counties = [YANJI]
    person.save()
    for user in (world.dispatcher, world.mediator):
        with pytest.raises(NotAllowed):
            services.link_file(mediator=mediator, by=user, person=person)


def test_the_employer_is_kept_with_the_entry(world: World, sign_in: SignIn) -> None:
    mediator = world.other_mediator.mediator
    client, path = sign_in(world.dispatcher), f"/mediation/mediators/{mediator.pk}/edit/"
    fields = client.get(path).context["form"].initial
    data = {name: value for name, value in fields.items() if value not in (None, False, [])}
    data |= {"committee": mediator.committee_id, "employer": "龙井市第一中学", "is_active": "on"}
    assert client.post(path, data).status_code == 302
    assert "龙井市第一中学" in text(client, f"/mediation/mediators/{mediator.pk}/")


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_committee_is_found_by_a_part_of_its_name_in_pinyin_too(world: World, sign_in: SignIn, language: str) -> None:
    client, near = sign_in(world.dispatcher, language), make_committee()
    make_committee("延吉市人民调解委员会", YANJI)
    url = "/mediation/committees/choices/"
    for typed in ("三合", "sanhe", "SH", near.name_zh_hans):
        page = text(client, f"{url}?committee_q={typed}")
        assert f'value="{near.pk}"' in page
        assert "延吉市" not in page
    assert 'type="radio"' not in text(client, f"{url}?committee_q=延吉")
    assert 'type="radio"' not in text(client, f"{url}?chosen=nonsense")
    assert "checked" in text(client, f"{url}?chosen={near.pk}")
    assert sign_in(world.clerk).get(url).status_code == 403


def test_the_form_offers_few_committees_however_many_there_are(world: World, sign_in: SignIn) -> None:
    own = world.mediator.mediator
    for number in range(15):
        make_committee(f"第{number}村人民调解委员会")
    page = text(sign_in(world.dispatcher), f"{LISTS[1]}{own.pk}/edit/")
    assert page.count('name="committee"') == 1
    assert f'value="{own.committee_id}"' in page
    found = text(sign_in(world.dispatcher), "/mediation/committees/choices/?committee_q=村")
    assert found.count('name="committee"') == 10


def test_the_committee_is_chosen_by_typing_alone_where_only_one_fits(world: World, sign_in: SignIn) -> None:
    client, own, near = sign_in(world.dispatcher), world.mediator.mediator, make_committee()
    make_committee("三合镇北兴村人民调解委员会")
    far = make_committee("延吉市人民调解委员会", YANJI)
    data = {
        "name": own.name, "position": "member", "employment": "part_time", "gender": own.gender, "capacity": "20",
        "is_active": "on", "languages": ["ko"], "committee": own.committee_id,
    }  # fmt: skip
    url = f"{LISTS[1]}{own.pk}/edit/"
    for typed in ("三合", "没有这样的"):
        refused = client.post(url, {**data, "committee_q": typed})
        assert refused.status_code == 422
        assert set(refused.context["form"].errors) == {"committee"}
        assert typed in refused.content.decode()
    assert client.post(url, {**data, "committee": far.pk}).status_code == 422
    assert client.post(url, {**data, "committee_q": "北兴"}).status_code == 302
    own.refresh_from_db()
    assert own.committee.name_zh_hans == "三合镇北兴村人民调解委员会"
    assert client.post(url, {**data, "committee_q": "三合", "committee": near.pk}).status_code == 302
    own.refresh_from_db()
    assert own.committee_id == near.pk
