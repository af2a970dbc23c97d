from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.forms import HiddenInput
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases import board
from cases.models import Case, Category, Colour, Deadline, Kind, Referral
from cases.selectors import find
from cases.states import OPEN_STATES, Outcome, State
from departments.models import Department, Division
from governance_center.calendar import day_end, day_start
from governance_center.scope import within

ORDERINGS = (
    ("-registered_at", _("newest first")),
    ("registered_at", _("oldest first")),
    ("due_at", _("limit ends soonest")),
    ("number", _("case number")),
    ("state_since", _("longest in its state")),
)

NOBODY = "nobody"


def _mediators(request: HttpRequest | None) -> QuerySet[User]:
    """The mediators of the reader's division who have a case: who has it now is the question asked most."""
    user = getattr(request, "user", None)
    scope = user.scope_code if isinstance(user, User) else ""
    has_cases = Exists(Case.objects.filter(mediator=OuterRef("pk")))
    rows = User.objects.filter(within("division__code", scope), has_cases, role=Role.MEDIATOR)
    return rows.order_by("display_name", "pk")


class CaseFilter(django_filters.FilterSet):
    """The filters of the case list; they live in the address, so that a colleague can be sent a link."""

    q = django_filters.CharFilter(method="search", label=_("Number, name, summary"))
    state = django_filters.MultipleChoiceFilter(choices=State.choices, label=_("State"))
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"), empty_label=_("all"))
    category = django_filters.ModelChoiceFilter(
        queryset=Category.objects.all(), label=_("Category"), empty_label=_("all")
    )
    county = django_filters.ModelChoiceFilter(
        queryset=Division.objects.counties(), method="in_county", label=_("County or city"), empty_label=_("all")
    )
    place = django_filters.CharFilter(method="in_place", label=_("Place code"), widget=HiddenInput)
    counted = django_filters.CharFilter(method="only_counted", label=_("Counted only"), widget=HiddenInput)
    lead = django_filters.ModelChoiceFilter(queryset=Department.objects.all(), label=_("Lead"), empty_label=_("all"))
    mediator = django_filters.ModelChoiceFilter(
        queryset=lambda request: _mediators(request), label=_("Mediator"), empty_label=_("all")
    )
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices, label=_("Outcome"), empty_label=_("all"))
    resolved_level = django_filters.ChoiceFilter(
        choices=Division.Level.choices, label=_("Resolved at level"), empty_label=_("all")
    )
    returned_by = django_filters.CharFilter(method="was_returned_by", label=_("Returned by"), widget=HiddenInput)
    returned_to = django_filters.CharFilter(method="unchanged", label=_("Led next by"), widget=HiddenInput)
    led_by = django_filters.CharFilter(method="was_led_by", label=_("Given to lead"), widget=HiddenInput)
    had_to_take = django_filters.CharFilter(method="had_to_be_taken_by", label=_("Had to take"), widget=HiddenInput)
    dispatched_from = django_filters.DateFilter(method="unchanged", label=_("Dispatched from"), widget=HiddenInput)
    dispatched_to = django_filters.DateFilter(method="unchanged", label=_("Dispatched to"), widget=HiddenInput)
    accepted_from = django_filters.DateFilter(method="from_day", label=_("Accepted from"))
    accepted_to = django_filters.DateFilter(method="to_day", label=_("Accepted to"))
    registered_from = django_filters.DateFilter(method="registered_from_day", label=_("Registered from"))
    registered_to = django_filters.DateFilter(method="registered_to_day", label=_("Registered to"))
    incoming = django_filters.CharFilter(
        method="only_incoming", label=_("As counted by early warning"), widget=HiddenInput
    )
    colour = django_filters.ChoiceFilter(
        method="in_colour",
        label=_("Time limits"),
        empty_label=_("all"),
        choices=(*Colour.choices, ("paused", _("paused"))),
    )
    flag = django_filters.ChoiceFilter(
        method="flagged",
        label=_("Only"),
        empty_label=_("all"),
        choices=(
            ("open", _("open")),
            ("overdue", _("overdue")),
            ("contested", _("contested")),
            ("to_decide", _("waiting for a decision")),
            ("high_risk", _("high risk, not looked at yet")),
            ("due_today", _("due today")),
            ("unsigned", _("not signed for in time")),
            ("handed_up", _("handed up, waiting for an answer")),
            ("resolved", _("resolved")),
            ("mine", _("in my hands")),
            ("counted", _("accepted, consultations apart")),
        ),
    )

    class Meta:
        model = Case
        fields = ("state", "kind", "category", "lead", "mediator", "outcome", "resolved_level")

    def search(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return find(queryset, value)

    def in_county(self, queryset: QuerySet[Case], name: str, value: Division) -> QuerySet[Case]:
        return queryset.filter(division__code__startswith=value.pk)

    def in_place(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return queryset.filter(within("division__code", value))

    def only_counted(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return queryset.counted()  # type: ignore[attr-defined]

    def was_led_by(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return queryset.filter(Exists(self._leading(value)))

    def was_returned_by(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """``returned_to`` narrows it to those that this department led next; ``nobody``: that nobody led after it."""
        returned = self._leading(value).filter(status=Referral.Status.RETURNED)
        taker = self.form.cleaned_data.get("returned_to")
        if taker:
            following = Referral.objects.leading().filter(case=OuterRef("case"), pk__gt=OuterRef("pk")).order_by("pk")
            returned = returned.annotate(taker=Subquery(following.values("department")[:1]))
            returned = returned.filter(taker__isnull=True) if taker == NOBODY else returned.filter(taker=taker)
        return queryset.filter(Exists(returned))

    def had_to_be_taken_by(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        later = Referral.objects.leading().filter(case=OuterRef("case"), department=value, pk__gt=OuterRef("pk"))
        returned = self._leading(value).filter(Exists(later), status=Referral.Status.RETURNED)
        return queryset.filter(Exists(returned))

    def unchanged(self, queryset: QuerySet[Case], name: str, value: Any) -> QuerySet[Case]:
        """The days of dispatch and who led next only narrow the filters by a department's referrals."""
        return queryset

    def _leading(self, department: str) -> QuerySet[Referral]:
        """A case's referrals to a department as the lead, within the days of dispatch that are asked for."""
        rows = Referral.objects.leading().filter(case=OuterRef("pk"), department=department)
        first, last = self.form.cleaned_data.get("dispatched_from"), self.form.cleaned_data.get("dispatched_to")
        if first:
            rows = rows.filter(dispatched_at__gte=day_start(first))
        return rows.filter(dispatched_at__lt=day_end(last)) if last else rows

    def from_day(self, queryset: QuerySet[Case], name: str, value: Any) -> QuerySet[Case]:
        return queryset.filter(accepted_at__gte=day_start(value))

    def to_day(self, queryset: QuerySet[Case], name: str, value: Any) -> QuerySet[Case]:
        return queryset.filter(accepted_at__lt=day_end(value))

    def registered_from_day(self, queryset: QuerySet[Case], name: str, value: Any) -> QuerySet[Case]:
        return queryset.filter(registered_at__gte=day_start(value))

    def registered_to_day(self, queryset: QuerySet[Case], name: str, value: Any) -> QuerySet[Case]:
        return queryset.filter(registered_at__lt=day_end(value))

    def only_incoming(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return queryset.incoming()  # type: ignore[attr-defined]

    def in_colour(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Open cases by the worst colour of their limits, by exact time; or with a limit that is paused."""
        limits = Deadline.objects.filter(case=OuterRef("pk"))
        now = timezone.now()
        late, turning = Exists(limits.overdue(now)), Exists(limits.turning(now))
        wanted = {
            Colour.RED: Q(late),
            Colour.YELLOW: Q(turning) & ~Q(late),
            Colour.GREEN: Q(Exists(limits.running())) & ~Q(turning) & ~Q(late),
            "paused": Q(Exists(limits.paused())),
        }
        return queryset.filter(wanted[value], state__in=OPEN_STATES)

    def flagged(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        match value:
            case "open":
                return queryset.open()  # type: ignore[attr-defined]
            case "overdue":
                return queryset.open().overdue()  # type: ignore[attr-defined]
            case "contested":
                return queryset.contested()  # type: ignore[attr-defined]
            case "counted":
                return queryset.counted()  # type: ignore[attr-defined]
            case "resolved":
                return queryset.filter(resolved_at__isnull=False)
            case "mine":
                return queryset.filter(mediator=self.request.user)
            case "to_decide" | "high_risk" | "due_today" | "unsigned" | "handed_up":
                return board.NARROW[value](queryset, timezone.now())
        return queryset
