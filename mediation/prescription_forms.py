"""The form of a prescription: root causes and diagnosis, and a row for each responsibility and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.forms import TEXT
from cases.models import Case, CaseParty
from departments.models import Department
from governance_center.forms import SubmissionKeyMixin
from mediation.models import Committee, FollowUpCode, PrescribedStep
from mediation.services.prescribing import Step, Who

PREFIX = "steps"
MOST_ROWS = 20


class PrescriptionForm(SubmissionKeyMixin, forms.Form):
    causes = forms.MultipleChoiceField(
        label=_("Root causes"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Tick a cause.")}
    )
    diagnosis = forms.CharField(
        label=_("Diagnosis: why does it keep coming back"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "diagnosis"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = FollowUpCode.objects.filter(table="cause", is_active=True)
        self.fields["causes"].choices = [(row.code, row.name) for row in rows]  # type: ignore[attr-defined]


class People:
    """Who may be named on a line: the parties, committees and departments of the place; read once for all rows."""

    def __init__(self, case: Case) -> None:
        near = [case.division_id[:length] for length in (4, 6, 9, 12)]
        self.groups: list[tuple[str, list[Who]]] = [
            (str(_("Parties")), list(CaseParty.objects.filter(case=case).select_related("person"))),
            (str(_("mediation committees")), list(Committee.objects.filter(division__in=near))),
            (str(_("Departments")), list(Department.objects.all())),
        ]
        self.by_key = {self.key(one): one for _label, rows in self.groups for one in rows}

    @staticmethod
    def key(one: Who) -> str:
        return f"{type(one).__name__.lower()}:{one.pk}"

    def choices(self) -> list[tuple[str, Any]]:
        named = [(label, [(self.key(one), str(one)) for one in rows]) for label, rows in self.groups if rows]
        return [("", "—"), *named]


class StepForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind of line"), choices=PrescribedStep.Kind.choices, initial=PrescribedStep.Kind.REMEDY
    )
    who = forms.ChoiceField(label=_("Who does it"))
    due_on = forms.DateField(
        label=_("To be done by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    what = forms.CharField(label=_("What is to be done"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, people: People, typed: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        if self.prefix in {f"{PREFIX}-0", f"{PREFIX}-1"}:
            self.initial["kind"] = PrescribedStep.Kind.RESPONSIBILITY
        if typed is not None:
            found = {name: typed.get(self.add_prefix(name)) for name in self.fields}
            self.initial |= {name: value for name, value in found.items() if value is not None}
        self.fields["who"].choices = people.choices()  # type: ignore[attr-defined]

    def has_changed(self) -> bool:
        """The kind alone says nothing."""
        return any(name != "kind" for name in self.changed_data)

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return day

    def step(self) -> Step:
        data = self.cleaned_data
        return Step(data["kind"], self.people.by_key[data["who"]], data["what"], data["due_on"])


class StepRows(forms.BaseFormSet):
    """The lines; empty ones are left out."""

    def steps(self) -> list[Step]:
        return [row.step() for row in self.forms if row.has_changed()]


StepFormSet = forms.formset_factory(
    StepForm, formset=StepRows, extra=4, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS
)


def rows_sent(case: Case, data: Any) -> StepRows:
    """The rows as they were sent, to be judged."""
    return StepFormSet(data, prefix=PREFIX, form_kwargs={"people": People(case)})


def empty_rows(case: Case, count: int = 4, typed: Mapping[str, str] | None = None) -> StepRows:
    """``count`` rows to fill in, the first two for responsibilities, with what was ``typed`` and not yet judged."""
    rows = StepFormSet(prefix=PREFIX, form_kwargs={"people": People(case), "typed": typed})
    rows.extra = min(max(count, 1), MOST_ROWS)
    return rows


class DoneForm(forms.Form):
    done_on = forms.DateField(label=_("Done on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
