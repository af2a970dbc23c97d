"""The papers that a petitioner takes home as PDF: which a case has, and what stands on them.

The words are made here in each language; the templates under ``intake/papers`` only set them.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import segno
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language
from cases.models import Case, CaseEvent, CaseParty, EventKind
from cases.services.screening import kept_out
from cases.states import State
from departments.models import Station
from governance_center import papers
from intake import notice_texts, receipts
from intake.models import Visit
from intake.notice_texts import Section

BOTH = "both"
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    Language.CHINESE: (Language.CHINESE,),
    Language.KOREAN: (Language.KOREAN,),
    BOTH: (Language.CHINESE, Language.KOREAN),
}
"""What may be asked for, and the languages that then stand on the paper: Chinese first."""

NAMES = ((Language.CHINESE, "中文"), (Language.KOREAN, "조선말"), (BOTH, "中文 | 조선말"))
"""How the languages of papers are called on buttons: each by its own name."""

Rows = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Content:
    """What stands on a paper in one language.

    ``signatures`` and ``witness`` are labels of lines to sign on; each party ticks one of the ``choices``.
    """

    opening: str
    rows: Rows
    sections: Sequence[Section]
    declaration: str = ""
    signatures: Sequence[str] = ()
    choices: Sequence[str] = ()
    witness: str = ""
    seal: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper: when a case has it, of which moment it speaks, and what it says."""

    code: str
    title: str | Promise
    applies: Callable[[Case], bool]
    dated: Callable[[Visit, Case], dt.datetime]
    content: Callable[[Visit, Case], Content]


def of_case(case: Case) -> list[Paper]:
    """The papers that a case has now."""
    return [paper for paper in PAPERS.values() if paper.applies(case)]


def make(paper: Paper, visit: Visit, *, language: str, url: str) -> bytes:
    """Set a paper as PDF.

    Args:
        visit: whose petitioner it is for; needs a case that has this paper.
        language: a key of :data:`LANGUAGES`.
        url: full address of the status page of the case.

    Raises:
        governance_center.papers.PaperFailed: it could not be set.
    """
    case = visit.case
    assert case is not None
    parts = [_part(paper, visit, case, spoken) for spoken in LANGUAGES[language]]
    data = {
        "title": " ".join([*(part["title"] for part in parts), case.number]),
        "number": case.number,
        "url": url,
        "qr": _code(url),
        "parts": parts,
    }
    return papers.render(f"intake/papers/{paper.code}.typ", data, made_at=paper.dated(visit, case))


def offer(case: Case) -> dict[str, Any]:
    """What ``intake/_papers.html`` needs, beside the visit, to offer the papers of its case."""
    return {"papers": of_case(case), "paper_languages": NAMES}


def file_name(paper: Paper, case: Case, language: str) -> str:
    """The name a saved copy gets, in the (first) language of the paper."""
    with translation.override(LANGUAGES[language][0]):
        return f"{paper.title}-{case.number}.pdf"


def _part(paper: Paper, visit: Visit, case: Case, language: str) -> dict[str, Any]:
    """Everything that one language says; the parts of two languages have the same shape."""
    with translation.override(language):
        content = asdict(paper.content(visit, case))
        return {
            "language": language,
            "title": str(paper.title),
            "centre": case.centre.name,
            "scan": _("Scan to see where the matter stands"),
            "date": _("Date"),
            "made_on": _day(paper.dated(visit, case)),
            **content,
            "sections": [section for section in map(_filled, content["sections"]) if section["points"]],
        }


