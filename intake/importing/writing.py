"""Writing a chunk of matters: people, cases and all that hangs on them, by COPY, in one transaction.

A chunk is prepared (people looked up, lives lived, in memory) and then written. Both may go on at the same time for
two chunks: while the database takes in one, the next is prepared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from django.db import IntegrityError, OperationalError, connection, models, transaction

from cases.models import (
    Case,
    CaseEvent,
    CaseParty,
    Deadline,
    Note,
    Person,
    PersonKey,
    PersonPhone,
    Referral,
    RoutingDecision,
)
from cases.numbers import next_numbers
from governance_center.calendar import local_day
from governance_center.copying import Rows, drawn_keys, has_own_key
from intake.importing.faults import Fault, Unfit
from intake.importing.lives import Life, Source
from intake.importing.lookups import Book
from intake.importing.people import People, marks
from intake.importing.rows import Matter
from intake.models import Origin, Visit

PEOPLE = (Person, PersonPhone, PersonKey)
MATTERS = (Case, CaseParty, Note, Referral, Deadline, RoutingDecision, CaseEvent, Visit, Origin)
ORDER = (*PEOPLE, *MATTERS)
"""The tables that are filled, those that others refer to first."""

TRIES = 3
MET_ANOTHER = (IntegrityError, OperationalError)
"""What a writer gets that has met another one."""

Failed = list[tuple[Matter, Fault]]


@dataclass(slots=True)
class Prepared:
    """A chunk in memory: all of its rows but for the ledger, which waits for the numbers."""

    matters: Sequence[Matter]
    people: People
    new_people: Rows
    rows: Rows
    lives: list[Life]
    failed: Failed
    event_keys: list[int]

    @property
    def marks(self) -> set[str]:
        """What its people are recognised by."""
        numbers, phones = marks(self.matters)
        return numbers | phones


class Writer:
    """Prepares and writes the chunks of one import. Others may write to the same tables beside it."""

    def __init__(self, source: Source, book: Book) -> None:
        self.source, self.book = source, book
        self._keys: dict[type[models.Model], Iterator[int]] = {
            model: drawn_keys(model) for model in ORDER if has_own_key(model)
        }

    def prepare(self, matters: Sequence[Matter]) -> Prepared:
        """Look up the people and live the lives. Writes nothing."""
        new_people, rows = Rows(PEOPLE, self._keys.__getitem__), Rows(MATTERS, self._keys.__getitem__)
        people, lives, failed = People(matters, self.book.county), [], []
        for matter in matters:
            try:
                petitioner = people.take(matter.petitioner)
            except Unfit as unfit:
                failed.append((matter, Fault("identity_number", unfit.message, unfit.params)))
                continue
            other = people.take(matter.other) if matter.other else None
            lives.append(Life(matter, self.source, self.book, rows, petitioner, other))
        people.add_new(new_people)
        for life in lives:
            life.live()
        keys = self._keys[CaseEvent]
        event_keys = [next(keys) for life in lives for _entry in life.entries]
        return Prepared(matters, people, new_people, rows, lives, failed, event_keys)

    def write(self, chunk: Prepared, also: Callable[[Failed], None]) -> Failed:
        """Write a prepared chunk; returns the matters that could not be prepared, with the reason.

        Args:
            also: called at the end of the transaction; what it writes is committed with the chunk or not at all.

        Raises:
            IntegrityError, OperationalError: a desk has put one of the people on file meanwhile, or two imports wait
                for one another; prepare the chunk again.
        """
        with transaction.atomic():
            chunk.people.write_known()
            chunk.new_people.write()
            # People first, then the series, as a desk does it: so nobody waits in a circle. And as late as can be:
            # desks that register meanwhile wait for the rest of the COPY only.
            numbers = self._numbers(chunk.lives)
            events = chunk.rows.of(CaseEvent)
            for life, number in zip(chunk.lives, numbers, strict=True):
                events.extend(life.seal(number))
            for event, key in zip(events, chunk.event_keys, strict=True):
                event.pk = key
            chunk.rows.write()
            also(chunk.failed)
        return chunk.failed

    def write_again(self, chunk: Prepared, also: Callable[[Failed], None]) -> Failed:
        """Prepare the matters of a chunk anew, and write them; a few times if need be.

        Raises:
            IntegrityError, OperationalError: it was of no use.
        """
        for attempt in range(2, TRIES + 1):
            try:
                return self.write(self.prepare(chunk.matters), also)
            except MET_ANOTHER:
                if attempt == TRIES:
                    raise
        raise AssertionError("unreachable")

    def _numbers(self, lives: Sequence[Life]) -> list[str]:
        """A number for each, without gaps per county and year; the series in one order, so that nobody waits in a
        circle."""
        years = [local_day(life.case.registered_at).year for life in lives]
        blocks = {
            year: iter(next_numbers(self.book.county, year, count)) for year, count in sorted(Counter(years).items())
        }
        return [next(blocks[year]) for year in years]


class Conveyor:
    """Takes chunks to the database in their order, one at a time, while the caller prepares the next.

    Args:
        side_by_side: False writes each at once, in the caller's thread and on its connection.
    """

    def __init__(self, writer: Writer, *, side_by_side: bool) -> None:
        self.writer = writer
        self._thread = ThreadPoolExecutor(1, "import") if side_by_side else None
        self._under_way: tuple[Prepared, Callable[[Failed], None], Future[Failed]] | None = None

    def __enter__(self) -> Conveyor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Wait for what is under way, and end the thread with its connection to the database."""
        if self._thread:
            self._thread.submit(connection.close)
            self._thread.shutdown(wait=True)

    def prepare(self, matters: Sequence[Matter]) -> Prepared:
        """Prepare a chunk; where it may be about the same people as the one under way, after that has been written."""
        if self._under_way:
            numbers, phones = marks(matters)
            if self._under_way[0].marks & (numbers | phones):
                self.wait()
        return self.writer.prepare(matters)

    def send(self, chunk: Prepared, also: Callable[[Failed], None]) -> None:
        """Write the chunk after the one before."""
        self.wait()
        future: Future[Failed]
        if self._thread:
            future = self._thread.submit(self.writer.write, chunk, also)
        else:
            future = _done(self.writer.write, chunk, also)
        self._under_way = (chunk, also, future)

    def wait(self) -> None:
        """Until the chunk under way is written; one that met another writer is prepared and written again."""
        if self._under_way is None:
            return
        chunk, also, future = self._under_way
        self._under_way = None
        try:
            future.result()
        except MET_ANOTHER:
            self.writer.write_again(chunk, also)


def _done(action: Callable[..., Failed], *arguments: Any) -> Future[Failed]:
    future: Future[Failed] = Future()
    try:
        future.set_result(action(*arguments))
    except MET_ANOTHER as error:
        future.set_exception(error)
    return future


def would_fail(matters: Sequence[Matter], book: Book) -> Failed:
    """What :meth:`Writer.prepare` would refuse; writes nothing."""
    people, failed = People(matters, book.county), []
    for matter in matters:
        try:
            people.take(matter.petitioner)
        except Unfit as unfit:
            failed.append((matter, Fault("identity_number", unfit.message, unfit.params)))
    return failed
