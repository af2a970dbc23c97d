"""What papers say, for the administrator: wording in both languages, look before use, versions, Word forms."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role
from governance_center import papers
from governance_center.errors import GovernanceError
from governance_center.http import submit
from mediation import word_forms
from mediation.agreement_paper import LANGUAGES, NAMES
from mediation.models import DocxTemplate, PaperTemplate
from mediation.paper_kinds import KINDS, Kind
from mediation.services import word_papers, wordings
from mediation.wording_forms import FormForm, WordingForm


@role_required(Role.ADMINISTRATOR)
def wording_list(request: HttpRequest) -> HttpResponse:
    """All papers with the version in force."""
    now = {row.kind: row for row in PaperTemplate.objects.filter(is_in_force=True).select_related("made_by")}
    forms = {row.kind: row for row in DocxTemplate.objects.filter(is_in_force=True).defer("content")}
    rows = [
        (kind, now.get(kind.code) or _shipped(kind), forms.get(kind.code))
        for kind in KINDS.values()
        if kind.has_wording or kind.has_docx
    ]
    return render(request, "mediation/wordings.html", {"rows": rows})


@role_required(Role.ADMINISTRATOR)
@never_cache
def wording(request: HttpRequest, kind: str) -> HttpResponse:
    """The wording of one paper: change it as a new version, look at each, put one in force."""
    paper, user = _kind(kind), staff(request)
    current = wordings.in_force(kind) if paper.has_wording else None
    shown = PaperTemplate.objects.filter(kind=kind, version=_number(request.GET.get("version"))).first() or current
    initial = {name: getattr(shown, name) for name in wordings.FIELDS} if shown else {}
    form = WordingForm(request.POST or None, initial=initial) if shown else None
    if (
        request.method == "POST"
        and form
        and submit(form, lambda: wordings.save_wording(kind=kind, by=user, texts=form.cleaned_data))
    ):
        messages.success(request, _("Kept as a version of its own. Look at it, then put it in force."))
        return redirect("mediation:wording", kind)
    return _page(request, paper, form, FormForm())


@role_required(Role.ADMINISTRATOR)
@never_cache
def preview(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """A version as PDF with invented facts; ``?language=`` is ``zh-hans``, ``ko`` or ``both``."""
    row = get_object_or_404(PaperTemplate, kind=kind, version=version)
    language = request.GET.get("language", "both")
    if language not in LANGUAGES:
        raise Http404
    try:
        made = wordings.preview(row, language=language)
    except papers.PaperFailed as failure:
        messages.error(request, str(failure))
        return redirect("mediation:wording", kind)
    return papers.answer(made, f"{kind}-{version}.pdf")


@role_required(Role.ADMINISTRATOR)
@require_POST
def publish(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """Put a version in force, a new one or an older one again."""
    row = get_object_or_404(PaperTemplate, kind=kind, version=version)
    try:
        wordings.put_in_force(template=row, by=staff(request))
        messages.success(request, _("Papers are made with version %(number)s from now on.") % {"number": version})
    except GovernanceError as error:
        messages.error(request, str(error))
    return redirect("mediation:wording", kind)


@role_required(Role.ADMINISTRATOR)
@require_POST
def form_send(request: HttpRequest, kind: str) -> HttpResponse:
    """Send in a changed Word form; it is filled with invented facts before it is taken."""
    paper, user = _kind(kind), staff(request)
    form = FormForm(request.POST, request.FILES)
    if submit(form, lambda: word_papers.save_form(kind=kind, by=user, content=form.cleaned_data["file"].read())):
        messages.success(request, _("The Word form was taken and is in force."))
        return redirect("mediation:wording", kind)
    current = wordings.in_force(kind) if paper.has_wording else None
    initial = {name: getattr(current, name) for name in wordings.FIELDS} if current else {}
    return _page(request, paper, WordingForm(initial=initial) if current else None, form)


@role_required(Role.ADMINISTRATOR)
@require_POST
def form_choose(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """Put a kept Word form in force again; 0 is the one that comes with the program."""
    try:
        word_papers.choose_form(kind=kind, by=staff(request), version=version)
        messages.success(request, _("The Word form was taken and is in force."))
    except GovernanceError as error:
        messages.error(request, str(error))
    return redirect("mediation:wording", kind)


@role_required(Role.ADMINISTRATOR)
def form_file(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """A Word form to be changed; 0 is the one that comes with the program."""
    if not _kind(kind).has_docx:
        raise Http404
    row = get_object_or_404(DocxTemplate, kind=kind, version=version) if version else None
    content = bytes(row.content) if row else word_forms.shipped(kind)
    headers = {"Content-Disposition": f'attachment; filename="{kind}-{version}.docx"'}
    return HttpResponse(content, content_type=word_forms.FORMAT, headers=headers)


def _page(request: HttpRequest, paper: Kind, form: WordingForm | None, form_form: FormForm) -> HttpResponse:
    errors = bool((form and form.errors) or form_form.errors)
    context = {
        "paper": paper,
        "form": form,
        "form_form": form_form,
        "versions": list(PaperTemplate.objects.filter(kind=paper.code).select_related("made_by")),
        "forms": list(DocxTemplate.objects.filter(kind=paper.code).defer("content").select_related("made_by")),
        "words": [f"{{{word}}}" for word in paper.words],
        "languages": NAMES,
    }
    return render(request, "mediation/wording.html", context, status=422 if errors else 200)


def _shipped(kind: Kind) -> PaperTemplate | None:
    return wordings.in_force(kind.code) if kind.has_wording else None


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0


def _kind(code: str) -> Kind:
    if code not in KINDS:
        raise Http404
    return KINDS[code]
