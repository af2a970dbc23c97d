"""What a clerk may type to find a person: the keys that stand in :class:`cases.models.PersonKey`.

A key of a name is the name from one of its characters on, so that any part of it is the beginning of some key:
``金明哲`` gives ``金明哲`` and ``明哲``, in pinyin ``jinmingzhe``, ``mingzhe`` and ``zhe``, in initials ``jmz``
and ``mz``; ``김명철`` gives ``김명철``, ``명철`` and the initial consonants ``ㄱㅁㅊ``, ``ㅁㅊ``. Numbers give keyed
hashes of the whole and of the last four digits, marked by their first character.

Surnames are read as surnames (单 shàn, 曾 zēng, 朴 piáo), compound ones as a whole, from ``reference/surnames.csv``;
everything else is read by ``pypinyin``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path

from hangeul import get_chosung
from pypinyin import Style, lazy_pinyin

from cases.identity import normalise_identity_number, normalise_phone
from governance_center.crypto import blind_index

SURNAMES = Path(__file__).parent / "reference" / "surnames.csv"
LONGEST = 32
"""The longest key of a name, in characters; more is not typed."""

PHONE, PHONE_TAIL, IDENTITY, IDENTITY_TAIL = "1", "2", "3", "4"
"""First characters of hashed keys. No key of a name begins with a digit."""

TAIL = 4
HASH = 24

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·]+")
HANGUL = re.compile(r"[\uac00-\ud7a3]+")
CONSONANTS = re.compile(r"[\u3131-\u314e]+")
LATIN = re.compile(r"[a-z]+")


def name_keys(*names: str) -> set[str]:
    """The keys of some names of one person, in whichever script each is."""
    keys: set[str] = set()
    for name in names:
        keys |= _keys_of_name(plain(name))
    return {key[:LONGEST] for key in keys}


def number_keys(*, identity_number: str = "", phones: Iterable[str] = ()) -> set[str]:
    """The hashed keys of an identity number and of phones, each also by its last four characters."""
    keys = set()
    number = normalise_identity_number(identity_number)
    if number:
        keys |= {identity_key(number), tail_key(number, kind=IDENTITY_TAIL)}
    for typed in phones:
        phone = normalise_phone(typed)
        if phone:
            keys |= {phone_key(phone), tail_key(phone, kind=PHONE_TAIL)}
    return keys


def identity_key(number: str) -> str:
    return IDENTITY + blind_index(normalise_identity_number(number), purpose="identity")[:HASH]


def phone_key(phone: str) -> str:
    return PHONE + blind_index(normalise_phone(phone), purpose="phone")[:HASH]


def tail_key(number: str, *, kind: str) -> str:
    """The last four characters; ``kind`` is :data:`PHONE_TAIL` or :data:`IDENTITY_TAIL`."""
    return kind + blind_index(number[-TAIL:], purpose="tail")[:HASH]


def whole_number(text: str) -> str:
    """What was typed or scanned as a whole identity number, normalised; empty when it is none."""
    number = normalise_identity_number(text)
    return number if re.fullmatch(r"[0-9]{17}[0-9X]", number) else ""


def plain(text: str) -> str:
    """Compatible forms made one, lower case, blanks and apostrophes gone, ``ü`` written ``v``.

    Single consonants such as ``ㄱ`` stay what the keyboard gives; NFKC would make parts of syllables of them.
    """
    composed = unicodedata.normalize("NFC", text)
    folded = "".join(c if CONSONANTS.fullmatch(c) else unicodedata.normalize("NFKC", c) for c in composed)
    printable = "".join(c for c in folded.lower() if c.isprintable())
    return re.sub(r"[\s'’`\-]", "", printable).replace("ü", "v")


@lru_cache(maxsize=16384)
def _keys_of_name(name: str) -> frozenset[str]:
    if HANGUL.fullmatch(name):
        return frozenset((*_ends(name, least=2), *_ends(get_chosung(name), least=2)))
    if HAN.fullmatch(name):
        return frozenset((*_ends(name.replace("·", ""), least=2), *_pinyin_keys(name.replace("·", ""))))
    return frozenset({name} if len(name) > 1 else ())


def _pinyin_keys(name: str) -> Iterator[str]:
    for syllables in readings(name):
        for start in range(len(syllables)):
            rest = syllables[start:]
            yield "".join(rest)
            if len(rest) > 1:
                yield "".join(syllable[0] for syllable in rest)


def readings(name: str) -> list[tuple[str, ...]]:
    """The syllables of a Chinese name, its surname read as one; several where a surname has several readings."""
    table = surnames()
    longest = max((length for length in range(1, min(len(name), 4) + 1) if name[:length] in table), default=0)
    if not longest:
        return [_syllables(name)]
    given = _syllables(name[longest:]) if len(name) > longest else ()
    return [(*surname, *given) for surname in table[name[:longest]]]


def _syllables(text: str) -> tuple[str, ...]:
    return tuple(syllable for syllable in lazy_pinyin(text, style=Style.NORMAL, errors="ignore") if syllable)


@lru_cache(maxsize=1)
def surnames() -> dict[str, list[tuple[str, ...]]]:
    """Readings of the surnames in the table, each as its syllables."""
    found: dict[str, list[tuple[str, ...]]] = {}
    with SURNAMES.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            surname, pinyin = row["surname"], row["pinyin"]
            reading = (pinyin,) if len(surname) == 1 else _split(surname, pinyin)
            found.setdefault(surname, []).append(reading)
    return found


def _split(surname: str, pinyin: str) -> tuple[str, ...]:
    """The syllables of a compound surname's reading: at each character the one that fits."""
    options = [lazy_pinyin(character, style=Style.NORMAL) for character in surname]
    heard = [set(option) for option in options]
    for lengths in product(range(1, 7), repeat=len(surname)):
        if sum(lengths) != len(pinyin):
            continue
        at, parts = 0, []
        for length in lengths:
            parts.append(pinyin[at : at + length])
            at += length
        if sum(part in known for part, known in zip(parts, heard, strict=True)) >= len(surname) - 1:
            return tuple(parts)
    return (pinyin,)


def _ends(text: str, *, least: int) -> Iterator[str]:
    """``abc`` → ``abc``, ``bc``: from each character to the end, not shorter than ``least``."""
    for start in range(max(len(text) - least, 0) + 1):
        if len(text) - start >= least:
            yield text[start:]
