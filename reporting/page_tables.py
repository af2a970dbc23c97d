"""The tables of the further pages of figures as rows for a file: headings, figures, and at the foot what they mean.

Each is made from the context of its page, so that the file says what the page says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from reporting.measures import Figure, Measure, Unit
from reporting.tables import Cell, Line, foot, number
from reporting.templatetags.reporting import compared_words

Shown = Mapping[str, Any]


def table(shown: Shown, page: str, name: str) -> Iterator[Line]:
    """The table ``name`` of a page, its headings first, then the foot.

    Raises:
        KeyError: there is no such table.
    """
    yield from TABLES[page, name](shown)
    yield from foot(shown["division"], shown["period"], shown["as_of"], shown["measures"])


def _departments(shown: Shown) -> Iterator[Line]:
    rated = ("resolution_rate", "bounce_rate", "on_time_rate", "attendance_rate")
    named = {measure.code: str(measure.name) for measure in shown["measures"]}
    yield [
        _("Code"), _("Department"), named["accepted"], named["resolved"], named["open"], named["overdue"],
        named["signing_hours"], _("Signed for by the lead"), *(head for code in rated for head in _heads(named[code])),
    ]  # fmt: skip
    for row in shown["rows"]:
        rates = [row.rate, row.bounced, row.on_time, row.attendance]
        yield [
            row.code, row.name, *(row.counts[code] for code in ("accepted", "resolved", "open", "overdue")),
            number(row.signing.value), row.signed, *(cell for one in rates for cell in _cells(one)),
        ]  # fmt: skip
    if shown["rows"]:
        whole = shown["whole"]
        yield [
            "", _("all departments"), *(whole[code].value for code in ("accepted", "resolved", "open", "overdue")),
            number(whole["signing_hours"].value), sum(row.signed for row in shown["rows"]),
            *(cell for code in rated for cell in _cells(whole[code])),
        ]  # fmt: skip


def _waiting(shown: Shown) -> Iterator[Line]:
    yield [_("Code"), _("Service"), *(_with_unit(column) for column in shown["columns"])]
    for row in shown["rows"]:
        cells = (value / 60 if value and column.unit is Unit.MINUTES else value for column, value in row["cells"])
        yield [row["code"], str(row["label"]), *map(number, cells)]


def _attendance(shown: Shown) -> Iterator[Line]:
    yield [_("Code"), _("Department"), _("Shifts"), _("Attended"), _("Checked out"), _("Attendance rate")]
    for row in shown["rows"]:
        yield [
            row.department.pk, row.department.name, row.shifts, row.attended, row.checked_out, number(row.share.value),
        ]  # fmt: skip


def _returned(shown: Shown) -> Iterator[Line]:
    yield [
        _("Code"), _("Department"), _("given to lead"), _("returned"), _("bounce rate"),
        _("returned and then had to take"),
    ]  # fmt: skip
    for row in shown["rows"]:
        yield [row.code, row.name, row.received, row.returned, number(row.share.value), row.taken_after]


def _pairs(shown: Shown) -> Iterator[Line]:
    yield [_("Returned by"), _("Department"), _("Led next by"), _("Department"), _("returned")]
    for pair in shown["pairs"]:
        taker = pair.taker_name or _("the dispatcher, to decide who leads")
        yield [pair.giver, pair.giver_name, pair.taker, taker, pair.count]


def _figures(figures: Callable[[Shown], Sequence[Figure]]) -> Callable[[Shown], Iterator[Line]]:
    def lines(shown: Shown) -> Iterator[Line]:
        yield [_("Code"), _("Figure"), _("Unit"), *_heads(_("Value"))]
        for one in figures(shown):
            yield [one.code, str(one.measure.name), one.measure.unit.value, *_cells(one)]

    return lines


def _mediation_places(shown: Shown) -> Iterator[Line]:
    yield [
        _("Code"), _("Place"), *_heads(_("Mediation success rate")), _("Written agreements"), _("Oral agreements"),
        *_heads(_("Performance rate")),
    ]  # fmt: skip
    for row in shown["places"]:
        yield [
            row["key"], row["name"], *_cells(row["success"]), row["written"], row["oral"], *_cells(row["performance"]),
        ]  # fmt: skip


def _register(shown: Shown) -> Iterator[Line]:
    """All committees or mediators that the page goes through, not only those of the page shown."""
    is_mediators = shown["kind"] == "mediators"
    yield [
        _("Mediator") if is_mediators else _("Committee"), _("Place"), _("In hand"), _("Resolved"), _("Concluded"),
        _("Expected"), _("95 % interval from"), _("to"), _("Compared"),
    ]  # fmt: skip
    for one, result, load in shown["everyone"]():
        place = (one.committee if is_mediators else one).division
        told = result.verdict not in {"none", "too_few"}
        expected = [result.expected, result.low_percent, result.high_percent] if told else [None, None, None]
        yield [
            str(one), place.name, load, result.resolved, result.concluded, *map(number, expected),
            compared_words(result.verdict),
        ]  # fmt: skip


def _outcomes(shown: Shown) -> Iterator[Line]:
    yield [_("Code"), _("What the visits found"), _("Visits made")]
    for code, label, count in shown["outcomes"]:
        yield [code, label, count]


def _visits_by_place(shown: Shown) -> Iterator[Line]:
    yield [
        _("Code"), _("Place"), _("Visits planned"), _("Visits made"), *_heads(_("Made by their day")),
        _("Visits overdue"),
    ]  # fmt: skip
    for row in shown["places"]:
        counts = [row[code].value for code in ("visits", "visits_done")]
        yield [row["key"], row["name"], *counts, *_cells(row["visits_on_time"]), row["visits_overdue"].value]


def _said(rows: str, heading: Callable[[], str]) -> Callable[[Shown], Iterator[Line]]:
    codes = ("satisfaction", "answer_rate", "relapse_rate")

    def lines(shown: Shown) -> Iterator[Line]:
        names = (_("Satisfaction"), _("Share that answered"), _("Relapse rate"))
        yield [_("Code"), heading(), *(head for name in names for head in _heads(name))]
        for row in shown[rows]:
            yield [row["key"], row["name"], *(cell for code in codes for cell in _cells(row[code]))]

    return lines


def _heads(name: str) -> list[str]:
    return [name, _("Numerator"), _("Denominator"), _("95 % interval from"), _("to")]


def _cells(one: Figure | None) -> list[Cell]:
    if one is None:
        return [""] * 5
    below = one.denominator if one.measure.is_rate else None
    return [number(part) for part in (one.value, one.numerator, below, one.low, one.high)]


def _with_unit(measure: Measure) -> str:
    name = str(measure.name)
    return _("%(name)s, minutes") % {"name": name} if measure.unit is Unit.MINUTES else name


TABLES: Mapping[tuple[str, str], Callable[[Shown], Iterator[Line]]] = {
    ("departments", "departments"): _departments,
    ("waiting", "services"): _waiting,
    ("attendance", "departments"): _attendance,
    ("bounces", "departments"): _returned,
    ("bounces", "pairs"): _pairs,
    ("mediation", "figures"): _figures(lambda shown: [*shown["headlines"], *shown["mediating"].figures.values()]),
    ("mediation", "places"): _mediation_places,
    ("mediation", "register"): _register,
    ("follow-ups", "figures"): _figures(
        lambda shown: [*shown["of_cases"], *shown["visits"], *shown["beside"], *shown["second"]]
    ),
    ("follow-ups", "outcomes"): _outcomes,
    ("follow-ups", "visits"): _visits_by_place,
    ("follow-ups", "places"): _said("places", lambda: _("Place")),
    ("follow-ups", "categories"): _said("categories", lambda: _("Category")),
}
"""Each table by its page and name."""
