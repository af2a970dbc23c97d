"""Message catalogues without GNU gettext: collect, compile, check.

    python tools/messages.py extract   # bring the catalogues up to date with code and templates
    python tools/messages.py compile   # make the .mo files
    python tools/messages.py check     # fail on anything missing, stale, fuzzy or with other placeholders

English messages in the code are the keys; every other language has a catalogue under ``locale/``.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh_Hans", "ko")
RESPELLED = ROOT / "var" / "locale"
APPS = ("accounts", "cases", "departments", "governance_center", "intake", "mediation", "reporting")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
Key = tuple[str | None, str]


def main(arguments: list[str]) -> int:
    actions = {"extract": extract, "compile": compile_all, "check": check}
    if len(arguments) != 1 or arguments[0] not in actions:
        print(__doc__, file=sys.stderr)
        return 2
    return actions[arguments[0]]()


def extract() -> int:
    """Write the catalogues anew: translations that still fit are kept, the rest goes."""
    found = collect()
    for language in LANGUAGES:
        old = read(language)
        fresh = Catalog(locale=language, charset="utf-8", project="governance-centre", version="1", fuzzy=False)
        for message_id, context in found:
            before = old.get(message_id, context=context)
            string = before.string if before and before.string else _empty(message_id)
            fresh.add(message_id, string, context=context, auto_comments=())
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            write_po(stream, fresh, omit_header=False, width=110, sort_output=True, include_previous=False)
        _still(path)
    return 0


def compile_all() -> int:
    """Make the ``.mo`` file beside each catalogue."""
    for language in LANGUAGES:
        with path_of(language).with_suffix(".mo").open("wb") as stream:
            write_mo(stream, read(language))
    return respell()


def respell() -> int:
    """Make a catalogue of the packages' own Korean in the spelling of China, after ``reference/orthography.csv``.

    It is looked at after ours and before theirs, so that its pages (the administration above all) are spelled
    as the rest is. What sounds wrong in any spelling has words of its own in ``reference/package_words.csv``; what
    neither knows stays as it is.
    """
    rules = [(pattern_of(row), row["right"]) for row in orthography() if row["match"] != "regex"]
    words = package_words()
    found = [importlib.util.find_spec(name) for name in ("django", "rest_framework", "django_filters")]
    bases = [Path(spec.origin).parent for spec in found if spec and spec.origin]
    for domain in ("django", "djangojs"):
        fresh = Catalog(locale="ko", charset="utf-8")
        for path in sorted(path for base in bases for path in base.glob(f"**/locale/ko*/LC_MESSAGES/{domain}.mo")):
            with path.open("rb") as stream:
                for message in read_mo(stream):
                    if message.id and message.string:
                        context = message.context.decode() if isinstance(message.context, bytes) else message.context
                        own = words.get(_first(message.id))
                        fresh.add(message.id, _in_place_of(message.string, own, rules), context=context)
        target = RESPELLED / "ko" / "LC_MESSAGES" / f"{domain}.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            write_mo(stream, fresh)
    return 0


def package_words() -> dict[str, str]:
    """Korean of our own for messages of the packages, by their English."""
    with (ROOT / "governance_center" / "reference" / "package_words.csv").open(encoding="utf-8", newline="") as stream:
        return {row["msgid"]: row["korean"] for row in csv.DictReader(stream)}


def orthography() -> list[dict[str, str]]:
    """The rows of the spelling list: wrong, right, match, note."""
    with (ROOT / "governance_center" / "reference" / "orthography.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def pattern_of(row: dict[str, str]) -> re.Pattern[str]:
    """What a row of the spelling list forbids."""
    wrong = row["wrong"] if row["match"] == "regex" else re.escape(row["wrong"])
    return re.compile(rf"(?<![가-힣]){wrong}" if row["match"] == "word_start" else wrong)


def _in_place_of(string: object, own: str | None, rules: list[tuple[re.Pattern[str], str]]) -> object:
    if own is None:
        return _respelled(string, rules)
    return (own,) if isinstance(string, tuple | list) else own


def _respelled(string: object, rules: list[tuple[re.Pattern[str], str]]) -> object:
    if isinstance(string, tuple | list):
        return tuple(_respelled(one, rules) for one in string)
    text = str(string)
    for pattern, right in rules:
        text = pattern.sub(right, text)
    return re.sub(r"(?<=[가-힣]) 수 (?=있|없)", "수 ", text)


def check() -> int:
    """Say what is wrong with the catalogues; 1 when anything is."""
    faults = list(problems())
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"catalogues: {len(collect())} messages, complete in {', '.join(LANGUAGES)}")
    return 1 if faults else 0


def problems() -> Iterator[str]:
    """What is missing, stale, fuzzy or has other placeholders than the English message."""
    found = {(context, _first(message_id)): message_id for message_id, context in collect()}
    for language in LANGUAGES:
        catalogue = read(language)
        have = {(message.context, _first(message.id)): message for message in catalogue if message.id}
        for key in found.keys() - have.keys():
            yield f"{language}: missing: {key[1]!r}"
        for key in have.keys() - found.keys():
            yield f"{language}: no longer used: {key[1]!r}"
        for key in catalogue.obsolete:
            yield f"{language}: obsolete entry: {key!r}"
        for key in found.keys() & have.keys():
            yield from _entry_problems(language, have[key])


def collect() -> list[tuple[str | tuple[str, ...], str | None]]:
    """Every message of code and templates with its context, sorted."""
    found: dict[Key, str | tuple[str, ...]] = {}
    for path in _sources():
        for _line, message_id, _comments, context in _messages_of(path):
            key = (context, _first(message_id))
            if isinstance(message_id, tuple) or key not in found:
                found[key] = message_id
    return [
        (message_id, key[0])
        for key, message_id in sorted(found.items(), key=lambda item: (item[0][1], item[0][0] or ""))
    ]


def read(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as stream:
        return read_po(stream, locale=language, charset="utf-8")


def path_of(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def _sources() -> Iterator[Path]:
    for app in APPS:
        yield from sorted((ROOT / app).rglob("*.py"))
    yield from sorted((ROOT / "templates").rglob("*.html"))


def _messages_of(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = _as_python(text)
    yield from babel_extract("python", io.BytesIO(text.encode()), KEYWORDS, (), {"encoding": "utf-8"})


def _as_python(template: str) -> str:
    """Django turns a template into calls of gettext with everything else struck out; each goes on a line."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    from django.utils.translation.template import templatize

    struck = templatize(template)
    calls = re.findall(
        r"(?:gettext|ngettext|pgettext|npgettext|_)\((?:[^()'\"]|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")*\)", struck
    )
    return "\n".join(calls)


def _entry_problems(language: str, message: Message) -> Iterator[str]:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    if message.fuzzy:
        yield f"{language}: fuzzy: {message.id!r}"
    if not all(strings):
        yield f"{language}: not translated: {message.id!r}"
        return
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    wanted = set(PLACEHOLDER.findall(ids[-1]))
    for string in strings:
        if set(PLACEHOLDER.findall(string)) != wanted:
            yield f"{language}: other placeholders: {message.id!r}"


def _first(message_id: str | tuple[str, ...] | list[str]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def _empty(message_id: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return "" if isinstance(message_id, str) else ("",)


def _still(path: Path) -> None:
    """No dates in the header: an extraction that changes nothing changes no line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [
        line
        for line in lines
        if not re.match(r'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator)', line)
    ]
    path.write_text("\n".join(kept).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
