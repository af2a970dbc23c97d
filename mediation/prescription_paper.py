"""The prescription as PDF, a page for each language: ``mediation/papers/prescription.typ`` sets the words made here."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance_center import papers
from mediation import selectors
from mediation.agreement_paper import LANGUAGES
from mediation.models import PrescribedStep, Prescription


def make(prescription: Prescription, *, language: str) -> bytes:
    """Set the paper; ``language`` is a key of :data:`LANGUAGES`.

    Raises:
        governance_center.papers.PaperFailed: it could not be set.
    """
    parts = []
    for spoken in LANGUAGES[language]:
        with translation.override(spoken):
            parts.append(_part(prescription, spoken))
    number = prescription.case.number
    data = {"title": " ".join([*(part["title"] for part in parts), number]), "number": number, "parts": parts}
    return papers.render("mediation/papers/prescription.typ", data, made_at=prescription.at)


def file_name(prescription: Prescription) -> str:
    word = _("Prescription")
    return f"{word}-{prescription.case.number}.pdf"


def _part(prescription: Prescription, language: str) -> dict[str, Any]:
    case, steps = prescription.case, list(selectors.steps_of(prescription))
    names = selectors.code_names()
    kinds = PrescribedStep.Kind
    return {
        "language": language,
        "title": _("Diagnosis, responsibilities and prescription"),
        "centre": case.centre.name,
        "facts": [
            [_("Case number"), case.number],
            [_("Summary"), case.title],
            [_("Category"), case.category.name],
            [_("times reopened"), str(case.reopened_count)],
        ],
        "causes": [_("Root causes"), [names.get(("cause", code), code) for code in prescription.causes]],
        "diagnosis": [_("Diagnosis"), prescription.diagnosis.text],
        "head": [_("Who does it"), _("What is to be done"), _("To be done by"), _("Done on")],
        "tables": [
            [_("Responsibilities"), [_line(step) for step in steps if step.kind == kinds.RESPONSIBILITY]],
            [_("Remedies"), [_line(step) for step in steps if step.kind == kinds.REMEDY]],
        ],
        "closing": f"{prescription.by} · {date_format(prescription.at)}",
    }


def _line(step: PrescribedStep) -> list[str]:
    done = step.done_on.isoformat() if step.done_on else ""
    return [str(step.who), step.what, step.due_on.isoformat(), done]
