"""Taking over lists of committees and mediators: sent in, looked at row by row, then taken over as a whole or not."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence

from django.db import IntegrityError, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.services.experts import may_maintain
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic
from mediation.models import Committee, Mediator, MediatorHours, Position, RegisterImport
from mediation.models.hours import always
from mediation.register_columns import COMMITTEE, MEDIATOR, Column
from mediation.register_reading import Row, read_list
from mediation.register_rows import Checked, Entry, check_committees, check_mediators
from mediation.services.weeks import as_week, rows_of

Kind = RegisterImport.Kind
KINDS: dict[str, tuple[Sequence[Column], Callable[[Sequence[Row], User], Checked]]] = {
    Kind.COMMITTEES: (COMMITTEE, check_committees),
    Kind.MEDIATORS: (MEDIATOR, check_mediators),
}
COMMITTEE_FIELDS = (
    "kind", "name", "name_zh_hans", "name_ko", "founded_on", "term_start", "phone", "address", "is_active", "keys",
)  # fmt: skip
MEDIATOR_FIELDS = (
    "committee", "name", "name_hangul", "position", "employment", "gender", "ethnic_group", "birth_year", "phone",
    "languages", "qualification", "certificate_number", "certificate_until", "capacity", "is_active", "keys",
)  # fmt: skip
BATCH = 500


class HasFaults(GovernanceError):
    code = "has_faults"
    message = _("The list has faults; nothing was taken over. Correct it and send it again.")


class ChangedMeanwhile(GovernanceError):
    code = "changed_meanwhile"
    message = _("The register was changed meanwhile; nothing was taken over. Look at the list again.")


def may_import(user: User) -> bool:
    """The dispatchers, for what lies in their division."""
    return may_maintain(user, user.scope_code)


@atomic
def send_list(*, by: User, kind: str, file_name: str, content: bytes, submission_key: uuid.UUID) -> RegisterImport:
    """Keep a list to be looked at; nothing of it is taken over yet. The same form sent twice is one.

    Raises:
        NotAllowed: see :func:`may_import`.
        Unreadable: the file as a whole cannot be read, see :func:`mediation.register_reading.read_list`.
    """
    if not may_import(by):
        raise NotAllowed()
    read_list(content, KINDS[kind][0])
    values = {"kind": kind, "file_name": file_name[:200], "content": content, "asked_by": by}
    job, _made = RegisterImport.objects.get_or_create(submission_key=submission_key, defaults=values)
    if job.asked_by_id != by.pk:
        raise NotAllowed()
    return job


def look_at(job: RegisterImport, by: User) -> Checked:
    """What the list would add and change now, and its faults; writes nothing."""
    columns, check = KINDS[job.kind]
    return check(read_list(bytes(job.content), columns), by)


def take_over(*, job: RegisterImport, by: User) -> RegisterImport:
    """Take over the whole list in one transaction; what was taken over already stays as it is.

    Raises:
        NotAllowed: it is somebody else's, or see :func:`may_import`.
        HasFaults: a row cannot be taken over. ChangedMeanwhile: somebody entered the same at this moment.
    """
    try:
        return _take_over(job, by)
    except IntegrityError:
        raise ChangedMeanwhile() from None


@atomic
def _take_over(job: RegisterImport, by: User) -> RegisterImport:
    row = RegisterImport.objects.select_for_update().get(pk=job.pk)
    if row.asked_by_id != by.pk or not may_import(by):
        raise NotAllowed()
    if row.done_at is not None:
        return row
    checked = look_at(row, by)
    if checked.faults:
        raise HasFaults()
    row.added, row.changed = checked.added, checked.changed
    if row.kind == Kind.COMMITTEES:
        _write(Committee, checked.entries, COMMITTEE_FIELDS)
    else:
        _write_mediators(checked.entries, by)
    row.done_at, row.content = timezone.now(), b""
    row.save(update_fields=["added", "changed", "done_at", "content"])
    return row


@atomic
def give_up(*, job: RegisterImport, by: User) -> None:
    """Forget a list that was sent in and not taken over.

    Raises:
        NotAllowed: it is somebody else's.
    """
    if job.asked_by_id != by.pk:
        raise NotAllowed()
    RegisterImport.objects.filter(pk=job.pk, done_at__isnull=True).delete()


def _write(model: type[models.Model], entries: Sequence[Entry], fields: Sequence[str]) -> None:
    known = [entry.row for entry in entries if not entry.is_new]
    fresh = [entry.row for entry in entries if entry.is_new]
    manager = model._default_manager
    # INSERT … ON CONFLICT of rows with keys is an update, several times quicker than bulk_update's long CASE.
    manager.bulk_create(known, BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields)
    manager.bulk_create(fresh, BATCH)


def _write_mediators(entries: Sequence[Entry], by: User) -> None:
    """Chairs step down before others step up, so that no committee has two at any moment."""
    known = [entry.row.pk for entry in entries if not entry.is_new]
    Mediator.objects.filter(pk__in=known, position=Position.CHAIR).update(position=Position.MEMBER)
    _write(Mediator, entries, MEDIATOR_FIELDS)
    told = [entry for entry in entries if entry.specialties is not None]
    link = Mediator.specialties.through
    link.objects.filter(mediator__in=[entry.row.pk for entry in told]).delete()
    link.objects.bulk_create(
        [link(mediator_id=entry.row.pk, category_id=code) for entry in told for code in entry.specialties or ()],
        batch_size=BATCH,
    )
    _write_hours(entries, by)


def _write_hours(entries: Sequence[Entry], by: User) -> None:
    """The weeks told in place of all hours noted; who has just these today keeps them as they are."""
    told = {entry.row.pk: entry for entry in entries if entry.hours is not None}
    have: dict[int, list[MediatorHours]] = defaultdict(list)
    for row in MediatorHours.objects.filter(mediator__in=told, valid__contains=timezone.localdate()):
        have[row.mediator_id].append(row)
    other = [entry for key, entry in told.items() if entry.hours != as_week(have[key])]
    MediatorHours.objects.filter(mediator__in=[entry.row.pk for entry in other]).delete()
    rows = [row for entry in other for row in rows_of(entry.row, entry.hours or {}, by, always())]
    MediatorHours.objects.bulk_create(rows, BATCH)
