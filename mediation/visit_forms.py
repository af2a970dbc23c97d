"""Forms and filters of follow-up visits: shape only; what may happen is the services' to say."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.forms import TEXT
from cases.models import CaseParty
from departments.models import CODE_LENGTHS, Division
from mediation.models import FollowUp, FollowUpCode, FollowUpPlan, VisitChannel
from mediation.services.follow_ups import Findings

REASON = 300


class VisitForm(forms.Form):
    """What a visit found; each answer is one tap."""

    outcome = forms.ChoiceField(
        label=_("What did the visit find"), choices=FollowUp.Outcome.choices, widget=forms.RadioSelect
    )
    satisfaction = forms.ChoiceField(
        label=_("Is the petitioner content"),
        choices=(*FollowUp.Satisfaction.choices, ("", _("did not answer"))),
        widget=forms.RadioSelect,
        required=False,
        initial="",
    )
    channel = forms.ChoiceField(
        label=_("Way of visiting"), choices=VisitChannel.choices, widget=forms.RadioSelect, required=False
    )
    spoken_to = forms.ModelChoiceField(
        label=_("Who was spoken to"),
        queryset=CaseParty.objects.none(),
        widget=forms.RadioSelect,
        required=False,
        blank=True,
        empty_label=_("nobody of them"),
    )
    signs = forms.MultipleChoiceField(
        label=_("Signs of escalation"),
        help_text=_("The dispatchers are told at once."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    helps = forms.MultipleChoiceField(label=_("Help needed"), widget=forms.CheckboxSelectMultiple, required=False)
    note = forms.CharField(
        label=_("Note"),
        help_text=_("Needed for a relapse, for signs of escalation, and where the agreement is not performed."),
        max_length=TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "follow-up"}),
    )
    next_step = forms.ChoiceField(
        label=_("Next step"), choices=FollowUp.NextStep.choices, widget=forms.RadioSelect, required=False
    )
    next_on = forms.DateField(
        label=_("Day of the other visit"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, visit: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["spoken_to"].queryset = visit.case.parties.select_related("person")  # type: ignore[attr-defined]
        rows = list(FollowUpCode.objects.filter(is_active=True))
        for name, table in (("signs", "sign"), ("helps", "help")):
            self.fields[name].choices = [(row.code, row.name) for row in rows if row.table == table]  # type: ignore[attr-defined]
        self.initial.setdefault("channel", visit.channel)
        self.initial.setdefault("next_step", FollowUp.NextStep.KEEP)
        if visit.is_second:
            kept = [row for row in FollowUp.NextStep.choices if row[0] in {"keep", "reopen"}]
            self.fields["next_step"].choices = kept  # type: ignore[attr-defined]
            del self.fields["next_on"]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        names = ("channel", "spoken_to", "signs", "helps", "next_step")
        findings = Findings(**{name: data[name] for name in names}, next_on=data.get("next_on"))
        return {**{name: data[name] for name in ("outcome", "satisfaction", "note")}, "findings": findings}


class GiveForm(forms.Form):
    to = forms.ModelChoiceField(label=_("Who visits"), queryset=User.objects.none())
    companion = forms.ModelChoiceField(
        label=_("Together with"), queryset=User.objects.none(), required=False, empty_label=_("nobody")
    )
    on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Reason"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("to", "companion"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]
            self.fields[name].label_from_instance = lambda user: f"{user} · {user.get_role_display()}"  # type: ignore[attr-defined]


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Why not"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3, "data-draft-key": "cannot"})
    )


def _places(request: HttpRequest | None) -> QuerySet[Division]:
    """One level below the reader's own: counties for the prefecture, townships for a county."""
    user = getattr(request, "user", None)
    scope = user.scope_code if isinstance(user, User) else ""
    level = Division.Level.TOWNSHIP if len(scope) >= CODE_LENGTHS["county"] else Division.Level.COUNTY
    return Division.objects.within(scope).filter(level=level)


class VisitFilter(django_filters.FilterSet):
    """The filters of the list of visits; they live in the address."""

    whose = django_filters.ChoiceFilter(
        method="of_whom", label=_("Whose"), empty_label=_("all"),
        choices=(("mine", _("mine")), ("nobody", _("nobody asked yet"))),
    )  # fmt: skip
    when = django_filters.ChoiceFilter(
        method="at", label=_("When"), empty_label=_("due, and the coming week"),
        choices=(("overdue", _("overdue")), ("today", _("due today")), ("due", _("due"))),
    )  # fmt: skip
    plan = django_filters.ChoiceFilter(method="by_plan", label=_("Plan"), empty_label=_("all"))
    place = django_filters.ModelChoiceFilter(
        queryset=lambda request: _places(request), method="in_place", label=_("Place"), empty_label=_("all")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {plan.code: plan.name for plan in FollowUpPlan.objects.order_by("since", "pk")}
        self.filters["plan"].extra["choices"] = [*names.items(), ("second", _("second calls"))]

    class Meta:
        model = FollowUp
        fields = ()

    def of_whom(self, queryset: QuerySet[FollowUp], name: str, value: str) -> QuerySet[FollowUp]:
        if value == "nobody":
            return queryset.filter(assignee__isnull=True)
        return queryset.filter(Q(assignee=self.request.user) | Q(companion=self.request.user))

    def at(self, queryset: QuerySet[FollowUp], name: str, value: str) -> QuerySet[FollowUp]:
        today = timezone.localdate()
        return queryset.filter(**{{"overdue": "due_on__lt", "today": "due_on", "due": "due_on__lte"}[value]: today})

    def by_plan(self, queryset: QuerySet[FollowUp], name: str, value: str) -> QuerySet[FollowUp]:
        if value == "second":
            return queryset.filter(second_of__isnull=False)
        return queryset.filter(plan__code=value, second_of__isnull=True)

    def in_place(self, queryset: QuerySet[FollowUp], name: str, value: Division) -> QuerySet[FollowUp]:
        return queryset.filter(case__division__code__startswith=value.pk)
