"""The figures for programs: ``GET /api/figures/``. The same measures, rights and moment as the dashboard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Role, User
from reporting import selectors
from reporting.forms import BEGIN
from reporting.measures import MEASURES, Figure
from reporting.periods import Period
from reporting.rollups.reading import Reader, reading
from reporting.views.scope import division_of

BREAKDOWNS: Mapping[str, Callable[[Reader, str, Period], list[selectors.Row]]] = {
    "division": selectors.by_division,
    "category": selectors.by_category,
    "channel": selectors.by_channel,
    "level": selectors.by_level,
    "department": selectors.by_department,
}

COMPARED: Mapping[str, Callable[[Period], Period]] = {"before": Period.before, "year": Period.a_year_before}


class Question(serializers.Serializer[Any]):
    """What is asked; what is left out is the account's own division and the time since :data:`BEGIN`."""

    division = serializers.CharField(max_length=12, required=False, allow_blank=True, default="")
    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)
    compare = serializers.ChoiceField(choices=list(COMPARED), required=False, allow_blank=True, default="")
    by = serializers.ChoiceField(choices=list(BREAKDOWNS), required=False, allow_blank=True, default="")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        data.setdefault("first", BEGIN)
        data.setdefault("last", timezone.localdate())
        if data["first"] > data["last"]:
            raise serializers.ValidationError({"last": _("The last day lies before the first.")})
        return data


class FiguresView(APIView):
    """All figures of a division and period, for the accounts that see the dashboard."""

    def get(self, request: Request) -> Response:
        user = request.user
        if not isinstance(user, User) or user.role not in {Role.OFFICIAL, Role.DISPATCHER} or not user.scope_code:
            raise PermissionDenied
        question = Question(data=request.query_params)
        question.is_valid(raise_exception=True)
        asked = question.validated_data
        division = division_of(user, asked["division"])
        period = Period(asked["first"], asked["last"])
        with reading() as reader:
            answer = _of_period(reader, division.pk, period)
            if asked["compare"]:
                earlier = COMPARED[asked["compare"]](period)
                answer["compared"] = {"compare": asked["compare"], **_of_period(reader, division.pk, earlier)}
            if asked["by"]:
                rows = BREAKDOWNS[asked["by"]](reader, division.pk, period)
                answer["by"] = {"dimension": asked["by"], "rows": [_row(row) for row in rows]}
        as_of = timezone.localtime(reader.now).isoformat()
        return Response({"division": division.pk, "name": division.name, "as_of": as_of, **answer})


def _of_period(reader: Reader, division: str, period: Period) -> dict[str, Any]:
    figures = selectors.summary(reader, division, period)
    return {
        "first": _day(period.first),
        "last": _day(period.last),
        "figures": [_described(one) for one in figures.values()],
    }


def _row(row: selectors.Row) -> dict[str, Any]:
    """One place or key with each figure that is made of counts; the definitions stand above, with the whole."""
    found: dict[str, Any] = {
        "key": row.key,
        "name": row.name,
        "figures": {code: _numbers(row.figure(code)) for code in MEASURES if _is_countable(code, row)},
    }
    if row.adjusted:
        found["standardised"] = {
            "value": 100 * row.adjusted.share,
            "low": 100 * row.adjusted.low,
            "high": 100 * row.adjusted.high,
            "covered": 100 * row.adjusted.covered,
        }
    return found


def _is_countable(code: str, row: selectors.Row) -> bool:
    """Attendance is not about cases, and questions answered at the desk belong to no place below a centre."""
    columns = MEASURES[code].numerator + MEASURES[code].denominator
    return bool(MEASURES[code].numerator) and all(name.lstrip("-") in row.counts for name in columns)


def _described(one: Figure) -> dict[str, Any]:
    measure = one.measure
    return {
        "code": measure.code,
        "name": str(measure.name),
        "definition": str(measure.definition),
        "basis": str(measure.basis),
        "unit": str(measure.unit),
        "direction": measure.direction,
        "guards": list(measure.guards),
        **_numbers(one),
    }


def _numbers(one: Figure) -> dict[str, Any]:
    return {
        "value": one.value,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "low": one.low,
        "high": one.high,
        "small": one.is_small,
    }


def _day(day: dt.date) -> str:
    return day.isoformat()
