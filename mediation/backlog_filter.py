"""What the backlog is narrowed by; it lives in the address and holds for the list and for the proposal."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Category
from departments.models import Division


class BacklogFilter(django_filters.FilterSet):
    division = django_filters.ModelChoiceFilter(
        queryset=Division.objects.none(), method="in_division", label=_("Division"), empty_label=_("all")
    )
    category = django_filters.ModelChoiceFilter(
        queryset=Category.objects.filter(is_mediable=True), label=_("Category"), empty_label=_("all")
    )

    class Meta:
        model = Case
        fields = ("category",)

    def __init__(self, *args: Any, root: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = (Division.Level.COUNTY, Division.Level.TOWNSHIP)
        places = Division.objects.within(root).filter(level__in=levels) if root else Division.objects.none()
        self.filters["division"].queryset = places

    def in_division(self, queryset: QuerySet[Case], name: str, value: Division) -> QuerySet[Case]:
        return queryset.filter(division__code__startswith=value.pk)