def _code(text: str) -> str:
    """A QR code as an SVG document, error correction M."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, omitsize=True, border=0)
    return drawn.getvalue().decode()


def _filled(section: dict[str, Any]) -> dict[str, Any]:
    return {**section, "points": [point for point in section["points"] if point.strip()]}


def _receipt(visit: Visit, case: Case) -> Content:
    """The receipt, in the words of the one on screen."""
    said = receipts.receipt(visit, "")["zh" if translation.get_language() == Language.CHINESE else "ko"]
    if case.state == State.NOT_ACCEPTED:
        sections = notice_texts.refusal(*_refusal(case))
    else:
        sections = [
            Section(_("Where to go now"), said["guide"] if case.is_open else []),
            Section(_("Please note"), said["words"]),
            notice_texts.what_to_bring(),
        ]
    return Content("", said["lines"], [*sections, notice_texts.how_to_ask(case)])


def _acceptance(visit: Visit, case: Case) -> Content:
    accepted_at = case.accepted_at
    assert accepted_at is not None
    limits = (
        case.deadlines.filter(referral__isnull=True, hand_over__isnull=True, cancelled_at__isnull=True)
        .select_related("rule")
        .order_by("due_at", "pk")
    )
    rows = [*_facts(visit, case), (_("Accepted on"), _day(accepted_at)), (_("Lead department"), _lead(case))]
    rows += [(_("Contact"), contact)] if (contact := _contact(case)) else []
    opening = _(
        "The matter that you brought before this centre on %(day)s was examined and is accepted. You are told the "
        "following."
    ) % {"day": _day(case.registered_at)}
    return Content(opening, rows, notice_texts.acceptance(case, list(limits)), **_handed_over())


def _non_acceptance(visit: Visit, case: Case) -> Content:
    rows = [*_facts(visit, case), (_("Decided on"), _day(_refused_at(case)))]
    opening = _(
        "The matter that you brought before this centre on %(day)s was examined and is not accepted here. You are "
        "told the reason and the way that is open to you instead."
    ) % {"day": _day(case.registered_at)}
    sections = notice_texts.non_acceptance(case, *_refusal(case))
    return Content(opening, rows, sections, **_handed_over())


def _rights(visit: Visit, case: Case) -> Content:
    opening = _(
        "Before mediation you are told the following under the People's Mediation Law of the People's Republic of "
        "China."
    )
    kept = {_("Case number"), _("Petitioner"), _("Category"), _("Summary")}
    return Content(
        opening,
        [row for row in _facts(visit, case) if row[0] in kept],
        notice_texts.rights(),
        declaration=_("I have read this notice, or it was read to me, and I understand it."),
        signatures=[_("Applicant"), _("Other party")],
        choices=[_("I agree to mediation"), _("I do not agree to mediation")],
        witness=_("Mediator"),
    )


def _is_mediated(case: Case) -> bool:
    return case.category.is_mediable and case.state != State.NOT_ACCEPTED and kept_out(case) is None


def _facts(visit: Visit, case: Case) -> Rows:
    return [
        (_("Case number"), case.number),
        (_("Petitioner"), _petitioner(visit, case)),
        (_("Received on"), _day(case.registered_at)),
        (_("Category"), case.category.name),
        (_("Place"), case.division.name),
        (_("Summary"), case.title),
    ]


def _petitioner(visit: Visit, case: Case) -> str:
    """Who came; where nobody is on file for the visit, the first applicant of the case."""
    if visit.person:
        return str(visit.person)
    applicant = case.parties.filter(part=CaseParty.Part.APPLICANT).select_related("person").first()
    return str(applicant) if applicant else "—"


def _lead(case: Case) -> str:
    return case.lead.name if case.lead else _("not decided yet")


def _contact(case: Case) -> str:
    """Where the lead department is met at this centre; without a place here, the phone of the centre."""
    stations = Station.objects.in_force(timezone.localdate()).filter(centre=case.centre_id, department=case.lead_id)
    station = stations.select_related("window").first()
    if station is None:
        return case.centre.phone
    known = [str(station.window) if station.window else "", station.contact, station.phone or case.centre.phone]
    return " · ".join(word for word in known if word)


def _refusal(case: Case) -> tuple[str, str]:
    """Code of the reason, and what was written of the way open instead."""
    said = _refused(case).data
    note = case.notes.filter(pk=said.get("note", 0)).first()
    return said["reason"], note.text if note else ""


def _refused_at(case: Case) -> dt.datetime:
    return _refused(case).at


def _refused(case: Case) -> CaseEvent:
    return case.events.filter(kind=EventKind.NOT_ACCEPTED).latest("sequence")


def _handed_over() -> dict[str, Any]:
    return {"signatures": [_("Received by (signature)")], "seal": _("(seal)")}


def _day(moment: dt.datetime) -> str:
    return date_format(timezone.localdate(moment))


PAPERS: Mapping[str, Paper] = {
    paper.code: paper
    for paper in (
        Paper("receipt", gettext_lazy("Receipt"), lambda case: True, lambda visit, case: visit.at, _receipt),
        Paper(
            "acceptance", gettext_lazy("Notice of acceptance"), lambda case: case.accepted_at is not None,
            lambda visit, case: case.accepted_at or case.registered_at, _acceptance,
        ),
        Paper(
            "non_acceptance", gettext_lazy("Notice of non-acceptance"), lambda case: case.state == State.NOT_ACCEPTED,
            lambda visit, case: _refused_at(case), _non_acceptance,
        ),
        Paper(
            "rights", gettext_lazy("Notice of rights and duties in mediation"),
            _is_mediated,
            lambda visit, case: visit.at, _rights,
        ),
    )
}  # fmt: skip
