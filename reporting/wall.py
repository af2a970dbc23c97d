"""The big screen of a command room: its address, and what its pages show. Figures only; no names, no texts of cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases.models import Category, Kind
from departments.models import Department, Division
from governance_center.errors import NotAllowed
from governance_center.scope import within
from governance_center.transactions import atomic
from intake.hall import Both
from reporting import charts, selectors
from reporting.forms import BEGIN
from reporting.measures import Figure
from reporting.models import Alert, Wall, WatchRun
from reporting.models.wall import new_wall_code
from reporting.periods import Period
from reporting.rollups.reading import Reader
from reporting.warning_selectors import last_run, together

PER_PAGE = 8
"""So many rows can be read from six metres."""

AGES: tuple[tuple[int, int | None, str | Promise], ...] = (
    (0, 7, _("up to 7 days")),
    (8, 30, _("8 to 30 days")),
    (31, 60, _("31 to 60 days")),
    (61, None, _("more than 60 days")),
)
"""How long open cases have been open: first and last whole day of a band."""

HEADLINES = ("accepted", "resolved", "open", "overdue", "median_days")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a page: whose, its counts, and the length of its bar in percent of the longest."""

    name: Both
    row: selectors.Row
    length: int


@dataclass(frozen=True, slots=True)
class Warned:
    """An open early warning: its place, that above it where the screen is not of that, its category with the kind of
    matter, and its numbers."""

    place: Both
    above: Both | None
    kind: str | Promise
    category: Both
    alert: Alert


@dataclass(frozen=True, slots=True)
class Warnings:
    """The clearest open early warnings, how many more there are, and the last look at the figures (None: never)."""

    run: WatchRun | None
    shown: Sequence[Warned]
    further: int


@dataclass(frozen=True, slots=True)
class Pages:
    """All pages of a screen at one moment. What stands open is shown whenever it was accepted (``standing``).

    ``map`` is what the map of the counties is drawn from; None for a place that has no outlines.
    """

    period: Period
    standing: Period
    as_of: dt.datetime
    headlines: Sequence[Figure]
    rate: Figure
    places: Sequence[Sequence[Line]]
    categories: Sequence[Line]
    departments: Sequence[Line]
    overdue: Sequence[Line]
    ages: Sequence[tuple[str | Promise, int, int]]
    map: charts.Chart | None
    warnings: Warnings


def read_pages(reader: Reader, division: Division) -> Pages:
    """The pages of a division: the cases accepted since the first of January, and all that stand open."""
    period = Period(reader.today.replace(month=1, day=1), reader.today)
    figures = selectors.summary(reader, division.pk, period)
    places = _lines(selectors.by_division(reader, division.pk, period), Division, "accepted")
    categories = selectors.by_category(reader, division.pk, period)[:PER_PAGE]
    departments = [row for row in selectors.by_department(reader, division.pk, period) if row.accepted][:PER_PAGE]
    standing = Period(BEGIN, reader.today)
    below = _lines(selectors.by_division(reader, division.pk, standing), Division, "open")
    late = sorted(below, key=lambda line: (-line.row.overdue, -line.row.open, line.row.key))[:PER_PAGE]
    return Pages(
        period,
        standing,
        reader.now,
        [figures[code] for code in HEADLINES],
        figures["resolution_rate"],
        [places[start : start + PER_PAGE] for start in range(0, len(places), PER_PAGE)],
        _lines(categories, Category, "accepted"),
        _lines(departments, Department, "accepted"),
        _lines([line.row for line in late if line.row.open], Division, "open"),
        _ages(reader.open_ages(division.pk, standing)),
        _map(division, below),
        _warnings(division),
    )


def wall_of(division: Division, *, by: User) -> Wall:
    """The screen of a division; it is made when it is asked for first."""
    _check(division, by)
    wall, _made = Wall.objects.get_or_create(division=division, defaults={"given_by": by, "given_at": timezone.now()})
    return wall


@atomic
def give_new_code(division: Division, *, by: User) -> Wall:
    """Shut out whoever knows the address of the screen.

    Raises:
        NotAllowed: the division is not the user's.
    """
    wall_of(division, by=by)
    wall = Wall.objects.select_for_update().get(division=division)
    wall.code, wall.given_by, wall.given_at = new_wall_code(), by, timezone.now()
    wall.save(update_fields=["code", "given_by", "given_at"])
    return wall


def _check(division: Division, by: User) -> None:
    is_own = bool(by.scope_code) and division.pk.startswith(by.scope_code)
    if not (is_own and by.is_active and by.role in {Role.OFFICIAL, Role.DISPATCHER}):
        raise NotAllowed


def _lines(rows: Iterable[selectors.Row], model: type[Division | Category | Department], code: str) -> list[Line]:
    """Rows with their names in both languages and a bar by the count ``code``."""
    found = list(rows)
    known = model._default_manager.in_bulk([row.key for row in found])
    most = max((row.counts[code] for row in found), default=0) or 1
    return [Line(_names(known[row.key]), row, round(100 * row.counts[code] / most)) for row in found]


def _names(one: Division | Category | Department) -> Both:
    return Both(getattr(one, "name_zh_hans", "") or "", getattr(one, "name_ko", "") or "")


def _map(division: Division, below: Sequence[Line]) -> charts.Chart | None:
    """The counties by their open cases, with those that are overdue."""
    if division.level != Division.Level.PREFECTURE:
        return None
    counties = [line for line in below if line.row.key != division.pk]
    whole = {code: sum(line.row.counts[code] for line in below) for code in ("open", "overdue")}
    return charts.wall_map([(line.row, line.name) for line in counties], whole)


def _warnings(division: Division) -> Warnings:
    """Of the place of the screen and all below it, those of one outbreak as one."""
    here = together(Alert.objects.filter(within("division__code", division.pk)).open())
    rows = here.select_related("division__parent", "category").order_by("tail", "pk")
    shown = [
        Warned(
            _names(row.division), _above(row.division, division), Kind(row.category.kind).label,
            _names(row.category), row,
        )
        for row in rows[:PER_PAGE]
    ]  # fmt: skip
    return Warnings(last_run(), shown, max(0, rows.count() - PER_PAGE))


def _above(one: Division, division: Division) -> Both | None:
    """The names of the place above, within the division of the screen."""
    is_within = one.parent is not None and one.parent_id != division.pk and one.pk != division.pk
    return _names(one.parent) if is_within and one.parent else None


def _ages(ages: dict[int, int]) -> list[tuple[str | Promise, int, int]]:
    bands = [
        (label, sum(n for age, n in ages.items() if age >= first and (last is None or age <= last)))
        for first, last, label in AGES
    ]
    most = max(count for _label, count in bands) or 1
    return [(label, count, round(100 * count / most)) for label, count in bands]
