"""Every page: who may open it, in which language it speaks, and that its lists do not ask row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Notification, Role
from cases.models import Case
from cases.services import sign_referral
from mediation.services import assign_mediator
from tests.world import LIYUAN, LONGJING, YANJI, World, make_case, make_user

ROLES = ("clerk", "tax", "mediator", "dispatcher", "official", "administrator")
PAGES = {
    "/desk/": {"clerk", "dispatcher"},
    "/desk/register/": {"clerk", "dispatcher"},
    "/desk/queue/": {"clerk", "dispatcher"},
    "/cases/": {"clerk", "tax", "mediator", "dispatcher", "official"},
    "/referrals/": {"tax"},
    "/dispatch/": {"dispatcher"},
    "/mediation/": {"mediator"},
    "/mediation/follow-ups/": {"mediator", "clerk", "dispatcher", "tax"},
    "/mediation/second-calls/": {"dispatcher", "official"},
    "/mediation/prescribed/": {"dispatcher"},
    "/dashboard/": {"official", "dispatcher"},
    "/dashboard/waiting/": {"official", "dispatcher"},
    "/notifications/": set(ROLES),
}
HOMES = {
    "clerk": "/desk/", "tax": "/referrals/", "mediator": "/mediation/", "dispatcher": "/dispatch/",
    "official": "/dashboard/", "administrator": "/admin/",
}  # fmt: skip
LISTS = [("clerk", "/desk/"), ("clerk", "/cases/"), ("tax", "/referrals/"), ("dispatcher", "/dispatch/"),
         ("mediator", "/mediation/"), ("clerk", "/mediation/follow-ups/"), ("official", "/cases/")]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ROLES)
def test_a_page_opens_to_its_roles_only(world: World, sign_in: Callable[..., Client], who: str, path: str) -> None:
    answer = sign_in(getattr(world, who)).get(path)
    assert answer.status_code == (200 if who in PAGES[path] else 403)


@pytest.mark.parametrize("path", [*PAGES, "/cases/222405-2026-000001/", "/api/cases/", "/desk/receipt/1/", "/"])
def test_nothing_opens_without_signing_in(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code in {302, 401, 403}
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("who", HOMES)
def test_each_role_lands_on_its_own_home(world: World, sign_in: Callable[..., Client], who: str) -> None:
    assert sign_in(getattr(world, who)).get("/").headers["Location"] == HOMES[who]


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "登记事项"), ("ko", "사항 등록")])
def test_the_language_can_be_switched_on_every_page(world: World, client: Client, language: str, words: str) -> None:
    answer = client.post("/language/", {"language": language, "next": "/sign-in/"})
    assert answer.headers["Location"] == "/sign-in/"
    client.force_login(world.clerk)
    page = client.get("/desk/register/").content.decode()
    assert f'lang="{language}"' in page
    assert words in page
    assert 'value="zh-hans"' in page
    assert 'value="ko"' in page


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_the_language_switch_leads_nowhere_else(db: None, away: str) -> None:
    answer = Client().post("/language/", {"language": "ko", "next": away})
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_is_refused(db: None) -> None:
    assert Client().post("/language/", {"language": "en"}).status_code == 400


def test_the_choice_of_language_is_remembered_for_messages(world: World, sign_in: Callable[..., Client]) -> None:
    sign_in(world.clerk).post("/language/", {"language": "ko", "next": "/desk/"})
    world.clerk.refresh_from_db()
    assert world.clerk.language == "ko"


def test_a_policy_keeps_foreign_and_inline_scripts_out(db: None) -> None:
    policy = Client().get("/sign-in/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(("who", "path"), LISTS)
def test_a_list_asks_as_often_for_many_rows_as_for_few(
    world: World, sign_in: Callable[..., Client], who: str, path: str
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def grow(count: int) -> None:
        for _each in range(count):
            case = make_case(world)
            sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
            assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
            make_case(world)

    client = sign_in(getattr(world, who))
    grow(2)
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    grow(4)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) <= len(few), [query["sql"][:120] for query in many]


def test_cases_of_another_county_do_not_exist_for_the_desk(world: World, sign_in: Callable[..., Client]) -> None:
    case = make_case(world)
    stranger = sign_in(make_user("stranger", Role.CLERK, YANJI))
    assert stranger.get(f"/cases/{case.number}/").status_code == 404
    assert stranger.get(f"/cases/{case.number}/withdraw/").status_code == 404
    assert stranger.get("/api/cases/").json()["results"] == []
    assert stranger.get(f"/api/cases/{case.number}/").status_code == 404
    assert not Case.objects.visible_to(make_user("nobody", Role.OFFICIAL, LONGJING[:0] or YANJI)).exists()


def test_an_action_of_somebody_else_is_refused_and_keeps_what_was_typed(
    world: World, sign_in: Callable[..., Client]
) -> None:
    case = make_case(world)
    answer = sign_in(world.official).post(f"/cases/{case.number}/withdraw/", {"note": "不要了"})
    assert answer.status_code == 200
    assert "不要了" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "accepted"


def test_a_case_page_shows_who_has_it_why_and_until_when(world: World, sign_in: Callable[..., Client]) -> None:
    case = make_case(world)
    page = sign_in(world.tax, "ko").get(f"/cases/{case.number}/").content.decode()
    for words in ("세무국", "인력자원사회보장국", "7번 창구", "접수서명", case.title):
        assert words in page


def test_the_list_finds_by_number_name_and_summary_and_never_by_a_phone(
    world: World, sign_in: Callable[..., Client]
) -> None:
    case, other = make_case(world), make_case(world)
    person = case.parties.get(part="applicant").person
    assert person is not None
    person.set_phone("100 7777 8888")
    person.name_hangul = "박유일"
    person.save()
    client = sign_in(world.clerk)
    for text in (case.number, case.number[-6:], person.name, "박유일", case.title):
        rows = list(client.get("/cases/", {"q": text}).context["page"])
        assert case in rows, text
        assert other not in rows, text
    assert not list(client.get("/cases/", {"q": "10077778888"}).context["page"]), "addresses are logged"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_export_holds_what_is_filtered_and_no_formula(
    world: World, sign_in: Callable[..., Client], kind: str
) -> None:
    make_case(world, title="=HYPERLINK(1)")
    make_case(world, "neighbour", title="邻里")
    answer = sign_in(world.clerk).get("/cases/", {"export": kind, "category": "social_insurance"}, follow=True)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    if kind == "csv":
        text = content.decode("utf-8-sig")
        assert "'=HYPERLINK(1)" in text
        assert "邻里" not in text
        assert len(text.splitlines()) == 2
    else:
        import io

        import openpyxl

        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        assert sheet is not None
        cells = [cell.value for cell in sheet["H"]]
        assert cells[1:] == ["=HYPERLINK(1)"] or cells[1:] == ["'=HYPERLINK(1)"]
        assert sheet["H2"].data_type == "s"


def test_notifications_are_the_reader_s_own(world: World, sign_in: Callable[..., Client]) -> None:
    make_case(world)
    row = Notification.objects.get(recipient=world.tax)
    assert sign_in(world.hr).post(f"/notifications/{row.pk}/").status_code == 404
    answer = sign_in(world.tax).post(f"/notifications/{row.pk}/")
    assert answer.headers["Location"] == row.url
    row.refresh_from_db()
    assert row.read_at is not None


def test_the_admin_lets_reference_data_be_corrected(world: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in(world.administrator)
    for path in ("division", "department", "centre", "localholiday"):
        assert client.get(f"/admin/departments/{path}/").status_code == 200
    for path in ("category", "codeentry", "limitrule"):
        assert client.get(f"/admin/cases/{path}/").status_code == 200
    assert client.get(f"/admin/departments/centre/{LONGJING}/change/").status_code == 200
    assert sign_in(world.clerk).get("/admin/departments/division/").status_code == 302


def test_a_correction_survives_the_next_loading_of_reference_data(db: None) -> None:
    from io import StringIO

    from django.core.management import call_command

    from departments.models import Division, Window

    call_command("load_reference", stdout=StringIO())
    counts = Division.objects.count()
    called_at = Window.objects.filter(zone="intake")
    county = list(called_at.filter(centre=LONGJING).values_list("number", flat=True))
    assert (county, called_at.filter(centre=LIYUAN).count()) == ([21, 22, 23, 24, 25, 26], 2)
    called_at.filter(centre=LONGJING, number=26).update(zone="resolution")
    Division.objects.filter(pk="222405005004").update(name_ko="고친 이름", name_ko_basis="reviewed")
    call_command("load_reference", stdout=StringIO())
    assert (counts, Division.objects.count()) == (1652, 1652)
    assert Division.objects.get(pk="222405005004").name_ko == "고친 이름"
    assert called_at.filter(centre=LONGJING).count() == 5


def test_health_tells_the_database_and_the_broker_apart(db: None, settings: Any) -> None:
    assert Client().get("/health/").json() == {"database": True, "broker": True}
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = Client().get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "broker": False})
