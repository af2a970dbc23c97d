from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from cases import people_selectors
from cases.identity import check_identity_number, check_phone
from cases.models import Case, Category, Person
from cases.services.people import group_ids
from departments.models import Division
from governance_center.errors import GovernanceError
from governance_center.http import download, submit
from intake import outreach_start, services
from intake.forms.visits import AnswerForm, AttachForm
from intake.models import Source, Visit
from intake.views.registration import DESK_ROLES, centre_of, chosen_person, ticket_at_hand, warn_of_group


@role_required(*DESK_ROLES)
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Attach this visit to the case it is about."""
    user = staff(request)
    case = get_object_or_404(Case.objects.visible_to(user).select_related("category", "division"), number=number)
    person = chosen_person(request, user)
    initial = _initial(request, person) | outreach_start.found(request, user)
    form = AttachForm(request.POST or None, user=user, case=case, initial=initial)
    if request.method == "POST":
        data = form.cleaned_data if form.is_valid() else {}
        visit = submit(
            form,
            lambda: services.attach_visit(
                case=case, centre=centre_of(user), clerk=user, data=form.visit(), note=data["note"],
                reopen=data.get("reopen", False), submission_key=data["submission_key"],
            ),
        )  # fmt: skip
        if visit:
            messages.success(request, _("The visit was attached; whoever works on the case was told."))
            warn_of_group(request, visit)
            return redirect("cases:detail", case.number)
    context = {"case": case, "form": form, "person": person, "outreach": outreach_start.visit_of(form)}
    return render(request, "intake/attach.html", context, status=422 if form.errors else 200)


@role_required(*DESK_ROLES)
def answer(request: HttpRequest) -> HttpResponse:
    """A consultation that is answered at once: counted, and no case."""
    user = staff(request)
    person = chosen_person(request, user)
    initial = _initial(request, person)
    form = AnswerForm(request.POST or None, user=user, initial=initial)
    if request.method == "POST":
        data = form.cleaned_data if form.is_valid() else {}
        visit = submit(
            form,
            lambda: services.answer_visit(
                centre=centre_of(user), clerk=user, data=form.visit(), outcome=data["outcome"],
                answer=data["answer"], submission_key=data["submission_key"],
            ),
        )  # fmt: skip
        if visit:
            messages.success(request, _("The answer was counted."))
            warn_of_group(request, visit)
            return redirect("intake:desk")
    context = {"form": form, "person": person}
    return render(request, "intake/answer.html", context, status=422 if form.errors else 200)


@role_required(*DESK_ROLES)
@require_POST
@never_cache
def known_people(request: HttpRequest) -> HttpResponse:
    """Files that may be of whoever is being typed in; search comes before create."""
    kept = _kept(request.POST, "ticket", "channel", "outreach")
    return render(request, "intake/_known_people.html", {"found": _known(request), "kept": kept})


@role_required(*DESK_ROLES)
@require_POST
@never_cache
def same_matter(request: HttpRequest) -> HttpResponse:
    """Earlier cases of this person, those on the same matter first: attaching beats registering again."""
    user, typed = staff(request), request.POST
    person = _person_typed(request)
    category = Category.objects.filter(pk=typed.get("category", "")).first()
    place = Division.objects.filter(pk=typed.get("division", "")).first()
    found = people_selectors.same_matter(
        user, people_ids=group_ids(person) if person else [], category=category,
        place_code=place.pk if place else centre_of(user).pk,
    )  # fmt: skip
    context = {"found": found[:6], "person": person, "kept": _kept(typed, "ticket", "outreach")}
    return render(request, "intake/_same_matter.html", context)


@role_required(*DESK_ROLES)
def call_backs(request: HttpRequest) -> HttpResponse:
    """Calls that were promised, the earliest first."""
    visits = Visit.objects.visible_to(staff(request)).filter(
        source__call_back_by__isnull=False, source__called_back_at__isnull=True
    )
    rows = visits.select_related("source", "case", "person", "clerk").order_by("source__call_back_by")
    return render(request, "intake/call_backs.html", {"visits": rows[:200]})


@role_required(*DESK_ROLES)
@require_POST
def called_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the caller was called back."""
    source = get_object_or_404(Source, pk=pk)
    try:
        services.call_back(source=source, by=staff(request))
    except GovernanceError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The call back was noted."))
    return redirect("intake:call_backs")


@role_required(*DESK_ROLES)
@never_cache
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The scanned letter of a visit, to those who may see the visit."""
    visit = get_object_or_404(Visit.objects.visible_to(staff(request)).select_related("source"), pk=pk)
    source = getattr(visit, "source", None)
    if source is None or not source.scan:
        raise Http404
    return download(source.scan, f"letter-{visit.pk}")


def _initial(request: HttpRequest, person: Person | None) -> dict[str, object]:
    """What is known before anything is typed: a chosen file, the ticket at the window."""
    ticket = ticket_at_hand(request, staff(request))
    initial: dict[str, object] = {"person": person, "ticket": ticket}
    if person or ticket:
        initial["language"] = person.language if person else ticket.language  # type: ignore[union-attr]
    return initial


def _kept(typed: QueryDict, *names: str) -> dict[str, str]:
    """What goes along to the next page."""
    return {name: typed[name] for name in names if typed.get(name)}


def _known(request: HttpRequest) -> list[Person]:
    """Files that may be of whoever is being typed in."""
    typed = request.POST
    return people_selectors.known_people(
        staff(request),
        identity_number=_checked(check_identity_number, typed.get("identity_number", "")),
        phone=_checked(check_phone, typed.get("phone", "")),
        name=typed.get("name", "").strip()[:60],
        name_hangul=typed.get("name_hangul", "").strip()[:60],
    )


def _person_typed(request: HttpRequest) -> Person | None:
    """The chosen file; otherwise the one with the number that is being typed, or with name and phone."""
    typed = request.POST
    key = typed.get("person", "")
    if key.isdecimal() and len(key) < 18:
        return Person.objects.visible_to(staff(request)).filter(pk=key).first()
    number = _checked(check_identity_number, typed.get("identity_number", ""))
    phone = "" if number else _checked(check_phone, typed.get("phone", ""))
    found = people_selectors.known_people(staff(request), identity_number=number, phone=phone, name="", name_hangul="")
    names = {typed.get("name", "").strip(), typed.get("name_hangul", "").strip()} - {""}
    fits = [one for one in found if number or names & {one.name, one.name_hangul, *one.other_names}]
    return fits[0] if len(fits) == 1 else None


def _checked(check: object, typed: str) -> str:
    """The normalised value, empty while what is typed is not one yet."""
    try:
        return str(check(typed)) if typed.strip() else ""  # type: ignore[operator]
    except GovernanceError:
        return ""
