"""The whole way of a file: opened, checked, written chunk by chunk, its faults told. One transaction a chunk.

A run that is killed leaves whole chunks; running it again takes over the rest and nothing twice.
"""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from departments.models import Centre
from governance_center.errors import GovernanceError, NotAllowed
from intake.importing.fault_file import FaultFile
from intake.importing.faults import Fault
from intake.importing.lives import Source
from intake.importing.lookups import Book
from intake.importing.reading import Register, Row, open_register
from intake.importing.rows import Matter, check
from intake.importing.writing import Conveyor, Failed, Writer, would_fail
from intake.models import Origin

CHUNK = 1000
"""So many rows are written in one transaction; memory holds about as many."""

ROLES = (Role.ADMINISTRATOR, Role.DISPATCHER)
"""Who may take over registers."""


class Busy(GovernanceError):
    code = "import_running"
    message = _("A register of “%(system)s” is being taken over already. Wait until that has ended.")


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows looked at so far; ``total`` as far as it is known."""

    total: int | None = None
    done: int = 0
    imported: int = 0
    known: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a run. ``is_complete`` is False when it was stopped."""

    counts: Counts
    unknown: list[str]
    has_faults_file: bool
    first_faults: list[dict[str, object]]
    is_complete: bool


Progress = Callable[[Counts], bool]
"""Called after each chunk, within its transaction; False stops the run before the next one."""


def check_permission(by: User, centre: Centre) -> None:
    """Administrators and dispatchers whose division holds the centre.

    Raises:
        NotAllowed.
    """
    if by.role not in ROLES or not by.is_active or not by.scope_code or not centre.pk.startswith(by.scope_code):
        raise NotAllowed()


def take_over(
    path: Path,
    *,
    centre: Centre,
    system: str,
    by: User,
    dry_run: bool,
    faults: Path | Callable[[str], Path | None] | None = None,
    progress: Progress = lambda counts: True,
    already: Counts | None = None,
    languages: Sequence[str] = (),
    side_by_side: bool = True,
) -> Summary:
    """Take over the register at ``path``, or only say what would happen.

    Args:
        system: the name of the earlier system; with the number there it is what makes a matter one.
        faults: where the rows with faults go, or a function that says so for ``csv`` or ``xlsx``.
        already: how far an earlier run of the same job came. What it did is not counted again; its faults are
            found again, so that their file is whole.
        languages: in which the faults are told, a file for each; the active one by default.
        side_by_side: False does everything in this thread and on its connection, joining a transaction that is open.

    Raises:
        NotAllowed: not for this person.
        Busy: another import of this system is running.
        Unreadable: the file as a whole cannot be taken over.
    """
    check_permission(by, centre)
    with advisory_lock(f"import:{system}") as is_mine, _without_garbage_collection():
        if not is_mine:
            raise Busy(system=system)
        with open_register(path) as register:
            where = faults(register.kind) if callable(faults) else faults
            report = FaultFile(where, register.kind, register.headings, languages or (str(get_language()),))
            source, book = Source(system, by, timezone.now()), Book(centre)
            run = _Run(register, source, book, report, progress)
            with Conveyor(Writer(source, book), side_by_side=side_by_side and not dry_run) as conveyor:
                is_complete = run.through(already or Counts(), None if dry_run else conveyor)
            return Summary(run.counts, register.unknown, report.close(), report.first, is_complete)


class _Run:
    """One walk through a register."""

    def __init__(self, register: Register, source: Source, book: Book, report: FaultFile, progress: Progress) -> None:
        self.register, self.source, self.book, self.report = register, source, book, report
        self.progress = progress
        self.counts = Counts(total=register.total)
        self._goes_on = True
        self._lines: dict[int, int] = {}

    def through(self, already: Counts, conveyor: Conveyor | None) -> bool:
        """Every chunk; without a conveyor nothing is written. False when it was stopped."""
        self.counts = replace(already, total=self.register.total, done=0)
        rows, done = self.register.rows(), 0
        while self._goes_on and (chunk := list(itertools.islice(rows, CHUNK))):
            done += len(chunk)
            matters, faults = self._checked(chunk)
            known = self._known(matters)
            fresh = [matter for matter in matters if matter.source_id not in known]
            if done <= already.done:
                # An earlier run has dealt with it: only its faults are wanted again.
                self.counts = replace(self.counts, done=done)
                self._tell(chunk, faults, would_fail(fresh, self.book))
                continue
            count = self._counting(done, len(fresh), len(known), len(faults))
            if conveyor:
                prepared = conveyor.prepare(fresh)
                conveyor.send(prepared, count)
                self._tell(chunk, faults, prepared.failed)
            else:
                failed = would_fail(fresh, self.book)
                count(failed)
                self._tell(chunk, faults, failed)
        if conveyor:
            conveyor.wait()
        return self._goes_on

    def _counting(self, done: int, fresh: int, known: int, faults: int) -> Callable[[Failed], None]:
        """What to do when a chunk is written: count it, and tell how far the run is."""

        before: Counts | None = None

        def count(failed: Failed) -> None:
            # Called again where a chunk had to be written again: it still counts once.
            nonlocal before
            before = before or self.counts
            self.counts = Counts(
                total=before.total,
                done=done,
                imported=before.imported + fresh - len(failed),
                known=before.known + known,
                failed=before.failed + faults + len(failed),
            )
            self._goes_on = self.progress(self.counts)

        return count

    def _checked(self, chunk: Sequence[Row]) -> tuple[list[Matter], dict[int, list[Fault]]]:
        """The good rows of a chunk, and the faults of the others by line."""
        matters: list[Matter] = []
        faults: dict[int, list[Fault]] = {}
        for line, cells in chunk:
            found = self._too_wide(cells) or check(line, cells, self.register.columns, self.book)
            if isinstance(found, Matter):
                first = self._lines.setdefault(hash(found.source_id), line)
                if first == line:
                    matters.append(found)
                    continue
                found = [Fault("source_id", _("Line %(line)s has the same number."), {"line": first})]
            faults[line] = found
        return matters, faults

    def _too_wide(self, cells: Sequence[object]) -> list[Fault]:
        spare = cells[len(self.register.headings) :]
        if any(cell is not None and str(cell).strip() for cell in spare):
            return [Fault("", _("The row has more cells than there are headings; is a quotation mark missing?"))]
        return []

    def _known(self, matters: Sequence[Matter]) -> set[str]:
        """Which numbers of the system have been taken over before."""
        numbers = [matter.source_id for matter in matters]
        found = Origin.objects.filter(system=self.source.system, source_id__in=numbers)
        return set(found.values_list("source_id", flat=True))

    def _tell(self, chunk: Sequence[Row], faults: dict[int, list[Fault]], failed: Failed) -> None:
        found = faults | {matter.line: [fault] for matter, fault in failed}
        for line, cells in chunk:
            if line in found:
                self.report.add(line, cells, found[line])


@contextmanager
def advisory_lock(name: str) -> Iterator[bool]:
    """Hold a lock of the database for the whole of the block, if nobody else does. It ends with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """A great many rows are made and let go, none in circles; looking for circles between would cost a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
