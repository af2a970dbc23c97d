"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from tests.world import World


@pytest.fixture
def world(db: None) -> World:
    """Longjing and Yanji with a few departments, and somebody for every role."""
    from tests.world import build

    return build()


@pytest.fixture
def sign_in(client: Client) -> Callable[..., Client]:
    """``sign_in(user, "ko")``: a browser session of that user in that language."""

    def signed_in(user: User, language: str = "zh-hans") -> Client:
        client.force_login(user)
        client.cookies["django_language"] = language
        return client

    return signed_in
