from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.access import role_required, staff
from accounts.models import Role
from cases.exports import MOST_ROWS, export_table
from reporting import counted, counted_page
from reporting.forms import PeriodForm
from reporting.rollups import deeds
from reporting.rollups.reading import reading
from reporting.views.scope import asked as asked_in
from reporting.views.scope import division_of, path_to

PER_PAGE = 25


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def rows(request: HttpRequest) -> HttpResponseBase:
    """The rows behind a number that does not count facts of cases. The number itself, which takes longer where there
    are millions, is fetched after them (``part=number``)."""
    user = staff(request)
    division = division_of(user, request.GET.get("division"))
    form = PeriodForm(asked_in(request, "first", "last"))
    try:
        asked = counted_page.asked_for(request, division, form.period())
    except KeyError:
        raise Http404 from None
    if request.GET.get("part") == "number":
        with reading() as reader:
            rolled = deeds.number(reader, asked)
            number = counted.number(asked) if rolled is None else rolled
            context = {"number": number, "hidden": counted.hidden(asked, user)}
        return render(request, "reporting/_counted_number.html", context)
    export = request.GET.get("export")
    if export in {"csv", "xlsx"}:
        found = counted.listed(asked, user, most=MOST_ROWS)
        return export_table(counted_page.table(asked, found, user), "figure", str(export))
    after = counted_page.after(request.GET.get("after", ""), asked)
    found = counted.listed(asked, user, after=after, most=PER_PAGE + 1)
    shown = found[:PER_PAGE]
    context = {
        "division": division,
        "path": path_to(division, user),
        "period": form.period(),
        "figure": counted_page.FIGURES[request.GET["figure"]],
        "is_below": request.GET.get("of") == counted_page.DENOMINATOR,
        "narrowed": counted_page.names_of(asked),
        "exactly": asked.exactly,
        "is_of_now": asked.kind in counted_page.OF_NOW,
        "has_cases": counted_page.has_cases(asked),
        "headings": counted_page.headings(asked),
        "lines": counted_page.lines(asked, shown, user),
        "following": counted_page.token(shown[-1]) if len(found) > PER_PAGE else "",
        "is_first": after is None,
    }
    return render(request, "reporting/rows.html", context)
