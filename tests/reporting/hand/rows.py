"""The ledger's lines as objects; nothing of the project is used here, so that a count over them is independent."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tests.reporting.hand.ledger import CATEGORIES, PLACES, TABLE

LOCAL = ZoneInfo("Asia/Shanghai")
WORDS = frozenset({"content", "fairly", "not_content"})
LEVELS = frozenset({"township", "village"})


@dataclass
class Lead:
    department: str
    at: dt.datetime
    hours: int | None
    returned: bool


@dataclass
class Limit:
    due: dt.datetime
    met: dt.datetime | None = None
    paused: dt.datetime | None = None
    cancelled: bool = False


@dataclass
class Line:
    """One case as it stands in the table."""

    number: str
    place: str
    category: str
    channel: str
    registered: dt.datetime
    accepted: dt.datetime | None
    steps: list[tuple[str, dt.datetime]]
    words: set[str]
    leads: list[Lead] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    due: list[list[tuple[dt.date, bool]]] = field(default_factory=list)
    was: str = ""
    visits: int = 1


def moment(text: str) -> dt.datetime:
    day, _t, hour = text.partition("T")
    return dt.datetime.fromisoformat(f"2024-{day}T{hour or '10:00'}:00").replace(tzinfo=LOCAL)


def lines() -> list[Line]:
    """All cases of the ledger."""
    return [_line(text) for text in TABLE.strip().splitlines()]


def _line(text: str) -> Line:
    head, life, rest = (part.split() for part in text.split("|"))
    steps = [(word, moment(when)) for word, when in zip(life[::2], life[1::2], strict=True)]
    at = dict(steps)
    line = Line(
        head[0], PLACES[head[1]], CATEGORIES[head[2]], head[3], at.get("reg") or at["acc"], at.get("acc"),
        [step for step in steps if step[0] not in {"reg", "acc"}], {word for word in rest if ":" not in word},
    )  # fmt: skip
    for word in rest:
        _more(line, *word.partition(":")[::2])
    return line


def _more(line: Line, kind: str, value: str) -> None:
    if kind == "was":
        line.was = {**CATEGORIES, **PLACES}[value]
    elif kind == "visits":
        line.visits = int(value)
    elif kind == "agr":
        line.due = [
            [(moment(part[:-1]).date(), part[-1] == "+") for part in owed.split("/")] for owed in value.split(",")
        ]
    elif kind == "ref":
        department, when, fate = re.fullmatch(r"(\w+):(\d\d-\d\d(?:T\d\d:\d\d)?):(\w*)", value).groups()  # type: ignore[union-attr]
        hours = int(fate) if fate.isdigit() else None
        line.leads.append(Lead(department, moment(when), hours, fate == "returned"))
    elif kind == "limit":
        due, fate = value[:11], value[12:]
        limit = Limit(moment(due))
        if fate.startswith("paused:"):
            limit.paused = moment(fate[7:])
        elif fate == "cancelled":
            limit.cancelled = True
        elif fate:
            limit.met = moment(fate)
        line.limits.append(limit)
