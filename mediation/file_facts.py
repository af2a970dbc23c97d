"""What the papers of a case tell of, read once in a handful of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, QuerySet

from cases.models import Case, CaseEvent, CaseParty, Document, EventKind, Note
from cases.states import GUIDED_OUTCOMES
from governance_center.listing import enumerated
from mediation import selectors
from mediation.models import (
    Agreement,
    Assignment,
    Confirmation,
    CourtGuidance,
    FollowUp,
    InvestigationRecord,
    MadePaper,
    Mediator,
    Notice,
    PowerOfAttorney,
    Prescription,
    Replacement,
    RightsNotice,
    SeparateTalk,
    Session,
    Urging,
)

Part = CaseParty.Part
_VISIT = ("done_by", "note", "spoken_to__person", "companion", "assignee")


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A case with everything that stands in its file. ``documents`` are those that nothing has replaced."""

    case: Case
    parties: list[CaseParty]
    sessions: list[Session]
    """held, or come to nothing with minutes"""
    agreements: list[Agreement]
    investigations: list[InvestigationRecord]
    powers: list[PowerOfAttorney]
    follow_ups: list[FollowUp]
    """those that were made"""
    notices: list[RightsNotice]
    documents: list[Document]
    made: dict[tuple[str, int], MadePaper] = field(default_factory=dict)
    replacements: list[Replacement] = field(default_factory=list)
    mediator: Mediator | None = None
    prescriptions: list[Prescription] = field(default_factory=list)
    letters: list[Notice] = field(default_factory=list)
    """notices on paper of sessions as they are called now"""
    urgings: list[Urging] = field(default_factory=list)
    guidances: list[CourtGuidance] = field(default_factory=list)
    confirmations: list[Confirmation] = field(default_factory=list)
    """applications to the court, those that were withdrawn too"""
    ended: CaseEvent | None = None
    """the entry of the ledger by which the mediation ended without a solution, where it stands so"""
    ended_why: str = ""

    def of_part(self, *parts: str) -> list[CaseParty]:
        return [party for party in self.parties if party.part in parts]

    def names(self, *parts: str) -> str:
        """The parties of these parts on one line."""
        return enumerated(self.of_part(*parts))

    @property
    def committee(self) -> str:
        """The committee of the mediator in the language that is active; without one the centre."""
        found = next((row.committee for row in reversed(self.agreements) if row.committee), None)
        if found is None and self.mediator:
            found = self.mediator.committee
        return found.name if found else self.case.centre.name


def read(case: Case) -> FileFacts:
    """Everything about ``case``, whose category, division, centre and lead should be joined already."""
    replacements = list(
        Replacement.objects.filter(old__case=case).select_related("old", "new", "by").order_by("at", "pk")
    )
    gone = {row.old_id for row in replacements}
    documents = Document.objects.filter(case=case).select_related("added_by").order_by("added_at", "pk")
    visits = FollowUp.objects.filter(case=case, state=FollowUp.State.DONE)
    agreements = list(selectors.agreements_of(case))
    for agreement in agreements:
        agreement.case = case
    ended = _ended(case)
    return FileFacts(
        case=case,
        parties=list(case.parties.select_related("person__ethnic_group", "person__division")),
        sessions=_sessions(case),
        agreements=agreements,
        investigations=list(InvestigationRecord.objects.filter(case=case)),
        powers=list(PowerOfAttorney.objects.filter(case=case).select_related("principal__person")),
        follow_ups=list(visits.select_related(*_VISIT).order_by("done_at", "pk")),
        notices=list(RightsNotice.objects.filter(case=case).select_related("party__person", "by")),
        documents=[document for document in documents if document.pk not in gone],
        made={
            (row.kind, row.source): row
            for row in MadePaper.objects.filter(case=case).select_related("template", "document__added_by")
        },
        replacements=replacements,
        mediator=_mediator(case),
        prescriptions=_of_case(case, Prescription.objects.select_related("diagnosis", "by")),
        letters=_letters(case),
        urgings=_of_agreements(agreements, Urging.objects.select_related("party__person")),
        guidances=_of_agreements(agreements, CourtGuidance.objects.all()),
        confirmations=_of_agreements(agreements, Confirmation.objects.all()),
        ended=ended,
        ended_why=_why(case, ended),
    )


def _of_case(case: Case, rows: QuerySet[Any]) -> list[Any]:
    """Those of the case, the oldest first, with the case as it was read."""
    found = list(rows.filter(case=case).order_by("pk"))
    for row in found:
        row.case = case
    return found


def _of_agreements(agreements: list[Agreement], rows: QuerySet[Any]) -> list[Any]:
    """Those of the agreements, the oldest first, with the agreement as it was read."""
    own = {agreement.pk: agreement for agreement in agreements}
    found = list(rows.filter(agreement__in=own).order_by("pk"))
    for row in found:
        row.agreement = own[row.agreement_id]
    return found


def _letters(case: Case) -> list[Notice]:
    """Given on paper; of a session that was moved since only what was given then."""
    rows = Notice.objects.filter(session__case=case, channel=Notice.Channel.PAPER)
    related = ("party__person", "session__mediator__committee", "session__room__centre")
    found = list(rows.select_related(*related).order_by("pk"))
    moved = case.events.filter(kind=EventKind.SESSION_MOVED).values_list("data__session", flat=True) if found else []
    times = Counter(moved)
    for row in found:
        row.session.case = case
    return [row for row in found if row.version == times[row.session_id]]


def _ended(case: Case) -> CaseEvent | None:
    if case.outcome not in GUIDED_OUTCOMES:
        return None
    return case.events.filter(kind=EventKind.UNRESOLVED).order_by("-sequence").first()


def _why(case: Case, ended: CaseEvent | None) -> str:
    """The note that was written with it."""
    note = Note.objects.filter(case=case, pk=ended.data.get("note")).first() if ended else None
    return note.text if note else ""


def _sessions(case: Case) -> list[Session]:
    rows = Session.objects.filter(case=case, state__in=(Session.State.HELD, Session.State.FAILED))
    rows = rows.select_related("mediator__committee", "room", "minutes", "called_by")
    rows = rows.prefetch_related(
        "attendances__party__person", Prefetch("talks", SeparateTalk.objects.defer("note"))
    ).order_by("period", "pk")
    return [row for row in rows if row.state == Session.State.HELD or hasattr(row, "minutes")]


def _mediator(case: Case) -> Mediator | None:
    """Who has the case in hand, else who had it last."""
    mine = Mediator.objects.select_related("committee", "user")
    found = mine.filter(user=case.mediator_id).first() if case.mediator_id else None
    if found:
        return found
    last = Assignment.objects.filter(case=case).order_by("-assigned_at", "-pk").values_list("mediator", flat=True)
    return mine.filter(pk__in=last[:1]).first()
