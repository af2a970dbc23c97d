"""The whistle (吹哨报到): a street or township calls departments, which must report in; it alone closes the whistle."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import in_each_language, notify
from cases import deadlines, ledger
from cases.models import Case, EventKind, Whistle, WhistleCall
from cases.services.common import lock
from cases.services.dispatching import department_officers, staff_for
from departments.models import Department
from departments.presence import local_holidays_of
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.ledger import text_digest
from governance_center.transactions import atomic

TOWNSHIP = "township"
TOWNSHIP_DIGITS, COUNTY_DIGITS = 9, 6

TO_DISPATCHER, TO_OFFICIAL = 1, 2
"""How high an unanswered whistle climbs."""

BATCH = 200


class WhistleClosed(GovernanceError):
    code = "whistle_closed"
    message = _("This whistle is closed.")


class AlreadyDone(GovernanceError):
    code = "already_done"
    message = _("This was already done.")


class SignFirst(GovernanceError):
    code = "sign_first"
    message = _("Sign for the whistle first.")


class StillWaiting(GovernanceError):
    code = "still_waiting"
    message = _("Not every department has reported in. Say why the whistle is closed all the same.")


class NotReported(GovernanceError):
    code = "not_reported"
    message = _("An answer can be rated once the department has reported in.")


def may_raise(user: User) -> bool:
    """The street or township itself, or the clerks and dispatchers of its centre."""
    if not user.is_active:
        return False
    if user.role == Role.OFFICER:
        return user.department_id == TOWNSHIP and len(user.scope_code) >= TOWNSHIP_DIGITS
    return user.role in {Role.CLERK, Role.DISPATCHER} and len(user.scope_code) == TOWNSHIP_DIGITS


def may_close(whistle: Whistle, user: User) -> bool:
    """Whoever may raise one for the division that raised this one."""
    return may_raise(user) and user.scope_code[:TOWNSHIP_DIGITS] == whistle.division_id


def may_answer(call: WhistleCall, user: User) -> bool:
    """An officer of the called department of that county."""
    is_officer = user.role == Role.OFFICER and user.is_active and user.department_id == call.department_id
    return is_officer and user.scope_code == call.whistle.division_id[:COUNTY_DIGITS]


def raise_whistle(
    *,
    by: User,
    kind: str,
    departments: Sequence[Department],
    title: str,
    text: str,
    submission_key: uuid.UUID,
    case: Case | None = None,
) -> Whistle:
    """Call departments of the county; the limits of the kind start now. The same key makes one whistle.

    Raises:
        NotAllowed: not a street or township, a case that is not the caller's to see, another one's key.
        MissingInput: no kind of the list, no department, or an empty text.
    """
    try:
        return _raise(
            by=by, kind=kind, departments=departments, title=title, text=text, submission_key=submission_key, case=case
        )
    except IntegrityError:
        earlier = Whistle.objects.filter(submission_key=submission_key).first()
        if earlier is None:
            raise
        if earlier.raised_by_id != by.pk:
            raise NotAllowed() from None
        return earlier


@atomic
def sign_call(*, call: WhistleCall, by: User) -> WhistleCall:
    """The department signs for it. Raises: NotAllowed, WhistleClosed, AlreadyDone."""
    call = _lock_call(call, by)
    if call.signed_at:
        raise AlreadyDone()
    call.signed_at, call.signed_by = timezone.now(), by
    call.save(update_fields=["signed_at", "signed_by"])
    return call


@atomic
def note_contact(*, call: WhistleCall, by: User) -> WhistleCall:
    """The department has made contact with the street. Raises: NotAllowed, WhistleClosed, SignFirst, AlreadyDone."""
    call = _lock_call(call, by)
    _check_signed(call)
    if call.contacted_at:
        raise AlreadyDone()
    call.contacted_at = timezone.now()
    call.save(update_fields=["contacted_at"])
    return call


@atomic
def report_in(
    *, call: WhistleCall, by: User, taken_up_on: dt.date, spoke_with: str, measures: str, done_by: dt.date
) -> WhistleCall:
    """The department reports in and answers with the four elements.

    Args:
        taken_up_on: when it was taken up, today at the latest.
        spoke_with: with whom it was spoken.
        measures: what will be done.
        done_by: by when; not before it was taken up.

    Raises:
        NotAllowed, WhistleClosed, SignFirst, AlreadyDone.
        MissingInput: one of the four elements is not there, or the days do not fit.
    """
    call = _lock_call(call, by)
    _check_signed(call)
    if call.reported_at:
        raise AlreadyDone()
    now = timezone.now()
    _check_answer(taken_up_on, spoke_with, measures, done_by, today=timezone.localdate(now))
    call.reported_at, call.contacted_at = now, call.contacted_at or now
    call.taken_up_on, call.done_by = taken_up_on, done_by
    call.spoke_with, call.measures = spoke_with.strip(), measures.strip()
    call.save(update_fields=["reported_at", "contacted_at", "taken_up_on", "done_by", "spoke_with", "measures"])
    whistle = call.whistle
    notify(
        raisers_of(whistle),
        "whistle.reported",
        key=f"whistle_call:{call.pk}:reported",
        params={"title": whistle.title, "department": in_each_language(lambda: call.department.short)},
        url=page_of(whistle),
    )
    return call


@atomic
def rate_call(*, call: WhistleCall, by: User, rating: str, rating_note: str = "") -> WhistleCall:
    """The whistle-blower rates an answer; may be changed until the whistle is closed.

    Raises:
        NotAllowed, WhistleClosed, NotReported.
        MissingInput: no rating of the list, or a poor one without saying why.
    """
    whistle = lock_whistle(call.whistle_id)
    call = WhistleCall.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if not may_close(whistle, by):
        raise NotAllowed()
    if not call.reported_at:
        raise NotReported()
    if rating not in WhistleCall.Rating.values:
        raise MissingInput(field="rating")
    if rating == WhistleCall.Rating.POOR and not rating_note.strip():
        raise MissingInput(_("Say why."), field="rating_note")
    call.rating, call.rating_note = rating, rating_note.strip()
    call.save(update_fields=["rating", "rating_note"])
    return call


@atomic
def close_whistle(*, whistle: Whistle, by: User, note: str = "") -> Whistle:
    """Only the raising side closes it; where somebody has not reported in, ``note`` says why all the same.

    Raises:
        NotAllowed, WhistleClosed.
        StillWaiting: a department has not reported in and no note was given.
    """
    whistle = lock_whistle(whistle.pk)
    if not may_close(whistle, by):
        raise NotAllowed()
    waiting = WhistleCall.objects.filter(whistle=whistle, reported_at__isnull=True)
    note = note.strip()
    if not note and waiting.exists():
        raise StillWaiting(field="note")
    if note:
        waiting.update(rating=WhistleCall.Rating.POOR, rating_note=note[:300])
    whistle.closed_at, whistle.closed_by = timezone.now(), by
    whistle.save(update_fields=["closed_at", "closed_by"])
    called = WhistleCall.objects.filter(whistle=whistle).values_list("department_id", flat=True)
    notify(
        department_officers(list(called), whistle.division_id[:COUNTY_DIGITS]),
        "whistle.closed",
        key=f"whistle:{whistle.pk}:closed",
        params={"title": whistle.title},
        url=page_of(whistle),
    )
    return whistle


def sweep_whistles(*, now: dt.datetime) -> int:
    """Let unanswered whistles climb: to the dispatchers, then to the officials of the county; each step once.

    Safe to run twice at once and to be killed at any point. Returns how many whistles climbed.
    """
    climbed, after = 0, 0
    while True:
        keys = list(_to_climb(now).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not keys:
            return climbed
        after = keys[-1]
        climbed += _climb(keys, now)


def raisers_of(whistle: Whistle) -> list[User]:
    """Those of the raising division who are told: whoever raised it, and the township's own officers."""
    officers = department_officers([TOWNSHIP], whistle.division_id)
    others = [user for user in officers if user.pk != whistle.raised_by_id and user.scope_code == whistle.division_id]
    return [whistle.raised_by, *others]


