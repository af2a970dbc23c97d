"""The big screen of the command room. Its address is given here; the screen itself opens without signing in."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from accounts.models import Language, Role
from reporting import wall as services
from reporting.models import Wall
from reporting.rollups.reading import reading
from reporting.views.scope import division_of, path_to

SECONDS, SHORTEST, LONGEST = 20, 5, 600
"""How long a page stands, and what may be asked for."""


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def screens(request: HttpRequest) -> HttpResponse:
    """The address for the screen of a division; on request a new one, which shuts out the old."""
    user = staff(request)
    division = division_of(user, request.POST.get("division") or request.GET.get("division"))
    if request.method == "POST":
        services.give_new_code(division, by=user)
        messages.success(request, _("The big screen has a new address; the old one no longer opens."))
        return redirect(f"{reverse('reporting:wall')}?division={division.pk}")
    wall = services.wall_of(division, by=user)
    address = request.build_absolute_uri(reverse("reporting:wall_screen", args=[wall.code]))
    context = {
        "division": division,
        "path": path_to(division, user),
        "wall": wall,
        "address": address,
        "choices": (10, SECONDS, 30, 60),
        "seconds": SECONDS,
    }
    return render(request, "reporting/wall.html", context)


@login_not_required
@never_cache
def screen(request: HttpRequest, code: str) -> HttpResponse:
    """The screen; its pages turn every ``?seconds=`` and come by :func:`pages`."""
    wall = _wall(code)
    asked = request.GET.get("seconds", "")
    seconds = min(max(int(asked), SHORTEST), LONGEST) if asked.isdecimal() and len(asked) < 5 else SECONDS
    with translation.override(Language.CHINESE):
        return render(request, "reporting/wall/screen.html", {"wall": wall, "seconds": seconds})


@login_not_required
def pages(request: HttpRequest, code: str) -> HttpResponse:
    """The present pages as a piece of HTML; 304 while no figure has changed."""
    wall = _wall(code)
    with reading() as reader:
        shown = services.read_pages(reader, wall.division)
    with translation.override(Language.CHINESE):
        response = render(request, "reporting/wall/_pages.html", {"shown": shown, "division": wall.division})
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:24]}"'
    response.headers["ETag"], response.headers["Cache-Control"] = etag, "no-cache"
    return get_conditional_response(request, etag=etag, response=response) or response


def _wall(code: str) -> Wall:
    return get_object_or_404(Wall.objects.select_related("division"), code=code)
