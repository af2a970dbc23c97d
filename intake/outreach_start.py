"""A registration that starts from an outreach visit: what is filled in, and the care that family matters need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Language, User
from cases import care
from cases.models import Channel
from cases.routing_rules import Facts
from governance_center.calendar import local_day
from intake.importing.rows import HANGUL
from intake.models import Household, OutreachVisit, Visit


def initial(request: HttpRequest, user: User) -> dict[str, Any]:
    """Place, people and words of the visit named in the address, if ``user`` may register it; else nothing."""
    known = found(request, user)
    if not known:
        return {}
    visit = known["outreach"]
    given: dict[str, Any] = {
        "outreach": visit,
        "channel": Channel.OUTREACH,
        "division": visit.division_id,
        "place_detail": visit.address,
        "narrative": visit.note,
    }
    if visit.household and "person" not in request.GET:
        given |= _petitioner(visit.household, user)
    return given


def found(request: HttpRequest, user: User) -> dict[str, OutreachVisit]:
    """The visit named in the address, if ``user`` may register what it found; else nothing."""
    key = request.GET.get("outreach", "")
    if not key.isdecimal() or len(key) >= 18:
        return {}
    rows = OutreachVisit.objects.visible_to(user).to_register().select_related("household", "group")
    visit = rows.filter(pk=key).first()
    return {"outreach": visit} if visit else {}


def _petitioner(home: Household, user: User) -> dict[str, Any]:
    """The one file of the household; else its head as written on the list, in whichever script."""
    files = home.people.visible_to(user).not_merged().order_by("pk")[:2]
    if len(files) == 1:
        return {"person": files[0], "language": files[0].language, "narrative_language": files[0].language}
    words = home.head.split()
    hangul = " ".join(word for word in words if HANGUL.search(word))
    language = {"language": Language.KOREAN, "narrative_language": Language.KOREAN} if hangul else {}
    chinese = " ".join(word for word in words if not HANGUL.search(word))
    return {"name": chinese, "name_hangul": hangul, "phone": home.phone, **language}


def source(visit: OutreachVisit | None) -> dict[str, Any]:
    """Which group found it, and on which day."""
    return {"sender": visit.group.name, "sent_on": local_day(visit.at)} if visit else {}


def visit_of(form: forms.Form) -> OutreachVisit | None:
    """The visit of a form that is new or came back."""
    if form.initial.get("outreach"):
        return form.initial["outreach"]  # type: ignore[no-any-return]
    key = str(form["outreach"].value() or "")
    rows = form.fields["outreach"].queryset  # type: ignore[attr-defined]
    return rows.filter(pk=key).first() if key.isdecimal() and len(key) < 18 else None  # type: ignore[no-any-return]


def care_of(given: Mapping[str, str], facts: Facts) -> list[str | Promise]:
    """Why the matter as typed will be restricted; empty for other channels and where it was chosen to stay open."""
    if given.get("visibility") == "open":
        return []
    reasons = care.signs(category=facts.category, texts=(facts.text,))
    return reasons if care.asks_for_restriction(given.get("channel", ""), reasons) else []


def say_restricted(request: HttpRequest, visit: Visit) -> None:
    """A matter found at home that left the general view is said aloud."""
    if visit.channel == Channel.OUTREACH and visit.case and visit.case.is_restricted:
        messages.warning(
            request,
            _("Restricted: only you, the dispatchers, and the department and mediator who have it in hand see it."),
        )
