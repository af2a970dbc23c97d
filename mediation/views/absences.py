"""When a party cannot come to a session."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role
from cases.models import Case, CaseParty
from governance_center.http import submit
from mediation.models import PartyAbsence
from mediation.services import absences
from mediation.session_forms import AbsenceForm

RECORDERS = (Role.MEDIATOR, Role.DISPATCHER, Role.CLERK, Role.OFFICER)


@role_required(*RECORDERS)
def record(request: HttpRequest, number: str) -> HttpResponse:
    """Write down days or hours; sessions that fall into them are named."""
    user = staff(request)
    case = get_object_or_404(Case.objects.visible_to(user).select_related("category", "division"), number=number)
    parties = CaseParty.objects.filter(case=case).select_related("person")
    form = AbsenceForm(request.POST or None, parties=parties)
    if request.method == "POST":
        if rows := submit(form, lambda: absences.record_absence(case=case, by=user, **form.cleaned_data)):
            messages.success(request, _("It was recorded; no free time is offered then."))
            for session in absences.sessions_hit(case, rows):
                start = f"{timezone.localtime(session.period.lower):%m-%d %H:%M}"
                messages.warning(request, _("A session is planned then: %(time)s. Move it.") % {"time": start})
            return redirect("cases:detail", case.number)
    elif not absences.may_record(case, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    context = {"case": case, "form": form, "title": _("When a party cannot come"), "icon": "calendar-off"}
    return render(request, "cases/action.html", context, status=422 if form.errors else 200)


@role_required(*RECORDERS)
@require_POST
def forget(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The party can come after all."""
    user = staff(request)
    case = get_object_or_404(Case.objects.visible_to(user), number=number)
    row = PartyAbsence.objects.filter(party__case=case, pk=pk).select_related("party__case").first()
    if row is not None:
        absences.forget_absence(absence=row, by=user)
        messages.success(request, _("It was removed."))
    return redirect("cases:detail", case.number)
