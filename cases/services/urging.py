"""What a dispatcher does by hand about a whistle that nobody answers: remind the departments, or tell the leader."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notifications import notify
from cases.models import Whistle, WhistleCall
from cases.services import whistles
from cases.services.dispatching import department_officers
from cases.services.supervision import may_issue
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic


class NobodyToRemind(GovernanceError):
    code = "nobody_to_remind"
    message = _("Every department has reported in.")


class LeaderKnows(GovernanceError):
    code = "leader_knows"
    message = _("The county leader was told already.")


@atomic
def remind(*, whistle: Whistle, by: User) -> int:
    """Tell the officers of the departments that have not reported in once more, at most once an hour.

    Returns how many departments were reminded.

    Raises:
        NotAllowed: not a dispatcher or official whose division holds the raising one.
        WhistleClosed, NobodyToRemind.
    """
    whistle = _lock(whistle, by)
    waiting = WhistleCall.objects.filter(whistle=whistle, reported_at__isnull=True)
    departments = list(waiting.values_list("department_id", flat=True))
    if not departments:
        raise NobodyToRemind()
    notify(
        department_officers(departments, whistle.division_id[: whistles.COUNTY_DIGITS]),
        "whistle.reminded",
        key=f"whistle:{whistle.pk}:reminded:{timezone.now():%Y%m%d%H}",
        params={"title": whistle.title},
        url=whistles.page_of(whistle),
    )
    return len(departments)


@atomic
def climb(*, whistle: Whistle, by: User) -> Whistle:
    """Let the whistle climb to the officials of the county now, before the clock does.

    Raises:
        NotAllowed: not a dispatcher or official whose division holds the raising one.
        WhistleClosed, LeaderKnows.
    """
    whistle = _lock(whistle, by)
    if whistle.climbed >= whistles.TO_OFFICIAL:
        raise LeaderKnows()
    whistle.climbed = whistles.TO_OFFICIAL
    whistle.save(update_fields=["climbed"])
    whistles.tell_above(whistle, whistles.TO_OFFICIAL)
    return whistle


def _lock(whistle: Whistle, by: User) -> Whistle:
    whistle = whistles.lock_whistle(whistle.pk)
    if not may_issue(by, whistle.division_id):
        raise NotAllowed()
    return whistle
