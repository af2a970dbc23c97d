"""What the papers of a case tell of, read once in a handful of queries."""

from __future__ import annotations

from dataclasses import dataclass, field

from cases.models import Case, CaseParty, Document, EventKind
from governance_center.listing import enumerated
from mediation import selectors
from mediation.models import (
    Agreement,
    Assignment,
    FollowUp,
    InvestigationRecord,
    MadePaper,
    Mediator,
    PowerOfAttorney,
    Replacement,
    RightsNotice,
    Session,
)

Part = CaseParty.Part


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
    is_confirmation_asked: bool = False

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
    visits = FollowUp.objects.filter(case=case, state=FollowUp.State.DONE).select_related("done_by", "note")
    agreements = list(selectors.agreements_of(case))
    for agreement in agreements:
        agreement.case = case
    return FileFacts(
        case=case,
        parties=list(case.parties.select_related("person__ethnic_group", "person__division")),
        sessions=_sessions(case),
        agreements=agreements,
        investigations=list(InvestigationRecord.objects.filter(case=case)),
        powers=list(PowerOfAttorney.objects.filter(case=case).select_related("principal__person")),
        follow_ups=list(visits.order_by("done_at", "pk")),
        notices=list(RightsNotice.objects.filter(case=case).select_related("party__person", "by")),
        documents=[document for document in documents if document.pk not in gone],
        made={
            (row.kind, row.source): row
            for row in MadePaper.objects.filter(case=case).select_related("template", "document__added_by")
        },
        replacements=replacements,
        mediator=_mediator(case),
        is_confirmation_asked=case.events.filter(kind=EventKind.CONFIRMATION_ASKED).exists(),
    )


def _sessions(case: Case) -> list[Session]:
    rows = Session.objects.filter(case=case, state__in=(Session.State.HELD, Session.State.FAILED))
    rows = rows.select_related("mediator__committee", "room", "minutes", "called_by")
    rows = rows.prefetch_related("attendances__party__person").order_by("period", "pk")
    return [row for row in rows if row.state == Session.State.HELD or hasattr(row, "minutes")]


def _mediator(case: Case) -> Mediator | None:
    """Who has the case in hand, else who had it last."""
    mine = Mediator.objects.select_related("committee", "user")
    found = mine.filter(user=case.mediator_id).first() if case.mediator_id else None
    if found:
        return found
    last = Assignment.objects.filter(case=case).order_by("-assigned_at", "-pk").values_list("mediator", flat=True)
    return mine.filter(pk__in=last[:1]).first()
