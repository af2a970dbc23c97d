"""Transactions of the use cases."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, connection, transaction
from psycopg.errors import DeadlockDetected

P = ParamSpec("P")
R = TypeVar("R")

_inside: ContextVar[bool] = ContextVar("inside_use_case", default=False)


def atomic(use_case: Callable[P, R]) -> Callable[P, R]:
    """Run a use case as one transaction.

    A use case that is called by another joins its transaction without a savepoint of its own: an error ends
    the whole anyway, and two round trips to the database are saved. Do not catch a use case's error inside
    another use case and go on.
    """

    @functools.wraps(use_case)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            with transaction.atomic(savepoint=False):
                return use_case(*args, **kwargs)
        token = _inside.set(True)
        try:
            with transaction.atomic():
                return use_case(*args, **kwargs)
        finally:
            _inside.reset(token)

    return run


ATTEMPTS = 4
"""So often a use case is tried that others overtook; each time at least one of them has got through."""


def again_if_overtaken(use_case: Callable[[], R], constraints: Sequence[str]) -> R:
    """Do it again where somebody else took the same meanwhile: another look finds what is taken now.

    Two that enter rows which exclude each other wait for each other, and the database ends one of them as a deadlock;
    that one was not refused by any rule, only slower.

    Args:
        constraints: names of the constraints whose violation says so.

    Raises:
        DatabaseError: another error, the last attempt failed too, or the error broke a transaction outside.
    """
    for _attempt in range(ATTEMPTS - 1):
        try:
            return use_case()
        except DatabaseError as error:
            overtaken = isinstance(error.__cause__, DeadlockDetected) or any(name in str(error) for name in constraints)
            if connection.needs_rollback or not overtaken:
                raise
    return use_case()
