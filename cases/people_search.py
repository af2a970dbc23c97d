"""Finding people as a clerk types: the walk over :class:`cases.models.PersonKey`.

What was typed is cut into parts; each part is a range of keys. The rarest part drives the walk, the others are
looked up for each person it finds, and the walk stops after :data:`WALK` people. So a search takes as long with a
million people as with ten thousand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from hangeul import get_chosung

from accounts.models import User
from cases import search_keys
from cases.models import Person
from cases.search_keys import CONSONANTS, HAN, HANGUL, LATIN, plain
from departments.models import Division

MOST = 12
"""How many people a search shows."""

SPARE = 4
"""So many more are fetched for ranking: merged files fall together."""

WALK = 400
"""How many people of the rarest part are looked at."""

LAST = "\U0010ffff"
NUMBER = re.compile(r"[\d\s+()\-]+[xX]?")
SYLLABLES_OF_A_VOWEL = 28


@dataclass(frozen=True, slots=True)
class Part:
    """A range of keys, ``low`` included and ``high`` not; ``order`` is lower the rarer such keys are."""

    low: str
    high: str
    order: int

    @property
    def is_exact(self) -> bool:
        return self.high == self.low + "\0"


def exact(key: str, order: int = 0) -> Part:
    return Part(key, key + "\0", order)


def beginning(text: str) -> Part:
    """Keys that begin with ``text``. A Hangul syllable without a final consonant may still be growing (며 → 명)."""
    last = ord(text[-1])
    if HANGUL.fullmatch(text[-1]) and (last - 0xAC00) % SYLLABLES_OF_A_VOWEL == 0:
        return Part(text, text[:-1] + chr(last + SYLLABLES_OF_A_VOWEL), 50 - len(text))
    return Part(text, text + LAST, 50 - len(text))


def parts_of(text: str) -> list[list[Part]]:
    """What was typed as parts that must all fit, each a list of ranges of which one must.

    Empty when nothing can be looked for yet: a single character, or digits that are no number so far.
    """
    text = text.strip()
    if NUMBER.fullmatch(text):
        numbers = _number_parts(search_keys.normalise_phone(text).upper())
        return [numbers] if numbers else []
    found = []
    for word in text.split():
        parts = _number_parts(word.upper()) if NUMBER.fullmatch(word) else _name_parts(plain(word))
        if parts:
            found.append(parts)
    return found


def find_people(user: User, text: str, *, most: int = MOST) -> list[Person]:
    """The people ``user`` may open whom ``text`` may mean, the best match first.

    Two queries. A file that was merged into another is shown as that other one, once.
    """
    ids = candidates(counties_of(user.scope_code), text)
    people = Person.objects.visible_to(user).filter(pk__in=ids).select_related("merged_into", "division")
    found: dict[int, tuple[tuple[int, int], Person]] = {}
    words = [plain(word) for word in text.split()]
    for person in people:
        rank = (_rank(person, words), -person.pk)
        shown = _root(person)
        if shown.pk not in found or rank < found[shown.pk][0]:
            found[shown.pk] = (rank, shown)
    ranked = sorted(found.values(), key=lambda entry: entry[0])
    return [person for _rank_of, person in ranked[:most]]


def candidates(counties: Sequence[str], text: str) -> list[int]:
    """Primary keys of people known in one of the counties whose keys fit; at most :data:`WALK` for each county."""
    parts = parts_of(text)
    if not parts or not counties:
        return []
    parts.sort(key=lambda ranges: min(part.order for part in ranges))
    driver, others = parts[0], parts[1:]
    sql, values = [], []
    for part in driver:
        for is_exact in (True, False) if not part.is_exact else (True,):
            condition = "k.key = %s" if is_exact else "k.key >= %s AND k.key < %s"
            bounds = [part.low] if is_exact else [part.low, part.high]
            order = "k.person_id DESC" if is_exact else "k.key, k.person_id"
            checks = "".join(f" AND ({_also(ranges)})" for ranges in others)
            sql.append(
                f"(SELECT w.person_id FROM (SELECT k.person_id FROM cases_personkey k WHERE k.county = c.county "  # noqa: S608
                f"AND {condition} ORDER BY {order} LIMIT {WALK if others else MOST + SPARE}) w WHERE true{checks})"
            )
            values += bounds
            for ranges in others:
                values += [bound for other in ranges for bound in (other.low, other.high)]
    statement = (
        "SELECT DISTINCT found.person_id FROM unnest(%s::text[]) AS c(county) CROSS JOIN LATERAL ("  # noqa: S608
        + " UNION ALL ".join(sql)
        + ") AS found"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(counties), *values])
        return [int(row[0]) for row in cursor.fetchall()]


@lru_cache(maxsize=256)
def counties_of(scope_code: str) -> tuple[str, ...]:
    """The counties in which a scope looks for people: its own, or all of a prefecture's."""
    if len(scope_code) >= 6:
        return (scope_code[:6],)
    if not scope_code:
        return ()
    return tuple(Division.objects.counties().within(scope_code).order_by("code").values_list("code", flat=True))


def _also(ranges: Sequence[Part]) -> str:
    one = (
        "EXISTS (SELECT 1 FROM cases_personkey o WHERE o.person_id = w.person_id AND o.county = c.county "
        "AND o.key >= %s AND o.key < %s)"
    )
    return " OR ".join([one] * len(ranges))


def _number_parts(number: str) -> list[Part]:
    """A whole identity number or phone, or the last four characters of either."""
    number = re.sub(r"[\s()\-]", "", number)
    if len(number) == 18:
        return [exact(search_keys.identity_key(number))]
    if len(number) == search_keys.TAIL:
        kinds = [search_keys.IDENTITY_TAIL] + ([search_keys.PHONE_TAIL] if number.isdigit() else [])
        return [exact(search_keys.tail_key(number, kind=kind), order=10) for kind in kinds]
    if 7 <= len(number) <= 16:
        return [exact(search_keys.phone_key(number))]
    return []


def _name_parts(word: str) -> list[Part]:
    if len(word) > 2 and HANGUL.fullmatch(word[:-1]) and CONSONANTS.fullmatch(word[-1]):
        word = word[:-1]  # the next syllable has only begun
    if len(word) < 2:
        return []
    return [beginning(word[: search_keys.LONGEST])]


def _rank(person: Person, words: Sequence[str]) -> int:
    """0 for a whole name (or a number), 1 for its beginning, 2 for another part of it."""
    wholes = _whole_names(person)
    best = 0
    for word in words:
        if not any(script.fullmatch(word) for script in (HAN, HANGUL, CONSONANTS, LATIN)):
            continue
        if word in wholes:
            continue
        best = max(best, 1 if any(whole.startswith(word) for whole in wholes) else 2)
    return best


def _whole_names(person: Person) -> set[str]:
    wholes = set()
    for name in (person.name, person.name_hangul, *person.other_names):
        written = plain(name)
        wholes.add(written)
        if HANGUL.fullmatch(written):
            wholes.add(get_chosung(written))
        elif HAN.fullmatch(written):
            for syllables in search_keys.readings(written.replace("·", "")):
                wholes |= {"".join(syllables), "".join(syllable[0] for syllable in syllables)}
    return wholes - {""}


def _root(person: Person) -> Person:
    while person.merged_into is not None:
        person = person.merged_into
    return person
