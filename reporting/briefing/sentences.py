"""What may be said of a figure: rules as a table. A difference is called one only where chance does not explain it.

A rate is compared by its 95 % intervals, a count of cases by the conditional test of two counts. What has become of
cases needs time, so such a rate is compared with an earlier one only when that was told at the same age. Sentences put
no particle after a placeholder.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance_center.listing import enumerated
from reporting.measures import MEASURES, SMALL, Basis, Measure
from reporting.statistics import Z95, counts_differ


class Verdict(enum.StrEnum):
    MORE = "more"
    FEWER = "fewer"
    ALIKE = "alike"
    SMALL = "small"
    UNEQUAL = "unequal"
    NOTHING = "nothing"


FIXED = frozenset({"repeat_rate"})
"""Rates of a cohort that are settled on acceptance and need no time."""

VERDICTS: Mapping[Verdict, str | Promise] = {
    Verdict.MORE: _("higher, beyond chance"),
    Verdict.FEWER: _("lower, beyond chance"),
    Verdict.ALIKE: _("not distinguishable"),
    Verdict.SMALL: _("too few cases to say"),
    Verdict.UNEQUAL: _("not compared: the earlier cases had more time"),
    Verdict.NOTHING: _("nothing to compare with"),
}
"""The verdict in a table."""

COUNT: Mapping[Verdict, str | Promise] = {
    Verdict.MORE: _("%(name)s: %(now)s. %(when)s: %(then)s. It is more, beyond what chance explains."),
    Verdict.FEWER: _("%(name)s: %(now)s. %(when)s: %(then)s. It is fewer, beyond what chance explains."),
    Verdict.ALIKE: _("%(name)s: %(now)s. %(when)s: %(then)s. The two are not distinguishable."),
    Verdict.NOTHING: _("%(name)s: %(now)s. %(when)s: none."),
}
RATE: Mapping[Verdict, str | Promise] = {
    Verdict.MORE: _("%(when)s it was %(then)s; it is now higher, and the intervals do not overlap."),
    Verdict.FEWER: _("%(when)s it was %(then)s; it is now lower, and the intervals do not overlap."),
    Verdict.ALIKE: _("%(when)s it was %(then)s; the two are not distinguishable."),
    Verdict.SMALL: _("%(when)s: fewer than 30 cases in one of the two; the rates are not compared."),
    Verdict.UNEQUAL: _("%(when)s: those cases have had more time until now; the rates are not compared."),
    Verdict.NOTHING: _("%(when)s: there was nothing to count."),
}
PLACES: Mapping[Verdict, str | Promise] = {
    Verdict.MORE: _("Above the rate of the whole (%(rate)s), beyond chance: %(names)s."),
    Verdict.FEWER: _("Below the rate of the whole (%(rate)s), beyond chance: %(names)s."),
    Verdict.ALIKE: _("Not distinguishable from the whole (%(rate)s): %(names)s."),
    Verdict.SMALL: _("Fewer than 30 cases, too few to say: %(names)s."),
    Verdict.NOTHING: _("Not compared, because there is no adjusted rate: %(names)s."),
}
"""What is said of the places of a division, each of which is named once."""

SAID_RATE: str | Promise = _("%(name)s: %(now)s (%(above)s of %(below)s; 95 %% interval %(low)s to %(high)s).")
SAID_SMALL: str | Promise = _(
    "%(name)s: %(now)s (%(above)s of %(below)s). It rests on fewer than 30 cases and says little."
)
SAID_NOTHING: str | Promise = _("%(name)s: there was nothing to count.")

Numbers = Sequence[Any]


def count_verdict(now: int, then: int, days: int, then_days: int, z: float = Z95) -> Verdict:
    """Whether a count is more or fewer than an earlier one, given the days of each period."""
    if not now and not then:
        return Verdict.NOTHING
    if not counts_differ(now, then, days=days, other_days=then_days, z=z):
        return Verdict.ALIKE
    return Verdict.MORE if now / days > then / then_days else Verdict.FEWER


def count_change(now: int, then: int, days: int, then_days: int) -> Verdict:
    """As :func:`count_verdict`, of all matters of a place: where there was none, nothing was kept to compare with."""
    return count_verdict(now, then, days, then_days) if then else Verdict.NOTHING


def rate_verdict(measure: Measure, now: Numbers, then: Numbers, *, is_same_age: bool) -> Verdict:
    """Whether a rate (value, numerator, denominator, low, high) lies above or below an earlier one."""
    if now[0] is None or then[0] is None:
        return Verdict.NOTHING
    if needs_time(measure) and not is_same_age:
        return Verdict.UNEQUAL
    if min(now[2], then[2]) < SMALL:
        return Verdict.SMALL
    if now[3] > then[4]:
        return Verdict.MORE
    return Verdict.FEWER if now[4] < then[3] else Verdict.ALIKE


def place_verdict(accepted: int, adjusted: Numbers | None, whole: float | None, z: float = Z95) -> Verdict:
    """Whether the adjusted rate of a place lies above or below the rate of the whole, in percent.

    Args:
        adjusted: value and the ends of its 95 % interval, which is as wide on both sides until it ends at 0 or 100.
        z: the point of the normal distribution to judge by; larger where several places are judged at once.
    """
    if accepted < SMALL:
        return Verdict.SMALL
    if not adjusted or whole is None:
        return Verdict.NOTHING
    value, low, high = adjusted[:3]
    half = max(value - low, high - value) * z / Z95
    if value - half > whole:
        return Verdict.MORE
    return Verdict.FEWER if value + half < whole else Verdict.ALIKE


def about_places(judged: Mapping[Verdict, Sequence[str]], whole: float | None) -> list[str]:
    """A sentence for each verdict that some place got, with the names of these places."""
    words = {"rate": percent(whole)}
    return [str(text) % {**words, "names": enumerated(judged[one])} for one, text in PLACES.items() if one in judged]


def needs_time(measure: Measure) -> bool:
    """Whether the rate tells what has become of cases, which is settled later than their acceptance."""
    return measure.basis == Basis.COHORT and measure.code not in FIXED


def earlier(compared: Mapping[str, Any], code: str) -> tuple[Numbers, bool]:
    """The earlier figure to hold a figure against, and whether it was told at the same age."""
    told = compared["told"] or {}
    if code in told and needs_time(MEASURES[code]):
        return told[code], True
    return compared["figures"][code], False


def about_count(name: str, now: int, then: int, when: str, days: int, then_days: int) -> str:
    """The sentence of a count of cases and what it was in an earlier period."""
    verdict = count_change(now, then, days, then_days)
    return str(COUNT[verdict]) % {"name": name, "now": f"{now:,}", "then": f"{then:,}", "when": when}


def about_rate(name: str, now: Numbers) -> str:
    """The sentence of a rate, with its numerator, denominator and interval."""
    if now[0] is None:
        return str(SAID_NOTHING) % {"name": name}
    words = {
        "name": name, "now": percent(now[0]), "above": f"{now[1]:,}", "below": f"{now[2]:,}",
        "low": percent(now[3]), "high": percent(now[4]),
    }  # fmt: skip
    return str(SAID_SMALL if now[2] < SMALL else SAID_RATE) % words


def about_change(code: str, now: Numbers, compared: Mapping[str, Any], when: str) -> str:
    """The sentence that holds a rate against an earlier one."""
    then, is_same_age = earlier(compared, code)
    verdict = rate_verdict(MEASURES[code], now, then, is_same_age=is_same_age)
    return str(RATE[verdict]) % {"when": when, "then": percent(then[0])}


def percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f} %"
