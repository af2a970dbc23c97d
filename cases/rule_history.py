"""The history of the routing rules: every save keeps what the rule says, and what changed can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Field
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import RoutingRule, RoutingRuleVersion

FIELDS = (
    "name", "scope", "priority", "categories", "place", "channels", "party_kind", "risk_at_least", "amount_from",
    "amount_to", "keywords", "leads", "lead", "statutory_route", "assistants", "is_active",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A version and what it changed, as ``field: old → new``."""

    version: RoutingRuleVersion
    lines: list[str]


def content_of(rule: RoutingRule) -> dict[str, Any]:
    """What a stored rule says, as plain values by field."""
    content: dict[str, Any] = {}
    for name in FIELDS:
        field = RoutingRule._meta.get_field(name)
        if field.many_to_many:
            content[name] = sorted(row.pk for row in getattr(rule, name).all())
            continue
        value = getattr(rule, field.attname if isinstance(field, Field) else name)
        is_plain = value is None or isinstance(value, bool | int | str | list)
        content[name] = value if is_plain else str(value)
    return content


def keep_version(rule: RoutingRule, *, by: User | None) -> RoutingRuleVersion | None:
    """Keep what the rule says now; None when it says what the latest version says."""
    rule = RoutingRule.objects.get(pk=rule.pk)
    content, latest = content_of(rule), rule.versions.first()
    if latest is not None and latest.content == content:
        return None
    return RoutingRuleVersion.objects.create(rule=rule, at=timezone.now(), by=by, content=content)


def history_of(rule: RoutingRule) -> list[Change]:
    """The versions, the latest first, each with what it changed."""
    versions = list(rule.versions.select_related("by"))
    found = []
    for at, version in enumerate(versions):
        before = versions[at + 1].content if at + 1 < len(versions) else None
        lines = [_("made")] if before is None else difference(before, version.content)
        found.append(Change(version, lines))
    return found


def difference(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """``field: old → new`` for each field that differs."""
    return [
        f"{RoutingRule._meta.get_field(name).verbose_name}: {_shown(before.get(name))} → {_shown(after.get(name))}"
        for name in FIELDS
        if before.get(name) != after.get(name)
    ]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "、".join(str(one) for one in value) or "—"
    return "—" if value in (None, "") else str(value)
