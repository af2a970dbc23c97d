"""Follow-up visits, what is owed under agreements, and mediators, as lists."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from mediation import register_selectors
from mediation.models import Agreement, FollowUp, Instalment, Mediator, Obligation
from mediation.register_exports import mediator_table
from mediation.register_forms import MediatorFilter
from reporting.exporting.asked import Asked, Cell, Reader, day, moment


def visit_rows(asked: Asked) -> QuerySet[FollowUp]:
    """The visits planned for the days asked for, of cases in view."""
    cases = Case.objects.visible_to(asked.user).filter(asked.in_place("division__code"))
    rows = FollowUp.objects.visible_to(asked.user).filter(asked.on_days("due_on"), case__in=cases)
    shown = (
        "case__category",
        "case__division",
        "assignee",
        "companion",
        "done_by",
        "plan__category",
        "spoken_to__person",
    )
    return rows.select_related(*shown).order_by("due_on", "pk")


def visit_headings() -> list[str]:
    return [
        _("Case number"), _("Category"), _("Place"), _("Round"), _("Day after resolution"), _("Planned for"),
        _("State"), _("Visitor"), _("Together with"), _("Way of visiting"), _("Made at"), _("Made by"), _("Outcome"),
        _("Satisfaction"), _("Who was spoken to"), _("Second call"),
    ]  # fmt: skip


def visit_cells(batch: Sequence[FollowUp], asked: Asked) -> Iterator[list[Cell]]:
    for visit in batch:
        yield [
            visit.case.number, visit.case.category.name, visit.case.division.name, visit.round, visit.day,
            day(visit.due_on), visit.get_state_display(), str(visit.assignee or ""), str(visit.companion or ""),
            visit.get_channel_display(), moment(visit.done_at), str(visit.done_by or ""),
            visit.get_outcome_display() if visit.outcome else "",
            visit.get_satisfaction_display() if visit.satisfaction else "",
            asked.name_of(visit.spoken_to) if visit.spoken_to else "", _("yes") if visit.is_second else _("no"),
        ]  # fmt: skip


def duty_rows(asked: Asked) -> QuerySet[Obligation]:
    """What is owed under agreements of cases in view and falls due on the days asked for."""
    seen = Agreement.objects.visible_to(asked.user).filter(asked.in_place("case__division__code"))
    rows = Obligation.objects.filter(asked.on_days("due_on"), agreement__in=seen)
    shown = ("agreement__case__division", "agreement__committee", "debtor__person", "creditor__person")
    parts = Prefetch("instalments", Instalment.objects.order_by("position"))
    return rows.select_related(*shown).prefetch_related(parts).order_by("due_on", "pk")


def duty_headings() -> list[str]:
    return [
        _("Case number"), _("Number of the agreement"), _("Form"), _("Reached on"), _("In force since"), _("Place"),
        _("Who performs"), _("To whom"), _("Kind of obligation"), _("What"), _("Amount (yuan)"), _("Due on"),
        _("Performed on"), _("State"), _("Instalments"), _("Instalments performed"),
    ]  # fmt: skip


def duty_cells(batch: Sequence[Obligation], asked: Asked) -> Iterator[list[Cell]]:
    words = {"performed": _("performed"), "overdue": _("overdue"), "open": _("not due yet")}
    for duty in batch:
        agreement, parts = duty.agreement, list(duty.instalments.all())
        yield [
            agreement.case.number, agreement.number, agreement.get_form_display(), day(agreement.reached_on),
            day(agreement.in_force_on), agreement.case.division.name, asked.name_of(duty.debtor),
            asked.name_of(duty.creditor) if duty.creditor else "", duty.get_kind_display(), duty.what,
            "" if duty.amount is None else duty.amount, day(duty.due_on), day(duty.performed_on),
            words[duty.due_state], len(parts), sum(part.performed_on is not None for part in parts),
        ]  # fmt: skip


def mediator_rows(asked: Asked) -> QuerySet[Mediator]:
    """The mediators within reach, by the filters of their list."""
    rows = register_selectors.mediators(asked.user).filter(asked.in_place("committee__division__code"))
    found: QuerySet[Mediator] = MediatorFilter(asked.query, queryset=rows, request=Reader(asked.user)).qs
    return found.select_related("committee", "ethnic_group")


def mediator_headings() -> list[str]:
    return next(iter(mediator_table(())))


def mediator_cells(batch: Sequence[Mediator], asked: Asked) -> Iterator[list[Cell]]:
    for row in itertools.islice(mediator_table(batch), 1, None):
        yield [*row]
