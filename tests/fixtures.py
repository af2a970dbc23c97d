"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from tests.kept import Kept
    from tests.world import World


@pytest.fixture(scope="session")
def built_world() -> list[tuple[Kept, World]]:
    """The world as it was built for the first test that asked for it: its rows, and its objects."""
    return []


@pytest.fixture
def world(db: None, built_world: list[tuple[Kept, World]]) -> World:
    """Longjing and Yanji with a few departments, and somebody for every role."""
    from tests.kept import filled_tables, keep
    from tests.world import build

    if built_world:
        rows, objects = built_world[0]
        rows.put_back()
        return deepcopy(objects)
    before = filled_tables()
    made = build()
    built_world.append((keep(filled_tables() - before), deepcopy(made)))
    return made


@pytest.fixture
def sign_in(client: Client) -> Callable[..., Client]:
    """``sign_in(user, "ko")``: a browser session of that user in that language."""

    def signed_in(user: User, language: str = "zh-hans") -> Client:
        client.force_login(user)
        client.cookies["django_language"] = language
        return client

    return signed_in
