"""Lists as files: the short ones at once, the long ones asked for here and fetched when they are ready."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import role_required, staff
from governance_center.errors import GovernanceError
from governance_center.http import submit
from reporting.export_forms import ExportForm, described, filters_of
from reporting.exporting.kinds import CASE_READERS, KINDS
from reporting.models import Export
from reporting.services import exports as services

PER_PAGE = 20


@role_required(*CASE_READERS)
@never_cache
def exports(request: HttpRequest) -> HttpResponse:
    """One's own exports with their progress, and the form that asks for another. The list alone for htmx."""
    user = staff(request)
    form = ExportForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and submit(form, lambda: services.ask_export(by=user, **form.request())):
        messages.success(request, _("The list is being made. You may go on working; you are told when it is ready."))
        return redirect("reporting:exports")
    return _page(request, form)


@role_required(*CASE_READERS)
@never_cache
@require_GET
def export(request: HttpRequest, kind: str, file_format: str) -> HttpResponseBase:
    """What a list page shows, as a file: at once where it is short, else the form that has it made."""
    user, filters = staff(request), filters_of(request.GET)
    if kind not in KINDS or file_format not in Export.Format.values:
        raise Http404
    stream = services.make_at_once(
        by=user, kind=kind, file_format=file_format, filters=filters,
        address=request.META.get("REMOTE_ADDR") or None,
    )  # fmt: skip
    if stream is not None:
        return FileResponse(stream, as_attachment=True, filename=_name(kind, file_format))
    wanted = request.GET.copy()
    wanted.pop("page", None)
    initial = {"kind": kind, "format": file_format, "query": wanted.urlencode() or "sort=-registered_at"}
    return _page(request, ExportForm(initial=initial, user=user), filters=described(filters), is_long=True)


@role_required(*CASE_READERS)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop one's own export."""
    user = staff(request)
    job = get_object_or_404(Export.objects.visible_to(user), pk=pk)
    try:
        services.cancel_export(export=job, by=user)
        messages.success(request, _("The export is being stopped."))
    except GovernanceError as error:
        messages.warning(request, str(error))
    return redirect("reporting:exports")


@role_required(*CASE_READERS)
@never_cache
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file of one's own export; that it was taken is logged."""
    user = staff(request)
    job = get_object_or_404(Export.objects.visible_to(user), pk=pk)
    try:
        stream = services.open_export(export=job, by=user, address=request.META.get("REMOTE_ADDR") or None)
    except GovernanceError as error:
        messages.error(request, str(error))
        return redirect("reporting:exports")
    return FileResponse(stream, as_attachment=True, filename=_name(job.kind, job.format))


def _page(request: HttpRequest, form: ExportForm, **context: object) -> HttpResponse:
    user = staff(request)
    page = Paginator(Export.objects.visible_to(user), PER_PAGE).get_page(request.GET.get("page"))
    values = {
        "form": form,
        "page": page,
        "rows": [(job, described(job.filters)) for job in page],
        "is_busy": any(not job.is_over for job in page),
        "kinds": [KINDS[code] for code, _label in form.fields["kind"].choices],  # type: ignore[attr-defined]
        "at_once": services.AT_ONCE,
        "most": services.MOST_ROWS,
        "days": services.KEPT.days,
        **context,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "reporting/_exports.html", values)
    return render(request, "reporting/exports.html", values, status=422 if form.errors else 200)


def _name(kind: str, file_format: str) -> str:
    return f"{kind}-{timezone.localdate()}.{file_format}"
