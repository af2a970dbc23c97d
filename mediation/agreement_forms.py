"""The forms of an agreement: what was agreed, a row for each obligation, and what was performed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from cases.forms import TEXT
from cases.models import Case, CaseParty
from mediation.instalments import FEN, Share, split_instalments
from mediation.models import Agreement, Obligation, Offer, OfferTerm
from mediation.services.clarity import Fault, Term, listed
from mediation.services.signing import text_of
from mediation.signing_forms import ScanField

PREFIX = "duties"
MOST_ROWS = 20
KINDS = (("", "—"), *Obligation.Kind.choices)


class AgreementForm(forms.Form):
    form = forms.ChoiceField(
        label=_("Form of the agreement"),
        choices=Agreement.Form.choices,
        widget=forms.RadioSelect,
        help_text=_("Oral only where nothing about money or rights is in dispute any more; it is registered here."),
    )
    terms_language = forms.ChoiceField(
        label=_("Language of the terms"),
        choices=Language.choices,
        widget=forms.RadioSelect,
        initial=Language.CHINESE,
    )
    responsibilities = forms.CharField(
        label=_("Facts, issues and responsibilities"),
        help_text=_("What happened, what is in dispute, and who answers for what. Needed in writing."),
        max_length=TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "responsibilities"}),
    )
    terms = forms.CharField(
        label=_("What was agreed"),
        help_text=_("Needed where no obligations are listed below; else what they do not say."),
        max_length=TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "terms"}),
    )
    if_not = forms.CharField(
        label=_("What if it is not performed"),
        help_text=_("Needed in writing."),
        max_length=TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "data-draft-key": "if_not"}),
    )
    perform_by = forms.DateField(
        label=_("To be performed by"),
        help_text=_("Left empty, it is the latest day of the obligations."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    offer = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CorrectionForm(AgreementForm):
    """The same of an agreement that stays a written one; ``text`` is the digest of what is corrected."""

    form = offer = None
    text = forms.CharField(widget=forms.HiddenInput, max_length=64)


class TermForm(forms.Form):
    """One obligation. Only the shape is checked here; whether it is clear is the service's matter."""

    debtor = forms.ModelChoiceField(label=_("Who performs"), queryset=CaseParty.objects.none(), required=False)
    creditor = forms.ModelChoiceField(label=_("To whom"), queryset=CaseParty.objects.none(), required=False)
    kind = forms.ChoiceField(label=_("Kind of obligation"), choices=KINDS, required=False)
    what = forms.CharField(label=_("What"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    amount = forms.DecimalField(
        label=_("Amount in yuan"),
        required=False,
        max_digits=12,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    due_on = forms.DateField(label=_("Due on"), required=False, widget=forms.DateInput)
    how = forms.CharField(label=_("How"), max_length=300, required=False)
    count = forms.IntegerField(label=_("Instalments"), required=False, min_value=2, max_value=120)
    first_on = forms.DateField(label=_("First instalment on"), required=False, widget=forms.DateInput)
    every_months = forms.IntegerField(
        label=_("Months between two"), required=False, min_value=1, max_value=12, initial=1
    )

    def __init__(self, *args: Any, case: Case, typed: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("debtor", "creditor"):
            field = self.fields[name]
            field.queryset = CaseParty.objects.filter(case=case).select_related("person")  # type: ignore[attr-defined]
        if typed is not None:
            found = {name: typed.get(self.add_prefix(name)) for name in self.fields}
            self.initial |= {name: value for name, value in found.items() if value is not None}

    def has_changed(self) -> bool:
        """The months between two instalments alone say nothing."""
        return any(name != "every_months" for name in self.changed_data)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("count") and not data.get("first_on") and "first_on" not in self.errors:
            self.add_error("first_on", _("Say when the first instalment is due."))
        if data.get("first_on") and not data.get("count") and "count" not in self.errors:
            self.add_error("count", _("Say how many instalments there are."))
        amount, count = data.get("amount"), data.get("count")
        if amount and count and 0 < amount < FEN * count:
            self.add_error("count", _("Every instalment is more than nothing."))
        return data

    def term(self) -> Term:
        """What the row says."""
        data = self.cleaned_data
        names = ("debtor", "creditor", "kind", "what", "amount", "due_on", "how")
        return Term(**{name: data[name] for name in names}, instalments=self._shares())

    def _shares(self) -> tuple[Share, ...]:
        data = self.cleaned_data
        amount: Decimal | None = data["amount"]
        if not amount or amount < 0 or not data["count"]:
            return ()
        every = data["every_months"] or 1
        return split_instalments(amount, count=data["count"], first_on=data["first_on"], every_months=every)


class TermRows(forms.BaseFormSet):
    """The rows of an agreement; empty ones are left out."""

    def filled(self) -> list[TermForm]:
        return [row for row in self.forms if row.has_changed()]

    def terms(self) -> list[Term]:
        return [row.term() for row in self.filled()]

    def mark(self, faults: tuple[Fault, ...], agreement: forms.Form) -> None:
        """Put each fault beside its field."""
        rows = self.filled()
        for fault in faults:
            form: forms.Form = agreement if fault.row is None else rows[fault.row]
            form.add_error(fault.field, str(fault.message))


TermFormSet = forms.formset_factory(
    TermForm, formset=TermRows, extra=1, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS
)


def empty_rows(case: Case, count: int, typed: Mapping[str, str] | None = None) -> TermRows:
    """``count`` rows to fill in, with what was ``typed`` so far and not yet judged."""
    rows = TermFormSet(prefix=PREFIX, form_kwargs={"case": case, "typed": typed})
    rows.extra = min(max(count, 1), MOST_ROWS)
    return rows


def initial_of(agreement: Agreement) -> dict[str, Any]:
    """The fields of an agreement as they are now; terms that only list the obligations stay empty."""
    terms = [_term_of(duty) for duty in agreement.obligations.select_related("debtor__person", "creditor__person")]
    names = ("terms_language", "responsibilities", "terms", "if_not", "perform_by")
    initial = {name: getattr(agreement, name) for name in names}
    if agreement.terms == listed(terms):
        initial["terms"] = ""
    return {**initial, "text": text_of(agreement)}


def filled_rows(agreement: Agreement) -> TermRows:
    """A row for each obligation as it is now."""
    rows = [_row_of(duty) for duty in agreement.obligations.prefetch_related("instalments")]
    return TermFormSet(prefix=PREFIX, form_kwargs={"case": agreement.case}, initial=rows)


def initial_of_offer(offer: Offer) -> dict[str, Any]:
    """The fields of an agreement that is drafted from an accepted offer."""
    return {
        "form": Agreement.Form.WRITTEN,
        "terms_language": offer.language,
        "terms": offer.text,
        "offer": offer.pk,
    }


def rows_of_offer(offer: Offer) -> TermRows:
    """A row for each thing that the offer says."""
    rows = [_row_of(term) for term in offer.terms.all()]
    return TermFormSet(prefix=PREFIX, form_kwargs={"case": offer.case}, initial=rows)


def _term_of(duty: Obligation) -> Term:
    return Term(
        debtor=duty.debtor, creditor=duty.creditor, kind=duty.kind, what=duty.what, amount=duty.amount,
        due_on=duty.due_on,
    )  # fmt: skip


def _row_of(duty: Obligation | OfferTerm) -> dict[str, Any]:
    row = {name: getattr(duty, name) for name in ("debtor", "creditor", "kind", "what", "amount", "due_on", "how")}
    parts = list(duty.instalments.all())
    if not parts:
        return row
    first, second = (part.due_on for part in parts[:2])
    months = (second.year - first.year) * 12 + second.month - first.month
    return {**row, "count": len(parts), "first_on": first, "every_months": max(months, 1)}


class PerformanceForm(forms.Form):
    performed_on = forms.DateField(label=_("Performed on"), widget=forms.DateInput)
    proof = forms.CharField(
        label=_("How it is known"),
        help_text=_("For example a receipt, a bank transfer or a look on the spot."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "data-draft-key": "proof"}),
    )
    file = ScanField(label=_("Paper that proves it"), required=False)

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        paper = data["file"].read() if data["file"] else None
        return {"performed_on": data["performed_on"], "proof": data["proof"], "paper": paper}
