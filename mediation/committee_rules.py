"""What the law asks of a people's mediation committee, and what of it is not so. Pure; it reads no database.

Sources: 人民调解法 (in force 2011-01-01) arts. 8 (three to nine members, one chair, a woman, and a member of the
smaller nationalities where several live together), 9 (term of three years) and 14 (training of mediators, which the
certificate shows). A warning hinders nothing: it tells the dispatcher what to put right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance_center.listing import enumerated

LEAST_MEMBERS, MOST_MEMBERS = 3, 9
SOON = dt.timedelta(days=90)
"""A term that ends within this time is told beforehand."""

WORDS: Mapping[str, str | Promise] = {
    "few_members": _("Members: %(count)s. A committee has three to nine."),
    "many_members": _("Members: %(count)s. A committee has three to nine."),
    "no_chair": _("No chair is recorded."),
    "no_woman": _("No member is recorded as a woman."),
    "no_minority": _("No member is recorded as of one of the smaller nationalities of the place."),
    "term_unknown": _("The beginning of the term is not recorded."),
    "term_over": _("The term of three years ended on %(day)s."),
    "term_ends": _("The term of three years ends on %(day)s."),
    "certificate": _("Certificate run out: %(names)s."),
}
SHORT: Mapping[str, str | Promise] = {
    "few_members": _("too few members"),
    "many_members": _("too many members"),
    "no_chair": _("no chair"),
    "no_woman": _("no woman"),
    "no_minority": _("no smaller nationality"),
    "term_unknown": _("term not recorded"),
    "term_over": _("term over"),
    "term_ends": _("term ends soon"),
    "certificate": _("certificate run out"),
}
ARTICLES: Mapping[str, int] = {
    "few_members": 8, "many_members": 8, "no_chair": 8, "no_woman": 8, "no_minority": 8,
    "term_unknown": 9, "term_over": 9, "term_ends": 9, "certificate": 14,
}  # fmt: skip
"""The article of the People's Mediation Law that a warning rests on."""


@dataclass(frozen=True, slots=True)
class MediatorOf:
    """What of an active mediator of the committee counts here.

    ``is_member``: chair, deputy or member, not engaged from outside. ``nationality``: code of GB/T 3304, empty where
    not recorded.
    """

    name: str
    is_member: bool
    is_chair: bool
    is_woman: bool
    nationality: str
    certificate_until: dt.date | None


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that is not as the law has it."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in the active language."""
        sentence = str(WORDS[self.code])
        return sentence % self.params if self.params else sentence

    @property
    def short(self) -> str:
        """Two or three words for a list."""
        return str(SHORT[self.code])

    @property
    def basis(self) -> str:
        """The article in the active language."""
        return str(_("People's Mediation Law, article %(article)s") % {"article": ARTICLES[self.code]})


def warnings_of(
    mediators: Sequence[MediatorOf], *, term_end: dt.date | None, majority: str, today: dt.date
) -> list[Warned]:
    """All warnings of one committee, in the order of the articles.

    Args:
        mediators: the active ones.
        term_end: the last day of the term; None where its beginning is not recorded.
        majority: code (GB/T 3304) of the largest nationality where several live together; empty where they do not.
    """
    members = [one for one in mediators if one.is_member]
    found = _of_members(members)
    if majority and not any(one.nationality not in {"", majority} for one in members):
        found.append(Warned("no_minority"))
    found += _of_term(term_end, today)
    lapsed = [one.name for one in mediators if one.certificate_until and one.certificate_until < today]
    if lapsed:
        found.append(Warned("certificate", {"names": enumerated(lapsed)}))
    return found


def majority_of(division_code: str, areas: Mapping[str, str]) -> str:
    """The largest nationality of a place of several, by the longest code in ``areas`` that holds it; else empty."""
    holding = [code for code in areas if division_code.startswith(code)]
    return areas[max(holding, key=len)] if holding else ""


def _of_members(members: Sequence[MediatorOf]) -> list[Warned]:
    found = []
    if len(members) < LEAST_MEMBERS:
        found.append(Warned("few_members", {"count": len(members)}))
    if len(members) > MOST_MEMBERS:
        found.append(Warned("many_members", {"count": len(members)}))
    if not any(one.is_chair for one in members):
        found.append(Warned("no_chair"))
    if not any(one.is_woman for one in members):
        found.append(Warned("no_woman"))
    return found


def _of_term(term_end: dt.date | None, today: dt.date) -> list[Warned]:
    if term_end is None:
        return [Warned("term_unknown")]
    params = {"day": term_end.isoformat()}
    if term_end < today:
        return [Warned("term_over", params)]
    return [Warned("term_ends", params)] if term_end - today <= SOON else []
