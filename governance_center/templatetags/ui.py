"""The few tags that the page kit needs; how each component is used stands in docs/ui-kit.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext

from governance_center import listing
from governance_center.calendar import last_day
from governance_center.listing import enumerated

register = template.Library()

# A state speaks by word and icon. Green, yellow and red are left to time limits.
STATE_LOOKS: Mapping[str, tuple[str, str]] = {
    "registered": ("file-plus", "plain"),
    "accepted": ("clipboard-check", "calm"),
    "not_accepted": ("circle-off", "faint"),
    "in_handling": ("progress", "strong"),
    "resolved": ("circle-check", "done"),
    "unresolved": ("git-branch", "open-end"),
    "withdrawn": ("arrow-back-up", "faint"),
    "following_up": ("phone-check", "calm"),
    "closed": ("archive", "shut"),
}
LANGUAGE_NAMES: Mapping[str, str] = {"zh-hans": gettext_lazy("Chinese"), "ko": gettext_lazy("Korean")}
DUE_ICONS: Mapping[str, str] = {"green": "clock", "yellow": "hourglass", "red": "clock-exclamation"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative Tabler icon; the word beside it speaks."""
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name)


@register.filter
def state_icon(state: str) -> str:
    return STATE_LOOKS.get(state, ("circle-dashed", "plain"))[0]


@register.filter
def state_look(state: str) -> str:
    return STATE_LOOKS.get(state, ("circle-dashed", "plain"))[1]


@register.inclusion_tag("components/_badge_state.html")
def state_badge(state: str, label: str) -> dict[str, Any]:
    """The same as including the component, in one short line."""
    return {"state": state, "label": label}


@register.inclusion_tag("components/_badge_due.html")
def due_badge(deadline: Any) -> dict[str, Any]:
    """The same as including the component, in one short line."""
    return {"deadline": deadline}


@register.filter
def due_icon(deadline: Any) -> str:
    if deadline.is_paused:
        return "player-pause"
    if deadline.is_met:
        return "clock-x" if deadline.colour == "red" else "clock-check"
    return DUE_ICONS[deadline.colour]


@register.filter
def due_words(deadline: Any) -> str:
    """What the colour of a limit means, in words."""
    late = deadline.colour == "red"
    if deadline.is_met:
        return gettext("met late") if late else gettext("met in time")
    days = abs(deadline.days_left)
    if deadline.is_paused and not late:
        return ngettext("paused, %(days)d day left", "paused, %(days)d days left", days) % {"days": days}
    if deadline.is_paused:
        return gettext("paused after its end")
    if late:
        if not days:
            return _hours(gettext("overdue by %(time)s"), deadline) or gettext("overdue since today")
        return ngettext("%(days)d day overdue", "%(days)d days overdue", days) % {"days": days}
    if not days:
        return _hours(gettext("%(time)s left"), deadline) or gettext("ends today")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


@register.filter
def due_moment(deadline: Any) -> str:
    """When a limit ends: its day, and the hour where it does not end with the day."""
    ends = timezone.localtime(deadline.due_at)
    day = date_format(last_day(deadline.due_at), "m-d")
    return day if (ends.hour, ends.minute) == (0, 0) else f"{day} {ends:%H:%M}"


@register.filter
def limit_end(moment: dt.datetime) -> str:
    """When a limit ends: its last day, and the hour where it does not end with the day."""
    ends = timezone.localtime(moment)
    if (ends.hour, ends.minute) == (0, 0):
        return date_format(last_day(moment), "Y-m-d")
    return f"{ends:%Y-%m-%d %H:%M}"


def _hours(words: str, deadline: Any) -> str:
    """A limit of this day that does not end with the day, in hours and minutes; empty for others."""
    ends = timezone.localtime(deadline.due_at)
    if (ends.hour, ends.minute) == (0, 0):
        return ""
    minutes = int(abs((ends - timezone.now()).total_seconds()) // 60)
    return words % {"time": f"{minutes // 60}:{minutes % 60:02d}"}


@register.filter(name="enumerated")
def enumerated_items(items: Sequence[object]) -> str:
    """The items in a row, separated as the reader's language does."""
    return enumerated(items)


@register.simple_tag
def separator() -> str:
    """What stands between two items of a row, for links that a filter cannot join."""
    return enumerated(("", ""))


@register.simple_tag
def colon() -> str:
    """What stands between a label and its value."""
    return listing.colon()


@register.filter
def bracketed(text: object) -> str:
    """The text in brackets, written directly after a word."""
    return listing.bracketed(text)


@register.filter
def yuan(amount: Decimal | None) -> str:
    """An amount that is owed or paid, ￥2,800.00; nothing for none."""
    return "" if amount is None else listing.yuan(amount)


@register.filter
def money(amount: Decimal | None) -> str:
    """An amount below a label that says yuan, 28,000 or 28,000.50; nothing for none."""
    return "" if amount is None else listing.money(amount)


@register.filter
def language_names(codes: Sequence[str]) -> str:
    """The languages of staff and petitioners by their codes, as words."""
    return enumerated(LANGUAGE_NAMES.get(code, code) for code in codes)


class Grouped(int):
    """A whole number that is shown as 1,234; it counts for plurals as any other."""

    def __str__(self) -> str:
        return f"{int(self):,}"


@register.filter
def grouped(value: Any) -> Any:
    """A count as both languages write it, 1,234; anything else as it is. Never for keys, years or codes."""
    return Grouped(value) if isinstance(value, int) and not isinstance(value, bool) else value


@register.simple_tag(takes_context=True)
def link_with(context: Mapping[str, Any], name: str, value: Any) -> str:
    """The present address with one parameter changed, where ``{% querystring %}`` cannot: the name is a variable."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_link(context: Mapping[str, Any], field: str, ordering: str, parameter: str) -> str:
    """The address that sorts by ``field``, or turns the order round; it goes back to the first page."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query[parameter] = f"-{field}" if ordering == field else field
    query.pop("page", None)
    return f"?{query.urlencode()}"


@register.filter
def sort_direction(field: str, ordering: str) -> str:
    """``ascending``, ``descending`` or ``none``, as ``aria-sort`` has it."""
    return {field: "ascending", f"-{field}": "descending"}.get(ordering or "", "none")


@register.filter
def page_numbers(page: Page[Any]) -> list[int | str]:
    """The first, the last and the neighbouring page numbers, with an ellipsis between."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
