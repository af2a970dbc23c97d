"""The columns of the roll-ups, and what each counts. The SQL and the models are held together by a test.

Each column is counted by one day of a fact ``f``, where its condition holds. The same conditions make the list of the
cases behind a number (:mod:`reporting.drill`), so that the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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
    "relapsed": "(f.status <> 'merged' AND f.reopened AND f.relapsed)",
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


@dataclass(frozen=True, slots=True)
class Branch:
    """Columns that are counted by the same day.

    ``day`` is that day of a fact ``f`` and ``where`` says which facts have it; ``counts`` gives each column its
    condition. Where ``several``, a fact has more than one: the day and the conditions are about one element ``e`` of
    its ``extras``, and ``where`` begins with what kind of element it is.
    """

    day: str
    where: str
    counts: Mapping[str, str]
    several: bool = False

    @property
    def department(self) -> str:
        """Whose it is."""
        return "e->>2" if self.several else "f.department"


_EXTRA_DAY = "(e->>1)::date"
_HIT = "((e->>3)::int = 1)"

BRANCHES: tuple[Branch, ...] = (
    Branch(
        "f.accepted_day",
        "(f.status IN ('open', 'resolved', 'withdrawn', 'guided') OR (f.status = 'merged' AND "
        "f.accepted_day IS NOT NULL))",
        COHORT,
    ),
    Branch("f.registered_day", "TRUE", {"registered": "TRUE", "refused": "(f.status = 'refused')"}),
    Branch(
        "f.accepted_day", "(f.status = 'consultation' AND f.accepted_day IS NOT NULL)", {"consultations": "TRUE"}
    ),
    Branch(
        "f.resolved_day", "(f.status = 'resolved')", {"resolved_in_period": "TRUE", "mediated": "(f.mediated = 'ok')"}
    ),
    Branch("f.ended_day", "(f.mediated = 'failed')", {"mediation_failed": "TRUE"}),
    Branch(
        _EXTRA_DAY, "(e->>0 = 'l' AND f.status <> 'merged')", {"limits_due": "TRUE", "limits_kept": _HIT}, several=True
    ),
    Branch(
        _EXTRA_DAY, "(e->>0 = 'r' AND f.status <> 'merged')",
        {"referred": "TRUE", "returned": _HIT, "signed": "(e->>4 IS NOT NULL)"}, several=True,
    ),
    Branch(
        _EXTRA_DAY, "(e->>0 = 'a' AND f.status <> 'merged')",
        {"agreements_due": "TRUE", "agreements_performed": _HIT}, several=True,
    ),
)  # fmt: skip
"""What happened, by the local day on which it did; the first is the cohort."""


def _columns() -> Iterator[str]:
    for branch in BRANCHES:
        yield from branch.counts


COLUMNS = tuple(_columns())

PASSED = frozenset({"limits_due", "limits_kept", "agreements_due", "agreements_performed"})
"""Counted by their last day, so only days that are over say anything about them."""
