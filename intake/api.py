"""Matters that programs bring: hotline, police, courts, online platforms, other registers.

``POST /api/matters/`` with a token of a clerk's account. The same number of the same system makes one case: a
repeated call answers with the case that is there.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Language, Role, User
from cases.models import CaseParty, Category, Channel, Education, PersonKind, PetitionClass
from cases.services import CaseInput
from cases.services.opening import MOST_PEOPLE
from cases.services.people import PersonInput
from departments.models import Centre, Division
from intake import services
from intake.channels import CHANNELS
from intake.models import Visit
from intake.services import OtherParty, SourceInput, WalkIn

NAMESPACE = uuid.UUID("6f1d0e0a-2f4b-4b0e-9d3c-2224a1f0c0de")
"""So that the same number of the same system always gives the same submission key."""


class PersonField(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    name_hangul = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    identity_number = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    language = serializers.ChoiceField(choices=Language.choices, default=Language.CHINESE)
    education = serializers.ChoiceField(choices=Education.choices, required=False, allow_blank=True, default="")
    person_kind = serializers.ChoiceField(choices=PersonKind.choices, required=False, allow_blank=True, default="")


class OtherField(serializers.Serializer[Any]):
    part = serializers.ChoiceField(choices=CaseParty.Part.choices, default=CaseParty.Part.RESPONDENT)
    organisation = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    person = PersonField(required=False)


class MatterSerializer(serializers.Serializer[Any]):
    """Shape of a matter; whether it may be registered is the service's to say."""

    source_system = serializers.CharField(max_length=40)
    source_id = serializers.CharField(max_length=80)
    channel = serializers.ChoiceField(choices=[c for c in Channel.choices if c[0] != Channel.WALK_IN])
    petitioner = PersonField()
    others = OtherField(many=True, required=False, default=list)
    category = serializers.PrimaryKeyRelatedField(queryset=Category.objects.in_use().select_related("lead"))
    petition_class = serializers.ChoiceField(
        choices=PetitionClass.choices, required=False, allow_blank=True, default=""
    )
    place = serializers.PrimaryKeyRelatedField(queryset=Division.objects.all())
    place_detail = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    title = serializers.CharField(max_length=120)
    narrative = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    amount = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True, default=None
    )
    people_involved = serializers.IntegerField(
        min_value=1, max_value=MOST_PEOPLE, required=False, allow_null=True, default=None
    )
    longitude = serializers.DecimalField(
        max_digits=20, decimal_places=16, required=False, allow_null=True, default=None
    )
    latitude = serializers.DecimalField(max_digits=20, decimal_places=16, required=False, allow_null=True, default=None)
    people_count = serializers.IntegerField(min_value=1, max_value=999, default=1)
    accept = serializers.BooleanField(default=False)
    sender = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    reference = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    sent_on = serializers.DateField(required=False, allow_null=True, default=None)
    caller_phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    call_back_by = serializers.DateTimeField(required=False, allow_null=True, default=None)
    police_calls = serializers.IntegerField(min_value=1, max_value=999, required=False, allow_null=True, default=None)
    identity_checked = serializers.BooleanField(default=False)
    from_centre = serializers.PrimaryKeyRelatedField(
        queryset=Centre.objects.filter(is_active=True), required=False, allow_null=True, default=None
    )

    def walk_in(self) -> WalkIn:
        """The matter as the service takes it."""
        data = self.validated_data
        language = data["petitioner"]["language"]
        facts = {name: data[name] for name in CHANNELS[data["channel"]].fields if name in data}
        return WalkIn(
            petitioner=PersonInput(**data["petitioner"]),
            language=language,
            others=[_other(row) for row in data["others"]],
            case=CaseInput(
                kind=data["category"].kind, category=data["category"], division=data["place"], title=data["title"],
                narrative=data["narrative"], narrative_language=language, petition_class=data["petition_class"],
                place_detail=data["place_detail"], channel=data["channel"], amount=data["amount"],
                people_involved=data["people_involved"], coordinates=(data["longitude"], data["latitude"]),
            ),
            accept=data["accept"],
            people_count=data["people_count"],
            source=SourceInput(**facts),
            origin=(data["source_system"], data["source_id"]),
        )  # fmt: skip


class MatterView(APIView):
    """Registers a matter at the centre of the account whose token is used; kept for screening unless ``accept``."""

    def post(self, request: Request) -> Response:
        user = request.user
        if not isinstance(user, User) or user.role not in {Role.CLERK, Role.DISPATCHER}:
            raise PermissionDenied
        centre = Centre.objects.filter(pk=user.scope_code, is_active=True).first()
        if centre is None:
            raise PermissionDenied
        serializer = MatterSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        key = uuid.uuid5(NAMESPACE, f"{data['source_system']}\0{data['source_id']}")
        made_before = Visit.objects.filter(submission_key=key).exists()
        visit = services.register_walk_in(clerk=user, centre=centre, data=serializer.walk_in(), submission_key=key)
        assert visit.case is not None
        return Response(
            {"number": visit.case.number, "state": visit.case.state, "status_path": f"/s/{visit.case.public_code}/"},
            status=200 if made_before else 201,
        )


def _other(row: dict[str, Any]) -> OtherParty:
    person = PersonInput(**row["person"]) if row.get("person") else None
    return OtherParty(part=row["part"], organisation=row["organisation"], person=person)
