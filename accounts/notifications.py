"""What can be told to staff. The upper floors register their kinds here, each with its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from accounts.models import Notification, User

_sentences: dict[str, Promise | str] = {}
_urgent: set[str] = set()


def register(kind: str, sentence: Promise | str, *, is_urgent: bool = False) -> None:
    """Make ``kind`` known; ``sentence`` is lazily translated and may hold ``%(name)s`` parameters.

    What is urgent is mailed at once, by night too; everything else with the digest of the morning.
    """
    _sentences[kind] = sentence
    if is_urgent:
        _urgent.add(kind)


def text_of(kind: str, params: Mapping[str, Any]) -> str:
    """The sentence of ``kind`` in the active language."""
    return str(_sentences[kind]) % {name: _in_active_language(value) for name, value in params.items()}


def in_each_language(name: Callable[[], object]) -> dict[str, str]:
    """A parameter that the languages call differently, such as a department: what ``name`` answers in each of them."""
    said = {}
    for code, _label in settings.LANGUAGES:
        with translation.override(code):
            said[code] = str(name())
    return said


def _in_active_language(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return value.get(translation.get_language()) or value[settings.LANGUAGE_CODE]


def notify(
    recipients: Iterable[User], kind: str, *, key: str, params: Mapping[str, Any] | None = None, url: str = ""
) -> None:
    """Tell each recipient once: a second call with the same ``key`` tells nobody again.

    Runs in the caller's transaction, so that nobody hears of what was rolled back. E-mails follow from
    :func:`accounts.digests.hand_over`.
    """
    if kind not in _sentences:
        raise LookupError(f"unknown notification kind {kind!r}")
    states = Notification.EmailState
    state = states.URGENT if kind in _urgent else states.PENDING
    rows = [
        Notification(
            recipient=user,
            kind=kind,
            params=dict(params or {}),
            url=url,
            key=key,
            email_state=state if user.email else states.NONE,
        )
        for user in recipients
    ]
    if rows:
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
