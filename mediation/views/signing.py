"""From the recorded agreement to the one in force: who has signed, signing on the screen or on paper, the seal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from accounts.models import Language, Role
from cases.models import Case, Document
from cases.services.documents import content_of
from governance_center import papers
from governance_center.http import submit
from governance_center.listing import enumerated
from mediation import agreement_paper, life, selectors
from mediation.models import Agreement
from mediation.services import may_record_performance
from mediation.services import signing as services
from mediation.services.agreements import may_correct
from mediation.signing_forms import PaperForm, SealForm, SignForm
from mediation.views.agreements import agreement_of

WITNESSES = (Role.MEDIATOR, Role.DISPATCHER)
READERS = agreement_paper.READERS


@role_required(*READERS)
@never_cache
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the agreement still needs until it is in force, and every way to it."""
    user = staff(request)
    row, case = agreement_of(user, pk)
    is_open = services.is_open(row, case) and services.may_witness(case, user)
    shown = selectors.agreements_of(case).get(pk=row.pk) if row.in_force_on else row
    context = {
        "agreement": shown,
        "life": life.of(shown, case, user),
        "data": {"may_record": may_record_performance(case, user)},
        "case": case,
        "signers": services.signers(row),
        "all_signed": not services.missing(row),
        "copies": services.copies(row),
        "languages": agreement_paper.NAMES if agreement_paper.applies(row) else (),
        "is_open": is_open,
        "may_correct": may_correct(row, user, case),
        "address": agreement_paper.verification_address(row, request.build_absolute_uri("/")),
    }
    return render(request, "mediation/signing.html", context)


@role_required(*WITNESSES)
@never_cache
def sign(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The whole text in the signer's language, then the box to sign in. Made for a tablet handed over the table."""
    user = staff(request)
    row, case = agreement_of(user, pk)
    signer = next((one for one in services.signers(row) if one.key == key), None)
    if signer is None:
        raise Http404
    form = SignForm(request.POST or None, signer=signer, initial={"text": services.text_of(row)})
    if request.method == "POST":
        made = submit(
            form,
            lambda: services.sign_on_screen(
                agreement=row, by=user, key=key, drawing=form.cleaned_data["drawing"], text=form.cleaned_data["text"],
                hand=form.hand(), site=request.build_absolute_uri("/"),
            ),
        )  # fmt: skip
        if made:
            return _signed(request, row)
    elif signer.signature or not services.is_open(row, case) or not services.may_witness(case, user):
        return _moved_on(request, row)
    shown = request.GET.get("language", signer.language)
    if shown not in Language.values:
        raise Http404
    context = {"agreement": row, "case": case, "signer": signer, "form": form, "languages": agreement_paper.NAMES[:2]}
    # The whole page, buttons too, speaks to the signer and not to the mediator who hands the tablet over.
    with translation.override(shown):
        context |= {"shown": shown, "text": _text(selectors.agreements_of(case).get(pk=row.pk), case, shown)}
        return render(request, "mediation/sign.html", context, status=422 if form.errors else 200)


@role_required(*WITNESSES)
def on_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the scan of the signed paper."""
    user = staff(request)
    row, case = agreement_of(user, pk)
    sent = [request.POST, request.FILES] if request.method == "POST" else []
    form = PaperForm(*sent, signers=services.missing(row))

    def use_case() -> object:
        return services.sign_on_paper(
            agreement=row, by=user, hands=form.hands(), scan=form.cleaned_data["file"].read(),
            signed_on=form.cleaned_data["signed_on"], site=request.build_absolute_uri("/"),
        )  # fmt: skip

    return _deed(request, row, case, form, use_case, gettext_lazy("Signed on paper"), "file-upload")


@role_required(*WITNESSES)
def seal(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the committee's seal is on the paper."""
    user = staff(request)
    row, case = agreement_of(user, pk)
    waiting = services.missing(row)
    if request.method != "POST" and services.is_open(row, case) and waiting:
        messages.warning(request, str(services.NotAllSigned(who=enumerated(one.label for one in waiting))))
        return redirect("mediation:signing", row.pk)
    form = SealForm(request.POST or None)

    def use_case() -> object:
        site = request.build_absolute_uri("/")
        return services.record_seal(agreement=row, by=user, site=site, **form.cleaned_data)

    return _deed(request, row, case, form, use_case, gettext_lazy("Record the seal"), "rosette")


@role_required(*READERS)
@never_cache
def kept(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """A paper kept with the agreement: a signed page, a proof, a ruling."""
    row, case = agreement_of(staff(request), pk)
    found = get_object_or_404(Document, pk=document, case=case, pk__in=selectors.papers_of(row))
    response = papers.answer(content_of(found), found.title)
    response["Content-Type"] = found.content_type
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _deed(
    request: HttpRequest,
    row: Agreement,
    case: Case,
    form: forms.Form,
    use_case: Callable[[], object],
    title: str | Promise,
    icon: str,
) -> HttpResponse:
    if request.method == "POST":
        if submit(form, use_case):
            return _signed(request, row)
    elif not services.is_open(row, case) or not services.may_witness(case, staff(request)):
        return _moved_on(request, row)
    context = {"agreement": row, "case": case, "form": form, "title": title, "icon": icon}
    return render(request, "mediation/agreement_deed.html", context, status=422 if form.errors else 200)


def _text(row: Agreement, case: Case, language: str) -> dict[str, Any]:
    """What stands on the paper, in one language."""
    row.case = case
    return {**agreement_paper.part_of(row, language), "read": _("Please read this first.")}


def _signed(request: HttpRequest, row: Agreement) -> HttpResponse:
    row.refresh_from_db(fields=["in_force_on"])
    done = _("Everything is there: the agreement is in force.") if row.in_force_on else _("Kept.")
    messages.success(request, done)
    return redirect("mediation:signing", row.pk)


def _moved_on(request: HttpRequest, row: Agreement) -> HttpResponse:
    messages.warning(request, _("This is not possible now; the case has moved on."))
    return redirect("mediation:signing", row.pk)
