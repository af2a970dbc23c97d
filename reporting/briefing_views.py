"""Published figures and briefings: read, drafted, published, kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role
from departments.models import Division
from governance_center import papers
from governance_center.errors import GovernanceError
from governance_center.http import submit
from mediation import word_forms
from mediation.agreement_paper import LANGUAGES, NAMES
from reporting.briefing import charts, frozen, issuing, words
from reporting.briefing_forms import ArchiveForm, DraftForm, MonthForm, WordsForm
from reporting.models import Briefing, PublishedFigures
from reporting.periods import Period
from reporting.views.scope import division_of

READERS = (Role.OFFICIAL, Role.DISPATCHER)
SHOWN = 20


@role_required(*READERS)
def published(request: HttpRequest) -> HttpResponse:
    """The frozen figures of a division and month beside what they are now; an official freezes a month here."""
    user = staff(request)
    division = division_of(user, request.GET.get("division"))
    form = MonthForm(request.GET if "month" in request.GET else None)
    month = form.period()
    if request.method == "POST":
        return _freeze(request, division, month)
    then = frozen.published(division.pk, month)
    rows = PublishedFigures.objects.visible_to(user).filter(scope=division)
    row = rows.filter(first=month.first, last=month.last).select_related("by").first()
    context = {
        "division": division,
        "children": Division.objects.filter(parent=division).exclude(level=Division.Level.VILLAGE).order_by("code"),
        "parent": division.parent if division.pk != user.scope_code else None,
        "form": form,
        "month": month,
        "row": row,
        "changes": frozen.changed(scope_code=division.pk, period=month, then=then) if row else [],
        "moved": frozen.moved_cases(division.pk, month, row.published_at) if row else [],
        "may_freeze": not row and frozen.may_publish(user, division) and month.last < timezone.localdate(),
        "months": rows.order_by("-first").values_list("first", flat=True).distinct()[:24],
    }
    return render(request, "reporting/published.html", context)


def _freeze(request: HttpRequest, division: Division, month: Period) -> HttpResponse:
    try:
        frozen.freeze(scope=division, month=month, by=staff(request))
    except GovernanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The figures of this month are published and kept."))
    return redirect(f"{reverse('reporting:published')}?division={division.pk}&month={month.first:%Y-%m}")


@role_required(*READERS)
def briefings(request: HttpRequest) -> HttpResponse:
    """The archive of a division and those below it; an official drafts a briefing here."""
    user = staff(request)
    scope = division_of(user, None)
    draft_form = DraftForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        made = submit(
            draft_form,
            lambda: issuing.draft(
                scope=scope, kind=draft_form.cleaned_data["kind"], period=draft_form.period(), by=user
            ),
        )
        if made:
            return redirect("reporting:briefing", made.pk)
    form = ArchiveForm(request.GET, archive=Briefing.objects.visible_to(user))
    rows = form.chosen().select_related("scope").defer("figures")
    page = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    shown = [(row, words.issue(row), words.period_words(row.kind, row.period)) for row in page]
    context = {
        "division": scope,
        "form": form,
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "draft_form": draft_form,
        "may_draft": frozen.may_publish(user, scope),
        "page": page,
        "rows": shown,
    }
    return render(request, "reporting/briefings.html", context, status=422 if draft_form.errors else 200)


@role_required(*READERS)
def briefing(request: HttpRequest, pk: int) -> HttpResponse:
    """A briefing to read: what its papers say, and of a published one what has changed since."""
    row = _of(request, pk)
    return _page(request, row, WordsForm(initial={"zh_hans": row.words_zh_hans, "ko": row.words_ko}))


def _page(request: HttpRequest, row: Briefing, form: WordsForm) -> HttpResponse:
    language = request.GET.get("language") or get_language() or "zh-hans"
    spoken = LANGUAGES.get(language, LANGUAGES["zh-hans"])[0]
    context: dict[str, Any] = {
        "briefing": row,
        "part": _drawn(words.part_of(row, spoken)),
        "names": NAMES,
        "form": form,
        "may_publish": frozen.may_publish(staff(request), row.scope) and not row.is_published,
    }
    if row.is_published:
        then = frozen.read_back(row.figures["figures"])
        changes = frozen.changed(scope_code=row.scope_id, period=row.period, then=then)
        context["changes"] = [one for one in changes if one.has_moved]
        context["moved"] = frozen.moved_cases(row.scope_id, row.period, row.gathered_at)
        context["papers"] = row.papers.defer("content").order_by("pk")
    return render(request, "reporting/briefing.html", context, status=422 if form.errors else 200)


def _drawn(part: dict[str, Any]) -> dict[str, Any]:
    """The part with its charts as the page draws them."""
    for section in part["sections"]:
        chart = section["chart"]
        if chart and chart["labels"]:
            kind, data = charts.on_page(chart)
            section["drawn"] = {"kind": kind, "key": f"chart-{section['code']}-data", "data": data}
    return part


@role_required(Role.OFFICIAL)
@require_POST
def own_words(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the official's own paragraph with a draft."""
    row, form = _of(request, pk), WordsForm(request.POST)
    if submit(form, lambda: issuing.add_words(briefing=row, by=staff(request), **form.cleaned_data)):
        messages.success(request, _("Your words were kept with the draft."))
        return redirect("reporting:briefing", pk)
    return _page(request, row, form)


@role_required(Role.OFFICIAL)
@require_POST
def anew(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the figures of a draft as they are now."""
    row = _of(request, pk)
    try:
        issuing.take_anew(briefing=row, by=staff(request))
    except GovernanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The draft now holds the figures of this moment."))
    return redirect("reporting:briefing", pk)


@role_required(Role.OFFICIAL)
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft as it was read."""
    row = _of(request, pk)
    try:
        issuing.publish(briefing=row, by=staff(request), read=request.POST.get("read", ""))
    except GovernanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The briefing is published. Its figures and papers are kept as they are."))
    return redirect("reporting:briefing", pk)


@role_required(*READERS)
@never_cache
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The briefing as PDF; a published one is the very file that was kept."""
    row, language = _of(request, pk), _language(request)
    if row.is_published:
        return papers.answer(bytes(get_object_or_404(row.papers, language=language).content), _name(row, language))
    try:
        return papers.answer(issuing.render(row, language), _name(row, language))
    except papers.PaperFailed as failure:
        messages.error(request, str(failure))
        return redirect("reporting:briefing", pk)


@role_required(*READERS)
@never_cache
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """The briefing as a Word file, made of the same kept figures."""
    row, language = _of(request, pk), _language(request)
    try:
        made = issuing.render_word(row, language)
    except papers.PaperFailed as failure:
        messages.error(request, str(failure))
        return redirect("reporting:briefing", pk)
    answer = HttpResponse(made, content_type=word_forms.FORMAT)
    answer["Content-Disposition"] = content_disposition_header(True, _name(row, language, "docx"))
    return answer


def _of(request: HttpRequest, pk: int) -> Briefing:
    rows = Briefing.objects.visible_to(staff(request))
    return get_object_or_404(rows.select_related("scope", "published_by", "made_by"), pk=pk)


def _language(request: HttpRequest) -> str:
    language = request.GET.get("language") or get_language() or "zh-hans"
    if language not in LANGUAGES:
        raise Http404
    return language


def _name(row: Briefing, language: str, suffix: str = "pdf") -> str:
    """The name a saved copy gets, in the (first) language of the paper."""
    with translation.override(LANGUAGES[language][0]):
        said = (row.scope.name, str(_("Work briefing")), words.period_words(row.kind, row.period))
        return f"{'-'.join(said)}.{suffix}"
