"""The wording of papers: versions, which one is in force, and what may stand in it."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from django.db.models import Max
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from departments.reference_data import load_rows
from governance_center.calendar import LOCAL_ZONE
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from mediation.agreement_paper import LANGUAGES
from mediation.models import PaperTemplate
from mediation.paper_kinds import KINDS
from mediation.paper_making import paragraphs, render, set_content
from mediation.paper_samples import sample_content, sample_words

SHIPPED = Path(__file__).parent.parent / "reference" / "paper_wordings.toml"
TEXTS = ("body_zh_hans", "body_ko", "closing_zh_hans", "closing_ko")
FIELDS = ("title_zh_hans", "title_ko", *TEXTS)
BRACED = re.compile(r"\{([^{}]*)\}")


class WrongPlaceholder(GovernanceError):
    code = "wrong_placeholder"
    status = 422
    message = gettext_lazy("There is no placeholder %(name)s on this paper. Possible are: %(possible)s.")


class LooseBrace(GovernanceError):
    code = "loose_brace"
    status = 422
    message = gettext_lazy("A brace stands alone here; a placeholder is written like {title}.")


class UnevenLanguages(GovernanceError):
    code = "uneven_languages"
    status = 422
    message = gettext_lazy(
        "Both languages need the same number of lines, so that they stand side by side: %(chinese)s in Chinese, "
        "%(korean)s in Korean."
    )


def may_edit(user: User) -> bool:
    """Administrators keep the wording."""
    return user.is_active and user.role == Role.ADMINISTRATOR


def check(kind: str, texts: Mapping[str, str]) -> None:
    """Whether a wording can be set.

    Raises:
        MissingInput: no title. WrongPlaceholder, LooseBrace: at the field. UnevenLanguages.
    """
    for name in FIELDS:
        if name.startswith("title") and not texts[name].strip():
            raise MissingInput(field=name)
        _check_braces(kind, name, texts[name])
    for name in ("body", "closing"):
        chinese, korean = _shape(texts[f"{name}_zh_hans"]), _shape(texts[f"{name}_ko"])
        if len(chinese) != len(korean):
            raise UnevenLanguages(field=f"{name}_ko", chinese=len(chinese), korean=len(korean))
        if chinese != korean:
            raise UnevenLanguages(_("Headings must stand at the same lines in both languages."), field=f"{name}_ko")


@atomic
def save_wording(*, kind: str, by: User, texts: Mapping[str, str]) -> PaperTemplate:
    """Keep a wording as the next version, a draft until it is put in force; the text of the last one again is it.

    Raises:
        NotAllowed; as :func:`check`.
    """
    if not may_edit(by) or kind not in KINDS or not KINDS[kind].has_wording:
        raise NotAllowed()
    texts = {name: texts[name].strip() for name in FIELDS}
    check(kind, texts)
    last = PaperTemplate.objects.select_for_update().filter(kind=kind).first()
    if last and all(getattr(last, name) == texts[name] for name in FIELDS):
        return last
    return _new_version(kind, texts, by=by)


@atomic
def put_in_force(*, template: PaperTemplate, by: User) -> PaperTemplate:
    """Let papers be made with this version from now on; an older one again is the way back.

    Raises:
        NotAllowed; as :func:`check`, where the placeholders have changed since.
    """
    if not may_edit(by):
        raise NotAllowed()
    check(template.kind, {name: getattr(template, name) for name in FIELDS})
    rows = list(PaperTemplate.objects.select_for_update().filter(kind=template.kind))
    row = next(one for one in rows if one.pk == template.pk)
    _switch(row)
    return row


def all_in_force() -> dict[str, int]:
    """The keys of the wordings in force, by kind."""
    return dict(PaperTemplate.objects.filter(is_in_force=True).values_list("kind", "pk"))


def in_force(kind: str) -> PaperTemplate:
    """The wording that papers of this kind are made with now; what the program ships, where nothing is loaded."""
    found = PaperTemplate.objects.filter(kind=kind, is_in_force=True).first()
    if found is None:
        load()
        found = PaperTemplate.objects.get(kind=kind, is_in_force=True)
    return found


@atomic
def load() -> dict[str, int]:
    """Bring in what the program ships: new text becomes a version, in force unless an administrator's own is."""
    rows = [{"kind": kind, **texts} for kind, texts in shipped().items()]
    return {"wordings": load_rows("paper_wording", rows, lambda row: row["kind"], _load_one)}


def on_loading(*, counts: dict[str, int]) -> None:
    """The reference data of the floors below is being loaded: load what belongs here too."""
    counts.update(load())


def shipped() -> dict[str, dict[str, str]]:
    """The wordings in the repository, by kind."""
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


def _load_one(row: Mapping[str, str]) -> None:
    texts = {name: row[name].strip() for name in FIELDS}
    made = _new_version(row["kind"], texts, by=None, is_shipped=True)
    now = PaperTemplate.objects.filter(kind=row["kind"], is_in_force=True).first()
    if now is None or now.is_shipped:
        _switch(made)


def _new_version(kind: str, texts: Mapping[str, str], *, by: User | None, is_shipped: bool = False) -> PaperTemplate:
    last = PaperTemplate.objects.filter(kind=kind).aggregate(last=Max("version"))["last"] or 0
    return PaperTemplate.objects.create(
        kind=kind, version=last + 1, is_shipped=is_shipped, made_by=by, made_at=timezone.now(), **texts
    )


def _switch(row: PaperTemplate) -> None:
    PaperTemplate.objects.filter(kind=row.kind, is_in_force=True).exclude(pk=row.pk).update(is_in_force=False)
    row.is_in_force = True
    row.save(update_fields=["is_in_force"])


def _check_braces(kind: str, field: str, text: str) -> None:
    possible = KINDS[kind].words
    for name in BRACED.findall(text):
        if name not in possible:
            told = ", ".join(f"{{{word}}}" for word in possible)
            raise WrongPlaceholder(field=field, name=f"{{{name}}}", possible=told)
    if set(BRACED.sub("", text)) & {"{", "}"}:
        raise LooseBrace(field=field)


def _shape(text: str) -> list[bool]:
    """For each line whether it is a heading."""
    return [line.strip().startswith("# ") for line in text.splitlines() if line.strip()]


def preview(template: PaperTemplate, *, language: str) -> bytes:
    """How a wording looks, with invented facts; nothing of a case is read.

    Raises:
        governance_center.papers.PaperFailed: it could not be set.
    """
    at = dt.datetime(2026, 1, 5, 9, 0, tzinfo=LOCAL_ZONE)
    parts = []
    for spoken in LANGUAGES[language]:
        with translation.override(spoken):
            parts.append(
                {
                    "language": spoken,
                    "title": template.words("title", spoken),
                    "committee": _("People's mediation committee (sample)"),
                    "body": paragraphs(template.words("body", spoken), sample_words()),
                    "closing": paragraphs(template.words("closing", spoken), sample_words()),
                    "version": _("Wording, version %(number)s") % {"number": template.version},
                    **set_content(sample_content(), date_format(at)),
                }
            )
    return render(parts, number="222405-2026-000000", at=at)
