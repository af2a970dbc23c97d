"""Taking over a register in the background: asked for at the page, run by a worker, told when it is over.

The broker only carries a hint: a job is a row, and a sweep each minute starts what waits and takes up again what a
killed worker has left behind.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from accounts.notifications import notify
from departments.models import Centre
from governance_center.errors import GovernanceError, MissingInput
from governance_center.transactions import atomic
from intake.importing.fault_file import in_language, keep_report
from intake.importing.running import Busy, Counts, Summary, advisory_lock, check_permission, take_over
from intake.models import ImportJob

SILENT = dt.timedelta(minutes=2)
"""A running job without a sign of life for so long has lost its worker."""

KEPT = dt.timedelta(days=30)
"""Uploads and files of faults hold personal data in clear; they are removed so long after the end."""

MOST_BYTES = 50 * 1024 * 1024

State = ImportJob.State


class TooLarge(GovernanceError):
    code = "too_large"
    status = 422
    message = _("The file is larger than 50 MB. Divide it, or let the administrator of the server take it over.")


class AlreadyOver(GovernanceError):
    code = "import_over"
    message = _("This import is over already.")


class NotChecked(GovernanceError):
    code = "not_checked"
    message = _("Only a register that was checked can be taken over, and only while its file is kept.")


@atomic
def ask_import(
    *, by: User, centre: Centre, system: str, upload: File[Any], dry_run: bool, submission_key: uuid.UUID
) -> ImportJob:
    """Keep an uploaded register and have it checked (or taken over) by a worker; the same form makes one job.

    Raises:
        NotAllowed: not an administrator or dispatcher over the centre.
        MissingInput: no system, or an empty file.
        TooLarge: more than :data:`MOST_BYTES`.
    """
    check_permission(by, centre)
    if not system.strip():
        raise MissingInput(field="system")
    if not upload.size:
        raise MissingInput(_("The file is empty."), field="file")
    if upload.size > MOST_BYTES:
        raise TooLarge(field="file")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"upload:{submission_key}"])
    earlier = ImportJob.objects.filter(file__contains=str(submission_key), asked_by=by).first()
    if earlier:
        return earlier
    name = Path(upload.name or "register").name
    job = ImportJob(centre=centre, system=system.strip(), file_name=name[-200:], is_dry_run=dry_run, asked_by=by)
    kind = Path(name).suffix.lower()
    job.file.save(f"{submission_key}{kind if kind in {'.xlsx', '.csv', '.txt'} else ''}", upload, save=True)
    _send(job)
    return job


@atomic
def import_checked(*, job: ImportJob, by: User) -> ImportJob:
    """Take over what a job has checked (or what an import left when it was cancelled or failed), by a job of its own.

    Asked for twice, one job is made.

    Raises:
        NotAllowed: not an administrator or dispatcher over the centre.
        NotChecked: the check is not over, or the file is gone.
    """
    check_permission(by, job.centre)
    job = ImportJob.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if not may_import(job):
        raise NotChecked()
    later = ImportJob.objects.filter(file=job.file.name, is_dry_run=False, pk__gt=job.pk).order_by("-pk").first()
    if later and later.state not in {State.CANCELLED, State.FAILED}:
        return later
    fresh = ImportJob.objects.create(
        centre=job.centre, system=job.system, file=job.file.name, file_name=job.file_name, is_dry_run=False, asked_by=by
    )
    _send(fresh)
    return fresh


def may_import(job: ImportJob) -> bool:
    """Whether the file of a job that is over can be taken over now."""
    if not job.file or not job.is_over:
        return False
    return job.state == State.DONE if job.is_dry_run else job.state in {State.CANCELLED, State.FAILED}


@atomic
def cancel_import(*, job: ImportJob, by: User) -> ImportJob:
    """Stop a job; what has been taken over stays, and a later import goes on from there.

    Raises:
        NotAllowed: not an administrator or dispatcher over the centre.
        AlreadyOver.
    """
    check_permission(by, job.centre)
    job = ImportJob.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.is_over:
        raise AlreadyOver()
    job.is_cancel_asked = True
    if job.state == State.WAITING:
        job.state, job.ended_at = State.CANCELLED, timezone.now()
    job.save(update_fields=["is_cancel_asked", "state", "ended_at"])
    return job


def run_import(job_id: int) -> str:
    """Run a job that waits, or go on with one that lost its worker; returns the state in which it is now.

    Two workers never run the same job, and never two registers of the same system.
    """
    with advisory_lock(f"import-job:{job_id}") as is_mine:
        job = ImportJob.objects.select_related("centre", "asked_by").filter(pk=job_id).first()
        if job is None:
            return ""
        if not is_mine or job.is_over:
            return job.state
        with translation.override(job.asked_by.language):
            return _run(job)


def sweep_imports() -> int:
    """Start what waits, take up what lost its worker, remove files whose time is over; returns how many were started.

    Safe to run twice at once: what is started twice runs once.
    """
    from intake.tasks import run_import as task

    now = timezone.now()
    silent = ImportJob.objects.filter(state=State.RUNNING, beat_at__lt=now - SILENT)
    waiting = ImportJob.objects.filter(state=State.WAITING)
    jobs = list((waiting | silent).order_by("pk").values_list("pk", flat=True))
    for pk in jobs:
        task.apply_async([pk], expires=55)
    _forget(now)
    return len(jobs)


def _send(job: ImportJob) -> None:
    """Hint a worker at the job once it is written. Without a broker the sweep starts it."""
    from kombu.exceptions import OperationalError

    from intake.tasks import run_import as task

    def send() -> None:
        try:
            task.apply_async([job.pk], retry=False)
        except OperationalError:
            pass

    transaction.on_commit(send)


def _run(job: ImportJob) -> str:
    already = Counts(job.total, job.done, job.imported, job.known, job.failed)
    if job.is_dry_run or job.state != State.RUNNING:
        already = Counts()
    if job.is_cancel_asked:
        return _end(job, State.CANCELLED)
    job.state, job.beat_at = State.RUNNING, timezone.now()
    job.save(update_fields=["state", "beat_at"])
    upload = Path(job.file.path)
    name, folder = f"{upload.stem}-{job.pk}-faults", upload.parent
    where: list[Path] = []

    def faults(kind: str) -> Path:
        where.append(folder / f"{name}.{kind}")
        return where[0]

    try:
        summary = take_over(
            upload, centre=job.centre, system=job.system, by=job.asked_by, dry_run=job.is_dry_run,
            faults=faults, languages=Language.values, progress=_progress_of(job), already=already,
        )  # fmt: skip
    except Busy:
        # The sweep tries again when the other import has ended.
        ImportJob.objects.filter(pk=job.pk).update(state=State.WAITING)
        return State.WAITING
    except GovernanceError as error:
        return _end(job, State.FAILED, error=str(error))
    except FileNotFoundError:
        return _end(job, State.FAILED, error=str(_("The file is gone.")))
    except Exception:
        _end(job, State.FAILED, error=str(_("Something unexpected happened; the log of the worker tells what.")))
        raise
    return _finish(job, summary, where[0])


def _progress_of(job: ImportJob) -> Callable[[Counts], bool]:
    """Writes how far the job is, in the transaction of each chunk; False when somebody asked to cancel it."""

    def show(counts: Counts) -> bool:
        running = ImportJob.objects.filter(pk=job.pk)
        running.update(
            total=counts.total, done=counts.done, imported=counts.imported, known=counts.known, failed=counts.failed,
            beat_at=timezone.now(),
        )  # fmt: skip
        return not running.filter(is_cancel_asked=True).exists()

    return show


def _finish(job: ImportJob, summary: Summary, faults: Path) -> str:
    """What the last chunk does not know: the file of faults, the number of rows, and how it ended."""
    counts, changes = summary.counts, dict[str, object]()
    if summary.has_faults_file:
        folder = Path(str(job.file.name)).parent
        changes["faults"] = str(folder / faults.name)
    keep_report(report_path(job), unknown=summary.unknown, first=summary.first_faults)
    if summary.is_complete:
        changes["total"] = counts.done
    ImportJob.objects.filter(pk=job.pk).update(done=counts.done, **changes)
    return _end(job, State.DONE if summary.is_complete else State.CANCELLED)


def faults_path(job: ImportJob, language: str) -> Path | None:
    """The file of faults of a job in a language; None when there is none."""
    if not job.faults:
        return None
    path = Path(job.faults.path)
    return next((one for one in (in_language(path, language), path) if one.exists()), None)


def report_path(job: ImportJob) -> Path:
    """Where what the page shows of a run is kept, beside its file."""
    path = Path(job.file.path)
    return path.with_name(f"{path.stem}-{job.pk}.report.json")


@atomic
def _end(job: ImportJob, state: str, *, error: str = "") -> str:
    """Write the end, and tell whoever asked."""
    ImportJob.objects.filter(pk=job.pk).update(state=state, ended_at=timezone.now(), error=error[:300])
    job.refresh_from_db()
    kind = "import.failed" if state == State.FAILED else "import.checked" if job.is_dry_run else "import.done"
    if state != State.CANCELLED:
        notify(
            [job.asked_by],
            kind,
            key=f"import:{job.pk}:{state}",
            params={"file": job.file_name, "imported": job.imported, "failed": job.failed},
            url=reverse("intake:import_job", args=[job.pk]),
        )
    return state


def _forget(now: dt.datetime) -> None:
    """Remove the files of what ended long ago; what became of the rows stays. A file that a later import still
    needs is kept."""
    for job in ImportJob.objects.filter(ended_at__lt=now - KEPT).exclude(file=""):
        same = ImportJob.objects.filter(file=job.file.name)
        if same.filter(ended_at__isnull=True).exists() or same.filter(ended_at__gte=now - KEPT).exists():
            continue
        if job.faults:
            for language in Language.values:
                in_language(Path(job.faults.path), language).unlink(missing_ok=True)
            job.faults.delete(save=False)
        report_path(job).unlink(missing_ok=True)
        job.file.delete(save=False)
        job.save(update_fields=["file", "faults"])
