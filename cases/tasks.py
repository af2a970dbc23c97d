from celery import shared_task

from cases import rota_planning


@shared_task
def solve_rota(plan_id: int) -> str:
    """Compute a rota; safe to be sent any number of times."""
    return rota_planning.solve_plan(plan_id)


@shared_task
def sweep_rotas() -> int:
    """Start the rotas that wait and take up those that lost their worker; safe to run twice at once."""
    return rota_planning.sweep_plans()
