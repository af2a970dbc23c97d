"""The whole prefecture: which cases there were, and writing them down."""

from __future__ import annotations

import datetime as dt
import gc
import itertools
import multiprocessing
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

from django.db import DatabaseError, connection, connections, transaction

from cases.models import (
    Case,
    CaseAccess,
    CaseEvent,
    CaseNumberSeries,
    CaseParty,
    Deadline,
    FamilyLink,
    Note,
    Person,
    PersonKey,
    Referral,
    RoutingDecision,
)
from governance_center.calendar import day_end, is_working_day, local_day
from governance_center.copying import Rows, has_own_key, reserve_keys, settle_keys
from intake.models import Visit
from mediation.models import (
    Agreement,
    Assignment,
    Attendance,
    FollowUp,
    InvestigationRecord,
    Minutes,
    Obligation,
    Prevention,
    RightsNotice,
    Session,
    SessionMediator,
    StatisticsEntry,
)
from reporting.simulation import backlog, filed, repeats, wave
from reporting.simulation import world as stage
from reporting.simulation.filed import FiledLife as Life
from reporting.simulation.memory import Memory
from reporting.simulation.telling import Spec, office_moment

BEGIN = dt.date(2023, 1, 1)

WEIGHTS = {
    "marriage_family": 15, "neighbour": 14, "wage_arrears": 10, "contract": 9, "labour": 6, "property_management": 6,
    "damages": 5, "loan_finance": 5, "consumer": 5, "land_contracting": 4, "traffic_accident": 4, "public_service": 4,
    "housing_homestead": 3, "land_forest": 2, "medical": 1.5, "expropriation": 1.5, "village_affairs": 1.5,
    "petition": 1.5, "hazard": 1.5, "environment": 1, "tourism": 1, "e_commerce": 1, "campus": 0.8,
    "production_business": 1, "psychological": 0.8, "social_insurance": 1.2, "other": 0.4,
}  # fmt: skip
# How the cases that were accepted and not resolved stand at the end, in parts of the whole.
UNRESOLVED = (("unresolved", 66), ("withdrawn", 40), ("handling", 75), ("waiting", 25), ("contested", 8))
CONSULTATIONS, REFUSED = 0.037, 0.018
"""Consultations and refused matters, as parts of the accepted cases; both are counted apart."""

ORDER = (
    Person, PersonKey, FamilyLink, Case, CaseParty, Note, Referral, Deadline, RoutingDecision, CaseEvent, CaseAccess,
    CaseNumberSeries, Visit, Assignment, RightsNotice, InvestigationRecord, Session, SessionMediator, Attendance, Minutes,
    Obligation, Agreement, FollowUp, StatisticsEntry, Prevention,
)  # fmt: skip
"""The tables that are filled, those that others refer to first; but what is owed before the agreement that then is in
force, because nothing is added to one in force. References are checked at the end of the transaction."""

CHUNK = 500
"""After so many cases their rows are written: memory stays bounded."""

WORKERS = 2
"""How many processes live the cases, each with a transaction of its own."""

Progress = Callable[[int], object]


class NotBuilt(Exception):
    """A worker failed or was killed; nothing was written."""


def build(
    *,
    seed: int,
    until: dt.date,
    accepted: int,
    resolved: int,
    progress: Progress = lambda done: None,
    workers: int = WORKERS,
) -> int:
    """Build the prefecture; a killed run leaves no case behind. Returns how many matters there are.

    With several workers each writes in a transaction of its own and commits only when all have come to the
    end of theirs; what a worker makes depends on the seed and its number alone.

    Args:
        seed: equal seeds (with equal ``until``, numbers and workers) make equal ledgers.
        until: the last local day on which anything happens.
        accepted, resolved: how many cases count as accepted, and how many of them as resolved.
        progress: called with the number of cases lived through since the last call.
        workers: 1 stays in this process and in the transaction that may be open.

    Raises:
        ValueError: more resolved than accepted, or an end before the beginning.
        NotBuilt: a worker failed.
    """
    if resolved > accepted or until <= BEGIN + dt.timedelta(days=90):
        raise ValueError("more resolved than accepted, or too short a time")
    rng = random.Random(seed)
    with transaction.atomic():
        world = stage.build(rng)
    specs = _specs(rng, until, accepted, resolved)
    repeats.choose(rng, specs, until, world.places)
    series = _number(specs)
    shares = _share_out(specs, workers)
    jobs = [
        _Job(world, shares[worker], series if worker == 0 else [], seed, day_end(until), worker, workers)
        for worker in range(workers)
    ]
    if workers == 1:
        with transaction.atomic():
            jobs[0].run(progress)
    else:
        _run_side_by_side(jobs, progress)
    _settle()
    backlog.keep(until)
    return len(specs)


