"""Registering a walk-in: the form, the service, double clicks and two clerks at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cases import ledger
from cases.models import Case, CaseNumberSeries, Kind, Person
from cases.states import State
from intake.models import Visit
from tests.together import at_once
from tests.world import LONGJING, VILLAGE, World, build

NUMBER = "222405187305120046"
FORM = {
    "name": "金顺姬", "name_hangul": "김순희", "identity_number": NUMBER, "phone": "100 1234 5678", "language": "ko",
    "category": "social_insurance", "division": VILLAGE, "title": "企业未缴社会保险费",
    "narrative": "기업에서 보험료를 납부하지 않았다.", "narrative_language": "ko", "wants_mediation": "yes",
    "decision": "accept", "others-TOTAL_FORMS": "1", "others-INITIAL_FORMS": "0",
    "others-0-part": "respondent", "others-0-organisation": "龙井市某企业",
}  # fmt: skip


@pytest.fixture
def desk(world: World, sign_in: Callable[..., Client]) -> Client:
    return sign_in(world.clerk)


def post(desk: Client, **changes: str) -> Any:
    return desk.post("/desk/register/", {**FORM, **changes})


def test_one_form_makes_visit_case_and_parties(desk: Client) -> None:
    answer = post(desk)
    visit = Visit.objects.select_related("case", "person").get()
    assert answer.headers["Location"] == f"/desk/receipt/{visit.pk}/"
    case = visit.case
    assert case is not None
    assert case.number.startswith(f"{LONGJING}-")
    assert (case.kind, case.state, case.lead_id, case.wants_mediation) == (Kind.DISPUTE, State.ACCEPTED, "tax", True)
    assert (visit.person.name, visit.person.name_hangul, visit.person.identity_number) == ("金顺姬", "김순희", NUMBER)
    assert [str(party) for party in case.parties.all()] == ["金顺姬 김순희", "龙井市某企业"]
    assert [event.kind for event in case.events.all()] == ["case.registered", "case.accepted", "case.routed"]


def test_the_receipt_is_in_both_languages_and_opens_the_status_page(desk: Client) -> None:
    page = desk.get(post(desk).headers["Location"]).content.decode()
    case = Case.objects.get()
    for words in (case.number, "税务局", "세무국", "<svg", f"/s/{case.public_code}/"):
        assert words in page
    status = Client().get(f"/s/{case.public_code}/").content.decode()
    assert case.number in status
    assert "金顺姬" not in status
    assert "企业未缴" not in status


def test_the_same_form_sent_twice_makes_one_case(desk: Client) -> None:
    key = str(uuid.uuid4())
    first, second = post(desk, submission_key=key), post(desk, submission_key=key)
    assert first.headers["Location"] == second.headers["Location"]
    assert (Case.objects.count(), Visit.objects.count(), Person.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "", "name_hangul": ""}, "name"),
        ({"identity_number": "222405187305120041"}, "identity_number"),
        ({"phone": "call me"}, "phone"),
        ({"category": "nonsense"}, "category"),
        ({"category": ""}, "category"),
        ({"division": "222401001"}, "division"),
        ({"division": "../../etc/passwd"}, "division"),
        ({"title": ""}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"narrative": "x" * 10_001}, "narrative"),
        ({"language": "en"}, "language"),
        ({"category": "petition"}, "petition_class"),
        ({"decision": "refuse"}, "reason"),
        ({"decision": "burn"}, "decision"),
    ],
)
def test_bad_input_comes_back_with_everything_typed(desk: Client, changes: dict[str, str], field: str) -> None:
    answer = post(desk, **changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    page = answer.content.decode()
    assert FORM["narrative"] in page or "narrative" in changes
    assert not any(word in page for word in ("This field", "Select a valid", "Ensure this"))
    assert (Case.objects.count(), Person.objects.count(), CaseNumberSeries.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "'; DROP TABLE cases_case; --", "{{ 7*7 }}", "\u202e反", "😀" * 20]
)
def test_hostile_text_is_kept_as_text(desk: Client, hostile: str) -> None:
    answer = post(desk, title=hostile, narrative=hostile)
    assert answer.status_code == 302
    assert Case.objects.get().title == hostile
    assert "<script>alert(1)" not in desk.get(answer.headers["Location"]).content.decode()


def test_other_parties_name_a_person_or_an_organisation(desk: Client) -> None:
    answer = post(desk, **{"others-0-name": "王某"})
    assert answer.status_code == 422
    assert "organisation" in answer.context["others"].forms[0].errors


def test_a_known_number_finds_the_person_and_refuses_another_name(desk: Client) -> None:
    post(desk, name_hangul="", phone="")
    post(desk)
    person = Person.objects.get()
    assert (person.name_hangul, person.masked_phone) == ("김순희", "*******5678")
    answer = post(desk, name="李某", name_hangul="")
    assert answer.context["form"].errors["identity_number"]
    assert Case.objects.count() == 2


def test_a_refusal_has_a_reason_and_names_the_way_open(desk: Client) -> None:
    post(desk, decision="refuse", reason="pending_elsewhere", way_open="请向人民法院咨询")
    case = Case.objects.get()
    assert (case.state, case.accepted_at, case.outcome) == (State.NOT_ACCEPTED, None, "refused")
    page = desk.get(f"/desk/receipt/{Visit.objects.get().pk}/").content.decode()
    assert "请向人民法院咨询" in page


def test_an_accusation_leaves_the_general_view(desk: Client, world: World, sign_in: Callable[..., Client]) -> None:
    post(desk, category="petition", petition_class="accusation")
    case = Case.objects.get()
    assert case.is_restricted
    seen = {
        name: Case.objects.visible_to(getattr(world, name)).exists()
        for name in ("clerk", "dispatcher", "official", "tax", "mediator", "administrator")
    }
    assert seen == {
        "clerk": True, "dispatcher": True, "official": False, "tax": False, "mediator": False, "administrator": False,
    }  # fmt: skip


@pytest.mark.parametrize("who", ["tax", "mediator", "official", "administrator"])
def test_only_the_desk_registers(world: World, sign_in: Callable[..., Client], who: str) -> None:
    client = sign_in(getattr(world, who))
    assert client.get("/desk/register/").status_code == 403
    assert client.post("/desk/register/", FORM).status_code == 403
    assert not Case.objects.exists()


def test_registration_does_not_need_the_broker(desk: Client, settings: Any) -> None:
    settings.CELERY_BROKER_URL = settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert post(desk).status_code == 302
    assert Case.objects.count() == 1


def test_registering_takes_few_queries(desk: Client, django_assert_max_num_queries: Any) -> None:
    post(desk, identity_number="")
    with django_assert_max_num_queries(34):
        post(desk, identity_number="")


@pytest.mark.django_db(transaction=True)
def test_clerks_at_once_get_numbers_without_gaps_or_doubles() -> None:
    world = build()
    clerks, each = 6, 5
    clients = [Client() for _each in range(clerks)]

    def work(number: int) -> None:
        for turn in range(each):
            changes = {"identity_number": "", "name": f"人{number}", "title": f"{number}-{turn}"}
            answer = clients[number].post("/desk/register/", {**FORM, **changes})
            assert answer.status_code == 302, answer.content[:200]

    for client in clients:
        client.force_login(world.clerk)
    at_once(*(partial(work, number) for number in range(clerks)))
    tails = sorted(int(number[-6:]) for number in Case.objects.values_list("number", flat=True))
    assert tails == list(range(1, clerks * each + 1))
    assert not list(ledger.verify())


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_at_the_same_instant_makes_one_case() -> None:
    world = build()
    key, clients = str(uuid.uuid4()), [Client() for _each in range(4)]

    def send(client: Client) -> str:
        return str(client.post("/desk/register/", {**FORM, "submission_key": key}).headers.get("Location", ""))

    for client in clients:
        client.force_login(world.clerk)
    answers = at_once(*(partial(send, client) for client in clients))
    assert len(set(answers)) == 1
    assert answers[0].startswith("/desk/receipt/")
    assert Case.objects.count() == 1
    assert CaseNumberSeries.objects.get().last == 1, "a rolled-back number is given again"


@pytest.mark.django_db(transaction=True)
def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''power cut''; END';"
            "CREATE TRIGGER fail BEFORE INSERT ON intake_visit FOR EACH ROW EXECUTE FUNCTION fail()"
        )
    client = Client(raise_request_exception=False)
    client.force_login(world.clerk)
    try:
        assert client.post("/desk/register/", FORM).status_code == 500
        assert (Case.objects.count(), Person.objects.count(), CaseNumberSeries.objects.count()) == (0, 0, 0)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER fail ON intake_visit; DROP FUNCTION fail()")
    assert client.post("/desk/register/", FORM).status_code == 302
    assert Case.objects.get().number.endswith("-000001")
