"""A separate talk within a session. For the mediators of the case alone."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from accounts.models import Role
from cases.states import State
from governance_center.http import submit
from mediation.models import Session
from mediation.services import talks as services
from mediation.talk_forms import TalkForm


@role_required(Role.MEDIATOR)
@never_cache
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Record with which side a mediator talked alone, from when to when, with a private note."""
    user = staff(request)
    rows = Session.objects.visible_to(user).select_related("case__category", "case__division", "room", "second_room")
    session = get_object_or_404(rows, pk=pk)
    case = session.case
    if not services.may_read_notes(case, user):
        raise PermissionDenied
    form = TalkForm(request.POST or None, session=session)
    if request.method == "POST":
        if submit(form, lambda: services.record_talk(session=session, by=user, **form.values())):
            messages.success(request, _("The separate talk was recorded."))
            return redirect("cases:detail", case.number)
    elif case.state != State.IN_HANDLING or not services.takes_talks(session):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    context = {"case": case, "session": session, "form": form}
    return render(request, "mediation/talk.html", context, status=422 if form.errors else 200)
