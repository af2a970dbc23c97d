"""What a briefing says, in the active language: sections of sentences, a chart and a table, made of its data alone.

Page, PDF and Word file are all made of this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from governance_center.listing import bracketed, enumerated
from reporting.briefing import charts, sentences
from reporting.briefing.gathering import moment, period_of
from reporting.briefing.sentences import VERDICTS, percent
from reporting.follow_ups import VISIT_RATE
from reporting.measures import MEASURES, SMALL, Measure, Unit
from reporting.models import Briefing
from reporting.periods import Period
from reporting.statistics import z_of
from reporting.templatetags.reporting import figure as written

Data = Mapping[str, Any]
Section = dict[str, Any]

HEADLINES = (
    "accepted", "resolved", "resolution_rate", "adjusted_rate", "resolved_in_period", "open", "overdue",
    "mediation_success", "on_time_rate", "contained_rate", "satisfaction", "answer_rate",
)  # fmt: skip
QUALITY = (
    "registered", "refused", "refusal_rate", "consultations", "merged", "withdrawn", "guided", "excluded", "quick_rate",
    "one_trip_rate", "repeat_rate", "reopened", "relapse_rate", "satisfaction", "answer_rate", "performance_rate",
)  # fmt: skip


def part_of(briefing: Briefing, language: str) -> dict[str, Any]:
    """Everything that one language says; the parts of two languages have the same shape."""
    with translation.override(language):
        data = briefing.figures
        own = {"zh-hans": briefing.words_zh_hans, "ko": briefing.words_ko}[language].strip()
        return {
            "language": language,
            "title": _("Work briefing"),
            "scope": data["scope"]["name"][language],
            "issue": issue(briefing),
            "period": period_words(briefing.kind, briefing.period),
            "as_of": _("Figures as of %(moment)s") % {"moment": date_format(moment(data), "Y-m-d H:i")},
            "own_heading": _("Remarks"),
            "own": [line.strip() for line in own.splitlines() if line.strip()],
            "sections": [one for one in (make(data) for make in SECTIONS) if one],
            "note": _("Brackets hold the 95 % interval of a rate. * fewer than 30 cases. Places and departments "
                      "stand in the order of their codes; it says nothing about merit."),
        }  # fmt: skip


def issue(briefing: Briefing) -> str:
    """The number of the issue; a draft has none yet."""
    kind = str(briefing.get_kind_display())
    if not briefing.is_published:
        return f"{kind} · " + _("Draft")
    number = _("%(year)s, no. %(number)s") % {"year": briefing.year, "number": briefing.number}
    return f"{number} · {kind}"


def period_words(kind: str, period: Period) -> str:
    """The week, month or year in words."""
    if kind == Briefing.Kind.YEARLY:
        return _("Year %(year)s") % {"year": period.first.year}
    if kind == Briefing.Kind.MONTHLY:
        return _("Month %(month)s of %(year)s") % {"year": period.first.year, "month": period.first.month}
    year, week, _day = period.first.isocalendar()
    days = f"{date_format(period.first)}–{date_format(period.last)}"
    return _("Week %(week)s of %(year)s") % {"week": week, "year": year} + bracketed(days)


def _when(data: Data) -> tuple[tuple[str, str], ...]:
    """The earlier periods that are told of, and how each is called: of a year, both are the same one."""
    told = (("before", str(_("In the period before"))), ("year", str(_("In the same period a year before"))))
    return told[:1] if data["kind"] == Briefing.Kind.YEARLY else told


def _name(row: Data) -> str:
    return str(row["name"][get_language() or "zh-hans"])


def _section(
    code: str, heading: str, said: Sequence[str] = (), table: Sequence[Sequence[str]] = (), chart: Any = None
) -> Section:
    return {
        "code": code,
        "heading": heading,
        "sentences": list(said),
        "table": [list(row) for row in table],
        "chart": chart,
    }


def shown(measure: Measure, numbers: Sequence[Any]) -> str:
    """A figure with what it is made of: 62.5 % (5/8), with a star where it rests on few cases."""
    value = written(numbers[0], measure.unit)
    if not measure.is_rate or numbers[0] is None:
        return value
    return f"{value}{'*' if numbers[2] < SMALL else ''} ({numbers[1]:,}/{numbers[2]:,})"


def with_interval(numbers: Sequence[Any] | None) -> str:
    """A rate with its interval: 62.5 % [30.6–86.3]."""
    if not numbers or numbers[0] is None:
        return "—"
    return f"{percent(numbers[0])}{'*' if numbers[2] < SMALL else ''} [{numbers[3]:.1f}–{numbers[4]:.1f}]"


def verdict(data: Data, code: str, which: str) -> str:
    """How a figure stands to an earlier one, for the table."""
    measure, now, compared = MEASURES[code], data["figures"][code], data[which]
    if measure.is_rate:
        then, is_same_age = sentences.earlier(compared, code)
        return str(VERDICTS[sentences.rate_verdict(measure, now, then, is_same_age=is_same_age)])
    if code not in {"accepted", "registered", "resolved_in_period", "consultations"}:
        return ""
    spans = (period_of(data["period"]).days, period_of(compared["days"]).days)
    return str(VERDICTS[sentences.count_change(now[0], compared["figures"][code][0], *spans)])


def _table_of(data: Data, codes: Sequence[str]) -> list[list[str]]:
    heads = {"before": _("Period before"), "year": _("A year before")}
    compared = [which for which, _when_said in _when(data)]
    rows = [[_("Figure"), _("This period"), *(head for which in compared for head in (heads[which], ""))]]
    for code in codes:
        cells = [str(MEASURES[code].name), shown(MEASURES[code], data["figures"][code])]
        for which in compared:
            then = sentences.earlier(data[which], code)[0] if MEASURES[code].is_rate else data[which]["figures"][code]
            cells += [shown(MEASURES[code], then), verdict(data, code, which)]
        rows.append(cells)
    return rows


def _headline(data: Data) -> Section:
    figures, days = data["figures"], period_of(data["period"]).days
    said = []
    for which, when in _when(data):
        compared = data[which]
        then = compared["figures"]["accepted"][0]
        spans = (days, period_of(compared["days"]).days)
        said.append(sentences.about_count(str(MEASURES["accepted"].name), figures["accepted"][0], then, when, *spans))
    for code in ("resolution_rate", "mediation_success", "satisfaction", "answer_rate"):
        changes = [sentences.about_change(code, figures[code], data[which], when) for which, when in _when(data)]
        said.append(" ".join([sentences.about_rate(str(MEASURES[code].name), figures[code]), *changes]))
    trend = data["trend"]
    chart = charts.lines(
        _("Accepted and resolved by day or month of acceptance"),
        [point["label"] for point in trend],
        [(str(MEASURES[code].name), [point[code] for point in trend]) for code in ("accepted", "resolved")],
    )
    return _section("headline", _("Main figures"), said, _table_of(data, HEADLINES), chart)


def _shares(data: Data, name: str, heading: str, first: str) -> Section:
    """Channels or categories with their change; each is judged more strictly because there are several."""
    found = data[name]
    rows, z = found["rows"], z_of(len(found["rows"]))
    spans = (period_of(data["period"]).days, period_of(data["before"]["days"]).days)
    table, moved = (
        [[first, _("Accepted"), _("Period before"), _("Difference"), str(MEASURES["resolution_rate"].name)]],
        {},
    )
    for row in rows:
        judged = sentences.count_verdict(row["accepted"], row["before"], *spans, z)
        moved.setdefault(judged, []).append(_name(row))
        table.append(
            [
                _name(row), f"{row['accepted']:,}", f"{row['before']:,}", str(VERDICTS[judged]),
                with_interval(row["rate"]),
            ]
        )  # fmt: skip
    if found["others"]:
        label = _("Others (%(count)s)") % {"count": found["others"]}
        table.append([label, f"{found['rest'][0]:,}", f"{found['rest'][1]:,}", "", ""])
    said = []
    if rows:
        most = enumerated(f"{_name(row)} {row['accepted']:,}" for row in rows[:3])
        said.append(_("The most cases: %(names)s.") % {"names": most})
    for judged, text in (
        (sentences.Verdict.MORE, _("More than in the period before, beyond chance: %(names)s.")),
        (sentences.Verdict.FEWER, _("Fewer than in the period before, beyond chance: %(names)s.")),
    ):
        if judged in moved:
            said.append(text % {"names": enumerated(moved[judged])})
    if not {sentences.Verdict.MORE, sentences.Verdict.FEWER} & moved.keys():
        said.append(_("No change against the period before is beyond chance."))
    series = ((_("This period"), "accepted"), (_("Period before"), "before"))
    chart = charts.bars(
        heading, [_name(row) for row in rows], [(label, [row[key] for row in rows]) for label, key in series]
    )
    return _section(name, heading, said, table, chart)


def _places(data: Data) -> Section | None:
    """Places with their rates; each is judged more strictly because there are several."""
    rows = data["places"]
    if not rows:
        return None
    whole = data["figures"]["resolution_rate"][0]
    table = [[_("Place"), _("Accepted"), _("Resolved"), str(MEASURES["resolution_rate"].name), _("Adjusted rate")]]
    z = z_of(sum(row["accepted"] >= SMALL for row in rows))
    judged: dict[sentences.Verdict, list[str]] = {}
    for row in rows:
        adjusted = row["adjusted"]
        few = "*" if row["accepted"] < SMALL else ""
        told = f"{percent(adjusted[0])}{few} [{adjusted[1]:.1f}–{adjusted[2]:.1f}]" if adjusted else "—"
        table.append([_name(row), f"{row['accepted']:,}", f"{row['resolved']:,}", with_interval(row["rate"]), told])
        found = sentences.place_verdict(row["accepted"], adjusted, whole, z)
        judged.setdefault(found, []).append(_name(row))
    said = [_("The adjusted rate is that which a place would have with the categories of the whole.")]
    said += sentences.about_places(judged, whole)
    rate = str(MEASURES["resolution_rate"].name)
    series = [
        (rate, [_interval(row["rate"]) for row in rows]),
        (_("Adjusted rate"), [list(row["adjusted"][:3]) if row["adjusted"] else None for row in rows]),
    ]
    few = [row["accepted"] < SMALL for row in rows]
    chart = charts.intervals(rate, [_name(row) for row in rows], series, whole, few=few)
    return _section("places", _("Places"), said, table, chart)


def _interval(numbers: Sequence[Any]) -> list[float] | None:
    return None if numbers[0] is None else [numbers[0], numbers[3], numbers[4]]


def _time(data: Data) -> Section:
    if not data["figures"]["accepted"][0]:
        return _section("time", _("Time"), [_("No case was accepted in the period.")])
    median = written(data["figures"]["median_days"][0], Unit.DAYS)
    said = [
        _resolved_within([day for day in data["time"]["quartiles"] if day is not None]),
        _("Median of the resolved cases alone: %(days)s.") % {"days": median},
    ]  # fmt: skip
    curve = data["time"]["curve"]
    title = _("Share of the cases still open, by days since acceptance")
    chart = charts.steps(title, _("Still open (%)"), curve) if curve else None
    return _section("time", _("Time"), said, (), chart)


def _resolved_within(days: Sequence[int]) -> str:
    """By when a quarter, half and three quarters were resolved, as far as that is reached."""
    said = (
        _("Of the cases accepted in the period, counted with those still open, less than a quarter are resolved "
          "so far."),
        _("Of the cases accepted in the period, counted with those still open: a quarter resolved within %(quarter)s; "
          "half is not reached yet."),
        _("Of the cases accepted in the period, counted with those still open: a quarter resolved within %(quarter)s, "
          "half within %(half)s; three quarters are not reached yet."),
        _("Of the cases accepted in the period, counted with those still open: a quarter resolved within %(quarter)s, "
          "half within %(half)s, three quarters within %(most)s."),
    )  # fmt: skip
    shown = (written(value, Unit.DAYS) for value in days)
    return said[len(days)] % dict(zip(("quarter", "half", "most"), shown, strict=False))


def _quality(data: Data) -> Section:
    said = [
        sentences.about_rate(str(MEASURES[code].name), data["figures"][code])
        for code in ("refusal_rate", "quick_rate", "relapse_rate", "performance_rate")
    ]
    return _section("quality", _("Beside the rate"), said, _table_of(data, QUALITY))


def _departments(data: Data) -> Section | None:
    if not data["departments"]:
        return None
    names = [str(MEASURES[code].name) for code in ("bounce_rate", "signing_hours", "on_time_rate", "attendance_rate")]
    table = [[_("Department"), _("Given to lead"), *names]]
    for row in data["departments"]:
        signing = written(row["signing"], Unit.HOURS)
        rates = [with_interval(row["bounce"]), signing, with_interval(row["on_time"]), with_interval(row["attendance"])]
        table.append([_name(row), f"{row['referred']:,}", *rates])
    return _section("departments", _("Departments"), (), table)


def _visits(data: Data) -> Section:
    figures = data["figures"]
    said = [sentences.about_rate(str(VISIT_RATE.name), data["visits"])]
    said += [sentences.about_rate(str(MEASURES[code].name), figures[code]) for code in ("satisfaction", "answer_rate")]
    return _section("visits", _("Follow-up visits"), said)


def _warnings(data: Data) -> Section | None:
    language = get_language() or "zh-hans"
    if not data["warnings"]:
        return None
    return _section("warnings", _("Early warnings"), [one[language] for one in data["warnings"]])


def _definitions(data: Data) -> Section:
    codes = [*dict.fromkeys((*HEADLINES, *QUALITY, "median_days", "time_to_resolution", "bounce_rate",
                             "signing_hours", "attendance_rate"))]  # fmt: skip
    rows = [[str(MEASURES[code].name), str(MEASURES[code].definition)] for code in codes]
    rows.append([str(VISIT_RATE.name), str(VISIT_RATE.definition)])
    return _section("definitions", _("What the figures mean"), (), [[_("Figure"), _("Definition")], *rows])


def _channels(data: Data) -> Section:
    return _shares(data, "channels", _("Where the cases came from"), _("Channel"))


def _categories(data: Data) -> Section:
    return _shares(data, "categories", _("Categories"), _("Category"))


SECTIONS = (
    _headline, _channels, _categories, _places, _time, _quality, _departments, _visits, _warnings, _definitions,
)  # fmt: skip
