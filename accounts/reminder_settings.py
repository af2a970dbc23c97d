"""Changing the settings of reminders: checked as a whole, every change kept with who made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ReminderSettings, ReminderSettingsVersion, User
from accounts.reminder_rules import as_content, book_of
from governance_center.transactions import atomic


@dataclass(frozen=True, slots=True)
class Change:
    """A version and what it changed, as ``field: old → new``."""

    version: ReminderSettingsVersion
    lines: list[str]


def problems_with(row: ReminderSettings) -> dict[str | None, str]:
    """What may not be set, by field; under None what would be wrong in a centre that differs from this row."""
    rows = {one.scope: one for one in ReminderSettings.objects.exclude(pk=row.pk).select_related("centre")}
    rows[row.scope] = row
    book = book_of(rows)
    found: dict[str | None, str] = {**book.rules[row.scope].problems()}
    for scope, rules in book.rules.items():
        if scope != row.scope and scope.startswith(row.scope) and (problems := rules.problems()) and not found:
            found[None] = f"{rows[scope]}: {next(iter(problems.values()))}"
    return found


@atomic
def keep_settings(*, row: ReminderSettings, by: User) -> None:
    """Keep a checked row and, where something changed, what it says now."""
    latest = ReminderSettingsVersion.objects.filter(scope=row.scope).first()
    row.save()
    content = as_content(row)
    if latest is None or latest.content != content:
        ReminderSettingsVersion.objects.create(scope=row.scope, at=timezone.now(), by=by, content=content)


def on_loading(*, counts: dict[str, int]) -> None:
    """The prefecture has its row from the first day on; what is empty in it is as installed."""
    _row, is_new = ReminderSettings.objects.get_or_create(centre=None)
    counts["settings of reminders"] = int(is_new)


@atomic
def take_back(*, rows: Iterable[ReminderSettings], by: User) -> None:
    """Centres go by the settings above them again; what they had stands in the history."""
    for row in rows:
        ReminderSettingsVersion.objects.create(scope=row.scope, at=timezone.now(), by=by, content={})
        row.delete()


def history_of(row: ReminderSettings) -> list[Change]:
    """The versions, the latest first, each with what it changed."""
    versions = list(ReminderSettingsVersion.objects.filter(scope=row.scope).select_related("by"))
    return [
        Change(version, lines_of(version, versions[at + 1] if at + 1 < len(versions) else None))
        for at, version in enumerate(versions)
    ]


def lines_of(version: ReminderSettingsVersion, before: ReminderSettingsVersion | None) -> list[str]:
    """``field: old → new`` for each field that differs; what is empty is as in the row above."""
    old = before.content if before else {}
    return [
        f"{ReminderSettings._meta.get_field(name).verbose_name}: "
        f"{_shown(old.get(name))} → {_shown(version.content.get(name))}"
        for name in ReminderSettings.FIELDS
        if old.get(name) != version.content.get(name)
    ]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "—" if value is None else str(value)
