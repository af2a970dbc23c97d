"""The kiosk and the call screen of a hall: open without signing in, under the hall's code."""

from __future__ import annotations

import hashlib
import json
import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from governance_center.http import submit
from intake import hall as words
from intake import services
from intake.forms.queue import KioskForm
from intake.models import Hall, Ticket
from intake.queue_times import QueueNow

RETURN_SECONDS, IDLE_SECONDS = 15, 60
"""After so many seconds the kiosk is ready for the next one: with the ticket shown, and with nobody touching it."""


@login_not_required
@never_cache
def kiosk(request: HttpRequest, code: str) -> HttpResponse:
    """First touch: what somebody comes for."""
    return render(request, "hall/kiosk.html", {"hall": _hall(code), "services": words.SERVICES})


@login_not_required
@never_cache
def kiosk_service(request: HttpRequest, code: str, service: str) -> HttpResponse:
    """Second and third touch: who goes first, and the language, which takes the ticket."""
    hall = _hall(code)
    chosen = next((entry for entry in words.SERVICES if entry.code == service), None)
    if chosen is None:
        raise Http404
    form = KioskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        ticket = submit(
            form,
            lambda: services.take_at_kiosk(
                hall=hall,
                service=service,
                language=form.cleaned_data["language"],
                priority=form.cleaned_data["priority"],
                submission_key=form.cleaned_data["submission_key"],
            ),
        )
        if ticket:
            return redirect("hall:ticket", code, ticket.submission_key)
    context = {
        "hall": hall,
        "chosen": chosen,
        "priorities": words.PRIORITIES,
        "form": form,
        "refused": words.in_both(_("That did not work. Please try again, or ask at the guide desk.")),
        "idle_seconds": IDLE_SECONDS,
    }
    return render(request, "hall/kiosk_service.html", context, status=422 if form.errors else 200)


@login_not_required
@never_cache
def ticket(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """The ticket: number, who is ahead, how long it will take; also as a small paper."""
    hall = _hall(code)
    one = get_object_or_404(Ticket, centre=hall.centre_id, submission_key=key)
    ahead, seconds = QueueNow.of(hall.centre_id, at=timezone.now()).ahead_of(one.pk)
    service = next(entry for entry in words.SERVICES if entry.code == one.service)
    context = {
        "hall": hall,
        "ticket": one,
        "service": words.in_both(service.label),
        "priority": words.in_both(Ticket.Priority(one.priority).label) if one.priority else None,
        "ahead": ahead,
        "wait": words.wait_words(seconds),
        "return_seconds": None if "desk" in request.GET else RETURN_SECONDS,
    }
    return render(request, "hall/ticket.html", context)


@login_not_required
@never_cache
def screen(request: HttpRequest, code: str) -> HttpResponse:
    """The call screen for the wall. What changes comes by :func:`state`."""
    context = {"hall": _hall(code), "services": words.SERVICES, "speech": words.speech()}
    return render(request, "hall/screen.html", context)


@login_not_required
def state(request: HttpRequest, code: str) -> HttpResponse:
    """The present state for the screens; 304 while nothing has changed."""
    body = json.dumps(words.state(_hall(code).centre_id, at=timezone.now()), ensure_ascii=False)
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:24]}"'
    response = HttpResponse(body, content_type="application/json", headers={"ETag": etag, "Cache-Control": "no-cache"})
    answer = get_conditional_response(request, etag=etag, response=response)
    return answer or response


def _hall(code: str) -> Hall:
    return get_object_or_404(Hall.objects.select_related("centre"), code=code, centre__is_active=True)
