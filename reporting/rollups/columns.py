"""The columns of the roll-ups, and what each counts. The SQL and the models are held together by a test."""

from __future__ import annotations

COHORT: dict[str, str] = {
    "accepted": "(f.status <> 'merged')",
    "resolved": "(f.status = 'resolved')",
    "open": "(f.status = 'open')",
    "withdrawn": "(f.status = 'withdrawn')",
    "guided": "(f.status = 'guided')",
    "merged": "(f.status = 'merged')",
    "once_resolved": "(f.status <> 'merged' AND f.once_resolved)",
    "contained": "(f.status = 'resolved' AND f.contained)",
    "reopened": "(f.status <> 'merged' AND f.reopened)",
    "relapsed": "(f.status <> 'merged' AND f.relapsed)",
    "quick": "(f.status = 'resolved' AND f.quick)",
    "repeat": "(f.status <> 'merged' AND f.repeat)",
    "one_trip": "(f.status = 'resolved' AND f.one_trip)",
    "excluded": "(f.status <> 'merged' AND f.excluded)",
    "excluded_resolved": "(f.status = 'resolved' AND f.excluded)",
    "restricted": "(f.status <> 'merged' AND f.restricted)",
    "overdue": "(f.status = 'open' AND f.late)",
    "closed": "(f.status <> 'merged' AND f.closed)",
    "content": "(f.status <> 'merged' AND f.satisfaction = 'content')",
    "fairly": "(f.status <> 'merged' AND f.satisfaction = 'fairly')",
    "not_content": "(f.status <> 'merged' AND f.satisfaction = 'not_content')",
}
"""By the local day of acceptance: what is true now of the cases accepted then. Each is a condition on a fact ``f``."""

BY_DAY: dict[str, tuple[str, ...]] = {
    "registered": ("registered", "refused"),
    "consultation": ("consultations",),
    "resolved": ("resolved_in_period", "mediated"),
    "ended": ("mediation_failed",),
    "limit": ("limits_due", "limits_kept"),
    "referral": ("referred", "returned", "signed"),
    "agreement": ("agreements_due", "agreements_performed"),
}
"""What happened, by the local day on which it did."""

PERIOD = tuple(column for columns in BY_DAY.values() for column in columns)
COLUMNS = (*COHORT, *PERIOD)

PASSED = frozenset({"limits_due", "limits_kept", "agreements_due", "agreements_performed"})
"""Counted by their last day, so only days that are over say anything about them."""
