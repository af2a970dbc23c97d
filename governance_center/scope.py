"""Scope: what belongs to a division and everything below it.

Division codes are hierarchical: a child's code begins with its parent's. So a scope is a prefix.
"""

from __future__ import annotations

from django.db.models import Q


def within(field: str, scope_code: str) -> Q:
    """Rows whose ``field`` (a division code) lies in the division ``scope_code`` or below it.

    An empty scope contains nothing: a user without a division sees nothing rather than all.
    """
    if not scope_code:
        return Q(pk__in=())
    return Q(**{f"{field}__startswith": scope_code})
