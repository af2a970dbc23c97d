from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import RangeStartsWith
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Language, User
from cases.models import Case, CaseParty
from governance_center.calendar import local_day
from governance_center.listing import bracketed, colon, enumerated
from mediation.models.committee import Mediator

STANDING = Q(state__in=("planned", "held"))


class Room(models.Model):
    """A mediation room of a centre."""

    centre = models.ForeignKey("departments.Centre", models.PROTECT, related_name="rooms", verbose_name=_("centre"))
    name = models.CharField(_("name"), max_length=80)
    seats = models.PositiveSmallIntegerField(_("seats"), default=8)
    is_active = models.BooleanField(pgettext_lazy("plan", "active"), default=True)

    class Meta:
        verbose_name = _("mediation room")
        verbose_name_plural = _("mediation rooms")
        ordering = ("centre", "pk")

    def __str__(self) -> str:
        return self.name


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, user: User) -> SessionQuerySet:
        """Those of the cases that the user may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def standing(self) -> SessionQuerySet:
        """Planned or held: they take room, mediator and parties."""
        return self.filter(STANDING)

    def planned(self) -> SessionQuerySet:
        return self.filter(state=Session.State.PLANNED)


class Session(models.Model):
    """A mediation session. ``round`` counts how often the case was reopened; one room, one link or one place.

    ``second_room`` is there for talks with one side alone. That no room is taken twice at a time, as the first or
    the second, is held by :class:`mediation.models.SessionRoom`.

    ``mediator`` leads it; all who mediate, the lead among them, are its ``seats``.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        HELD = "held", _("held")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("came to nothing")

    class Cause(models.TextChoices):
        """Why a session was cancelled, where nobody wrote a reason."""

        MEDIATOR_NOT_FREE = "mediator_not_free", _("the new mediator is not free then")

    class Failure(models.TextChoices):
        """Why it came to nothing; on whose side, say the attendances with ``is_cause``."""

        ABSENT = "absent", _("a party did not come")
        NOT_REACHED = "not_reached", _("a party could not be reached")
        REFUSED = "refused", _("a party refuses mediation")
        NO_AGREEMENT = "no_agreement", _("no agreement was reached")

    case = models.ForeignKey(Case, models.CASCADE, related_name="sessions", verbose_name=_("case"))
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    period = DateTimeRangeField(_("time"))
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="sessions", verbose_name=_("mediator"))
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name=_("room")
    )
    second_room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("second room")
    )
    online_link = models.URLField(_("link"), max_length=300, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True)
    cancel_cause = models.CharField(_("cause"), max_length=20, choices=Cause.choices, blank=True)
    failure = models.CharField(_("why it came to nothing"), max_length=20, choices=Failure.choices, blank=True)
    called_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("called by"))
    created_at = models.DateTimeField(_("written at"))

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mediation session")
        verbose_name_plural = _("mediation sessions")
        ordering = ("period", "pk")
        constraints = (
            models.CheckConstraint(
                name="mediation_session_second_room",
                condition=Q(second_room__isnull=True) | (Q(room__isnull=False) & ~Q(second_room=F("room"))),
            ),
            models.CheckConstraint(
                name="mediation_session_one_place",
                condition=Q(room__isnull=False, online_link="", place="")
                | (Q(room__isnull=True, place="") & ~Q(online_link=""))
                | (Q(room__isnull=True, online_link="") & ~Q(place="")),
            ),
            models.CheckConstraint(
                name="mediation_session_failed_has_reason", condition=~Q(state="failed") | ~Q(failure="")
            ),
        )
        indexes = (
            models.Index(fields=("case", "period"), name="mediation_session_of_case"),
            models.Index(RangeStartsWith("period"), F("id"), name="mediation_session_begins"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.period.lower:%Y-%m-%d %H:%M}"

    @property
    def is_today(self) -> bool:
        return local_day(self.period.lower) == timezone.localdate()

    @property
    def where(self) -> str:
        """The room, the link or the place in words."""
        return str(self.room) if self.room else self.place or self.online_link

    @property
    def causes(self) -> list[CaseParty]:
        """The parties on whose side it came to nothing."""
        return [one.party for one in self.attendances.all() if one.is_cause]

    @property
    def result(self) -> str:
        """What became of it, in words: where it came to nothing, why and on whose side."""
        if not self.failure:
            return self.get_state_display()
        named = enumerated(f"{party}{bracketed(party.get_part_display())}" for party in self.causes)
        return f"{self.get_failure_display()}{colon()}{named}" if named else self.get_failure_display()


class Attendance(models.Model):
    """A party of the case at a session. Person and period are copies, so that nobody can be called twice at a time.

    An organisation is held by its name, as one that is small sends the same person everywhere; where somebody
    represents it in the case, that person is held and ``organisation_key`` stays empty. ``company`` is who came along.
    ``is_cause`` names a party on whose side the session came to nothing: it stayed away, was not reached, or refused.
    """

    class State(models.TextChoices):
        EXPECTED = "expected", _("expected")
        CAME = "came", _("came")
        ABSENT = "absent", _("did not come")
        EXCUSED = "excused", _("excused")
        UNREACHED = "unreached", _("not reached")

    session = models.ForeignKey(
        Session, models.CASCADE, related_name="attendances", verbose_name=_("mediation session")
    )
    party = models.ForeignKey("cases.CaseParty", models.CASCADE, related_name="+", verbose_name=_("party"))
    person = models.ForeignKey(
        "cases.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    period = DateTimeRangeField(_("time"))
    is_live = models.BooleanField(_("stands"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.EXPECTED)
    organisation_key = models.CharField(max_length=250, blank=True, default="", editable=False)
    company = models.CharField(_("who came along"), max_length=200, blank=True)
    is_cause = models.BooleanField(_("it came to nothing on this side"), default=False)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("session", "party"), name="mediation_attendance_once"),
            ExclusionConstraint(
                name="mediation_attendance_one_of_a_person",
                expressions=[("person", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(is_live=True, person__isnull=False),
            ),
            ExclusionConstraint(
                name="mediation_attendance_one_of_an_organisation",
                expressions=[("organisation_key", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(is_live=True) & ~Q(organisation_key=""),
            ),
            models.CheckConstraint(
                name="mediation_attendance_cause_was_not_there",
                condition=Q(is_cause=False) | ~Q(state__in=("came", "excused")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.session_id} {self.party_id} {self.state}"


class RightsNotice(models.Model):
    """That a party was told its rights and duties in mediation (权利义务告知), once for a case."""

    class How(models.TextChoices):
        PAPER = "paper", _("on paper")
        SPOKEN = "spoken", _("spoken")

    case = models.ForeignKey(Case, models.CASCADE, related_name="rights_notices", verbose_name=_("case"))
    party = models.ForeignKey("cases.CaseParty", models.CASCADE, related_name="+", verbose_name=_("party"))
    told_on = models.DateField(_("told on"))
    how = models.CharField(_("how"), max_length=8, choices=How.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("notice of rights")
        verbose_name_plural = _("notices of rights")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("case", "party"), name="mediation_rightsnotice_once"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.party_id}"


class Minutes(models.Model):
    """The minutes of a session. ``revision`` rises with each saving, so that no second tab overwrites the first."""

    session = models.OneToOneField(Session, models.CASCADE, related_name="minutes", verbose_name=_("mediation session"))
    text = models.TextField(_("minutes"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language.choices, default=Language.CHINESE)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("minutes of a session")
        verbose_name_plural = _("minutes of sessions")

    def __str__(self) -> str:
        return f"{self.session_id} r{self.revision}"
