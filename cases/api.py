"""Cases for programs: the same scope, the same filters as the list on screen."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers, viewsets
from rest_framework.pagination import CursorPagination

from accounts.models import User
from cases.filters import CaseFilter
from cases.models import Case
from cases.selectors import case_list


class CaseSerializer(serializers.ModelSerializer[Case]):
    category = serializers.SlugRelatedField(slug_field="code", read_only=True)  # type: ignore[var-annotated]

    class Meta:
        model = Case
        fields = (
            "number", "centre", "division", "kind", "petition_class", "category", "channel", "title", "state",
            "state_since", "outcome", "registered_at", "accepted_at", "resolved_at", "closed_at", "due_at", "lead",
            "returned_count", "is_contested", "reopened_count",
        )  # fmt: skip
        read_only_fields = fields


class Newest(CursorPagination):
    ordering = ("-registered_at", "-pk")


class CaseViewSet(viewsets.ReadOnlyModelViewSet[Case]):
    """``/api/cases/`` and ``/api/cases/<number>/``."""

    serializer_class = CaseSerializer
    pagination_class = Newest
    filterset_class = CaseFilter
    lookup_field = "number"
    lookup_value_regex = r"[0-9-]+"

    def get_queryset(self) -> QuerySet[Case]:
        assert isinstance(self.request.user, User)
        return case_list(self.request.user)
