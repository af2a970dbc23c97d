"""The register of committees and mediators: entries, phones and absences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.identity import check_phone
from cases.models import Category, Person
from cases.services.experts import may_maintain
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from mediation.models import Committee, Mediator, MediatorAbsence, Position
from mediation.services.weeks import keep_standing_week
from mediation.week import Week, tidy

ADULT = 18
"""A people's mediator is of age (人民调解法 art. 14)."""


class CommitteeExists(GovernanceError):
    code = "committee_exists"
    message = _("A committee of this name is already recorded in this place.")


class CertificateTaken(GovernanceError):
    code = "certificate_taken"
    message = _("Another mediator has this certificate number.")


class ChairTaken(GovernanceError):
    code = "chair_taken"
    message = _("This committee already has a chair: %(chair)s.")


class FileTaken(GovernanceError):
    code = "file_taken"
    message = _("This file is already noted as that of %(mediator)s.")


class NotOfAge(GovernanceError):
    code = "not_of_age"
    status = 422
    message = _("A mediator is at least 18 years old.")


class WrongPeriod(GovernanceError):
    code = "wrong_period"
    status = 422
    message = _("The last day lies before the first one.")


class InThePast(GovernanceError):
    code = "in_the_past"
    status = 422
    message = _("An absence is noted for today or later days.")


class AbsenceNoted(GovernanceError):
    code = "absence_noted"
    message = _("An absence is already noted for some of these days.")


def may_enter(user: User) -> bool:
    """Who enters new committees and mediators."""
    return may_maintain(user, user.scope_code)


def may_keep_committee(committee: Committee, user: User) -> bool:
    """The dispatchers of the division that it lies in, and those above it."""
    return may_maintain(user, committee.division_id)


def may_keep(mediator: Mediator, user: User) -> bool:
    """The dispatchers of the committee's division, and those above it, keep the whole entry."""
    return may_keep_committee(mediator.committee, user)


def may_note(mediator: Mediator, user: User) -> bool:
    """Who notes absences and the phone: the mediator, or who keeps the entry."""
    own = mediator.user_id is not None and mediator.user_id == user.pk and user.is_active
    return own or may_keep(mediator, user)


@atomic
def save_committee(*, committee: Committee, by: User) -> Committee:
    """Enter a committee, or correct its entry.

    Raises:
        NotAllowed: neither a dispatcher of the division named, nor of the one it had before.
        MissingInput: without a Chinese name.
        CommitteeExists: another one of this name lies there.
        BadPhone: see :func:`cases.identity.check_phone`.
        WrongPeriod: the term begins before the committee was founded.
    """
    before = Committee.objects.select_for_update(of=("self",)).filter(pk=committee.pk).first()
    codes = [committee.division_id, *([before.division_id] if before else [])]
    if not all(may_maintain(by, code) for code in codes):
        raise NotAllowed()
    name = (committee.name_zh_hans or "").strip()  # type: ignore[attr-defined]
    if not name:
        raise MissingInput(field="name_zh_hans")
    same = Committee.objects.filter(division=committee.division_id, name_zh_hans=name).exclude(pk=committee.pk)
    if same.exists():
        raise CommitteeExists(field="name_zh_hans")
    if committee.founded_on and committee.term_start and committee.term_start < committee.founded_on:
        raise WrongPeriod(_("The term cannot begin before the committee was founded."), field="term_start")
    committee.phone = check_phone(committee.phone) if committee.phone.strip() else ""
    committee.set_keys()
    committee.save()
    return committee


@atomic
def save_mediator(
    *, mediator: Mediator, by: User, specialties: Iterable[Category], hours: Week | None = None
) -> Mediator:
    """Enter a mediator, or correct the entry.

    Args:
        hours: the week in which the mediator can be had, see :func:`mediation.services.weeks.keep_standing_week`;
            empty for the office hours. None leaves what is noted.

    Raises:
        NotAllowed: neither a dispatcher for the committee named, nor for the one before.
        MissingInput: without a name or a language.
        NotOfAge, BadPhone, CertificateTaken.
        ChairTaken: the committee has another chair who is active.
        BadSpan, SpansMeet: see :func:`mediation.week.tidy`.
    """
    before = Mediator.objects.select_for_update(of=("self",)).filter(pk=mediator.pk).first()
    if not may_keep(mediator, by) or (before is not None and not may_keep(before, by)):
        raise NotAllowed()
    check_entry(mediator, timezone.localdate())
    taken = Mediator.objects.filter(certificate_number=mediator.certificate_number).exclude(pk=mediator.pk)
    if mediator.certificate_number and taken.exists():
        raise CertificateTaken(field="certificate_number")
    _check_chair(mediator)
    mediator.set_keys()
    mediator.save()
    mediator.specialties.set(specialties)
    if hours is not None:
        keep_standing_week(mediator, tidy(hours), by)
    return mediator


def check_entry(mediator: Mediator, today: dt.date) -> None:
    """What an entry must hold whatever else is recorded; phone and certificate number are put in one spelling.

    Raises:
        MissingInput, NotOfAge, BadPhone.
    """
    faults = list(entry_faults(mediator, today))
    if faults:
        raise faults[0]


