"""Briefings from draft to archive: each is drafted once, read by an official, published once and never changed."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from departments.models import Division
from governance_center import papers
from governance_center.crypto import sha256_hex
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic
from mediation.agreement_paper import LANGUAGES
from reporting.briefing import spans, word, words
from reporting.briefing.frozen import NotOver, may_publish
from reporting.briefing.gathering import Data, digest, gather, moment
from reporting.models import Briefing, BriefingPaper
from reporting.periods import Period
from reporting.rollups.reading import reading

TEMPLATE = "reporting/papers/briefing.typ"


class AlreadyPublished(GovernanceError):
    code = "already_published"
    message = _("This briefing is published and is not changed any more.")


class OtherFigures(GovernanceError):
    code = "other_figures"
    message = _("The figures were taken anew since you read them. Please read the briefing again.")


def draft(*, scope: Division, kind: str, period: Period, by: User | None, at: dt.datetime | None = None) -> Briefing:
    """The briefing of a division and period; drafted if there is none yet.

    Raises:
        NotAllowed: ``by`` is no official of this very division.
        NotOver: the period is not over, or no week, month or year.
    """
    if by is not None and not may_publish(by, scope):
        raise NotAllowed()
    at = at or timezone.now()
    if period != spans.span(kind, period.first) or period.last >= timezone.localdate(at):
        raise NotOver()
    known = Briefing.objects.filter(scope=scope, kind=kind, first=period.first).first()
    return known or _keep(scope, kind, period, _gathered(scope, kind, period, at), by)


@atomic
def _keep(scope: Division, kind: str, period: Period, data: Data, by: User | None) -> Briefing:
    """Who comes second gets the draft of the first."""
    values = {
        "last": period.last, "figures": data, "sha256": digest(data), "gathered_at": moment(data), "made_by": by,
    }  # fmt: skip
    return Briefing.objects.get_or_create(scope=scope, kind=kind, first=period.first, defaults=values)[0]


def _gathered(scope: Division, kind: str, period: Period, at: dt.datetime) -> Data:
    with reading(now=at) as reader:
        return gather(reader, scope, kind, period)


def take_anew(*, briefing: Briefing, by: User, at: dt.datetime | None = None) -> Briefing:
    """Gather the figures of a draft again, as they are now.

    Raises:
        NotAllowed, AlreadyPublished.
    """
    if not may_publish(by, briefing.scope):
        raise NotAllowed()
    data = _gathered(briefing.scope, briefing.kind, briefing.period, at or timezone.now())
    return _replace(briefing, data)


@atomic
def _replace(briefing: Briefing, data: Data) -> Briefing:
    briefing = _locked(briefing)
    briefing.figures, briefing.sha256, briefing.gathered_at = data, digest(data), moment(data)
    briefing.save(update_fields=("figures", "sha256", "gathered_at"))
    return briefing


@atomic
def add_words(*, briefing: Briefing, by: User, zh_hans: str, ko: str) -> Briefing:
    """Keep the official's own paragraph, in either language or both.

    Raises:
        NotAllowed, AlreadyPublished.
    """
    if not may_publish(by, briefing.scope):
        raise NotAllowed()
    briefing = _locked(briefing)
    briefing.words_zh_hans, briefing.words_ko = zh_hans.strip(), ko.strip()
    briefing.save(update_fields=("words_zh_hans", "words_ko"))
    return briefing


@atomic
def publish(*, briefing: Briefing, by: User, read: str, at: dt.datetime | None = None) -> Briefing:
    """Publish a draft: give it the next number of its division and year, and keep its papers.

    Args:
        read: digest of the figures that the official read; nothing else is published.

    Raises:
        NotAllowed, AlreadyPublished, OtherFigures.
        governance_center.papers.PaperFailed: a paper could not be made; nothing is published.
    """
    if not may_publish(by, briefing.scope):
        raise NotAllowed()
    at = at or timezone.now()
    Division.objects.select_for_update(no_key=True).get(pk=briefing.scope_id)
    briefing = _locked(briefing)
    if briefing.sha256 != read:
        raise OtherFigures()
    year = timezone.localdate(at).year
    last = Briefing.objects.filter(scope=briefing.scope, year=year).aggregate(last=Max("number"))["last"]
    briefing.year, briefing.number = year, (last or 0) + 1
    briefing.published_at, briefing.published_by = at, by
    briefing.save(update_fields=("year", "number", "published_at", "published_by"))
    for language in LANGUAGES:
        content = render(briefing, language)
        BriefingPaper.objects.create(briefing=briefing, language=language, content=content, sha256=sha256_hex(content))
    return briefing


def render(briefing: Briefing, language: str) -> bytes:
    """The briefing as PDF, made from its kept figures and words alone: the same bytes each time.

    Args:
        language: ``zh-hans``, ``ko`` or ``both``.

    Raises:
        governance_center.papers.PaperFailed: it could not be set.
    """
    parts = [words.part_of(briefing, spoken) for spoken in LANGUAGES[language]]
    first = parts[0]
    data = {"title": " ".join((first["scope"], first["title"], first["period"])), "parts": parts}
    return papers.render(TEMPLATE, data, made_at=briefing.published_at or briefing.gathered_at)


def render_word(briefing: Briefing, language: str) -> bytes:
    """The briefing as a Word file, made from its kept figures and words alone: the same bytes each time.

    Raises:
        governance_center.papers.PaperFailed: a chart could not be drawn.
    """
    parts = [words.part_of(briefing, spoken) for spoken in LANGUAGES[language]]
    return word.fill(parts, made_at=timezone.localtime(briefing.published_at or briefing.gathered_at))


def _locked(briefing: Briefing) -> Briefing:
    briefing = Briefing.objects.select_for_update(of=("self",)).select_related("scope").get(pk=briefing.pk)
    if briefing.is_published:
        raise AlreadyPublished()
    return briefing


def draft_due(*, today: dt.date, at: dt.datetime) -> int:
    """Draft what has fallen due for each division that has an official to publish it. Returns how many were drafted.

    What fell due while nothing ran is made good, each week, month and year with its own figures, from the day on which
    a division first got a draft. Each draft is a transaction of its own, so that what was interrupted goes on where it
    stopped.
    """
    officials = User.objects.filter(role=Role.OFFICIAL, is_active=True).values("division")
    scopes = list(Division.objects.filter(pk__in=officials).order_by("pk"))
    begun = Briefing.objects.filter(made_by=None).order_by().values_list("scope").annotate(Min("gathered_at"))
    since = {code: timezone.localdate(moment) for code, moment in begun}
    drafted = 0
    for kind in Briefing.Kind:
        known = set(Briefing.objects.filter(kind=kind).order_by().values_list("scope", "first"))
        for scope in scopes:
            for period in spans.fallen_due(kind, today, since.get(scope.pk)):
                if (scope.pk, period.first) not in known:
                    draft(scope=scope, kind=kind, period=period, by=None, at=at)
                    drafted += 1
    return drafted
