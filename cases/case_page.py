"""What this room itself adds to the page of a case: its risk, the supervision on it, its hand-overs,
whistles and experts, what was merged into it and whether it is left out of the adjusted rate."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import correction_actions, duplicates, expert_selectors, risk
from cases.clocks import order_clock
from cases.models import Case, Exclusion
from cases.sections import Action, Section
from cases.services import excluding, experts, supervision, whistles


def sections(case: Case, user: User) -> list[Section]:
    found = []
    if case.risk_parts:
        found.append(Section("cases/_risk.html", {"case": case, "parts": risk.in_words(case.risk_parts)}))
    rows = supervision.visible_orders(user).filter(case=case).select_related("department", "issued_by")
    orders = [(order, order_clock(order)) for order in rows]
    if orders:
        found.append(Section("cases/_supervised.html", {"orders": orders}))
    rows = list(case.hand_overs.all())
    if rows:
        found.append(Section("cases/_hand_overs.html", {"rows": rows[::-1]}))
    merged = duplicates.merged_cases(case)
    if merged:
        seen = set(Case.objects.visible_to(user).filter(merged_into=case).values_list("pk", flat=True))
        rows_merged = [(row, row.pk in seen) for row in merged]
        found.append(Section("cases/_merged.html", {"rows": rows_merged}))
    if user.role in excluding.DECIDERS:
        exclusions = list(Exclusion.objects.filter(case=case).select_related(*correction_actions.SHOWN))
        if exclusions:
            found.append(Section("cases/_exclusions.html", {"rows": exclusions}))
    appointments = [(row, experts.may_answer(row, user)) for row in expert_selectors.of_case(case)]
    if appointments:
        found.append(Section("cases/_experts.html", {"appointments": appointments}))
    return found


def actions(case: Case, user: User) -> list[Action]:
    found = []
    if case.is_open and case.lead_id and supervision.may_issue(user, case.division_id):
        url = reverse("cases:issue_order", args=["case", case.pk])
        found.append(Action(url, _("Issue a supervision order"), "urgent"))
    if case.is_open and whistles.may_raise(user):
        found.append(
            Action(f"{reverse('cases:raise_whistle')}?case={case.number}", _("Raise a whistle"), "speakerphone")
        )
    if experts.may_ask(case, user):
        found.append(Action(reverse("cases:expert_ask", args=[case.number]), _("Ask an expert"), "school"))
    return found
