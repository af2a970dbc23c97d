"""Several at the same instant, each in a thread with connections of its own to the real PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from django.db import connections

from tests.processes import PATIENCE

T = TypeVar("T")


def at_once(*jobs: Callable[[], T]) -> list[T]:
    """Run the jobs in threads that start together; returns what they return, in their order.

    A failure of one is a failure of the test: whoever expects to be refused catches it in the job.
    """
    start, found = threading.Barrier(len(jobs)), dict[int, T]()

    def begin(number: int, job: Callable[[], T]) -> None:
        start.wait(PATIENCE)
        found[number] = job()

    failures: list[BaseException] = []
    threads = [_thread(partial(begin, number, job), failures) for number, job in enumerate(jobs)]
    for thread in threads:
        thread.join()
    assert not failures, failures
    return [found[number] for number in range(len(jobs))]


@contextmanager
def beside(job: Callable[[], object]) -> Iterator[None]:
    """While the block runs, the job runs in a thread; the end of the block waits for it, and its failure is one."""
    failures: list[BaseException] = []
    thread = _thread(job, failures)
    try:
        yield
    finally:
        thread.join()
    assert not failures, failures


def _thread(job: Callable[[], object], failures: list[BaseException]) -> threading.Thread:
    def work() -> None:
        try:
            job()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    return thread
