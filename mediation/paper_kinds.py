"""The one table of the papers that are made here: part of the file, what each tells of, and what fills it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases.models import Part
from cases.states import State
from mediation import paper_content
from mediation.file_facts import FileFacts
from mediation.models import Agreement, PaperKind
from mediation.paper_content import Content

Told = tuple[Any, dt.datetime | None]
"""What a paper tells of (None: the case itself), and the moment it speaks of."""

COMMON = (
    "case_number", "title", "category", "committee", "centre", "applicants", "respondents", "mediator", "accepted_on",
)  # fmt: skip
"""The placeholders that every wording may use."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One row. ``own_words`` are placeholders beside :data:`COMMON`; ``in_file`` is False where only the signed
    copy belongs in the file; ``has_wording`` is False where another module makes the PDF."""

    code: PaperKind
    part: Part
    told: Callable[[FileFacts], Sequence[Told]]
    content: Callable[[FileFacts, Any], Content]
    own_words: tuple[str, ...] = ()
    has_docx: bool = False
    in_file: bool = True
    has_wording: bool = True
    whose: Callable[[Any], object] | None = None
    """where there are several: what tells them apart, e.g. the party that is written to"""

    @property
    def words(self) -> tuple[str, ...]:
        return (*COMMON, *self.own_words)

    def title(self, about: Any) -> str:
        """What the paper is called in the file, in the active language."""
        name = str(self.code.label)
        return f"{name} · {self.whose(about)}" if self.whose else name


def _case(facts: FileFacts) -> list[Told]:
    return [(None, facts.case.accepted_at or facts.case.registered_at)]


def _accepted(facts: FileFacts) -> list[Told]:
    return [(None, facts.case.accepted_at)] if facts.case.accepted_at else []


def _powers(facts: FileFacts) -> list[Told]:
    return [(row, row.recorded_at) for row in facts.powers]


def _investigations(facts: FileFacts) -> list[Told]:
    return [(row, row.asked_at) for row in facts.investigations]


def _sessions(facts: FileFacts) -> list[Told]:
    return [(row, row.period.upper) for row in facts.sessions]


def _agreements(form: str) -> Callable[[FileFacts], list[Told]]:
    return lambda facts: [(row, row.recorded_at) for row in facts.agreements if row.form == form]


def _performance(facts: FileFacts) -> list[Told]:
    duties = [duty for row in facts.agreements for duty in row.obligations.all()]
    parts = [part for duty in duties for part in (list(duty.instalments.all()) or [duty])]
    last = max((part.proof.created_at for part in parts if part.performed_on and part.proof), default=None)
    return [(None, last)] if last else []


def _urgings(facts: FileFacts) -> list[Told]:
    return [(row, row.recorded_at) for row in facts.urgings]


def _guidances(facts: FileFacts) -> list[Told]:
    return [(row, row.recorded_at) for row in facts.guidances]


def _confirmations(facts: FileFacts) -> list[Told]:
    return [(row, row.asked_at) for row in facts.confirmations]


def _prescriptions(facts: FileFacts) -> list[Told]:
    return [(row, row.at) for row in facts.prescriptions]


def _letters(facts: FileFacts) -> list[Told]:
    return [(row, row.at) for row in facts.letters]


def _ending(facts: FileFacts) -> list[Told]:
    return [(facts.ended, facts.ended.at)] if facts.ended else []


def _follow_ups(facts: FileFacts) -> list[Told]:
    return [(row, row.done_at) for row in facts.follow_ups]


def _closing(facts: FileFacts) -> list[Told]:
    return [(None, facts.case.closed_at)] if facts.case.state == State.CLOSED else []


K, P, C = PaperKind, Part, paper_content

KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(K.APPLICATION, P.APPLICATION, _case, C.application, in_file=False),
        Kind(K.ACCEPTANCE, P.APPLICATION, _accepted, C.acceptance),
        Kind(K.RIGHTS, P.RIGHTS, _case, C.rights),
        Kind(K.POWER_OF_ATTORNEY, P.POWER_OF_ATTORNEY, _powers, C.power_of_attorney, ("principal", "attorney")),
        Kind(K.INVESTIGATION, P.INVESTIGATION, _investigations, C.investigation, ("asked",), has_docx=True),
        Kind(K.PRESCRIPTION, P.INVESTIGATION, _prescriptions, C.elsewhere, has_wording=False),
        Kind(
            K.SESSION_NOTICE, P.MEDIATION, _letters, C.elsewhere,
            in_file=False, has_wording=False, whose=lambda notice: notice.party,
        ),
        Kind(K.MEDIATION, P.MEDIATION, _sessions, C.mediation, has_docx=True),
        Kind(K.ENDING, P.MEDIATION, _ending, C.ending, ("ended_on", "way")),
        Kind(
            K.AGREEMENT, P.AGREEMENT, _agreements(Agreement.Form.WRITTEN), C.agreement,
            ("agreement_number",), has_docx=True, has_wording=False,
        ),
        Kind(
            K.ORAL_AGREEMENT, P.AGREEMENT, _agreements(Agreement.Form.ORAL), C.oral_agreement, ("agreement_number",)
        ),
        Kind(K.PERFORMANCE, P.PERFORMANCE, _performance, C.performance),
        Kind(
            K.URGING, P.PERFORMANCE, _urgings, C.elsewhere, has_wording=False, whose=lambda urging: urging.party
        ),
        Kind(K.COURT_GUIDANCE, P.PERFORMANCE, _guidances, C.elsewhere, has_wording=False),
        Kind(K.FOLLOW_UP, P.FOLLOW_UP, _follow_ups, C.follow_up, ("agreement_number",)),
        Kind(K.CONFIRMATION, P.CONFIRMATION, _confirmations, C.elsewhere, has_wording=False),
        Kind(K.CLOSING, P.CLOSING, _closing, C.closing, has_docx=True),
    )
}  # fmt: skip


def offers(facts: FileFacts) -> list[tuple[Kind, Any, dt.datetime]]:
    """The papers that can be made of a case now, in the order of the file."""
    return [(kind, about, at) for kind in KINDS.values() for about, at in kind.told(facts) if at is not None]


def source_of(about: Any) -> int:
    """The key of what a paper tells of; 0 for the case itself."""
    return about.pk if about is not None else 0
