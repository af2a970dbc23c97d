"""The page of imports: who opens it, what an upload becomes, and the job behind it, run by a real worker too."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Notification
from cases.models import Case
from governance_center.errors import GovernanceError, NotAllowed
from intake import tasks
from intake.importing import running
from intake.models import ImportJob, Origin
from intake.services import imports
from tests import processes
from tests.intake.registers import many, row, take, write_csv, write_xlsx
from tests.world import LONGJING, World, make_user

PAGE = "/desk/import/"
ROLES = {"clerk": 403, "tax": 403, "mediator": 403, "official": 403, "dispatcher": 200, "administrator": 200}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def upload(tmp_path: Path) -> Callable[..., SimpleUploadedFile]:
    def made(*rows: dict[str, Any], name: str = "台账.csv") -> SimpleUploadedFile:
        write = write_xlsx if name.endswith("xlsx") else write_csv
        return SimpleUploadedFile(name, write(tmp_path / "upload", rows or [row()]).read_bytes())

    return made


@pytest.fixture
def desk(world: World, sign_in: Callable[..., Client]) -> Client:
    return sign_in(world.dispatcher)


def form(file: Any, **changes: Any) -> dict[str, Any]:
    return {"file": file, "system": "旧系统", "centre": LONGJING, "dry_run": "yes", **changes}


def ask(world: World, file: SimpleUploadedFile, **changes: Any) -> ImportJob:
    values = {"by": world.dispatcher, "centre": world.centre, "system": "旧系统", "upload": file, "dry_run": False}
    return imports.ask_import(**{**values, "submission_key": uuid.uuid4(), **changes})


# --- who, and what is sent


@pytest.mark.parametrize("who", ROLES)
def test_the_page_opens_to_administrators_and_dispatchers(
    world: World, sign_in: Callable[..., Client], upload: Any, who: str
) -> None:
    client = sign_in(getattr(world, who))
    job = ask(world, upload())
    for path in (PAGE, f"{PAGE}{job.pk}/", f"{PAGE}template/ko/csv/"):
        assert client.get(path).status_code == ROLES[who], path
    assert client.get(f"{PAGE}{job.pk}/faults/").status_code == (404 if ROLES[who] == 200 else 403)
    for path in (f"{PAGE}{job.pk}/cancel/", f"{PAGE}{job.pk}/now/"):
        assert client.post(path).status_code == (302 if ROLES[who] == 200 else 403), path
        assert client.get(path).status_code in {403, 405}


def test_jobs_of_another_county_are_not_there(world: World, sign_in: Callable[..., Client], upload: Any) -> None:
    job = ask(world, upload())
    client = sign_in(make_user("dispatcher.yanji", "dispatcher", "222401"))
    assert job.file_name not in client.get(PAGE).content.decode()
    for path in ("", "faults/"):
        assert client.get(f"{PAGE}{job.pk}/{path}").status_code == 404
    for path in ("cancel/", "now/"):
        assert client.post(f"{PAGE}{job.pk}/{path}").status_code == 404
    assert client.post(PAGE, form(upload(), centre=LONGJING)).status_code == 422
    with pytest.raises(NotAllowed):
        imports.cancel_import(job=job, by=make_user("other", "dispatcher", "222401"))


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_templates_are_downloads(desk: Client, language: str, kind: str) -> None:
    answer = desk.get(f"{PAGE}template/{language}/{kind}/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len(b"".join(answer.streaming_content)) > 1000  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["template/en/csv/", "template/ko/pdf/", "template/ko/"])
def test_other_templates_are_not_there(desk: Client, path: str) -> None:
    assert desk.get(PAGE + path).status_code == 404


def test_an_upload_becomes_a_job_that_only_checks(desk: Client, upload: Any, media: Path) -> None:
    answer = desk.post(PAGE, form(upload(name="../../台账<b>.csv")))
    job = ImportJob.objects.get()
    assert answer.headers["Location"] == f"{PAGE}{job.pk}/"
    assert (job.is_dry_run, job.state, job.system, job.file_name) == (True, "waiting", "旧系统", "台账<b>.csv")
    assert Path(job.file.path).is_relative_to(media)
    assert Path(job.file.path).stat().st_mode & 0o077 == 0, "personal data: for the server alone"
    page = desk.get(f"{PAGE}{job.pk}/").content.decode()
    assert "台账&lt;b&gt;.csv" in page
    assert 'hx-trigger="every 1s"' in page
    assert desk.get(f"/media/{job.file.name}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"file": ""}, "file"),
        ({"file": SimpleUploadedFile("a.csv", b"")}, "file"),
        ({"system": ""}, "system"),
        ({"system": "x" * 41}, "system"),
        ({"system": " \t "}, "system"),
        ({"centre": "222401"}, "centre"),
        ({"centre": "nonsense"}, "centre"),
        ({"dry_run": "perhaps"}, "dry_run"),
    ],
)
def test_bad_input_comes_back_with_the_reason(desk: Client, upload: Any, changes: dict[str, Any], field: str) -> None:
    answer = desk.post(PAGE, {**form(upload()), **changes})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not ImportJob.objects.exists()
    page = answer.content.decode()
    assert "旧系统" in page or "system" in changes


def test_a_file_that_is_too_large_is_refused(desk: Client, upload: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MOST_BYTES", 100)
    answer = desk.post(PAGE, form(upload()))
    assert answer.status_code == 422
    assert "50 MB" in answer.content.decode()
    assert not ImportJob.objects.exists()


def test_the_same_form_sent_twice_makes_one_job(desk: Client, upload: Any) -> None:
    key = str(uuid.uuid4())
    first, second = (desk.post(PAGE, form(upload(), submission_key=key)) for _each in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert ImportJob.objects.count() == 1


def test_the_list_asks_a_bounded_number_of_queries(
    desk: Client, world: World, upload: Any, django_assert_max_num_queries: Any
) -> None:
    for _each in range(12):
        ask(world, upload())
    with django_assert_max_num_queries(9):
        desk.get(PAGE)


# --- the job


@pytest.mark.django_db(transaction=True)
def test_a_check_then_the_import_then_the_page_of_a_case(
    desk: Client, world: World, upload: Any, tmp_path: Path
) -> None:
    file = upload(row(source_id="<b>1</b>"), row(source_id="2", summary="", note="=1+1"))
    desk.post(PAGE, form(file))
    check = ImportJob.objects.get()
    assert tasks.run_import(check.pk) == "done"
    check.refresh_from_db()
    assert (check.total, check.done, check.imported, check.known, check.failed) == (2, 2, 1, 0, 1)
    assert not Case.objects.exists()
    page = desk.get(f"{PAGE}{check.pk}/").content.decode()
    assert "every 1s" not in page
    assert "请填写此项。" in page
    desk.cookies["django_language"] = "ko"
    assert "이 항목을 적으십시오." in desk.get(f"{PAGE}{check.pk}/").content.decode(), "in the language of the reader"
    desk.cookies["django_language"] = "zh-hans"
    faults = desk.get(f"{PAGE}{check.pk}/faults/")
    assert faults.headers["Content-Disposition"].startswith("attachment")
    assert "이 항목을 적으십시오." in _faults_in(desk, check, "ko")
    told = b"".join(faults.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "摘要: 请填写此项。" in told
    assert "'=1+1" in told

    first, second = (desk.post(f"{PAGE}{check.pk}/now/").headers["Location"] for _each in range(2))
    assert first == second, "pressed twice, taken over once"
    job = ImportJob.objects.get(is_dry_run=False)
    assert tasks.run_import(job.pk) == "done"
    assert tasks.run_import(job.pk) == "done", "sent twice, run once"
    job.refresh_from_db()
    assert (job.imported, job.known, job.failed) == (1, 0, 1)
    case = Case.objects.get()
    page = desk.get(f"/cases/{case.number}/").content.decode()
    assert "由旧台账导入" in page
    assert "&lt;b&gt;1&lt;/b&gt;" in page
    assert {row.kind: row.url for row in Notification.objects.filter(recipient=world.dispatcher)} == {
        "import.checked": f"{PAGE}{check.pk}/", "import.done": f"{PAGE}{job.pk}/",
    }  # fmt: skip
    assert all("台账.csv" in row.text for row in Notification.objects.all())


@pytest.mark.django_db(transaction=True)
def test_columns_that_are_not_known_are_named(desk: Client, world: World, upload: Any) -> None:
    content = upload().read().decode("utf-8-sig").replace("备注", "领导批示<b>")
    job = ask(world, SimpleUploadedFile("r.csv", content.encode()))
    tasks.run_import(job.pk)
    assert "领导批示&lt;b&gt;" in desk.get(f"{PAGE}{job.pk}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_workbook_gets_a_workbook_of_faults(desk: Client, world: World, upload: Any) -> None:
    job = ask(world, upload(row(summary=""), name="r.xlsx"))
    tasks.run_import(job.pk)
    answer = desk.get(f"{PAGE}{job.pk}/faults/")
    assert "spreadsheetml" in answer.headers["Content-Type"]
    assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_be_read_fails_with_the_reason_and_is_told(desk: Client, world: World) -> None:
    job = ask(world, SimpleUploadedFile("photo.png", b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 100))
    assert tasks.run_import(job.pk) == "failed"
    page = desk.get(f"{PAGE}{job.pk}/").content.decode()
    assert "UTF-8" in page
    assert Notification.objects.get().kind == "import.failed"
    assert desk.post(f"{PAGE}{job.pk}/cancel/").status_code == 302
    with pytest.raises(GovernanceError):
        imports.cancel_import(job=job, by=world.dispatcher)


def test_a_job_that_waits_is_cancelled_at_once(desk: Client, world: World, upload: Any) -> None:
    job = ask(world, upload())
    desk.post(f"{PAGE}{job.pk}/cancel/")
    assert tasks.run_import(job.pk) == "cancelled"
    assert not Case.objects.exists()
    assert tasks.run_import(987_654) == ""


def test_what_was_not_checked_is_not_taken_over(world: World, upload: Any) -> None:
    job = ask(world, upload(), dry_run=True)
    with pytest.raises(imports.NotChecked):
        imports.import_checked(job=job, by=world.dispatcher)


@pytest.mark.django_db(transaction=True)
def test_a_running_job_is_cancelled_after_its_chunk_and_can_go_on(
    desk: Client, world: World, upload: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK", 5)
    job = ask(world, upload(*many(30)))
    show = imports._progress_of

    def cancelled(job: ImportJob) -> Any:
        inner = show(job)

        def then(counts: Any) -> bool:
            if counts.done == 10:
                ImportJob.objects.filter(pk=job.pk).update(is_cancel_asked=True)
            return inner(counts)

        return then

    monkeypatch.setattr(imports, "_progress_of", cancelled)
    assert tasks.run_import(job.pk) == "cancelled"
    job.refresh_from_db()
    assert 10 <= job.imported == Case.objects.count() < 30
    monkeypatch.undo()
    desk.post(f"{PAGE}{job.pk}/now/")
    rest = ImportJob.objects.exclude(pk=job.pk).get()
    assert tasks.run_import(rest.pk) == "done"
    rest.refresh_from_db()
    assert (rest.known, rest.imported) == (job.imported, 30 - job.imported)
    assert Case.objects.count() == 30


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_died_goes_on_and_counts_right(
    world: World, upload: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK", 10)
    rows = [row(source_id="bad", summary=""), *many(25)]
    take(world, write_csv(tmp_path / "before.csv", many(3)), faults=None)
    job = ask(world, upload(*rows))

    class PowerCut(BaseException):
        pass

    show = imports._progress_of

    def dies(job: ImportJob) -> Any:
        inner = show(job)

        def then(counts: Any) -> bool:
            if counts.done > 20:
                raise PowerCut
            return inner(counts)

        return then

    with monkeypatch.context() as patch:
        patch.setattr(imports, "_progress_of", dies)
        with pytest.raises(PowerCut):
            tasks.run_import(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.imported, job.known, job.failed) == ("running", 20, 16, 3, 1)
    assert Origin.objects.count() == 19
    assert tasks.run_import(job.pk) == "done"
    job.refresh_from_db()
    assert (job.done, job.imported, job.known, job.failed) == (26, 22, 3, 1)
    assert Origin.objects.count() == 25
    assert job.faults.read().decode("utf-8-sig").count("bad") == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_run_one_job_nor_two_registers_of_a_system(world: World, upload: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    def run(pk: int) -> str:
        try:
            return tasks.run_import(pk)
        finally:
            connections.close_all()

    first, second = ask(world, upload(*many(40))), ask(world, upload(*many(60)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, [first.pk, first.pk, second.pk, second.pk]))
    for job in (first, second):
        if run(job.pk) == "waiting":
            run(job.pk)
        job.refresh_from_db()
        assert job.state == "done"
    assert first.imported + second.imported == 60
    assert Case.objects.count() == 60


WITHOUT_BROKER = """
import sys, django
django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from accounts.models import User
client = Client()
client.force_login(User.objects.get(username="dispatcher"))
file = SimpleUploadedFile("r.csv", open(sys.argv[1], "rb").read())
answer = client.post("/desk/import/", {"file": file, "system": "x", "centre": "222405", "dry_run": "yes"})
assert answer.status_code == 302, answer.status_code
"""


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_loses_no_job(world: World, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", [row()])
    process = processes.start(
        "-c", WITHOUT_BROKER, str(path), REDIS_URL="redis://127.0.0.1:1/0", ALLOWED_HOSTS="testserver"
    )
    assert process.wait(60) == 0
    job = ImportJob.objects.get()
    assert job.state == "waiting"
    assert tasks.sweep_imports() == 1
    assert tasks.run_import(job.pk) == "done"


def test_the_sweep_takes_up_what_waits_and_what_fell_silent(world: World, upload: Any) -> None:
    now = timezone.now()
    silent, busy, over, waiting = (ask(world, upload()) for _each in range(4))
    ImportJob.objects.filter(pk=silent.pk).update(state="running", beat_at=now - dt.timedelta(minutes=3))
    ImportJob.objects.filter(pk=busy.pk).update(state="running", beat_at=now - dt.timedelta(minutes=1))
    ImportJob.objects.filter(pk=over.pk).update(state="done", ended_at=now)
    assert waiting.state == "waiting"
    assert imports.sweep_imports() == 2


@pytest.mark.django_db(transaction=True)
def test_files_are_removed_when_their_time_is_over(world: World, upload: Any, media: Path) -> None:
    job, fresh = ask(world, upload(row(summary=""))), ask(world, upload(row(summary="")))
    for one in (job, fresh):
        tasks.run_import(one.pk)
    assert len([path for path in media.rglob("*") if path.is_file()]) == 8
    ImportJob.objects.filter(pk=job.pk).update(ended_at=timezone.now() - imports.KEPT - dt.timedelta(days=1))
    imports.sweep_imports()
    job.refresh_from_db()
    assert (job.file.name, job.faults.name, job.failed) == ("", "", 1)
    assert len([path for path in media.rglob("*") if path.is_file()]) == 4
    assert not imports.may_import(job)


def _faults_in(desk: Client, job: ImportJob, language: str) -> str:
    before, desk.cookies["django_language"] = desk.cookies["django_language"].value, language
    answer = desk.get(f"{PAGE}{job.pk}/faults/")
    desk.cookies["django_language"] = before
    return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


# --- a real worker on the real broker


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_runs_the_job_and_a_killed_one_loses_nothing(
    world: World, desk: Client, upload: Any, tmp_path: Path
) -> None:
    with processes.worker(tmp_path / "worker.log") as process:
        desk.post(PAGE, form(upload(*many(6000), row(source_id="bad", summary="")), dry_run="no"))
        job = ImportJob.objects.get()
        processes.wait_for(lambda: Origin.objects.exists(), process)
        processes.kill_all(process)
    job.refresh_from_db()
    assert job.state == "running"
    assert 0 < job.imported == Origin.objects.count() < 6000
    ImportJob.objects.update(beat_at=timezone.now() - dt.timedelta(minutes=3))
    with processes.worker(tmp_path / "worker2.log") as process:
        assert tasks.sweep_imports() == 1
        processes.wait_for(lambda: ImportJob.objects.filter(state="done").exists(), process)
    job.refresh_from_db()
    assert (job.imported, job.known, job.failed) == (6000, 0, 1)
    assert Case.objects.count() == 6000
    assert Notification.objects.filter(kind="import.done").count() == 1
    call_command("verify_ledger")
