"""The public page on which anybody can hold a paper against what was kept; no names, no case."""

from __future__ import annotations

import math
import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from governance_center import throttle
from mediation import agreement_paper
from mediation.models import Agreement
from mediation.services.verifying import compare
from mediation.verifying_forms import CompareForm

CODE = re.compile(r"[A-Za-z0-9_-]{20}")

COMPARING = 2
"""What a comparison counts for, in openings."""


@login_not_required
@never_cache
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Number, committee, day in force and digests of a paper; with a PDF sent, whether it is the same."""
    if wait := throttle.opening(request, weight=COMPARING if request.method == "POST" else 1):
        paused = render(request, "intake/status_paused.html", {"minutes": math.ceil(wait / 60)}, status=429)
        paused["Retry-After"] = wait
        return paused
    rows = Agreement.objects.filter(form=Agreement.Form.WRITTEN).select_related("committee", "paper", "case__centre")
    row = rows.filter(verification_code=code).first() if CODE.fullmatch(code) else None
    if row is None:
        throttle.opening(request, weight=throttle.UNKNOWN_CODE - 1)
        return _page(request, {"agreement": None}, 404)
    form = CompareForm(*([request.POST, request.FILES] if request.method == "POST" else []))
    context = {"agreement": row, "form": form, "stands": agreement_paper.stands(row), "same": None}
    if request.method == "POST" and row.paper and form.is_valid():
        context["same"] = compare(row, form.cleaned_data["file"])
    return _page(request, context, 422 if form.errors else 200)


def _page(request: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    response = render(request, "mediation/verify.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    # Without an origin of its own the form could not be sent back; other sites learn nothing of the code.
    response["Referrer-Policy"] = "same-origin"
    return response