def page_of(whistle: Whistle) -> str:
    return reverse("cases:whistle", args=[whistle.pk])


@atomic
def _raise(
    *,
    by: User,
    kind: str,
    departments: Sequence[Department],
    title: str,
    text: str,
    submission_key: uuid.UUID,
    case: Case | None,
) -> Whistle:
    if not may_raise(by):
        raise NotAllowed()
    for field, value in (("kind", kind in Whistle.Kind.values), ("title", title.strip()), ("text", text.strip())):
        if not value:
            raise MissingInput(field=field)
    called = [department for department in departments if department.pk != TOWNSHIP]
    if not called:
        raise MissingInput(_("Choose at least one department."), field="departments")
    if case and not Case.objects.visible_to(by).filter(pk=case.pk).exists():
        raise NotAllowed()
    now = timezone.now()
    case = lock(case) if case else None
    whistle = Whistle.objects.create(
        division_id=by.scope_code[:TOWNSHIP_DIGITS],
        case=case,
        kind=kind,
        title=title.strip(),
        text=text.strip(),
        raised_by=by,
        raised_at=now,
        submission_key=submission_key,
    )
    _call(whistle, called, now)
    if case:
        facts = {
            "whistle": whistle.pk,
            "departments": [department.pk for department in called],
            "text_sha256": text_digest(whistle.text),
        }
        ledger.append(case, [ledger.Entry(EventKind.WHISTLED, by, facts, now)])
    return whistle


