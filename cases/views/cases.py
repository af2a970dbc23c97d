from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases import precedents, selectors, services
from cases.actions import ACTIONS, opinion_actions, possible, return_notice
from cases.explaining import explanations_of, statutory_route_of
from cases.filters import ORDERINGS, CaseFilter
from cases.forms import ConfirmForm, ReturnForm
from cases.level_actions import hand_over_of
from cases.limit_page import limits_of
from cases.models import Case, Referral
from cases.routing_rules import facts_of
from cases.sections import actions_of, grouped, sections_of
from cases.services.meeting import meeting_of
from cases.services.screening import screening_of
from governance_center.http import submit

PER_PAGE = 25

CASE_READERS = (Role.CLERK, Role.OFFICER, Role.MEDIATOR, Role.DISPATCHER, Role.OFFICIAL)


@role_required(*CASE_READERS)
def case_list(request: HttpRequest) -> HttpResponse:
    """Every case the user may see: filter, sort, page, count, export of exactly what is filtered."""
    user = staff(request)
    filters = CaseFilter(request.GET, queryset=selectors.case_list(user), request=request)
    ordering = request.GET.get("sort", "")
    if ordering not in dict(ORDERINGS):
        ordering = ORDERINGS[0][0]
    rows = filters.qs.order_by(ordering, "-pk")
    if request.GET.get("export") in {"csv", "xlsx"}:
        return redirect(
            f"{reverse('reporting:export', args=['cases', request.GET['export']])}?{request.GET.urlencode()}"
        )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter": filters, "page": page, "orderings": ORDERINGS, "ordering": ordering}
    return render(request, "cases/list.html", context)


@role_required(*CASE_READERS)
def case_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One case: who has it, why, until when, what happened, and what can be done now."""
    user = staff(request)
    case = get_object_or_404(selectors.case_page(user, number))
    decisions = explanations_of(case)
    actions = [*possible(case, user), *actions_of(case, user)]
    return render(
        request,
        "cases/detail.html",
        {
            "case": case,
            "may_open_files": user.role in {Role.CLERK, Role.DISPATCHER},
            "decisions": decisions,
            "statutory_route": statutory_route_of(decisions),
            "referrals": [(referral, opinion_actions(referral, user)) for referral in case.referrals.all()],
            "screening": screening_of(case),
            "meeting": meeting_of(case, user),
            "limits": limits_of(case, user),
            "timeline": selectors.timeline(case),
            "actions": actions,
            "buttons": grouped(actions),
            "return_notice": return_notice(case, user),
            "sections": sections_of(case, user),
        },
    )


@role_required(*CASE_READERS)
def case_action(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """The form of one action and its doing. A refused action comes back with everything typed."""
    user = staff(request)
    case, action = _visible(user, number), ACTIONS.get(code)
    if action is None:
        raise Http404
    form = action.form_for(case, request.POST or None)
    if request.method == "POST":
        if submit(form, lambda: action.run(case, user, form.cleaned_data) or True):
            messages.success(request, str(action.done))
            return redirect("cases:detail", case.number)
    elif not action.may(case, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    context = {"case": case, "title": action.label, "hint": action.hint, "form": form, "icon": action.icon}
    context["hand_over"] = hand_over_of(case, code)
    if code == "rule":
        context["precedents"] = precedents.like(facts_of(case, has_organisation=False), user, apart_from=case)
    return render(request, "cases/action.html", context)


@role_required(Role.OFFICER)
def referrals(request: HttpRequest) -> HttpResponse:
    """The officer's inbox: what is to be signed for first, then what is in handling."""
    rows = selectors.referral_inbox(staff(request))
    waiting = rows.filter(status=Referral.Status.DISPATCHED)
    working = rows.filter(status=Referral.Status.SIGNED)
    context = {
        "waiting": Paginator(waiting, PER_PAGE).get_page(request.GET.get("waiting")),
        "working": Paginator(working, PER_PAGE).get_page(request.GET.get("working")),
    }
    return render(request, "cases/referrals.html", context)


@role_required(Role.OFFICER)
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign for a referral."""
    user, referral = staff(request), _referral(request, pk)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and submit(form, lambda: services.sign_referral(referral=referral, by=user)):
        messages.success(request, _("Signed for. The case is in your hands now."))
        return redirect("cases:detail", referral.case.number)
    context = {"case": referral.case, "title": _("Sign for it"), "form": form, "icon": "signature"}
    return render(request, "cases/action.html", context)


@role_required(Role.OFFICER)
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a referral with a reason."""
    user, referral = staff(request), _referral(request, pk)
    form = ReturnForm(request.POST or None)
    done = request.method == "POST" and submit(
        form, lambda: services.return_referral(referral=referral, by=user, **form.cleaned_data)
    )
    if done:
        messages.success(request, _("The referral was returned."))
        return redirect("cases:referrals")
    context = {
        "case": referral.case,
        "title": _("Return it"),
        "hint": _("After the first return the next candidate gets it; after the second the dispatcher decides."),
        "form": form,
        "icon": "arrow-back",
    }
    return render(request, "cases/action.html", context)


def _visible(user: User, number: str) -> Case:
    queryset = Case.objects.visible_to(user).select_related("category", "centre", "division", "lead", "mediator")
    return get_object_or_404(queryset, number=number)


def _referral(request: HttpRequest, pk: int) -> Referral:
    referral = get_object_or_404(Referral.objects.select_related("case", "department"), pk=pk)
    mine = Referral.objects.of_department(staff(request)).filter(pk=pk).exists()
    if not mine:
        raise PermissionDenied
    return referral
