"""What the desk shows on the page of a case."""

from __future__ import annotations

from accounts.models import User
from cases.models import Case
from cases.sections import Action, Section
from intake.models import Origin


def sections(case: Case, user: User) -> list[Section]:
    """Where a case was taken over from, if it was."""
    origin = Origin.objects.filter(case=case).first()
    return [Section("intake/_origin.html", {"origin": origin})] if origin else []


def actions(case: Case, user: User) -> list[Action]:
    return []
