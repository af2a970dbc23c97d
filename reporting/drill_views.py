from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.access import role_required, staff
from accounts.models import Role
from cases.exports import MOST_ROWS, export_table
from reporting import drill, drill_page
from reporting.forms import PeriodForm
from reporting.rollups.reading import reading
from reporting.views.scope import division_of, path_to

PER_PAGE = 25


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def cases(request: HttpRequest) -> HttpResponseBase:
    """The cases behind a number, with the number above them, both of one moment."""
    user = staff(request)
    figure, of = request.GET.get("figure", "accepted"), request.GET.get("of", drill.NUMERATOR)
    division = division_of(user, request.GET.get("division"))
    form = PeriodForm(request.GET if {"first", "last"} & request.GET.keys() else None)
    try:
        asked = drill_page.asked_for(request, division, form.period())
    except KeyError:
        raise Http404 from None
    sort = request.GET.get("sort", "")
    sort = sort if sort in asked.sorts else asked.sorts[0]
    after = drill_page.after(request.GET.get("after", ""), sort)
    export = request.GET.get("export")
    with reading() as reader:
        if export in {"csv", "xlsx"}:
            found = drill.lines(reader, asked, user, sort=sort, most=MOST_ROWS)
            return export_table(drill_page.table(found, user), "figure", str(export))
        number = drill.number(reader, asked)
        hidden = drill.hidden(reader, asked, user) if number != 0 else 0
        found = drill.lines(reader, asked, user, sort=sort, after=after, most=PER_PAGE + 1) if number != 0 else []
        rows = drill.cases_of(found[:PER_PAGE], user)
    context = {
        "division": division,
        "path": path_to(division, user),
        "period": form.period(),
        "heading": drill_page.heading(figure, of),
        "slices": drill_page.names_of(asked.slices),
        "exactly": asked.exactly,
        "number": number,
        "hidden": min(hidden, drill.MOST_HIDDEN),
        "hidden_is_more": hidden > drill.MOST_HIDDEN,
        "rows": rows,
        "counts_several": any(part.branch.several for part in asked.parts()),
        "is_about_answers": figure == "consultations",
        "sorts": [(code, drill_page.SORTS[code]) for code in asked.sorts],
        "sort": sort,
        "following": drill_page.token(found[PER_PAGE - 1]) if len(found) > PER_PAGE else "",
        "is_first": after is None,
        "as_of": reader.now,
    }
    return render(request, "reporting/cases.html", context)
