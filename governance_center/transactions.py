"""Transactions of the use cases."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from django.db import transaction

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
