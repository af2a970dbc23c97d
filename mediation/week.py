"""The hours of a week: written ``1-5 09:00-12:00,13:00-17:00; 6 13:00-17:00``, read and shown. Pure; no database.

A week maps days (1 is Monday, 7 Sunday) to spans in minutes after local midnight, in order and apart from each other.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from governance_center.errors import GovernanceError

Minutes = tuple[int, int]
Week = Mapping[int, Sequence[Minutes]]

OFFICE: Sequence[Minutes] = ((8 * 60 + 30, 12 * 60), (13 * 60, 17 * 60 + 30))
"""The office hours of a centre on a working day."""

DAYS = range(1, 8)
MIDNIGHT = 24 * 60

_WORDS = {
    "每天": "1-7",
    "每日": "1-7",
    "매일": "1-7",
    "星期": "",
    "礼拜": "",
    "요일": "",
    "周": "",
    "至": "-",
    "到": "-",
}
_LETTERS = str.maketrans(
    {
        **dict(zip("一二三四五六日", "1234567", strict=True)),
        **dict(zip("월화수목금토일", "1234567", strict=True)),
        **dict.fromkeys("~–—−〜～", "-"),
        **{"天": "7", "、": ",", "，": ",", "；": ";", "：": ":", "\n": ";"},
    }
)
_ENTRY = re.compile(r"([1-7](?:[-,][1-7])*)\s+(.+)")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


class BadWeek(GovernanceError):
    code = "bad_week"
    status = 422
    message = _("“%(text)s” is not understood. Write 1-5 09:00-12:00; 6 13:00-17:00, where 1 is Monday.")


class BadSpan(BadWeek):
    message = _("The hours of a day end after they begin, at 24:00 at the latest: %(text)s.")


class SpansMeet(BadWeek):
    message = _("The hours of a day overlap: %(text)s.")


def tidy(week: Mapping[int, Iterable[Minutes]]) -> Week:
    """In order, what touches joined, days without hours left out.

    Raises:
        BadSpan: empty, or not within a day. SpansMeet: two spans of a day overlap.
    """
    found: dict[int, list[Minutes]] = {}
    for day in DAYS:
        for start, end in sorted(week.get(day, ())):
            if not 0 <= start < end <= MIDNIGHT:
                raise BadSpan(text=f"{day} {span_text((start, end))}")
            spans = found.setdefault(day, [])
            if spans and spans[-1][1] > start:
                raise SpansMeet(text=f"{day} {span_text(spans[-1])}, {span_text((start, end))}")
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
    return found


def parse(text: str) -> Week:
    """What is written, see above; days may stand in Chinese or Korean as well. Empty text is an empty week.

    Raises:
        BadWeek, BadSpan, SpansMeet.
    """
    found: dict[int, list[Minutes]] = {}
    for part in _plain(text).split(";"):
        if not part.strip():
            continue
        entry = _ENTRY.fullmatch(part.strip())
        if entry is None:
            raise BadWeek(text=part.strip()[:40])
        spans = [_span(one) for one in entry[2].split(",")]
        for day in _days(entry[1]):
            found.setdefault(day, []).extend(spans)
    return tidy(found)


def written(week: Week) -> str:
    """The week as :func:`parse` reads it: the same in every language."""
    return "; ".join(
        f"{_range(days, str, '-')} {','.join(span_text(one, '-') for one in spans)}" for days, spans in _grouped(week)
    )


def lines(week: Week) -> list[tuple[str, str]]:
    """The week in words of the active language: days, and their hours."""
    return [
        (_range(days, lambda day: str(WEEKDAYS_ABBR[day - 1])), spans_text(spans)) for days, spans in _grouped(week)
    ]


def spans_text(spans: Iterable[Minutes]) -> str:
    return ", ".join(span_text(one) for one in spans)


def span_text(span: Minutes, dash: str = "–") -> str:
    return dash.join(f"{one // 60:02}:{one % 60:02}" for one in span)


def common(weeks: Iterable[Sequence[Minutes]]) -> Sequence[Minutes]:
    """The spans of a day that all have in common."""
    rest: Sequence[Minutes] = ((0, MIDNIGHT),)
    for spans in weeks:
        pairs = ((max(one[0], other[0]), min(one[1], other[1])) for one in rest for other in spans)
        rest = tuple(sorted(pair for pair in pairs if pair[0] < pair[1]))
    return rest


def minutes_of(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def _plain(text: str) -> str:
    """Signs and days in one spelling."""
    found = unicodedata.normalize("NFKC", text)
    for word, plain in _WORDS.items():
        found = found.replace(word, plain)
    found = found.translate(_LETTERS)
    return re.sub(r"\s*([-,;:])\s*", r"\1", found)


def _days(text: str) -> Iterator[int]:
    for part in text.split(","):
        ends = [int(one) for one in part.split("-")]
        if len(ends) > 2 or ends[0] > ends[-1]:
            raise BadWeek(text=part)
        yield from range(ends[0], ends[-1] + 1)


def _span(text: str) -> Minutes:
    parts = _SPAN.fullmatch(text.strip())
    if parts is None:
        raise BadWeek(text=text.strip()[:40])
    hour, minute, last_hour, last_minute = (int(one) for one in parts.groups())
    if minute > 59 or last_minute > 59:
        raise BadWeek(text=text.strip()[:40])
    return hour * 60 + minute, last_hour * 60 + last_minute


def _grouped(week: Week) -> Iterator[tuple[list[int], Sequence[Minutes]]]:
    """Days with the same hours that follow each other, with these hours."""
    days: list[int] = []
    for day in DAYS:
        spans = week.get(day, ())
        if days and (not spans or day != days[-1] + 1 or list(spans) != list(week[days[-1]])):
            yield days, week[days[0]]
            days = []
        if spans:
            days.append(day)
    if days:
        yield days, week[days[0]]


def _range(days: Sequence[int], name: Callable[[int], str], dash: str = "–") -> str:
    return name(days[0]) if len(days) == 1 else f"{name(days[0])}{dash}{name(days[-1])}"
