"""Frozen months and briefings: what is said equals the figures, is said once, and stays as it was published."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from accounts.models import Role, User
from cases.models import Case
from cases.services import reopen_case, resolve_case, sign_referral
from departments.models import Division
from governance_center.errors import NotAllowed
from reporting import selectors, tasks
from reporting.briefing import frozen, issuing, sentences, spans
from reporting.briefing.sentences import Verdict
from reporting.measures import MEASURES
from reporting.models import Briefing, BriefingPaper, PublishedFigures
from reporting.periods import Period
from reporting.rollups.reading import reading
from tests.world import LIYUAN, LONGJING, YANJI, World, make_case, make_user


def last_month() -> Period:
    return spans.latest("monthly", timezone.localdate())


@pytest.fixture
def month_by_hand(world: World) -> World:
    """Three cases of Longjing accepted in last month, two of them resolved; an official of the county."""
    world.official = make_user("county", Role.OFFICIAL, LONGJING)
    day = last_month().first + dt.timedelta(days=9)
    moment = dt.datetime.combine(day, dt.time(10), tzinfo=timezone.get_current_timezone())
    for number in range(3):
        case = make_case(world, "neighbour")
        if number < 2:
            sign_referral(referral=case.referrals.get(role="lead"), by=world.justice)
            resolve_case(case=case, by=world.justice, outcome="settled", note="办结")
        case.refresh_from_db()
        case.registered_at, case.accepted_at = moment, moment
        if number < 2:
            case.resolved_at = moment + dt.timedelta(days=2)
        case.save()
    return world


@pytest.fixture
def scope(month_by_hand: World) -> Division:
    return Division.objects.get(pk=LONGJING)


def drafted(world: World) -> Briefing:
    scope = Division.objects.get(pk=LONGJING)
    return issuing.draft(scope=scope, kind="monthly", period=last_month(), by=world.official)


def published(world: World) -> Briefing:
    row = drafted(world)
    return issuing.publish(briefing=row, by=world.official, read=row.sha256)


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_month_is_frozen_once_and_never_changed(month_by_hand: World, scope: Division) -> None:
    month = last_month()
    assert frozen.freeze(scope=scope, month=month, by=month_by_hand.official)
    assert not frozen.freeze(scope=scope, month=month, by=None)
    with reading() as reader:
        now = selectors.summary(reader, LONGJING, month)
    kept = frozen.published(LONGJING, month)
    assert {code: (one.value, one.numerator, one.denominator) for code, one in kept.items()} == {
        code: (one.value, one.numerator, one.denominator) for code, one in now.items()
    }
    assert (kept["accepted"].value, kept["resolved"].value) == (3, 2)
    assert kept["resolution_rate"].low == pytest.approx(now["resolution_rate"].low)
    for harm in (lambda rows: rows.update(value=99), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            harm(PublishedFigures.objects.filter(scope=scope))


def test_only_officials_of_the_very_division_freeze(month_by_hand: World, scope: Division) -> None:
    above = make_user("prefecture", Role.OFFICIAL, "2224")
    for user in (above, month_by_hand.dispatcher):
        with pytest.raises(NotAllowed):
            frozen.freeze(scope=scope, month=last_month(), by=user)
    with pytest.raises(frozen.NotOver):
        frozen.freeze(scope=scope, month=spans.month_of(timezone.localdate()), by=month_by_hand.official)
    assert not PublishedFigures.objects.exists()


def test_what_changed_since_is_told_with_the_cases_that_moved(month_by_hand: World, scope: Division) -> None:
    frozen.freeze(scope=scope, month=last_month(), by=month_by_hand.official)
    at = PublishedFigures.objects.earliest("pk").published_at
    case = Case.objects.filter(state="following_up").first() or Case.objects.filter(resolved_at__isnull=False).first()
    assert case is not None
    reopen_case(case=case, by=month_by_hand.dispatcher, note="反复")
    then = frozen.published(LONGJING, last_month())
    changes = {one.measure.code: one for one in frozen.changed(scope_code=LONGJING, period=last_month(), then=then)}
    assert (changes["resolved"].then.value, changes["resolved"].now.value) == (2, 1)
    assert changes["resolved"].difference == -1
    assert not changes["accepted"].has_moved
    moved = {row["kind"]: row["cases"] for row in frozen.moved_cases(LONGJING, last_month(), at)}
    assert moved["case.reopened"] == 1
    assert sum(moved.values()) == 1
    assert sum(row["cases"] for row in frozen.moved_cases("222401", last_month(), at)) == 0


def test_the_clock_freezes_each_division_once(month_by_hand: World, settings: Any) -> None:
    settings.PUBLISH_FIGURES_DAY = 1
    assert tasks.publish_months() == Division.objects.exclude(level="village").count()
    assert tasks.publish_months() == 0
    settings.PUBLISH_FIGURES_DAY = 32
    assert frozen.freeze_due(today=timezone.localdate(), at=timezone.now()) == 0


def test_the_clock_drafts_each_briefing_once(month_by_hand: World, settings: Any) -> None:
    settings.PUBLISH_FIGURES_DAY = 1
    made = tasks.draft_briefings()
    scopes = User.objects.filter(role=Role.OFFICIAL).values("division").distinct().count()
    assert made == Briefing.objects.count() >= 2 * scopes
    assert tasks.draft_briefings() == 0
    Briefing.objects.filter(kind="weekly").delete()
    assert tasks.draft_briefings() == scopes


def test_a_briefing_says_the_figures_and_can_be_made_again(month_by_hand: World) -> None:
    row = published(month_by_hand)
    with reading() as reader:
        now = selectors.summary(reader, LONGJING, last_month())
    rate = now["resolution_rate"]
    for language in ("zh-hans", "ko", "both"):
        kept = BriefingPaper.objects.get(briefing=row, language=language)
        fresh = Briefing.objects.get(pk=row.pk)
        assert issuing.render(fresh, language) == bytes(kept.content)
        assert f"{rate.value:.1f}%*({rate.numerator}/{rate.denominator})" in text_of(bytes(kept.content))
    assert row.figures["figures"]["accepted"][0] == now["accepted"].value
    made = Document(io.BytesIO(issuing.render_word(row, "ko")))
    cells = [cell.text for table in made.tables for line in table.rows for cell in line.cells]
    assert f"{rate.value:.1f} %* ({rate.numerator}/{rate.denominator})" in cells


def test_a_word_file_of_two_languages_holds_each_whole_chinese_first(month_by_hand: World) -> None:
    row = drafted(month_by_hand)
    texts = {}
    for language in ("zh-hans", "ko", "both"):
        made = Document(io.BytesIO(issuing.render_word(row, language)))
        cells = [cell.text for table in made.tables for line in table.rows for cell in line.cells]
        texts[language] = ([one.text for one in made.paragraphs], cells)
    for place in range(2):
        assert texts["both"][place] == texts["zh-hans"][place] + texts["ko"][place]
        assert texts["zh-hans"][place] != texts["ko"][place]


def test_a_published_briefing_keeps_what_it_said(month_by_hand: World) -> None:
    row = published(month_by_hand)
    assert (row.number, row.year) == (1, timezone.localdate().year)
    with pytest.raises(issuing.AlreadyPublished):
        issuing.publish(briefing=row, by=month_by_hand.official, read=row.sha256)
    with pytest.raises(issuing.AlreadyPublished):
        issuing.take_anew(briefing=row, by=month_by_hand.official)
    with pytest.raises(DatabaseError), transaction.atomic():
        Briefing.objects.filter(pk=row.pk).update(words_ko="다른 말")
    weekly = issuing.draft(
        scope=row.scope, kind="weekly", period=spans.latest("weekly", timezone.localdate()), by=month_by_hand.official
    )
    assert issuing.publish(briefing=weekly, by=month_by_hand.official, read=weekly.sha256).number == 2


def test_only_what_was_read_is_published(month_by_hand: World) -> None:
    row = drafted(month_by_hand)
    make_case(month_by_hand, "neighbour")
    anew = issuing.take_anew(briefing=row, by=month_by_hand.official)
    assert anew.sha256 != row.sha256
    with pytest.raises(issuing.OtherFigures):
        issuing.publish(briefing=row, by=month_by_hand.official, read=row.sha256)
    assert not Briefing.objects.get(pk=row.pk).is_published


def test_own_words_stand_in_the_paper(month_by_hand: World) -> None:
    row = drafted(month_by_hand)
    row = issuing.add_words(briefing=row, by=month_by_hand.official, zh_hans="本月#重点<欠薪>", ko="이달의 중점")
    assert "本月#重点<欠薪>" in text_of(issuing.render(row, "zh-hans"))
    assert "이달의중점" in text_of(issuing.render(row, "ko"))


NUMBERS = {
    "few": [50.0, 5, 10, 23.7, 76.3],
    "low": [20.0, 20, 100, 13.3, 28.9],
    "high": [80.0, 80, 100, 71.1, 86.7],
    "near": [25.0, 25, 100, 17.5, 34.3],
    "none": [None, 0, 0, None, None],
}


@pytest.mark.parametrize(("code", "now", "then", "is_same_age", "verdict"), [
    ("on_time_rate", "high", "low", False, Verdict.MORE),
    ("on_time_rate", "low", "high", False, Verdict.FEWER),
    ("on_time_rate", "low", "near", False, Verdict.ALIKE),
    ("on_time_rate", "few", "high", False, Verdict.SMALL),
    ("on_time_rate", "low", "few", False, Verdict.SMALL),
    ("on_time_rate", "none", "low", False, Verdict.NOTHING),
    ("on_time_rate", "low", "none", False, Verdict.NOTHING),
    ("resolution_rate", "low", "high", False, Verdict.UNEQUAL),
    ("resolution_rate", "low", "high", True, Verdict.FEWER),
    ("repeat_rate", "low", "high", False, Verdict.FEWER),
])  # fmt: skip
def test_a_rate_differs_only_beyond_chance(code: str, now: str, then: str, is_same_age: bool, verdict: Verdict) -> None:
    found = sentences.rate_verdict(MEASURES[code], NUMBERS[now], NUMBERS[then], is_same_age=is_same_age)
    assert found == verdict


@pytest.mark.parametrize(("now", "then", "days", "then_days", "verdict"), [
    (0, 0, 30, 30, Verdict.NOTHING),
    (5, 3, 30, 30, Verdict.ALIKE),
    (100, 50, 30, 30, Verdict.MORE),
    (50, 100, 30, 30, Verdict.FEWER),
    (310, 280, 31, 28, Verdict.ALIKE),
    (1, 0, 30, 30, Verdict.ALIKE),
])  # fmt: skip
def test_a_count_differs_only_beyond_chance(now: int, then: int, days: int, then_days: int, verdict: Verdict) -> None:
    assert sentences.count_verdict(now, then, days, then_days) == verdict


def test_rates_are_held_against_figures_told_at_the_same_age(month_by_hand: World, scope: Division) -> None:
    month = last_month()
    before = month.before()
    at = dt.datetime.combine(month.first, dt.time(12), tzinfo=timezone.get_current_timezone())
    frozen.freeze(scope=scope, month=before, by=None, at=at)
    young = issuing.draft(scope=scope, kind="monthly", period=month, by=None, at=at + (month.last - before.last))
    assert young.figures["before"]["told"] is not None
    assert young.figures["year"]["told"] is None
    late = frozen.told_at_age(LONGJING, "monthly", before, age=dt.timedelta(days=90))
    assert late is None


@pytest.mark.parametrize(("who", "reads", "writes"), [
    ("official", True, True), ("dispatcher", True, False), ("clerk", False, False), ("mediator", False, False),
])  # fmt: skip
def test_who_reads_and_who_publishes(
    month_by_hand: World, sign_in: Callable[..., Client], who: str, reads: bool, writes: bool
) -> None:
    row = drafted(month_by_hand)
    client = sign_in(getattr(month_by_hand, who))
    assert client.get(reverse("reporting:briefing", args=[row.pk])).status_code == (200 if reads else 403)
    client.post(reverse("reporting:briefing_publish", args=[row.pk]), {"read": row.sha256})
    assert Briefing.objects.get(pk=row.pk).is_published is writes


def test_drafts_are_read_in_the_very_division_only(month_by_hand: World, sign_in: Callable[..., Client]) -> None:
    row = drafted(month_by_hand)
    above = make_user("prefecture", Role.OFFICIAL, "2224")
    below = make_user("street", Role.OFFICIAL, LIYUAN)
    address = reverse("reporting:briefing", args=[row.pk])
    assert sign_in(above).get(address).status_code == 404
    issuing.publish(briefing=row, by=month_by_hand.official, read=row.sha256)
    assert sign_in(above).get(address).status_code == 200
    assert sign_in(below).get(address).status_code == 404


@pytest.fixture
def archive(month_by_hand: World) -> World:
    """Of Longjing a week over New Year, a month, a year and a draft; of Yanji, Liyuan and the prefecture a month."""
    for code, kind, day, is_out in (
        (LONGJING, "weekly", dt.date(2024, 12, 30), True), (LONGJING, "monthly", dt.date(2025, 3, 1), True),
        (LONGJING, "yearly", dt.date(2023, 1, 1), True), (LONGJING, "monthly", dt.date(2025, 4, 1), False),
        (YANJI, "monthly", dt.date(2025, 3, 1), True), (LIYUAN, "monthly", dt.date(2024, 3, 1), True),
        ("2224", "monthly", dt.date(2025, 5, 1), True),
    ):  # fmt: skip
        by = User.objects.filter(role=Role.OFFICIAL, division_id=code).first()
        by = by or make_user(f"official{code}", Role.OFFICIAL, code)
        row = issuing.draft(scope=by.division, kind=kind, period=spans.span(kind, day), by=by)
        if is_out:
            issuing.publish(briefing=row, by=by, read=row.sha256)
    return month_by_hand


L, Y, S, P = "龙井市", "延吉市", "梨园街道", "延边朝鲜族自治州"


def test_the_archive_is_narrowed_by_kind_place_and_year(archive: World, sign_in: Callable[..., Client]) -> None:
    """Each line has the reader, what is asked for, and the places and last days that are shown."""
    above = User.objects.filter(role=Role.OFFICIAL, division_id="2224").first()
    readers = {"county": archive.official, "above": above, "dispatcher": archive.dispatcher}
    week, month, year, april = (L, "2025-01-05"), (L, "2025-03-31"), (L, "2023-12-31"), (L, "2025-04-30")
    street, yanji, whole = (S, "2024-03-31"), (Y, "2025-03-31"), (P, "2025-05-31")
    for who, asked, expected in (
        ("county", "", {week, month, year, april, street}),
        ("dispatcher", "", {week, month, year, april, street}),
        ("above", "", {week, month, year, street, yanji, whole}),
        ("county", "?kind=monthly", {month, april, street}),
        ("county", "?kind=yearly&year=2023", {year}),
        ("county", "?year=2024", {week, street}),
        ("county", "?year=2025", {week, month, april}),
        ("county", f"?place={LIYUAN}", {street}),
        ("county", f"?place={LONGJING}&kind=monthly&year=2025", {month, april}),
        ("above", f"?place={YANJI}", {yanji}),
        ("above", "?kind=monthly&year=2025", {month, yanji, whole}),
        # What is not there, or not for this reader, shows nothing; so does nonsense.
        ("county", f"?place={YANJI}", set()),
        ("county", "?place=2224", set()),
        ("county", "?year=1999", set()),
        ("county", "?kind=daily", set()),
    ):
        answer = sign_in(readers[who]).get(reverse("reporting:briefings") + asked)
        shown = {(row.scope.name, f"{row.last}") for row, _issue, _period in answer.context["rows"]}
        assert shown == expected, (who, asked)
    for who, places in (("county", [L, S]), ("above", [P, Y, L, S])):
        form = sign_in(readers[who]).get(reverse("reporting:briefings")).context["form"]
        assert [one.name for one in form.fields["place"].queryset] == places, who


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_pages_show_the_kept_figures(month_by_hand: World, sign_in: Callable[..., Client], language: str) -> None:
    client = sign_in(month_by_hand.official, language)
    address = f"{reverse('reporting:published')}?month={last_month().first:%Y-%m}"
    assert client.post(address).status_code == 302
    page = client.get(address).content.decode()
    assert 'data-figure="resolution_rate"' in page
    assert "66.7 %* (2/3)" in page
    made = client.post(reverse("reporting:briefings"), {"kind": "monthly", "day": f"{last_month().first}"})
    assert made.status_code == 302
    assert "66.7 %* (2/3)" in client.get(made.headers["Location"]).content.decode()
    assert client.get(reverse("reporting:briefings")).content.decode().count("briefings/") >= 2
    paper = client.get(f"{made.headers['Location']}paper/?language=both")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert client.get(f"{made.headers['Location']}word/?language=ko").content.startswith(b"PK")
    refused = client.post(reverse("reporting:briefings"), {"kind": "monthly", "day": f"{timezone.localdate()}"})
    assert refused.status_code == 422
    assert f"{timezone.localdate()}" in refused.content.decode()
