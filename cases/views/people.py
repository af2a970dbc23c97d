from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Look, Role
from cases import people_selectors, search_keys, sections
from cases.models import CaseParty, FamilyLink, Person, PersonMerge
from cases.people_forms import FamilyForm, FileForm, MergeForm, ReasonForm
from cases.services import people
from cases.views.cases import CASE_READERS
from governance_center.errors import NotAllowed
from governance_center.http import submit

PER_PAGE = 10
FILE_READERS = (Role.CLERK, Role.DISPATCHER)


@role_required(*CASE_READERS)
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """What the search box finds: as one types (htmx) in a list below the box, otherwise on a page.

    What is typed comes in the body: identity numbers and phones do not belong into addresses, which are logged.
    """
    user, text = staff(request), request.POST.get("q", "")[:80]
    found = people_selectors.search(user, text)
    may_register = user.role in FILE_READERS
    context = {"found": found, "text": text, "may_register": may_register, "number": search_keys.whole_number(text)}
    if getattr(request, "htmx", False):
        return render(request, "cases/_search_results.html", context)
    alone = found.people + found.cases
    if len(alone) == 1 and text.strip():
        only = alone[0]
        return redirect("cases:person", only.pk) if isinstance(only, Person) else redirect("cases:detail", only.number)
    return render(request, "cases/search.html", context)


@role_required(*FILE_READERS)
@never_cache
def person_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One person, one file: cases in any role, visits, family, alerts, possible duplicates."""
    user, person = staff(request), _person(request, pk)
    ids = people.group_ids(person)
    if ids[0] != person.pk:
        return redirect("cases:person", ids[0])
    cases = people_selectors.cases_of(ids, user)
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    merged = list(Person.objects.filter(pk__in=ids[1:]).prefetch_related("phones"))
    context = {
        "person": person,
        "merged": merged,
        "page": page,
        "open_cases": [(case, sections.person_case_actions(person, case, user)) for case in page if case.is_open],
        "relatives": people_selectors.relatives_of(ids),
        "merges": people_selectors.merges_of(ids),
        "duplicates": people_selectors.duplicates_of(person, user),
        "alerts": people_selectors.alerts_of(person, list(page)) + sections.person_alerts(person, ids),
        "sections": sections.person_sections(person, ids, user),
        "actions": sections.person_actions(person, user),
    }
    return render(request, "cases/person.html", context)


@role_required(*FILE_READERS)
@require_POST
@never_cache
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a masked field; the look is logged."""
    person, what = _person(request, pk), request.POST.get("what", "")
    if what not in {Look.What.IDENTITY_NUMBER, Look.What.PHONE, Look.What.NEEDS, Look.What.EMAIL}:
        return HttpResponseBadRequest()
    opened = people.reveal(person=person, what=what, by=staff(request), address=request.META.get("REMOTE_ADDR") or None)
    return render(request, "cases/_revealed.html", {"opened": opened})


@role_required(*CASE_READERS)
@require_POST
@never_cache
def reveal_party(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Open number, phone or e-mail of a party for whoever works on the case; the look is logged."""
    party = get_object_or_404(CaseParty.objects.select_related("person"), pk=pk, case__number=number)
    what = request.POST.get("what", "")
    if what not in {Look.What.IDENTITY_NUMBER, Look.What.PHONE, Look.What.EMAIL}:
        return HttpResponseBadRequest()
    try:
        opened = people.reveal_party(
            party=party, what=what, by=staff(request), address=request.META.get("REMOTE_ADDR") or None
        )
    except NotAllowed:
        raise PermissionDenied from None
    return render(request, "cases/_revealed.html", {"opened": opened})


@role_required(*FILE_READERS)
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct or complete the file."""
    user, person = staff(request), _person(request, pk)
    form = FileForm(request.POST or None, person=person, scope_code=user.scope_code)
    if request.method == "POST" and submit(form, lambda: people.update_file(person=person, data=form.file(), by=user)):
        messages.success(request, _("The file was saved."))
        return redirect("cases:person", person.pk)
    return render(request, "cases/person_edit.html", {"person": person, "form": form})


@role_required(*FILE_READERS)
def merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two files side by side; which one stays, and why they are one person's."""
    user = staff(request)
    pair = (_person(request, pk), _person(request, other))
    form = MergeForm(request.POST or None, people=pair)
    if request.method == "POST":
        done = submit(form, lambda: _merge(pair, form.cleaned_data, by=user))
        if done:
            messages.success(request, _("The files are one now. This can be taken back on the file."))
            return redirect("cases:person", done.kept_id)
    return render(request, "cases/person_merge.html", {"pair": pair, "form": form, "person": pair[0]})


@role_required(*FILE_READERS)
def unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge back, with a reason."""
    user = staff(request)
    done = get_object_or_404(PersonMerge.objects.select_related("kept", "merged"), pk=pk, undone_at__isnull=True)
    _person(request, done.kept_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and submit(
        form, lambda: people.unmerge_people(merge=done, by=user, reason=form.cleaned_data["reason"])
    ):
        messages.success(request, _("The merge was taken back; both files stand alone again."))
        return redirect("cases:person", done.kept_id)
    return render(request, "cases/person_unmerge.html", {"merge": done, "form": form, "person": done.kept})


@role_required(*FILE_READERS)
def family(request: HttpRequest, pk: int) -> HttpResponse:
    """Find a relative and note how they are related."""
    user, person = staff(request), _person(request, pk)
    text = request.POST.get("q", "")[:80]
    found = [one for one in people_selectors.search(user, text).people if one.pk != person.pk]
    is_chosen = "relation" in request.POST or "relative" in request.POST
    form = FamilyForm(request.POST if is_chosen else None, found=found)
    if is_chosen:
        link = submit(form, lambda: people.link_family(person=person, by=user, **form.cleaned_data), prefix="")
        if link:
            messages.success(request, _("The relation was noted."))
            return redirect("cases:person", person.pk)
    return render(request, "cases/person_family.html", {"person": person, "form": form, "found": found, "text": text})


@role_required(*FILE_READERS)
@require_POST
def unlink(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """Strike out a relation that was noted wrongly."""
    person = _person(request, pk)
    row = get_object_or_404(FamilyLink, pk=link)
    people.unlink_family(link=row, by=staff(request))
    messages.success(request, _("The relation was struck out."))
    return redirect("cases:person", person.pk)


def _person(request: HttpRequest, pk: int) -> Person:
    queryset = Person.objects.visible_to(staff(request)).select_related("division", "ethnic_group", "merged_into")
    person = queryset.prefetch_related("phones").filter(pk=pk).first()
    if person is None:
        raise PermissionDenied
    return person


def _merge(pair: tuple[Person, Person], data: dict[str, str], *, by: object) -> PersonMerge:
    kept, merged = pair if data["keep"] == str(pair[0].pk) else pair[::-1]
    return people.merge_people(kept=kept, merged=merged, by=by, reason=data["reason"])  # type: ignore[arg-type]
