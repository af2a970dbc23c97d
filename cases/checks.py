"""System checks on what stands in the database; run by ``manage.py check --database default``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from cases.models import Category, RoutingRule
from cases.rule_checks import categories_without_lead


@register(Tags.database)
def categories_have_a_lead(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of categories for which no department is named and no rule stands."""
    if not databases or "default" not in databases:
        return []
    tables = set(connections["default"].introspection.table_names())
    if not {Category._meta.db_table, RoutingRule._meta.db_table} <= tables:
        return []
    found = categories_without_lead()
    if not found:
        return []
    codes = ", ".join(category.pk for category in found)
    return [Warning(f"Categories without a lead; the dispatcher decides: {codes}", id="cases.W001")]
