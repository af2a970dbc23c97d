import datetime as dt
import logging
from collections.abc import Sequence
from functools import partial

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from cases import rota_planning
from cases.services import supervision, whistles

log = logging.getLogger(__name__)


@shared_task
def colour_limits() -> tuple[int, int]:
    """Turn the limits whose moment has come; safe to run twice at once."""
    from cases.services.colouring import colour_due

    return colour_due()


@shared_task
def recompute_limits(scope_code: str = "", dates: Sequence[str] = ()) -> int:
    """Count running limits anew by the calendar as it is now; safe to run any number of times."""
    from cases.services.recomputing import recompute_limits as recompute

    return recompute(scope_code=scope_code, dates=[dt.date.fromisoformat(day) for day in dates])


def recompute_after_change(*, scope_code: str, dates: Sequence[dt.date]) -> None:
    """A worker counts anew once the change is committed; should none be reached, the nightly run does it."""
    days = [day.isoformat() for day in dates]
    transaction.on_commit(partial(_send, scope_code, days))


def _send(scope_code: str, days: Sequence[str]) -> None:
    try:
        recompute_limits.apply_async([scope_code, days], retry=False)
    except OperationalError:
        log.warning("no broker: limits in %s are counted anew tonight", scope_code)


@shared_task
def solve_rota(plan_id: int) -> str:
    """Compute a rota; safe to be sent any number of times."""
    return rota_planning.solve_plan(plan_id)


@shared_task
def sweep_rotas() -> int:
    """Start the rotas that wait and take up those that lost their worker; safe to run twice at once."""
    return rota_planning.sweep_plans()


@shared_task
def sweep_whistles() -> int:
    """Let unanswered whistles climb, and issue the supervision orders that the clock asks for."""
    now = timezone.now()
    return whistles.sweep_whistles(now=now) + supervision.sweep_supervision(now=now)
