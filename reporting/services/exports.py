"""Lists made into files: at once when they are short, else in the background, kept for a week, every one logged.

The broker only carries a hint: a request is a row, and a sweep each minute starts what waits, takes up again what a
killed worker has left, and removes files whose time is over. A file is made anew from its beginning after a kill.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from typing import IO

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Look, User
from accounts.notifications import notify
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.importing.running import advisory_lock
from reporting.exporting.asked import OPENERS, Asked, ExportKind
from reporting.exporting.files import Made, Progress, make
from reporting.exporting.kinds import KINDS
from reporting.models import Export, ExportEntry, ExportPart

AT_ONCE = 2_000
"""A list of so many rows or fewer goes straight to the reader."""

MOST_ROWS = 100_000
"""Longer lists are refused: nobody reads them, and a spreadsheet hardly opens them."""

KEPT = dt.timedelta(days=7)
"""A file holds personal data outside its record; it is removed so long after it was made."""

SILENT = dt.timedelta(minutes=2)
"""A running export without a sign of life for so long has lost its worker."""

MOST_ATTEMPTS = 3
PART_BYTES = 1 << 20

State = Export.State
What = ExportEntry.What


class TooManyRows(GovernanceError):
    code = "too_many_rows"
    status = 422
    message = _(
        "The list has %(rows)s rows; a file holds %(most)s at most. "
        "Narrow it: a shorter time, one place or one category."
    )


class OneAtATime(GovernanceError):
    code = "export_running"
    message = _("Your last list is still being made. Wait until it is finished, or cancel it.")


class AlreadyOver(GovernanceError):
    code = "export_over"
    message = _("This export is over already.")


class FileGone(GovernanceError):
    code = "export_gone"
    status = 404
    message = _("The file is not there any more; have it made again.")


class RightsChanged(GovernanceError):
    code = "rights_changed"
    status = 403
    message = _("Your role or your division has changed since this list was asked for; have it made again.")


class FileDamaged(GovernanceError):
    code = "export_damaged"
    status = 500
    message = _("The file is not as it was made. Please tell the administrator, and have it made again.")


def may_open(user: User) -> bool:
    """Whether numbers may stand in full in this person's lists."""
    return user.is_active and user.role in OPENERS


def kind_for(code: str, user: User) -> ExportKind:
    """The list, if this person may have it. Raises NotAllowed."""
    kind = KINDS.get(code)
    if kind is None or not user.is_active or user.role not in kind.roles:
        raise NotAllowed()
    return kind


@atomic
def ask_export(
    *,
    by: User,
    kind: str,
    file_format: str,
    filters: Mapping[str, Sequence[str]],
    submission_key: uuid.UUID,
    opens: bool = False,
    reason: str = "",
) -> Export:
    """Have a list made in the background; the same form makes one, and nobody has two under way.

    Args:
        opens: identity numbers and phones stand in full; ``reason`` says what for.

    Raises:
        NotAllowed: not this list, or not in full, for this person.
        MissingInput: no such kind of file, or no reason for numbers in full.
        OneAtATime. TooManyRows.
    """
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    earlier = Export.objects.visible_to(by).filter(submission_key=submission_key).first()
    if earlier:
        return earlier
    wanted = kind_for(kind, by)
    if file_format not in Export.Format.values:
        raise MissingInput(field="format")
    if opens and not (wanted.opens and may_open(by)):
        raise NotAllowed()
    if opens and not reason.strip():
        raise MissingInput(field="reason")
    if Export.objects.visible_to(by).unfinished().exists():
        raise OneAtATime()
    kept = {name: list(values) for name, values in filters.items()}
    total = count_rows(wanted, Asked(by, kept))
    job = Export.objects.create(
        asked_by=by, kind=kind, format=file_format, filters=kept, opens=opens, reason=reason.strip() if opens else "",
        language=wanted.language or str(get_language()), submission_key=submission_key, total=total,
        role=by.role, scope_code=by.scope_code, department_code=by.department_id or "",
    )  # fmt: skip
    _send(job)
    return job


