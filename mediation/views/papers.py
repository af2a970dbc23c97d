"""The papers of a case: what is there and what is missing, adding, opening, replacing and removing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from cases.models import Case, CaseParty, Document
from governance_center import papers
from governance_center.errors import GovernanceError
from governance_center.http import submit
from mediation import file_contents, file_facts
from mediation.agreement_paper import LANGUAGES, NAMES
from mediation.file_contents import Item
from mediation.file_facts import FileFacts
from mediation.file_forms import AddForm, InvestigationForm, PowerForm, ReplaceForm
from mediation.paper_making import file_name
from mediation.services import filing, word_papers, wordings
from mediation.services import papers as making
from mediation.word_forms import FORMAT

SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@role_required(*filing.READERS)
@never_cache
def paper_list(request: HttpRequest, number: str) -> HttpResponse:
    """All parts of the file with what is there, what is missing, and a form for scans."""
    case = _case(request, number)
    form = AddForm(request.POST or None, request.FILES or None, initial={"part": request.GET.get("part")})
    if request.method == "POST" and _added(request, case, form):
        return redirect("mediation:papers", case.number)
    return _list_page(request, case, form)


@role_required(*filing.READERS)
@never_cache
def made(request: HttpRequest, number: str, kind: str, source: int) -> HttpResponse:
    """A paper made here as PDF; ``?language=`` is ``zh-hans``, ``ko`` or ``both``."""
    user, case = staff(request), _case(request, number)
    facts, item = _item(case, kind, source)
    language = request.GET.get("language", case.narrative_language)
    if language not in LANGUAGES or item.kind is None:
        raise Http404
    if item.is_settled and item.document:
        return redirect("mediation:paper_kept", case.number, item.document.pk)
    try:
        site = request.build_absolute_uri("/")
        paper = making.make_paper(facts=facts, item=item, by=user, language=language, site=site)
    except papers.PaperFailed as failure:
        messages.error(request, str(failure))
        return redirect("mediation:papers", case.number)
    return papers.answer(paper, file_name(item.kind, case.number, language))


@role_required(*filing.READERS)
@never_cache
def word(request: HttpRequest, number: str, kind: str, source: int) -> HttpResponse:
    """A paper made here as a Word file to go on with; ``?language=`` as for the PDF."""
    user, case = staff(request), _case(request, number)
    facts, item = _item(case, kind, source)
    language = request.GET.get("language", case.narrative_language)
    if language not in LANGUAGES or item.kind is None or not item.kind.has_docx:
        raise Http404
    try:
        made = word_papers.make_word(facts=facts, item=item, by=user, language=language)
    except GovernanceError as error:
        messages.error(request, str(error))
        return redirect("mediation:papers", case.number)
    name = file_name(item.kind, case.number, language, "docx")
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(made, content_type=FORMAT, headers=headers)


@role_required(*filing.READERS)
def signed(request: HttpRequest, number: str, kind: str, source: int) -> HttpResponse:
    """Put the signed copy of a paper made here into the file, in its place."""
    user, case = staff(request), _case(request, number)
    _facts, item = _item(case, kind, source)
    if item.kind is None or not filing.may_keep(case, user):
        raise PermissionDenied
    values = {**request.POST.dict(), "part": item.kind.part} if request.method == "POST" else None
    form = AddForm(values, request.FILES or None)
    form.fields["part"].widget = forms.HiddenInput()
    form.fields["title"].widget = forms.HiddenInput()
    title = _("%(paper)s, signed copy") % {"paper": item.title}

    def keep() -> object:
        assert item.kind is not None  # noqa: S101  asked above
        return filing.add_papers(
            case=case, by=user, part=item.kind.part, uploads=form.uploads(), title=title,
            stands_for=making.remember(case, item, by=user),
        )  # fmt: skip

    if request.method == "POST" and submit(form, keep):
        messages.success(request, _("The paper was added."))
        return redirect("mediation:papers", case.number)
    return _form_page(request, case, form, title, "signature")


@role_required(*filing.READERS)
@never_cache
def kept(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A kept paper in the browser; the look is recorded."""
    case = _case(request, number)
    document = _document(case, pk)
    try:
        content = filing.open_paper(document=document, by=staff(request), address=request.META.get("REMOTE_ADDR"))
    except GovernanceError:
        raise PermissionDenied from None
    name = f"{document.title}.{SUFFIXES[document.content_type]}"
    if document.content_type == Document.ContentType.PDF:
        return papers.answer(content, name)
    headers = {
        "Content-Disposition": content_disposition_header(False, name) or "inline",
        "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=document.content_type, headers=headers)


@role_required(*filing.READERS)
def replace(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Put a better copy in the place of a kept paper."""
    user, case = staff(request), _case(request, number)
    document = _document(case, pk)
    if not filing.may_keep(case, user):
        raise PermissionDenied
    form = ReplaceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and submit(
        form,
        lambda: filing.replace_paper(
            document=document, by=user, upload=form.upload(), reason=form.cleaned_data["reason"]
        ),
    ):
        messages.success(request, _("The paper was replaced; the earlier one stays readable."))
        return redirect("mediation:papers", case.number)
    return _form_page(request, case, form, _("Replace “%(title)s”") % {"title": document.title}, "replace")


@role_required(*filing.READERS)
@require_POST
def remove(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take out what was added by mistake."""
    case = _case(request, number)
    try:
        filing.remove_paper(document=_document(case, pk), by=staff(request))
        messages.success(request, _("The paper was removed; the history of the case keeps its digest."))
    except GovernanceError as error:
        messages.error(request, str(error))
    return redirect("mediation:papers", case.number)


@role_required(*filing.READERS)
def investigation(request: HttpRequest, number: str) -> HttpResponse:
    """Write an investigation record."""
    user, case = staff(request), _case(request, number)
    mine = {"asked_by": str(user), "recorder": str(user), "language": case.narrative_language}
    form = InvestigationForm(request.POST or None, initial=mine)
    return _record(
        request, case, form, lambda: filing.record_investigation(case=case, by=user, **form.cleaned_data),
        _("Write an investigation record"), "zoom-question",
    )  # fmt: skip


@role_required(*filing.READERS)
def power(request: HttpRequest, number: str) -> HttpResponse:
    """Write a power of attorney."""
    user, case = staff(request), _case(request, number)
    parties = CaseParty.objects.filter(case=case).select_related("person")
    agents = [str(one) for one in parties if one.part == CaseParty.Part.REPRESENTATIVE]
    form = PowerForm(request.POST or None, parties=parties, initial={"attorney": "".join(agents[:1])})
    return _record(
        request, case, form, lambda: filing.record_power(case=case, by=user, **form.cleaned_data),
        _("Write a power of attorney"), "user-check",
    )  # fmt: skip


@role_required(*filing.READERS)
@require_POST
def renew(request: HttpRequest, number: str, kind: str, source: int) -> HttpResponse:
    """Take the wording in force now for a paper of which no signed copy is there."""
    case = _case(request, number)
    facts, item = _item(case, kind, source)
    try:
        making.renew_wording(facts=facts, item=item, by=staff(request))
        messages.success(request, _("The paper has the newest wording now; print it again."))
    except GovernanceError as error:
        messages.error(request, str(error))
    return redirect("mediation:papers", case.number)


def _record(
    request: HttpRequest, case: Case, form: forms.Form, use_case: Callable[[], object], title: str, icon: str
) -> HttpResponse:
    """Show the form of a record, or keep it and go back to the papers."""
    if not filing.may_keep(case, staff(request)):
        raise PermissionDenied
    if request.method == "POST" and submit(form, use_case):
        messages.success(request, _("The record was kept; print it to have it signed."))
        return redirect("mediation:papers", case.number)
    return _form_page(request, case, form, title, icon)


def _added(request: HttpRequest, case: Case, form: AddForm) -> object:
    user = staff(request)
    found = submit(
        form,
        lambda: filing.add_papers(
            case=case, by=user, part=form.cleaned_data["part"], title=form.cleaned_data["title"],
            uploads=form.uploads(),
        ),
    )  # fmt: skip
    if found:
        messages.success(request, _("The paper was added.") if len(found) == 1 else _("The papers were added."))
    return found


def _list_page(request: HttpRequest, case: Case, form: AddForm) -> HttpResponse:
    user = staff(request)
    facts = file_facts.read(case)
    parts = file_contents.contents(facts)
    may_keep = filing.may_keep(case, user)
    newest = wordings.all_in_force() if may_keep else {}
    context = {
        "case": case,
        "form": form,
        "parts": [(part, [_row(item, user, may_keep, newest) for item in part.items]) for part in parts],
        "missing": file_contents.missing(parts),
        "may_keep": may_keep,
        "languages": NAMES,
        "replacements": facts.replacements,
        "files": list(case.files.select_related("made_by")),
    }
    return render(request, "mediation/papers.html", context, status=422 if form.errors else 200)


def _row(item: Item, user: Any, may_keep: bool, newest: Mapping[str, int]) -> dict[str, Any]:
    """An item with what may be done to it; ``newest`` are the wordings in force by kind."""
    document, template = item.document, item.made.template if item.made else None
    may_renew = document is None and template is not None and template.pk != newest.get(template.kind, template.pk)
    may_remove = bool(document) and may_keep and filing.may_remove(document, user)  # type: ignore[arg-type]
    return {"item": item, "may_remove": may_remove, "may_replace": bool(document) and may_keep, "may_renew": may_renew}


def _form_page(request: HttpRequest, case: Case, form: forms.Form, title: str, icon: str) -> HttpResponse:
    context = {"case": case, "form": form, "title": title, "icon": icon}
    return render(request, "mediation/paper_form.html", context, status=422 if form.errors else 200)


def _case(request: HttpRequest, number: str) -> Case:
    rows = Case.objects.visible_to(staff(request)).select_related("category", "division", "centre", "lead")
    case = get_object_or_404(rows, number=number)
    if not filing.may_read(case, staff(request)):
        raise PermissionDenied
    return case


def _item(case: Case, kind: str, source: int) -> tuple[FileFacts, Item]:
    facts = file_facts.read(case)
    item = file_contents.find(facts, kind, source)
    if item is None:
        raise Http404
    return facts, item


def _document(case: Case, pk: int) -> Document:
    return get_object_or_404(Document.objects.filter(case=case).select_related("case__category"), pk=pk)
