"""Notices of a session to its parties: who was told what, when and how; telling; the paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from accounts.models import User
from governance_center import papers
from governance_center.http import submit
from mediation import agreement_paper, notice_paper
from mediation.called_again import failed_before
from mediation.models import Notice, Session
from mediation.notice_forms import NoticeForm
from mediation.services import notices as services
from mediation.views.sessions import CALLERS


@role_required(*CALLERS)
def session_notices(request: HttpRequest, pk: int) -> HttpResponse:
    """Each party with what it was told, and the ways to tell it."""
    user = staff(request)
    session = _session(user, pk)
    form = NoticeForm(request.POST or None, session=session)
    if request.method == "POST":
        told = submit(form, lambda: services.tell_party(session=session, by=user, **form.cleaned_data))
        if told:
            messages.success(request, _("Noted: %(party)s is told.") % {"party": told.party})
            return redirect("mediation:session_notices", session.pk)
    context = {
        "session": session,
        "case": session.case,
        "form": form,
        "parties": _parties(session, form),
        "occasion": services.occasion_of(session).label,
        "may_tell": services.may_tell(session, user) and services.has_news(session),
        "languages": agreement_paper.NAMES,
        "before": failed_before(session),
    }
    return render(request, "mediation/session_notices.html", context, status=422 if form.errors else 200)


@role_required(*CALLERS)
@never_cache
def paper(request: HttpRequest, pk: int, party: int) -> HttpResponse:
    """The notice for one party as PDF; ``?language=`` is ``zh-hans``, ``ko`` or ``both``, at first the party's."""
    session = _session(staff(request), pk)
    called = get_object_or_404(session.attendances.select_related("party__person"), party=party).party
    language = request.GET.get("language", services.language_of(called))
    if language not in agreement_paper.LANGUAGES:
        raise Http404
    try:
        made = notice_paper.make(session, called, services.occasion_of(session), language=language)
    except papers.PaperFailed as failure:
        messages.error(request, str(failure))
        return redirect("mediation:session_notices", session.pk)
    return papers.answer(made, notice_paper.file_name(session, language))


def _parties(session: Session, form: NoticeForm) -> list[dict[str, Any]]:
    """For each party called: what it was told, the newest last, and what was typed for it."""
    told = list(Notice.objects.filter(session=session).select_related("outgoing", "by"))
    now = (services.occasion_of(session), services.version_of(session))
    typed = form.data.get("party", "") if form.is_bound else ""
    return [
        {
            "party": one.party,
            "language": services.language_of(one.party),
            "has_mobile": services.has_mobile(one.party),
            "told": {row.channel for row in told if row.party_id == one.party_id and _news(row) == now},
            "notices": [row for row in told if row.party_id == one.party_id],
            "email": form.data.get("email", "") if typed == str(one.party_id) else "",
            "keeps": typed == str(one.party_id) and bool(form.data.get("keep_email")),
            "on_file": one.party.person.masked_email if one.party.person else "",
        }
        for one in session.attendances.select_related("party__person")
    ]


def _news(row: Notice) -> tuple[str, int]:
    """What it told of: a party that knows this by one channel is not told again by it."""
    return row.occasion, row.version


def _session(user: User, pk: int) -> Session:
    rows = Session.objects.visible_to(user)
    related = ("case__category", "case__division", "case__centre", "mediator__committee", "room__centre")
    return get_object_or_404(rows.select_related(*related), pk=pk)
