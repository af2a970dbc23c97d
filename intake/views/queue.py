"""The queue at the desk: one page, and one address for each thing that can be done there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role, User
from departments.models import Centre
from governance_center.errors import GovernanceError
from governance_center.http import submit
from intake import queue_page, services
from intake.forms.queue import FinishForm, OpenDeskForm, TakeForm, TransferForm
from intake.models import Desk, Ticket

DESK_ROLES = (Role.CLERK, Role.DISPATCHER)
MOVES: dict[str, Callable[..., Any]] = {
    "recall": services.recall,
    "no-show": services.no_show,
    "start": services.start_serving,
    "leave": services.leave,
}
"""What is done with one button and nothing to fill in."""


@role_required(*DESK_ROLES)
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """My window, the ticket that is there, and who waits."""
    return _page(request)


@role_required(*DESK_ROLES)
@never_cache
def waiting_list(request: HttpRequest) -> HttpResponse:
    """The part of the page that renews itself."""
    user = staff(request)
    context = {**_list_context(user), "windows": queue_page.windows(_centre(user)), "is_refresh": True}
    return render(request, "intake/_queue_refresh.html", context)


@role_required(*DESK_ROLES)
@require_POST
def open_desk(request: HttpRequest) -> HttpResponse:
    """Sit down at a window, or change the services at one's own."""
    user = staff(request)
    form = OpenDeskForm(request.POST, centre=_centre(user))
    desk = submit(
        form,
        lambda: services.open_desk(
            window=form.cleaned_data["window"], clerk=user, services=form.cleaned_data["services"]
        ),
    )
    return redirect("intake:queue") if desk else _page(request, open_form=form)


@role_required(*DESK_ROLES)
@require_POST
def close_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """Close one's own window; a dispatcher anybody's."""
    user = staff(request)
    desk = get_object_or_404(Desk, pk=pk, window__centre=_centre(user))
    return _done(request, lambda: services.close_desk(desk=desk, by=user))


@role_required(*DESK_ROLES)
@require_POST
def call_next(request: HttpRequest) -> HttpResponse:
    """The next one, please."""
    user = staff(request)
    desk = queue_page.desk_of(user, _centre(user))
    if desk is None:
        messages.error(request, _("Open your window first."))
        return redirect("intake:queue")

    def call() -> None:
        if services.call_next(desk=desk, by=user) is None:
            messages.info(request, _("Nobody is waiting for the services of your window."))

    return _done(request, call)


@role_required(*DESK_ROLES)
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """A ticket for somebody for whom the kiosk is not."""
    user = staff(request)
    form = TakeForm(request.POST)
    ticket = submit(form, lambda: services.take_ticket(centre=_centre(user), by=user, **form.cleaned_data))
    if not ticket:
        return _page(request, take_form=form)
    messages.success(request, _("Ticket %(ticket)s was taken.") % {"ticket": ticket.label})
    return redirect("intake:queue")


@role_required(*DESK_ROLES)
@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One of :data:`MOVES` with one ticket."""
    if name not in MOVES:
        raise Http404
    user = staff(request)
    ticket = _ticket(user, pk)
    return _done(request, lambda: MOVES[name](ticket=ticket, by=user))


@role_required(*DESK_ROLES)
@require_POST
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """On to the registration with this ticket; whoever was called is served from now on."""
    user = staff(request)
    ticket = _ticket(user, pk)
    try:
        if ticket.state == Ticket.State.CALLED:
            services.start_serving(ticket=ticket, by=user)
    except GovernanceError as error:
        messages.error(request, str(error))
        return redirect("intake:queue")
    return redirect(f"{reverse('intake:register')}?{urlencode({'ticket': ticket.pk})}")


@role_required(*DESK_ROLES)
@require_POST
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the ticket on to another service or window."""
    user = staff(request)
    ticket = _ticket(user, pk)
    form = TransferForm(request.POST, centre=_centre(user))
    sent = submit(
        form,
        lambda: services.transfer(
            ticket=ticket, by=user, service=form.cleaned_data["service"], window=form.cleaned_data["window"]
        ),
    )
    return redirect("intake:queue") if sent else _page(request, transfer_form=form)


@role_required(*DESK_ROLES)
@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """The quick path: answered, or guided elsewhere."""
    user = staff(request)
    ticket = _ticket(user, pk)
    form = FinishForm(request.POST)
    visit = submit(form, lambda: services.finish(ticket=ticket, by=user, **form.cleaned_data))
    return redirect("intake:queue") if visit else _page(request, finish_form=form)


@role_required(*DESK_ROLES)
@require_POST
def end_leftovers(request: HttpRequest) -> HttpResponse:
    """End what is left from former days."""
    user = staff(request)
    return _done(request, lambda: services.end_leftovers(centre=_centre(user), by=user))


def _done(request: HttpRequest, use_case: Callable[[], Any]) -> HttpResponse:
    """Do it and show the page again; a refusal is shown on top of it."""
    try:
        use_case()
    except GovernanceError as error:
        messages.error(request, str(error))
    return redirect("intake:queue")


def _page(request: HttpRequest, **bound: forms.Form) -> HttpResponse:
    """The page, with the form that came back, everything typed still in it."""
    user = staff(request)
    centre = _centre(user)
    context = _list_context(user)
    desk = context["desk"]
    context |= {
        "hall": services.hall_of(centre=centre),
        "windows": queue_page.windows(centre),
        "open_form": OpenDeskForm(
            centre=centre, initial={"services": desk.services, "window": desk.window_id} if desk else None
        ),
        "take_form": TakeForm(),
        "transfer_form": TransferForm(centre=centre),
        "finish_form": FinishForm(),
        **bound,
    }
    return render(request, "intake/queue.html", context, status=422 if bound else 200)


def _list_context(user: User) -> dict[str, Any]:
    centre = _centre(user)
    desk = queue_page.desk_of(user, centre)
    return {
        "centre": centre,
        "desk": desk,
        "current": queue_page.current_ticket(desk),
        "hall": services.hall_of(centre=centre),
        **queue_page.waiting(centre, timezone.now()),
    }


def _ticket(user: User, pk: int) -> Ticket:
    return get_object_or_404(Ticket.objects.visible_to(user), pk=pk)


def _centre(user: User) -> Centre:
    centre = Centre.objects.filter(pk=user.scope_code, is_active=True).first()
    if centre is None:
        raise PermissionDenied
    return centre
