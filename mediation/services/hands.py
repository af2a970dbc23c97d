"""In whose hands a case is."""

from __future__ import annotations

from accounts.models import User
from cases import workflow
from cases.models import Case
from cases.workflow import Actor
from mediation.models import Assignment


def works_on(case: Case, user: User) -> bool:
    """The mediators who have the case in hand now, leading or assisting, and the dispatchers."""
    if workflow.relations(user, case) & {Actor.MEDIATOR, Actor.DISPATCH}:
        return True
    return user.is_active and Assignment.objects.current().filter(case=case, mediator__user=user).exists()
