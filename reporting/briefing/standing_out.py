"""Early warnings and repeated incidents of a period in words, for its briefing. What was told is kept with its figures.

Nobody is named: of repeated incidents only their number is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db.models import Count, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Language
from governance_center.listing import enumerated
from governance_center.scope import within
from reporting.briefing import warnings
from reporting.briefing.warnings import Told
from reporting.models import Alert, Attention, Repeat
from reporting.models.alert import AttentionQuerySet
from reporting.periods import Period

A = TypeVar("A", bound=Attention)

MOST = 12
"""Early warnings that are told one by one: those that chance explains least; the others are counted."""

OF_ALERT = ("division", "category", "acknowledged_by")

Outbreak = tuple[Alert, list[Alert]]
"""An early warning and those of the same category at places within its own at the same time."""


def register() -> None:
    """Let briefings tell of early warnings, then of repeated incidents."""
    for source in (told_alerts, told_repeats):
        if source not in warnings.SOURCES:
            warnings.SOURCES.append(source)


def told_alerts(scope_code: str, period: Period) -> list[Told]:
    """A sentence for each outbreak, in the order of its beginning, and how many more there were."""
    found = outbreaks(list(_held_in(Alert.objects.all(), scope_code, period).select_related(*OF_ALERT)))
    shown = sorted(found, key=lambda one: (one[0].tail, one[0].pk))[:MOST]
    shown.sort(key=lambda one: (one[0].opened_on, one[0].division_id, one[0].category_id))
    return _in_each_language(
        lambda: [_about(*one) for one in shown] + ([_further(len(found) - MOST)] if len(found) > MOST else [])
    )


def outbreaks(alerts: Sequence[Alert]) -> list[Outbreak]:
    """The warnings of a street and of its county that are the same outbreak, put together under the wider place."""
    found: list[Outbreak] = []
    for alert in sorted(alerts, key=lambda one: (len(one.division_id), one.division_id, one.opened_on, one.pk)):
        wider = next((inner for outer, inner in found if _is_part(alert, outer)), None)
        if wider is None:
            found.append((alert, []))
        else:
            wider.append(alert)
    return found


def _is_part(alert: Alert, outer: Alert) -> bool:
    is_within = len(alert.division_id) > len(outer.division_id) and alert.division_id.startswith(outer.division_id)
    is_together = alert.opened_on <= outer.held_on and outer.opened_on <= alert.held_on
    return is_within and is_together and alert.category_id == outer.category_id


def told_repeats(scope_code: str, period: Period) -> list[Told]:
    """How many people, households and addresses had cases again and again, and of how many it is said what is done."""
    rows = _held_in(Repeat.objects.all(), scope_code, period)
    counts = rows.aggregate(
        answered=Count("pk", filter=Q(acknowledged_at__isnull=False)),
        **{kind: Count("pk", filter=Q(kind=kind)) for kind in Repeat.Kind.values},
    )
    if not any(counts[kind] for kind in Repeat.Kind.values):
        return []
    return _in_each_language(lambda: [
        _("Repeated incidents: people %(person)s, households %(household)s, addresses %(address)s. "
          "Noted what is done: %(answered)s.") % counts
    ])  # fmt: skip


def _held_in(rows: AttentionQuerySet[A], scope_code: str, period: Period) -> AttentionQuerySet[A]:
    """Those of a division and below it that held on a day of the period."""
    return rows.filter(within("division__code", scope_code), opened_on__lte=period.last, held_on__gte=period.first)


def _in_each_language(say: Callable[[], list[str]]) -> list[Told]:
    said: dict[str, list[str]] = {}
    for language in Language.values:
        with translation.override(language):
            said[language] = [str(sentence) for sentence in say()]
    return [dict(zip(said, sentences, strict=True)) for sentences in zip(*said.values(), strict=True)]


def _about(alert: Alert, inner: Sequence[Alert]) -> str:
    """What was seen and expected, since when, and in a line of its own what is done; the numbers are those of the last
    day it held."""
    words = {
        "place": alert.division.name, "category": alert.category.name, "since": alert.opened_on.isoformat(),
        "held": alert.held_on.isoformat(), "days": alert.window, "count": alert.observed,
        "expected": alert.expected_text, "chance": chance(alert.tail),
    }  # fmt: skip
    parts = [
        _("%(place)s · %(category)s, since %(since)s: %(count)s cases in the %(days)s days up to %(held)s, "
          "expected %(expected)s (probability by chance %(chance)s).") % words
    ]  # fmt: skip
    if inner:
        places = enumerated(dict.fromkeys(f"{one.division.name} {one.observed:,}/{one.expected_text}" for one in inner))
        parts.append(_("Within it (cases/expected): %(places)s.") % {"places": places})
    return " ".join(parts) + "\n" + _noted(alert)


def _noted(alert: Alert) -> str:
    """The dispatcher's note as it was written, with who wrote it and when."""
    if alert.acknowledged_by is None or alert.acknowledged_at is None:
        return _("Nothing is noted yet of what is done.")
    day = timezone.localdate(alert.acknowledged_at).isoformat()
    return _("What is done (%(who)s, %(day)s): %(note)s") % {
        "who": alert.acknowledged_by, "day": day, "note": alert.note,
    }  # fmt: skip


def chance(tail: float) -> str:
    """A probability in full down to one in ten thousand."""
    return "< 0.0001" if tail < 0.0001 else f"{tail:.4f}"


def _further(count: int) -> str:
    return _("Further early warnings in the period: %(count)s.") % {"count": count}
