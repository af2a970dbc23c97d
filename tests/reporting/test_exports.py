"""Lists as files: rights and masks of whoever asks, one at a time, progress, the log, how long they are kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Look, Notification, Role
from cases.models import Case, CaseEvent, CaseParty, Person
from governance_center.errors import MissingInput, NotAllowed
from mediation.models import FollowUp
from reporting import tasks
from reporting.export_forms import described
from reporting.exporting import files
from reporting.models import Export, ExportEntry, ExportPart
from reporting.services import exports
from tests.mediation.signing import in_force
from tests.reporting.exporting import ask, content, download, finished, many, sheet, table
from tests.world import LONGJING, YANJI, World, make_case, make_user

SignIn = Callable[..., Client]
LIST = "/dashboard/exports/"
NUMBER, PHONE = "222405196001011230", "13904330000"


def known(case: Case, *, county: str = LONGJING) -> Person:
    """The applicant with an identity number and a phone, known in a county."""
    person = case.parties.get(part=CaseParty.Part.APPLICANT).person
    assert person is not None
    person.set_identity_number(NUMBER)
    person.set_phone(PHONE)
    person.counties = [county]
    person.save()
    return person


# --- a short list goes at once


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_short_list_comes_at_once_and_is_logged_with_its_digest(world: World, sign_in: SignIn, kind: str) -> None:
    case = make_case(world)
    made = download(sign_in(world.clerk), f"{LIST}cases/{kind}/?category=social_insurance&page=1")
    assert case.number.encode() in made or case.number in {row[0] for row in sheet(made)}
    entry = ExportEntry.objects.get()
    assert (entry.user, entry.what, entry.kind, entry.rows) == (world.clerk, "at_once", "cases", 1)
    assert entry.filters == {"category": ["social_insurance"]}
    assert entry.sha256 == hashlib.sha256(made).hexdigest()
    assert Look.objects.get().subject == "list:cases"
    assert not Export.objects.exists()


def test_a_long_list_is_offered_in_the_background_with_the_same_filters(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    for _each in range(3):
        make_case(world)
    make_case(world, "neighbour")
    client = sign_in(world.clerk)
    page = client.get(f"{LIST}cases/csv/?category=social_insurance")
    assert page.status_code == 200
    form = page.context["form"]
    assert not ExportEntry.objects.exists()
    data = {name: form[name].value() or "" for name in form.fields if name != "opens"}
    assert client.post(LIST, data).status_code == 302
    assert client.post(LIST, data).status_code == 302
    job = Export.objects.get()
    assert (job.filters, job.format, job.total) == ({"category": ["social_insurance"]}, "csv", 3)
    assert exports.run_export(job.pk) == "done"
    assert len(table(content(job))) == 3
    note = Notification.objects.get(kind="export.done")
    assert "3" in note.text


# --- who may


def test_rights_are_those_of_the_asker_and_restricted_matters_stay_out(world: World) -> None:
    open_case = make_case(world)
    accusation = make_case(world, "petition", petition_class="accusation")
    Case.objects.filter(pk=accusation.pk).update(registered_by=world.dispatcher, is_restricted=True)
    elsewhere = make_user("yanji", Role.DISPATCHER, YANJI)
    found = {user.username: {row["Case number"] for row in table(content(finished(user)))} for user in
             (world.clerk, world.dispatcher, world.official, elsewhere)}  # fmt: skip
    assert found["clerk"] == found["official"] == {open_case.number}
    assert found["dispatcher"] == {open_case.number, accusation.number}
    assert found["yanji"] == set()


def test_a_matter_that_became_restricted_while_it_waited_stays_out(world: World) -> None:
    kept, hidden = make_case(world), make_case(world)
    job = ask(world.official)
    Case.objects.filter(pk=hidden.pk).update(is_restricted=True)
    assert exports.run_export(job.pk) == "done"
    job.refresh_from_db()
    assert [row["Case number"] for row in table(content(job))] == [kept.number]
    assert (job.total, job.done) == (1, 1)


@pytest.mark.parametrize("kind", ["events", "follow_ups", "obligations", "nonsense"])
def test_a_list_that_is_not_for_the_role_is_refused(world: World, sign_in: SignIn, kind: str) -> None:
    with pytest.raises(NotAllowed):
        ask(world.tax, kind)
    data = {"kind": kind, "format": "csv", "query": "", "submission_key": str(uuid.uuid4())}
    assert sign_in(world.tax).post(LIST, data).status_code == 422
    assert not Export.objects.exists()


def test_somebody_else_s_file_is_not_found(world: World, sign_in: SignIn) -> None:
    make_case(world)
    job = finished(world.clerk)
    for path in ("file", "cancel"):
        client = sign_in(world.dispatcher)
        assert client.post(f"{LIST}{job.pk}/{path}").status_code == 404
    with pytest.raises(NotAllowed):
        exports.open_export(export=job, by=world.dispatcher, address=None)
    with pytest.raises(NotAllowed):
        exports.cancel_export(export=job, by=world.dispatcher)
    assert sign_in(world.administrator).get(LIST).status_code == 403


@pytest.mark.parametrize("change", [{"division_id": YANJI}, {"role": Role.OFFICIAL}, {"is_active": False}])
def test_whoever_changed_division_or_role_gets_neither_a_file_made_nor_one_that_was(
    world: World, change: dict[str, Any]
) -> None:
    make_case(world)
    done = finished(world.dispatcher)
    waiting = ask(world.dispatcher)
    for name, value in change.items():
        setattr(world.dispatcher, name, value)
    world.dispatcher.save()
    assert exports.run_export(waiting.pk) == "failed"
    waiting.refresh_from_db()
    assert waiting.error
    assert not waiting.parts.exists()
    with pytest.raises(exports.RightsChanged):
        exports.open_export(export=done, by=world.dispatcher, address=None)
    assert not ExportEntry.objects.filter(what="taken").exists()


# --- what is masked


def test_numbers_are_masked_and_an_official_gets_no_names(world: World) -> None:
    person = known(make_case(world))
    clerk, official = (table(content(finished(user)))[0] for user in (world.clerk, world.official))
    assert clerk["Applicants"] == str(person)
    assert official["Applicants"] == f"{person.name[0]}**"
    for row in (clerk, official):
        assert row["Identity numbers of the applicants"] == "222405**********30"
        assert row["Phones of the applicants"] == "*******0000"
    assert not Look.objects.filter(what=Look.What.IDENTITY_NUMBER).exists()


def test_numbers_in_full_need_the_right_and_a_reason_and_each_look_is_logged(world: World) -> None:
    mine, foreign = known(make_case(world)), make_case(world)
    other = foreign.parties.get(part="applicant").person
    other.set_identity_number("222405197001011239")
    other.counties = [YANJI]
    other.save()
    with pytest.raises(MissingInput):
        ask(world.clerk, opens=True)
    for user in (world.official, world.tax, world.mediator):
        with pytest.raises(NotAllowed):
            ask(user, opens=True, reason="上报")
    job = finished(world.clerk, opens=True, reason="报送县委政法委")
    rows = {row["Applicants"]: row for row in table(content(job))}
    assert rows[str(mine)]["Identity numbers of the applicants"] == NUMBER
    assert rows[str(mine)]["Phones of the applicants"] == PHONE
    assert rows[str(other)]["Identity numbers of the applicants"] == "222405**********39", (
        "not known in the clerk's county"
    )
    looks = Look.objects.filter(subject=f"person:{mine.pk}").values_list("what", flat=True)
    assert sorted(looks) == ["identity_number", "phone"]
    assert not Look.objects.filter(subject=f"person:{other.pk}").exists()
    assert all(entry.opens and entry.reason == "报送县委政法委" for entry in ExportEntry.objects.all())


def test_the_bytes_are_encrypted_in_the_database(world: World) -> None:
    case = make_case(world)
    finished(world.clerk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT encoded FROM reporting_exportpart")
        (stored,) = cursor.fetchone()
    assert stored.startswith("aes-256-gcm:")
    assert case.number not in stored


# --- one at a time, once


def test_the_same_form_makes_one_and_nobody_has_two_under_way(world: World) -> None:
    make_case(world)
    key = uuid.uuid4()
    first = ask(world.clerk, submission_key=key)
    assert ask(world.clerk, submission_key=key) == first
    with pytest.raises(exports.OneAtATime):
        ask(world.clerk)
    ask(world.dispatcher)
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.create(asked_by=world.clerk, kind="cases", role="clerk", submission_key=uuid.uuid4())
    exports.run_export(first.pk)
    assert ask(world.clerk) != first


def test_a_list_beyond_the_limit_is_refused_with_advice(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    job = ask(world.official, filters={"category": ["neighbour"]})
    for _each in range(2):
        make_case(world)
    data = {"kind": "cases", "format": "csv", "first": "", "last": ""}
    answer = sign_in(world.clerk).post(LIST, data)
    assert answer.status_code == 422
    assert "2" in str(answer.context["form"].non_field_errors())
    make_case(world, "neighbour")
    make_case(world, "neighbour")
    assert exports.run_export(job.pk) == "failed"
    job.refresh_from_db()
    assert "1" in job.error


def test_a_running_export_is_cancelled_after_its_batch_and_leaves_no_file(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BATCH", 2)
    many(make_case(world), 9)
    job, seen = ask(world.clerk), []
    show = exports._progress_of

    def cancelled(row: Export) -> Any:
        inner = show(row)

        def then(done: int) -> bool:
            seen.append(done)
            if done == 4:
                assert sign_in(world.clerk).post(f"{LIST}{job.pk}/cancel").status_code == 302
            return inner(done)

        return then

    monkeypatch.setattr(exports, "_progress_of", cancelled)
    assert exports.run_export(job.pk) == "cancelled"
    job.refresh_from_db()
    assert (seen, job.done, job.total, job.state) == ([2, 4], 4, 10, "cancelled")
    assert not ExportPart.objects.exists()
    assert not ExportEntry.objects.exists()
    with pytest.raises(exports.AlreadyOver):
        exports.cancel_export(export=job, by=world.clerk)
    assert exports.run_export(job.pk) == "cancelled"


def test_a_waiting_export_is_cancelled_at_once(world: World) -> None:
    job = ask(world.clerk)
    exports.cancel_export(export=job, by=world.clerk)
    assert exports.run_export(job.pk) == "cancelled"
    ask(world.clerk)


# --- kept for a week, and the log for ever


def test_the_download_is_logged_and_a_changed_part_is_noticed(world: World, sign_in: SignIn) -> None:
    make_case(world)
    job = finished(world.clerk, file_format="xlsx")
    made = download(sign_in(world.clerk), f"{LIST}{job.pk}/file")
    assert hashlib.sha256(made).hexdigest() == job.sha256
    assert len(made) == job.size
    entries = list(ExportEntry.objects.order_by("pk").values_list("what", "rows", "sha256", "kind"))
    assert entries == [("made", 1, job.sha256, "cases"), ("taken", 1, job.sha256, "cases")]
    assert Look.objects.filter(subject=f"export:{job.pk}", what=Look.What.EXPORT).count() == 2
    ExportPart.objects.create(export=job, position=1, encoded="AAAA")
    with pytest.raises(exports.FileDamaged):
        exports.open_export(export=job, by=world.clerk, address=None)
    assert ExportEntry.objects.count() == 2


def test_a_file_is_removed_when_its_week_is_over_and_the_log_stays(world: World, sign_in: SignIn) -> None:
    make_case(world)
    job, fresh = finished(world.clerk), finished(world.dispatcher)
    assert job.expires_at is not None
    assert dt.timedelta(days=6) < job.expires_at - timezone.now() <= dt.timedelta(days=7)
    Export.objects.filter(pk=job.pk).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    assert tasks.sweep_exports() == 0
    job.refresh_from_db()
    assert not job.has_file
    assert list(ExportPart.objects.values_list("export", flat=True)) == [fresh.pk]
    with pytest.raises(exports.FileGone):
        exports.open_export(export=job, by=world.clerk, address=None)
    page = sign_in(world.clerk).get(f"{LIST}{job.pk}/file", follow=True)
    assert [str(message) for message in page.context["messages"]]
    assert ExportEntry.objects.filter(export=job).count() == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE reporting_exportentry SET rows = 0", "DELETE FROM reporting_exportentry"]
)
def test_the_log_cannot_be_changed(world: World, statement: str) -> None:
    make_case(world)
    finished(world.clerk)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# --- a worker that dies


def test_the_sweep_takes_up_what_waits_and_what_fell_silent(world: World) -> None:
    now = timezone.now()
    silent, busy, over, waiting = (ask(user) for user in (world.clerk, world.dispatcher, world.official, world.tax))
    Export.objects.filter(pk=silent.pk).update(state="running", beat_at=now - dt.timedelta(minutes=3))
    Export.objects.filter(pk=busy.pk).update(state="running", beat_at=now - dt.timedelta(minutes=1))
    Export.objects.filter(pk=over.pk).update(state="cancelled")
    assert waiting.state == "waiting"
    assert exports.sweep_exports() == 2


def test_what_kills_its_worker_again_and_again_is_given_up(world: World) -> None:
    job = ask(world.clerk)
    Export.objects.filter(pk=job.pk).update(state="running", attempts=exports.MOST_ATTEMPTS)
    assert exports.run_export(job.pk) == "failed"
    assert Notification.objects.get().kind == "export.failed"


@pytest.mark.django_db(transaction=True)
def test_what_is_started_several_times_at_once_is_made_once(world: World) -> None:
    many(make_case(world), 300)
    job = ask(world.clerk)

    def run(pk: int) -> str:
        try:
            return tasks.run_export(pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, [job.pk] * 4))
    job.refresh_from_db()
    assert (job.state, job.attempts, job.done) == ("done", 1, 301)
    assert ExportEntry.objects.count() == Notification.objects.filter(kind="export.done").count() == 1


# --- the lists


def test_the_cases_have_the_columns_of_their_headings(world: World) -> None:
    case = make_case(world, amount=Decimal("1200.50"), people_involved=7)
    heads, row = sheet(content(finished(world.dispatcher, file_format="xlsx")))
    found = dict(zip(heads, row, strict=True))
    assert found["Case number"] == case.number
    assert found["Amount in dispute (yuan)"] == 1200.5
    assert found["People involved"] == 7
    assert found["Summary"] == case.title
    assert found["Respondents"] == case.parties.get(part="respondent").organisation
    assert len(heads) == 26


def test_ledger_visits_duties_and_mediators_come_as_lists(world: World) -> None:
    agreement = in_force(world)
    case, today = agreement.case, timezone.localdate()
    events = table(content(finished(world.dispatcher, "events")))
    visits = table(content(finished(world.dispatcher, "follow_ups")))
    duties = table(content(finished(world.dispatcher, "obligations")))
    people = table(content(finished(world.dispatcher, "mediators")))
    assert [row["Digest"] for row in events] == list(
        CaseEvent.objects.filter(case=case).order_by("at", "pk").values_list("hash", flat=True)
    )
    assert len(visits) == FollowUp.objects.filter(case=case).count() > 0
    assert duties[0]["Amount (yuan)"] == str(agreement.obligations.get().amount)
    assert duties[0]["Number of the agreement"] == agreement.number
    assert len(people) == 2
    narrow = {"first": [f"{today + dt.timedelta(days=400)}"], "place": [LONGJING]}
    assert table(content(finished(world.dispatcher, "obligations", filters=narrow))) == []


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_page_shows_progress_and_asks_again_while_something_is_made(
    world: World, sign_in: SignIn, language: str
) -> None:
    make_case(world)
    job = ask(world.clerk)
    client = sign_in(world.clerk, language)
    page = client.get(LIST).content.decode()
    assert 'data-busy="yes"' in page
    assert 'hx-trigger="every 2s"' in page
    exports.run_export(job.pk)
    part = client.get(LIST, HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in part
    assert 'data-busy="no"' in part
    assert reverse("reporting:export_file", args=[job.pk]) in part


def test_a_file_in_korean_has_korean_headings(world: World) -> None:
    make_case(world)
    job = ask(world.clerk, language="ko")
    exports.run_export(job.pk)
    job.refresh_from_db()
    assert "사건번호" in content(job).decode("utf-8-sig").splitlines()[0]


def test_filters_are_told_in_words(world: World) -> None:
    given = {"last": ["2025-12-31"], "first": ["2025-01-01"], "category": ["neighbour"], "place": [LONGJING],
             "mediator": ["x"], "state": ["resolved"], "sort": ["number"], "unknown": ["1"]}  # fmt: skip
    with translation.override("zh-hans"):
        found = described(given)
    assert [value for _label, value in found[:4]] == ["2025-01-01", "2025-12-31", "龙井市", "neighbour 类"]
    assert len(found) == 7
    assert ("unknown", "1") in found