@atomic
def make_at_once(
    *, by: User, kind: str, file_format: str, filters: Mapping[str, Sequence[str]], address: str | None = None
) -> IO[bytes] | None:
    """A short list as a file, logged; None when it has more than :data:`AT_ONCE` rows.

    Raises:
        NotAllowed: not this list for this person.
        MissingInput: no such kind of file.
    """
    wanted = kind_for(kind, by)
    if file_format not in Export.Format.values:
        raise MissingInput(field="format")
    asked = Asked(by, filters)
    if len(wanted.rows(asked).values_list("pk")[: AT_ONCE + 1]) > AT_ONCE:
        return None
    stream = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    with translation.override(wanted.language or get_language()):
        made = make(wanted, asked, stream, file_format)
    assert made is not None  # noqa: S101  nothing stops it
    kept = {name: list(values) for name, values in filters.items()}
    ExportEntry.objects.create(
        user=by, what=What.AT_ONCE, kind=kind, format=file_format, filters=kept, rows=made.rows, sha256=made.sha256,
        address=address,
    )  # fmt: skip
    Look.objects.create(user=by, what=Look.What.EXPORT, subject=f"list:{kind}", address=address)
    return stream


@atomic
def cancel_export(*, export: Export, by: User) -> Export:
    """Stop one's own export.

    Raises:
        NotAllowed. AlreadyOver.
    """
    job = Export.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=export.pk).first()
    if job is None:
        raise NotAllowed()
    if job.is_over:
        raise AlreadyOver()
    job.is_cancel_asked = True
    if job.state == State.WAITING:
        job.state, job.ended_at = State.CANCELLED, timezone.now()
    job.save(update_fields=["is_cancel_asked", "state", "ended_at"])
    return job


def open_export(*, export: Export, by: User, address: str | None) -> IO[bytes]:
    """The file of one's own export, put together from its parts and held against its digest; the look is logged.

    Raises:
        NotAllowed: somebody else's. RightsChanged. FileGone. FileDamaged.
    """
    job = Export.objects.visible_to(by).filter(pk=export.pk).first()
    if job is None:
        raise NotAllowed()
    if not _has_same_right(job, by):
        raise RightsChanged()
    if not job.has_file:
        raise FileGone()
    stream, digest = tempfile.TemporaryFile(), hashlib.sha256()  # noqa: SIM115  the answer closes it
    for part in job.parts.order_by("position").iterator(chunk_size=1):
        digest.update(part.content)
        stream.write(part.content)
    if digest.hexdigest() != job.sha256:
        raise FileDamaged()
    _log(job, What.TAKEN, address)
    stream.seek(0)
    return stream


def run_export(pk: int) -> str:
    """Make the file of a request; returns the state in which that left it. Never runs twice at a time."""
    with advisory_lock(f"export:{pk}") as is_mine:
        job = Export.objects.select_related("asked_by").filter(pk=pk).first()
        if job is None:
            return ""
        if not is_mine or job.is_over:
            return job.state
        with translation.override(job.language):
            return _run(job)


def sweep_exports() -> int:
    """Start what waits, take up what lost its worker, remove files whose time is over; returns how many were started.

    Safe to run twice at once: what is started twice runs once.
    """
    from reporting.tasks import run_export as task

    now = timezone.now()
    silent = Export.objects.filter(state=State.RUNNING, beat_at__lt=now - SILENT)
    jobs = list((Export.objects.filter(state=State.WAITING) | silent).order_by("pk").values_list("pk", flat=True))
    for pk in jobs:
        task.apply_async([pk], expires=55)
    for pk in Export.objects.filter(state=State.DONE, removed_at=None, expires_at__lt=now).values_list("pk", flat=True):
        _remove(pk, now)
    return len(jobs)


def count_rows(kind: ExportKind, asked: Asked) -> int:
    """How many rows the list has now. Raises TooManyRows."""
    rows = kind.rows(asked).order_by().count()
    if rows > MOST_ROWS:
        raise TooManyRows(rows=f"{rows:,}", most=f"{MOST_ROWS:,}")
    return rows


