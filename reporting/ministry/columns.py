"""The columns of the form: each with its heading, its definition, and which cases it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.states import Outcome
from mediation.models import Prevention, StatisticsEntry

Source = StatisticsEntry.Source
COMMISSIONED = (Source.PETITIONS, Source.COURT, Source.POLICE, Source.PROCURATORATE, Source.OTHER)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``cases`` says which of the concluded cases stand behind it.

    ``sums`` names what is added up over these cases instead of counting them: ``parties``, ``amount``, or
    ``people:`` and a kind of prevention.
    """

    code: str
    label: str | Promise
    definition: str | Promise
    cases: Q = field(default_factory=Q)
    sums: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Columns under one heading; without a label they stand alone."""

    label: str | Promise
    columns: Sequence[Column]


def _source(source: Source, label: str | Promise) -> Column:
    return Column(f"from_{source}", label, _("Of these, by the source entered, else by the channel."), Q(source=source))


def _prevented(kind: Prevention.Kind, label: str | Promise) -> Group:
    cases = Q(preventions__kind=kind)
    return Group(
        label,
        (
            Column(
                f"{kind}_cases", pgettext_lazy("form", "cases"), _("Of these, where the mediator entered it."), cases
            ),
            Column(
                f"{kind}_people", pgettext_lazy("form", "people"), _("The people concerned by these."), cases,
                sums=f"people:{kind}",
            ),
        ),
    )  # fmt: skip


GROUPS: Sequence[Group] = (
    Group(
        "",
        (
            Column(
                "total", _("Cases mediated"),
                _(
                    "Cases with a people's mediator whose handling ended in the period, with a solution or without; "
                    "each once, by its last end. Merged ones are left out, restricted ones are counted."
                ),
            ),
            Column("success", _("Succeeded"), _("Of these, those that were resolved."), Q(resolved_at__isnull=False)),
            Column(
                "parties", pgettext_lazy("form", "Parties"), _("The parties of these cases; representatives apart."),
                sums="parties",
            ),
            Column("amount", _("Amount (10,000 yuan)"), _("What was in dispute in these cases."), sums="amount"),
            Column(
                "difficult", _("Difficult, complex"), _("Of these, those that the mediator entered as such."),
                Q(statistics_entry__is_difficult=True),
            ),
        ),
    ),
    Group(
        _("Source of the case"),
        (
            _source(Source.APPLICATION, _("On application")),
            _source(Source.ACTIVE, _("On own initiative")),
            Column(
                "commissioned", _("On commission"), _("The five columns that follow, together."),
                Q(source__in=COMMISSIONED),
            ),
            _source(Source.PETITIONS, _("Petition office")),
            _source(Source.COURT, _("Court")),
            _source(Source.POLICE, _("Police")),
            _source(Source.PROCURATORATE, _("Procuratorate")),
            _source(Source.OTHER, _("Other body")),
        ),
    ),
    Group(
        pgettext_lazy("form", "Agreement"),
        (
            Column(
                "written", _("Written"), _("Of these, resolved by a written agreement."),
                Q(outcome=Outcome.WRITTEN_AGREEMENT),
            ),
            Column("oral", _("Oral"), _("Of these, resolved by an oral one."), Q(outcome=Outcome.ORAL_AGREEMENT)),
        ),
    ),
    Group(
        pgettext_lazy("form", "Performance"),
        (
            Column(
                "due", _("Due"),
                _("Agreements of these cases whose last day has come, and those performed before."),
                Q(is_due=True) | Q(is_performed=True),
            ),
            Column(
                "performed", _("Performed"),
                _("Everything owed is recorded as performed, or, where nothing is listed, the last visit says so."),
                Q(is_performed=True),
            ),
        ),
    ),
    _prevented(Prevention.Kind.CRIME, _("Kept from becoming criminal")),
    _prevented(Prevention.Kind.SUICIDE, _("Suicide prevented")),
    _prevented(Prevention.Kind.GROUP_PETITION, _("Group petition prevented")),
    _prevented(Prevention.Kind.GROUP_FIGHT, _("Group fight prevented")),
)  # fmt: skip

COLUMNS: Mapping[str, Column] = {column.code: column for group in GROUPS for column in group.columns}
