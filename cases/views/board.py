"""The dispatcher's board: the page, what has changed since, and what is done in place."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases import board, precedents
from cases.board_deeds import Deed, bound, deeds_of, find, offers
from cases.models import Case, OnCallCall, SupervisionOrder
from cases.routing_rules import facts_of
from governance_center.http import submit

VERSION = "X-Board"
"""The header by which the page knows that the answer comes from the board, not from the sign-in page."""


@role_required(Role.DISPATCHER)
@never_cache
def dispatch(request: HttpRequest) -> HttpResponse:
    """The whole board."""
    user = staff(request)
    version = board.version(user, timezone.now())
    lists = {one["of"].code: one for one in _lists(user)}
    columns = [[lists[code] for code in codes] for codes in board.columns()]
    return render(request, "cases/board.html", {"lists": lists.values(), "columns": columns, "version": version})


@role_required(Role.DISPATCHER)
@never_cache
def changes(request: HttpRequest) -> HttpResponse:
    """Nothing (204) while the version that the page has still holds; else the lists that look different now."""
    user = staff(request)
    version = board.version(user, timezone.now())
    if request.GET.get("version") == version:
        response = HttpResponse(status=204)
    else:
        lists = _lists(user)
        seen = set(request.GET.getlist("seen"))
        context = {
            "version": version, "lists": lists, "changed": [one for one in lists if one["seen"] not in seen],
            "is_swap": True,
        }  # fmt: skip
        response = render(request, "cases/_board_changes.html", context)
    response[VERSION] = version
    return response


@role_required(Role.DISPATCHER)
@never_cache
def deed(request: HttpRequest, at: str, kind: str, pk: int, code: str) -> HttpResponse:
    """The form of one deed under its row, and its doing. Without script: the ordinary page."""
    user, queryset, chosen = staff(request), find(kind, staff(request)), deeds_of(kind).get(code)
    if at not in {one.code for one in board.all_lists()} or queryset is None or chosen is None:
        raise Http404
    thing = get_object_or_404(queryset, pk=pk)
    if not request.headers.get("HX-Request"):
        return redirect(chosen.page(thing))
    if not chosen.may(thing, user):
        return _said(request, {"is_gone": True})
    prefix = f"{at}-{kind}{pk}-{code}"
    form = bound(chosen, thing, request.POST if request.method == "POST" else None, prefix=prefix)
    if request.method == "POST" and submit(form, lambda: chosen.run(thing, user, form.cleaned_data) or True):
        return _said(request, {"done": chosen.done, "about": _about(thing)})
    context = {"deed": chosen, "form": form, "prefix": prefix, **_help(chosen, thing, user)}
    return render(request, "cases/_board_form.html", context, status=422 if form.errors else 200)


def _said(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The row is done with: the form goes, the board says so and looks for changes at once."""
    response = render(request, "cases/_board_said.html", context)
    response["HX-Trigger"] = "board"
    return response


def _about(thing: Any) -> str:
    """The case number or the title of what was done something about."""
    if isinstance(thing, OnCallCall):
        return thing.referral.case.number
    return str((thing.case or thing.whistle) if isinstance(thing, SupervisionOrder) else thing)


def _help(chosen: Deed, thing: Any, user: User) -> dict[str, Any]:
    """Earlier rulings on like matters, for whoever decides who leads."""
    if chosen.code != "rule" or not isinstance(thing, Case):
        return {}
    return {"precedents": precedents.like(facts_of(thing, has_organisation=False), user, apart_from=thing)}


def _lists(user: User) -> list[dict[str, Any]]:
    """Every list with its text and the sign of that text; lists of one sign look the same."""
    found = []
    for filled in board.fill(user):
        rows = [(row, offers(filled.of.code, row, user)) for row in filled.rows]
        body: SafeString = render_to_string("cases/_board_list.html", {"list": filled, "rows": rows})
        found.append(
            {"of": filled.of, "count": filled.count, "body": body, "seen": f"{filled.of.code}:{board.sign(body)}"}
        )
    return found