def entry_faults(mediator: Mediator, today: dt.date) -> Iterator[GovernanceError]:
    """All that is wrong with an entry, see :func:`check_entry`; what is right is put in one spelling."""
    mediator.name, mediator.name_hangul = mediator.name.strip(), mediator.name_hangul.strip()
    mediator.certificate_number = "".join(mediator.certificate_number.split()).upper()
    if not mediator.name:
        yield MissingInput(field="name")
    if not mediator.languages:
        yield MissingInput(field="languages")
    if mediator.birth_year and today.year - mediator.birth_year < ADULT:
        yield NotOfAge(field="birth_year")
    try:
        mediator.phone = check_phone(mediator.phone) if mediator.phone.strip() else ""
    except GovernanceError as error:
        yield error


@atomic
def set_phone(*, mediator: Mediator, by: User, phone: str) -> Mediator:
    """Keep the phone under which the mediator is reached; empty takes it away.

    Raises:
        NotAllowed: see :func:`may_note`. BadPhone.
    """
    if not may_note(mediator, by):
        raise NotAllowed()
    row = Mediator.objects.select_for_update(of=("self",)).get(pk=mediator.pk)
    row.phone = check_phone(phone) if phone.strip() else ""
    row.save(update_fields=["phone"])
    return row


@atomic
def link_file(*, mediator: Mediator, by: User, person: Person | None) -> Mediator:
    """Note which file is the mediator's own, so that kin and household are found; ``None`` takes the note away.

    Raises:
        NotAllowed: see :func:`may_keep`; or a file that ``by`` may not open.
        FileTaken: it is noted as another mediator's.
    """
    row = Mediator.objects.select_for_update(of=("self",)).select_related("committee").get(pk=mediator.pk)
    if not may_keep(row, by):
        raise NotAllowed()
    if person is not None and not Person.objects.visible_to(by).filter(pk=person.pk).exists():
        raise NotAllowed()
    other = Mediator.objects.filter(person=person).exclude(pk=row.pk).first() if person is not None else None
    if other is not None:
        raise FileTaken(mediator=str(other), field="person")
    row.person = person
    row.save(update_fields=["person"])
    return row


def note_absence(*, mediator: Mediator, by: User, first: dt.date, last: dt.date | None, reason: str) -> MediatorAbsence:
    """Note days on which the mediator takes no new case. The same days noted twice are one.

    Args:
        first, last: local days, both included; without ``last`` until further notice.
        reason: a value of ``MediatorAbsence.Reason``.

    Raises:
        NotAllowed: see :func:`may_note`.
        MissingInput: no such reason. WrongPeriod, InThePast.
        AbsenceNoted: some of the days have one already.
    """
    if not may_note(mediator, by):
        raise NotAllowed()
    if reason not in MediatorAbsence.Reason.values:
        raise MissingInput(field="reason")
    if last is not None and last < first:
        raise WrongPeriod(field="last")
    if last is not None and last < timezone.localdate():
        raise InThePast(field="last")
    period = DateRange(first, last + dt.timedelta(days=1) if last else None)
    try:
        return _note(mediator, by, period, reason)
    except IntegrityError as error:
        if "mediation_absence_no_overlap" not in str(error):
            raise
    same = mediator.absences.filter(period=period, reason=reason).first()
    if same is None:
        raise AbsenceNoted(field="first")
    return same


@atomic
def _note(mediator: Mediator, by: User, period: DateRange, reason: str) -> MediatorAbsence:
    return MediatorAbsence.objects.create(mediator=mediator, period=period, reason=reason, noted_by=by)


@atomic
def end_absence(*, absence: MediatorAbsence, by: User) -> MediatorAbsence | None:
    """The mediator is back: what has not begun before today goes, what runs ends yesterday. Twice changes nothing.

    Returns None where nothing is left of it.

    Raises:
        NotAllowed: see :func:`may_note`.
    """
    row = MediatorAbsence.objects.select_for_update(of=("self",)).filter(pk=absence.pk).first()
    if row is None:
        return None
    mediator = Mediator.objects.select_related("committee").get(pk=row.mediator_id)
    if not may_note(mediator, by):
        raise NotAllowed()
    today = timezone.localdate()
    if row.first >= today:
        row.delete()
        return None
    if row.last is None or row.last >= today:
        row.period = DateRange(row.first, today)
        row.save(update_fields=["period"])
    return row


def _check_chair(mediator: Mediator) -> None:
    """The row of the committee is the lock, so that two do not become its chair at once."""
    Committee.objects.select_for_update(of=("self",)).get(pk=mediator.committee_id)
    if mediator.position != Position.CHAIR or not mediator.is_active:
        return
    others = Mediator.objects.filter(committee=mediator.committee_id, position=Position.CHAIR, is_active=True)
    chair = others.exclude(pk=mediator.pk).first()
    if chair is not None:
        raise ChairTaken(chair=str(chair), field="position")
