"""The complete file of a case: what it holds and lacks, a look at it, and its making for the archive."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from cases.models import Case
from cases.states import State
from governance_center import papers
from governance_center.errors import GovernanceError
from governance_center.http import submit
from mediation import file_contents, file_facts
from mediation.agreement_paper import LANGUAGES, NAMES
from mediation.file_forms import ArchiveForm
from mediation.models import CaseFile
from mediation.services import archiving, filing


@role_required(*filing.READERS)
@never_cache
def file(request: HttpRequest, number: str) -> HttpResponse:
    """What the complete file holds and lacks; it is looked at here, and archived once the case is closed."""
    user, case = staff(request), _case(request, number)
    parts = file_contents.contents(file_facts.read(case))
    missing = file_contents.missing(parts)
    form = ArchiveForm(request.POST or None, missing=missing, initial={"language": case.narrative_language})
    if request.method == "POST" and submit(
        form, lambda: archiving.archive_file(case=case, by=user, site=_site(request), **form.cleaned_data)
    ):
        messages.success(request, _("The complete file was made and archived."))
        return redirect("mediation:file", case.number)
    context = {
        "case": case,
        "form": form if case.state == State.CLOSED else None,
        "parts": parts,
        "missing": missing,
        "languages": NAMES,
        "files": list(CaseFile.objects.filter(case=case).select_related("made_by")),
    }
    return render(request, "mediation/file.html", context, status=422 if form.errors else 200)


@role_required(*filing.READERS)
@never_cache
def look(request: HttpRequest, number: str) -> HttpResponse:
    """The complete file as it stands, as PDF; ``?language=`` is ``zh-hans``, ``ko`` or ``both``."""
    case = _case(request, number)
    language = request.GET.get("language", case.narrative_language)
    if language not in LANGUAGES:
        raise Http404
    try:
        made = archiving.look_at_file(
            case=case, by=staff(request), language=language, address=request.META.get("REMOTE_ADDR"),
            site=_site(request),
        )  # fmt: skip
    except GovernanceError as error:
        messages.error(request, str(error))
        return redirect("mediation:file", case.number)
    return papers.answer(made, f"{case.number}.pdf")


@role_required(*filing.READERS)
@never_cache
def archived(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """An archived file, byte for byte."""
    case = _case(request, number)
    row = get_object_or_404(CaseFile.objects.filter(case=case).select_related("case__category"), pk=pk)
    try:
        made = archiving.open_file(file=row, by=staff(request), address=request.META.get("REMOTE_ADDR"))
    except GovernanceError as error:
        messages.error(request, str(error))
        return redirect("mediation:file", case.number)
    return papers.answer(made, f"{case.number}.pdf")


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/")


def _case(request: HttpRequest, number: str) -> Case:
    """Identities are in the file: only who may add to it opens it."""
    rows = Case.objects.visible_to(staff(request)).select_related("category", "division", "centre", "lead")
    case = get_object_or_404(rows, number=number)
    if not filing.may_keep(case, staff(request)):
        raise PermissionDenied
    return case
