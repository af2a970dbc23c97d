from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from governance_center import papers
from intake import notices, receipts
from intake.models import Visit
from intake.views.registration import DESK_ROLES


@role_required(*DESK_ROLES)
@never_cache
def paper(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """A paper of a visit as PDF; ``?language=`` is ``zh-hans``, ``ko`` or ``both``, at first the petitioner's."""
    visits = Visit.objects.visible_to(staff(request)).filter(case__isnull=False)
    visit = get_object_or_404(
        visits.select_related("person", "case__category", "case__division", "case__lead", "case__centre"), pk=pk
    )
    wanted = notices.PAPERS.get(code)
    language = request.GET.get("language", visit.language)
    if wanted not in notices.of_case(visit.case) or language not in notices.LANGUAGES:
        raise Http404
    url = request.build_absolute_uri(receipts.status_path(visit.case))
    try:
        made = notices.make(wanted, visit, language=language, url=url)
    except papers.PaperFailed as failure:
        messages.error(request, str(failure))
        return redirect("intake:receipt", visit.pk)
    return papers.answer(made, notices.file_name(wanted, visit.case, language))
