"""What asks for care when a matter is found at home: family matters, violence at home, minors.

Such a matter, found by outreach, leaves the general view when it is registered (反家庭暴力法 art. 5 and 未成年人保护法
art. 4 ask for the privacy of those concerned), unless whoever registers it decides otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Channel, Person
from cases.risk import normalise

FAMILY_CATEGORIES = frozenset({"marriage_family"})
ADULT_YEARS = 18

VIOLENCE = (
    "家暴", "家庭暴力", "殴打", "虐待", "遗弃", "打老婆", "打孩子", "打妻子", "人身安全保护令",
    "가정폭력", "폭행", "구타", "학대", "때렸", "때린", "때려",
)  # fmt: skip
MINORS = (
    "未成年", "儿童", "小学生", "初中生", "幼儿", "婴儿", "抚养权", "孩子",
    "미성년", "아동", "소학생", "초중생", "유아", "아이", "부양권", "양육",
)  # fmt: skip
"""Words that speak of violence at home and of minors, in both languages; compared without blanks."""


def signs(
    *, category: str, texts: Iterable[str], people: Sequence[Person] = (), day: dt.date | None = None
) -> list[str | Promise]:
    """Why a matter asks for care, in words; an empty list when nothing does.

    Args:
        category: the code of the category.
        texts: summary and narrative.
        people: the parties on file; ``day`` is the local day on which their age counts.
    """
    plain = normalise(" ".join(texts))
    found: list[str | Promise] = []
    if category in FAMILY_CATEGORIES:
        found.append(_("a matter of the family"))
    if any(normalise(word) in plain for word in VIOLENCE):
        found.append(_("signs of violence"))
    if any(normalise(word) in plain for word in MINORS) or (day and any(_is_minor(one, day) for one in people)):
        found.append(_("minors are concerned"))
    return found


def asks_for_restriction(channel: str, reasons: Sequence[object]) -> bool:
    """Found by outreach and in need of care: restricted unless decided otherwise."""
    return channel == Channel.OUTREACH and bool(reasons)


def _is_minor(person: Person, day: dt.date) -> bool:
    born = person.birth_date
    return born is not None and (day.year - born.year) - ((day.month, day.day) < (born.month, born.day)) < ADULT_YEARS