def _call(whistle: Whistle, departments: Sequence[Department], now: dt.datetime) -> None:
    """One call for each department, with its three limits; their officers are told."""
    report = f"whistle_report_{whistle.kind}"
    rules = deadlines.rules("whistle_sign", "whistle_contact", report)
    holidays = local_holidays_of(whistle.division_id)
    sign, contact, come = (rules[code].due(now, holidays).at for code in ("whistle_sign", "whistle_contact", report))
    WhistleCall.objects.bulk_create(
        [
            WhistleCall(whistle=whistle, department=department, sign_by=sign, contact_by=contact, report_by=come)
            for department in departments
        ]
    )
    notify(
        department_officers([department.pk for department in departments], whistle.division_id[:COUNTY_DIGITS]),
        "whistle.raised",
        key=f"whistle:{whistle.pk}",
        params={"title": whistle.title},
        url=page_of(whistle),
    )


def lock_whistle(pk: int) -> Whistle:
    """The whistle, locked and still open; its calls are changed under this lock only."""
    whistle = Whistle.objects.select_for_update(of=("self",)).select_related("raised_by", "division").get(pk=pk)
    if whistle.closed_at:
        raise WhistleClosed()
    return whistle


def _lock_call(call: WhistleCall, by: User) -> WhistleCall:
    whistle = lock_whistle(call.whistle_id)
    fresh = WhistleCall.objects.select_for_update(of=("self",)).select_related("department").get(pk=call.pk)
    fresh.whistle = whistle
    if not may_answer(fresh, by):
        raise NotAllowed()
    return fresh


def _check_signed(call: WhistleCall) -> None:
    if not call.signed_at:
        raise SignFirst()


def _check_answer(
    taken_up_on: dt.date | None, spoke_with: str, measures: str, done_by: dt.date | None, *, today: dt.date
) -> None:
    elements = {
        "taken_up_on": taken_up_on, "spoke_with": spoke_with.strip(), "measures": measures.strip(), "done_by": done_by,
    }  # fmt: skip
    for field, value in elements.items():
        if not value:
            raise MissingInput(field=field)
    if taken_up_on and taken_up_on > today:
        raise MissingInput(_("This day is still to come."), field="taken_up_on")
    if taken_up_on and done_by and done_by < taken_up_on:
        raise MissingInput(_("This lies before it was taken up."), field="done_by")


def late_calls(now: dt.datetime) -> Q:
    """Calls that missed any of their limits: signing, contact or reporting in."""
    early, late = _late(now)
    return early | late


def _late(now: dt.datetime) -> tuple[Q, Q]:
    """Calls that missed signing or contact, and those that missed reporting in."""
    early = Q(signed_at__isnull=True, sign_by__lte=now) | Q(contacted_at__isnull=True, contact_by__lte=now)
    return early, Q(reported_at__isnull=True, report_by__lte=now)


def _to_climb(now: dt.datetime) -> QuerySet[Whistle]:
    early, late = _late(now)
    calls = WhistleCall.objects.filter(whistle=OuterRef("pk"))
    return Whistle.objects.open().filter(
        Q(Exists(calls.filter(early)), climbed__lt=TO_DISPATCHER)
        | Q(Exists(calls.filter(late)), climbed__lt=TO_OFFICIAL)
    )


@atomic
def _climb(keys: list[int], now: dt.datetime) -> int:
    _early, late = _late(now)
    rows = list(_to_climb(now).filter(pk__in=keys).select_for_update(of=("self",), skip_locked=True).order_by("pk"))
    not_reported = set(WhistleCall.objects.filter(late, whistle__in=rows).values_list("whistle_id", flat=True))
    for whistle in rows:
        target = TO_OFFICIAL if whistle.pk in not_reported else TO_DISPATCHER
        for step in range(whistle.climbed + 1, target + 1):
            tell_above(whistle, step)
        whistle.climbed = target
    Whistle.objects.bulk_update(rows, ["climbed"])
    return len(rows)


def tell_above(whistle: Whistle, step: int) -> None:
    role = Role.DISPATCHER if step == TO_DISPATCHER else Role.OFFICIAL
    notify(
        staff_for(role, whistle.division_id[:COUNTY_DIGITS]),
        "whistle.unanswered",
        key=f"whistle:{whistle.pk}:climbed:{step}",
        params={"title": whistle.title},
        url=page_of(whistle),
    )
