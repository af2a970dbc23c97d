from __future__ import annotations

import io
from pathlib import Path

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Language, User
from governance_center.errors import GovernanceError
from governance_center.http import submit
from governance_center.scope import within
from intake.forms.importing import ImportForm
from intake.importing.columns import COLUMNS
from intake.importing.fault_file import read_report
from intake.importing.running import ROLES
from intake.importing.template import write_template
from intake.models import ImportJob
from intake.services import imports

PER_PAGE = 20
KINDS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@role_required(*ROLES)
def import_list(request: HttpRequest) -> HttpResponse:
    """Imports of the user's centres, and the form that asks for another."""
    user = staff(request)
    form = ImportForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "POST":
        data = form.cleaned_data if form.is_valid() else {}
        job = submit(
            form,
            lambda: imports.ask_import(
                by=user, centre=data["centre"], system=data["system"], upload=data["file"],
                dry_run=data["dry_run"], submission_key=data["submission_key"],
            ),
        )  # fmt: skip
        if job:
            return redirect("intake:import_job", job.pk)
    page = Paginator(_jobs_of(user).select_related("centre", "asked_by"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "columns": COLUMNS.values(), "kinds": KINDS}
    return render(request, "intake/imports.html", context, status=422 if form.errors else 200)


@role_required(*ROLES)
@never_cache
def import_job(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how far it is, what became of its rows, and what can be done next. Half a page for htmx."""
    job = get_object_or_404(_jobs_of(staff(request)).select_related("centre", "asked_by"), pk=pk)
    context = {"job": job, "may_import": imports.may_import(job), **_report(job)}
    template = "intake/_import_progress.html" if request.htmx else "intake/import_job.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@role_required(*ROLES)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an import; what has been taken over stays."""
    user = staff(request)
    job = get_object_or_404(_jobs_of(user), pk=pk)
    try:
        imports.cancel_import(job=job, by=user)
        messages.success(request, _("The import is being stopped. What has been taken over stays."))
    except GovernanceError as error:
        messages.warning(request, str(error))
    return redirect("intake:import_job", pk)


@role_required(*ROLES)
@require_POST
def import_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over what was checked."""
    user = staff(request)
    job = get_object_or_404(_jobs_of(user).select_related("centre"), pk=pk)
    try:
        job = imports.import_checked(job=job, by=user)
    except GovernanceError as error:
        messages.warning(request, str(error))
    return redirect("intake:import_job", job.pk)


@role_required(*ROLES)
@never_cache
def faults(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows with faults, as a file."""
    job = get_object_or_404(_jobs_of(staff(request)), pk=pk)
    path = imports.faults_path(job, str(get_language()))
    if path is None:
        raise Http404
    kind = path.suffix.lstrip(".")
    name = "{}-{}.{}".format(Path(job.file_name).stem, _("rows with faults"), kind)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=KINDS[kind])


@role_required(*ROLES)
def template(request: HttpRequest, kind: str, language: str) -> HttpResponseBase:
    """The template of a register, to be filled in."""
    if kind not in KINDS or language not in Language.values:
        raise Http404
    stream = io.BytesIO()
    write_template(stream, kind, language)
    stream.seek(0)
    name = f"{'등록부 양식' if language == 'ko' else '台账导入模板'}.{kind}"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=KINDS[kind])


def _jobs_of(user: User) -> QuerySet[ImportJob]:
    """The imports of the centres in the user's division."""
    return ImportJob.objects.filter(within("centre__division__code", user.scope_code))


def _report(job: ImportJob) -> dict[str, object]:
    """The headings that were not known, and line, column and reason of the first faults, in the reader's language."""
    if not job.is_over or not job.file:
        return {}
    unknown, first = read_report(imports.report_path(job))
    faults = [
        {
            "line": line,
            "column": COLUMNS[fault.column].heading if fault.column in COLUMNS else "",
            "reason": fault.reason,
        }
        for line, fault in first
    ]
    return {"unknown": unknown, "faults": faults}
