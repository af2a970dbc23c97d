"""The prescription on one page as PDF: the words come from here, ``mediation/papers/prescription.typ`` sets them."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Language
from governance_center import papers
from mediation import selectors
from mediation.models import PrescribedStep, Prescription

NAMES = ((Language.CHINESE, "中文"), (Language.KOREAN, "조선말"))


def make(prescription: Prescription, *, language: str) -> bytes:
    """Set the paper in one language.

    Raises:
        governance_center.papers.PaperFailed: it could not be set.
    """
    with translation.override(language):
        return papers.render(
            "mediation/papers/prescription.typ", _data(prescription, language), made_at=prescription.at
        )


def file_name(prescription: Prescription) -> str:
    word = _("Prescription")
    return f"{word}-{prescription.case.number}.pdf"


def _data(prescription: Prescription, language: str) -> dict[str, Any]:
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