def _send(job: Export) -> None:
    """Hint a worker at the request once it is written. Without a broker the sweep starts it."""
    from kombu.exceptions import OperationalError

    from reporting.tasks import run_export as task

    def send() -> None:
        try:
            task.apply_async([job.pk], retry=False)
        except OperationalError:
            pass

    transaction.on_commit(send)


def _run(job: Export) -> str:
    if job.is_cancel_asked:
        return _end(job, State.CANCELLED)
    if job.attempts >= MOST_ATTEMPTS:
        return _end(job, State.FAILED, error=str(_("The worker died over it several times; the log tells what.")))
    now = timezone.now()
    Export.objects.filter(pk=job.pk).update(
        state=State.RUNNING, attempts=job.attempts + 1, started_at=now, beat_at=now, done=0
    )
    try:
        if not _has_same_right(job, job.asked_by):
            raise RightsChanged()
        kind, asked = kind_for(job.kind, job.asked_by), Asked(job.asked_by, job.filters, job.opens)
        Export.objects.filter(pk=job.pk).update(total=count_rows(kind, asked))
        with tempfile.TemporaryFile() as stream:
            made = make(kind, asked, stream, job.format, progress=_progress_of(job))
            return _keep(job, made, stream) if made else _end(job, State.CANCELLED)
    except GovernanceError as error:
        return _end(job, State.FAILED, error=str(error))
    except Exception:
        _end(job, State.FAILED, error=str(_("Something unexpected happened; the log of the worker tells what.")))
        raise


def _progress_of(job: Export) -> Progress:
    """Writes how far the file is, as a sign of life too; False when somebody asked to cancel it."""

    def show(done: int) -> bool:
        running = Export.objects.filter(pk=job.pk)
        running.update(done=done, beat_at=timezone.now())
        return not running.filter(is_cancel_asked=True).exists()

    return show


@atomic
def _keep(job: Export, made: Made, stream: IO[bytes]) -> str:
    """The file into its parts, and the request to its end, in one."""
    row = Export.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if row.is_cancel_asked:
        return _end(job, State.CANCELLED)
    row.parts.all().delete()
    for position, piece in enumerate(iter(lambda: stream.read(PART_BYTES), b"")):
        ExportPart.objects.create(export=row, position=position, encoded=base64.b64encode(piece).decode())
    row.size, row.sha256, row.done, row.total = made.size, made.sha256, made.rows, made.rows
    row.expires_at = timezone.now() + KEPT
    row.save(update_fields=["size", "sha256", "done", "total", "expires_at"])
    _log(row, What.MADE, None)
    return _end(row, State.DONE)


@atomic
def _log(job: Export, what: str, address: str | None) -> None:
    ExportEntry.objects.create(
        export=job, user=job.asked_by, what=what, kind=job.kind, format=job.format, filters=job.filters,
        opens=job.opens, reason=job.reason, rows=job.done, sha256=job.sha256, address=address,
    )  # fmt: skip
    Look.objects.create(user=job.asked_by, what=Look.What.EXPORT, subject=f"export:{job.pk}", address=address)


@atomic
def _end(job: Export, state: str, *, error: str = "") -> str:
    """Write the end, and tell whoever asked."""
    Export.objects.filter(pk=job.pk).update(state=state, ended_at=timezone.now(), error=error[:300])
    if state != State.CANCELLED:
        notify(
            [job.asked_by],
            f"export.{state}",
            key=f"export:{job.pk}:{state}",
            params={"rows": f"{job.done:,}"},
            url=reverse("reporting:exports"),
        )
    return state


@atomic
def _remove(pk: int, now: dt.datetime) -> None:
    """The bytes go; what was in the file, and who had it, stays."""
    ExportPart.objects.filter(export=pk).delete()
    Export.objects.filter(pk=pk).update(removed_at=now)


def _has_same_right(job: Export, user: User) -> bool:
    """Whether the owner is still what they were when they asked."""
    now = (user.role, user.scope_code, user.department_id or "")
    return user.is_active and now == (job.role, job.scope_code, job.department_code)
