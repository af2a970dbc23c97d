"""What the desk shows on the page of a case, and what can be done there."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases.models import Case
from cases.sections import Action, Section
from intake.models import Origin, OutreachVisit, Visit

SHOWN = 20


def sections(case: Case, user: User) -> list[Section]:
    """How often somebody came about it (or about what was merged into it), what the channel brought along, and where
    it was taken over from."""
    found = []
    visits = list(
        Visit.objects.filter(Q(case=case) | Q(case__merged_into=case))
        .select_related("person", "clerk", "source__from_centre", "ticket")
        .order_by("at", "pk")[:SHOWN]
    )
    if visits:
        may_open = user.role in {Role.CLERK, Role.DISPATCHER}
        found.append(Section("intake/_case_visits.html", {"visits": visits, "may_open": may_open}))
    outreach = list(
        OutreachVisit.objects.filter(case=case).select_related("campaign", "group", "household", "by")[:SHOWN]
    )
    if outreach:
        found.append(Section("intake/_case_outreach.html", {"outreach": outreach}))
    origin = Origin.objects.filter(case=case).first()
    if origin:
        found.append(Section("intake/_origin.html", {"origin": origin}))
    return found


def actions(case: Case, user: User) -> list[Action]:
    """The desk attaches a visit from here, too; to a merged case none is attached any more."""
    if case.merged_into_id is not None:
        return []
    in_scope = bool(user.scope_code) and case.centre_id.startswith(user.scope_code)
    if user.role not in {Role.CLERK, Role.DISPATCHER} or not in_scope:
        return []
    return [Action(reverse("intake:attach", args=[case.number]), _("Attach a visit"), "paperclip")]