class _Job:
    """The part of one worker."""

    def __init__(
        self,
        world: stage.World,
        specs: Sequence[Spec],
        series: Sequence[CaseNumberSeries],
        seed: int,
        end: dt.datetime,
        worker: int,
        workers: int,
    ) -> None:
        self.world, self.specs, self.series = world, specs, series
        self.rng, self.end = random.Random(f"{seed}-{worker}"), end.astimezone(dt.UTC)
        self.worker, self.workers = worker, workers

    def run(self, progress: Progress) -> None:
        """Live and write all cases of this part, in the transaction that is open."""
        # Nobody writes beside the simulation, so each worker takes every so-many-th key.
        rows = Rows(ORDER, lambda model: itertools.count(reserve_keys(model) + self.worker, self.workers))
        for one in self.series:
            rows.add(one)
        memory = Memory(self.worker, self.workers)
        # Half a million rows are made and let go by chunks; looking for garbage between would double the time.
        with _without_garbage_collection():
            for done, spec in enumerate(self.specs, start=1):
                serial = (done - 1) * self.workers + self.worker
                Life(self.world, rows, self.rng, spec, self.end, serial, memory).live()
                if done % CHUNK == 0:
                    rows.write()
                    progress(CHUNK)
            rows.write()
            progress(len(self.specs) % CHUNK)


def _share_out(specs: Sequence[Spec], workers: int) -> list[list[Spec]]:
    """The cases of each worker in the order of their coming; those of a household are lived by one."""
    shares: list[list[Spec]] = [[] for _worker in range(workers)]
    for index, spec in enumerate(specs):
        shares[(spec.household or index) % workers].append(spec)
    return shares


def _run_side_by_side(jobs: Sequence[_Job], progress: Progress) -> None:
    """One process a job; they commit together or not at all."""
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    pipes, processes = [], []
    for job in jobs:
        here, there = fork.Pipe()
        process = fork.Process(target=_in_child, args=(job, there, [*pipes, here]))
        process.start()
        there.close()
        pipes.append(here)
        processes.append(process)
    try:
        ready = 0
        while ready < len(jobs):
            for pipe in multiprocessing.connection.wait(pipes):
                said = pipe.recv()  # type: ignore[union-attr]
                if isinstance(said, str) and said != "ready":
                    raise NotBuilt(f"{said}; nothing was written")
                if said == "ready":
                    ready += 1
                else:
                    progress(said)
        for pipe in pipes:
            pipe.send("commit")
    except EOFError:
        raise NotBuilt("a worker ended early; nothing was written") from None
    finally:
        for pipe in pipes:
            pipe.close()
        for process in processes:
            process.join()
    if any(process.exitcode for process in processes):
        raise NotBuilt("a worker could not commit")


def _in_child(job: _Job, pipe: Connection, others: list[Connection]) -> None:
    """The whole life of a worker process. Without the word to commit, everything is rolled back."""
    for other in others:
        other.close()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Foreign keys are looked at after each COPY, not all at the end, so that the commit is short;
                # but for what is owed, which comes before its agreement.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(
                    "SELECT string_agg(quote_ident(conname), ', ') FROM pg_constraint "
                    "WHERE contype = 'f' AND conrelid = %s::regclass",
                    [Obligation._meta.db_table],
                )
                cursor.execute(f"SET CONSTRAINTS {cursor.fetchone()[0]} DEFERRED")
            job.run(pipe.send)
            pipe.send("ready")
            if pipe.recv() != "commit":
                raise NotBuilt
    except (DatabaseError, EOFError, NotBuilt) as error:
        with suppress(OSError):
            pipe.send(str(error).splitlines()[0] if str(error) else "a worker ended early")
        raise SystemExit(1) from None
    connection.close()


