"""The words of the workflow: states, outcomes, ways open. They import nothing, so that all may use them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    REGISTERED = "registered", _("registered")
    ACCEPTED = "accepted", _("accepted")
    NOT_ACCEPTED = "not_accepted", _("not accepted")
    IN_HANDLING = "in_handling", _("in handling")
    RESOLVED = "resolved", _("resolved")
    UNRESOLVED = "unresolved", _("unresolved")
    WITHDRAWN = "withdrawn", _("withdrawn")
    FOLLOWING_UP = "following_up", _("following up")
    CLOSED = "closed", pgettext_lazy("case", "closed")


OPEN_STATES = (State.REGISTERED, State.ACCEPTED, State.IN_HANDLING)
CLOSED_STATES = (State.CLOSED, State.NOT_ACCEPTED)


class Outcome(TextChoices):
    """How a case ended. The first four count as resolved (化解)."""

    WRITTEN_AGREEMENT = "written_agreement", _("written agreement")
    ORAL_AGREEMENT = "oral_agreement", _("oral agreement")
    SETTLED = "settled", _("settled by the department")
    SERVICE_DONE = "service_done", _("service done")
    TO_ARBITRATION = "to_arbitration", _("guided to arbitration")
    TO_RULING = "to_ruling", _("guided to an administrative ruling")
    TO_REVIEW = "to_review", _("guided to administrative review")
    TO_COURT = "to_court", _("guided to court")
    TO_PETITION = "to_petition", _("guided to petition")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REFUSED = "refused", _("not accepted")
    MERGED = "merged", _("merged into an earlier case")


RESOLVED_OUTCOMES = (
    Outcome.WRITTEN_AGREEMENT,
    Outcome.ORAL_AGREEMENT,
    Outcome.SETTLED,
    Outcome.SERVICE_DONE,
)
GUIDED_OUTCOMES = (
    Outcome.TO_ARBITRATION,
    Outcome.TO_RULING,
    Outcome.TO_REVIEW,
    Outcome.TO_COURT,
    Outcome.TO_PETITION,
)


class RefusalReason(TextChoices):
    """Why a matter is not accepted; each is told to the petitioner together with the way open instead."""

    OUTSIDE_CENTRE = "outside_centre", _("the place belongs to another centre")
    PENDING_ELSEWHERE = "pending_elsewhere", _("already pending in court, arbitration or with the police")
    FINALLY_DECIDED = "finally_decided", _("already finally decided")
    NO_CONCERN = "no_concern", _("not a matter for public bodies")
    DUPLICATE = "duplicate", _("already registered")


class ReturnReason(TextChoices):
    """Why a department sends a referral back."""

    NOT_COMPETENT = "not_competent", _("not within our duties")
    WRONG_PLACE = "wrong_place", _("the place is not ours")
    UNCLEAR_TITLE = "unclear_title", _("ownership or competence is unclear")
    OVERLAP = "overlap", _("duties overlap with another department")
    INCOMPLETE = "incomplete", _("facts are missing")
