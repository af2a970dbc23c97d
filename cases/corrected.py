"""What the history says of corrections, mergings and exclusions, in words: old values beside the new ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseEvent, Category, Channel, EventKind, Exclusion, Kind
from departments.models import Division

CODED = ("category", "division", "channel", "kind")
WORDS: Mapping[str, str | Promise] = {
    "category": _("Category"),
    "division": _("Place"),
    "channel": _("Channel"),
    "kind": _("Kind"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the codes that some entries hold."""

    categories: Mapping[str, str] = field(default_factory=dict)
    divisions: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[int, str] = field(default_factory=dict)


def names_in(events: Sequence[CaseEvent]) -> Names:
    """The names that :func:`details` needs: no query where nothing was corrected or merged, three at most."""
    corrections = [event.data for event in events if event.kind == EventKind.CORRECTED]
    merged = {event.data["into"] for event in events if event.kind == EventKind.MERGED}
    merged |= {event.data["released_from"] for event in events if event.kind == EventKind.UNMERGED}
    merged |= {data["repeat_of"] for data in corrections if "repeat_of" in data}
    categories, divisions = _codes(corrections, "category"), _codes(corrections, "division")
    return Names(
        {row.pk: row.name for row in Category.objects.filter(pk__in=categories)} if categories else {},
        {row.pk: row.name for row in Division.objects.filter(pk__in=divisions)} if divisions else {},
        dict(Case.objects.filter(pk__in=merged).values_list("pk", "number")) if merged else {},
    )


def details(kind: str, data: Mapping[str, Any], names: Names, notes: Mapping[Any, str]) -> list[str | Promise]:
    """What an entry of these kinds says besides its label."""
    if kind == EventKind.CORRECTED:
        return _corrections(data, names, notes)
    if kind == EventKind.MERGED:
        return [names.numbers.get(data["into"], "")]
    if kind == EventKind.UNMERGED:
        return [names.numbers.get(data["released_from"], "")]
    if kind == EventKind.EXCLUSION_ASKED:
        return [Exclusion.Ground(data["ground"]).label]
    if kind == EventKind.EXCLUSION_DECIDED:
        return [Exclusion.State(data["state"]).label]
    if kind == EventKind.PROGRESS and ("absorbed" in data or "released" in data):
        return [data["number"]]
    return []


def _corrections(data: Mapping[str, Any], names: Names, notes: Mapping[Any, str]) -> list[str | Promise]:
    was = data.get("was", {})
    found: list[str | Promise] = [
        _("%(what)s: %(old)s → %(new)s")
        % {"what": WORDS[name], "old": _name(name, was[name], names), "new": _name(name, data[name], names)}
        for name in CODED
        if name in was
    ]
    if "place_sha256" in data:
        old = notes.get(was.get("place_note"), "—")
        found.append(_("Address; before: %(old)s") % {"old": old})
    if data.get("coordinates"):
        found.append(_("Place on the map; before: %(old)s") % {"old": notes.get(was.get("coordinates_note"), "—")})
    if "repeat_of" in data:
        found.append(_("repeat of case %(number)s") % {"number": names.numbers.get(data["repeat_of"], "")})
    return found


def _name(what: str, code: str, names: Names) -> str:
    known: Mapping[str, object] = {
        "category": names.categories,
        "division": names.divisions,
        "channel": dict(Channel.choices),
        "kind": dict(Kind.choices),
    }[what]
    return str(known.get(code, code))


def _codes(rows: Iterable[Mapping[str, Any]], name: str) -> set[str]:
    return {code for data in rows for code in (data.get(name), data.get("was", {}).get(name)) if code}