def _settle() -> None:
    """Let the keys of real rows follow on, and tell the planner what there is."""
    for model in filter(has_own_key, ORDER):
        settle_keys(model)
    with connection.cursor() as cursor:
        for model in ORDER:
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _specs(rng: random.Random, until: dt.date, accepted: int, resolved: int) -> list[Spec]:
    """What came in, in the order of its coming."""
    days = [BEGIN + dt.timedelta(days=n) for n in range((until - BEGIN).days + 1)]
    open_days = [day for day in days if is_working_day(day)[0]]
    weights = [day_weight(day) for day in open_days]
    lately = [day for day in open_days if (until - day).days <= 28] or open_days[-20:]
    settled = [day for day in open_days if (until - day).days >= 2]
    settled_weights = weights[: len(settled)]
    counties, shares = list(stage.COUNTIES), [share for share, _korean in stage.COUNTIES.values()]

    def spec(ending: str, day: dt.date, category: str | None = None) -> Spec:
        county = rng.choices(counties, shares)[0]
        return Spec(county, category or _category(rng, day), office_moment(rng, day), ending)

    specs = [spec("resolved", day) for day in rng.choices(settled, settled_weights, k=resolved)]
    specs += [_unresolved(rng, spec, ending, lately, settled) for ending in _endings(accepted - resolved)]
    advice = rng.choices(settled, settled_weights, k=round(accepted * CONSULTATIONS))
    specs += [spec("resolved", day, "legal_advice") for day in advice]
    refused = rng.choices(settled, settled_weights, k=round(accepted * REFUSED))
    specs += [spec("refused", day) for day in refused]
    specs.sort(key=lambda one: one.registered_at)
    filed.choose(specs, until)
    wave.choose(specs, until)
    return specs


def _unresolved(
    rng: random.Random, spec: Callable[..., Spec], ending: str, lately: list[dt.date], settled: list[dt.date]
) -> Spec:
    """Open cases came lately, the newest wait for a signature; a few have been open for longer."""
    if ending == "waiting":
        return spec(ending, rng.choice(lately[-3:]))
    if ending == "contested":
        return spec(ending, rng.choice(lately[-8:-2] or lately), rng.choice(["neighbour", "contract", "labour"]))
    if ending == "handling":
        return spec(ending, rng.choice(lately))
    return spec(ending, rng.choice(settled))


def _endings(count: int) -> list[str]:
    """``count`` endings in the proportions of :data:`UNRESOLVED`."""
    whole = sum(parts for _ending, parts in UNRESOLVED)
    endings = [ending for ending, parts in UNRESOLVED for _one in range(count * parts // whole)]
    return endings + ["handling"] * (count - len(endings))


def category_weights(day: dt.date) -> dict[str, float]:
    """How often each category comes on a day: more social insurance since 2025, more unpaid wages at the year's end."""
    weights: dict[str, float] = dict(WEIGHTS)
    if day >= dt.date(2025, 3, 1):
        weights["social_insurance"] *= 3
    if day.month in {12, 1}:
        weights["wage_arrears"] *= 2
    return weights


def _category(rng: random.Random, day: dt.date) -> str:
    weights = category_weights(day)
    return rng.choices(list(weights), list(weights.values()))[0]


def day_weight(day: dt.date) -> float:
    """More people come on Mondays, in spring and December, and more every year."""
    weekday = (1.3, 1.1, 1.0, 1.0, 0.9, 0.6, 0.6)[day.weekday()]
    season = 1.15 if day.month in {3, 4, 5, 12} else 0.95
    return weekday * season * (1 + 0.08 * (day - BEGIN).days / 365)


def _number(specs: list[Spec]) -> list[CaseNumberSeries]:
    """Numbers without gaps per county and year, in the order of registration; the series go on from there."""
    last: dict[tuple[str, int], int] = defaultdict(int)
    for spec in specs:
        series = (spec.county, local_day(spec.registered_at).year)
        last[series] += 1
        spec.number = f"{series[0]}-{series[1]}-{last[series]:06d}"
    return [
        CaseNumberSeries(county_code=county, year=year, last=number) for (county, year), number in sorted(last.items())
    ]


def is_empty() -> bool:
    """Whether the database holds no case at all; only then may it be filled."""
    return not Case.objects.exists()
