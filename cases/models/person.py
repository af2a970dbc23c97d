from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from cases.identity import mask_identity_number, mask_phone, normalise_identity_number, normalise_phone
from governance_center.crypto import EncryptedTextField, blind_index


class Gender(models.TextChoices):
    """GB/T 2261.1."""

    UNKNOWN = "0", _("not known")
    MALE = "1", _("male")
    FEMALE = "2", _("female")
    UNSTATED = "9", _("not stated")


class PersonQuerySet(models.QuerySet["Person"]):
    def with_identity_number(self, number: str) -> PersonQuerySet:
        """The person with exactly this identity number, however it was typed."""
        return self.filter(identity_index=blind_index(normalise_identity_number(number), purpose="identity"))

    def with_phone(self, phone: str) -> PersonQuerySet:
        return self.filter(phone_index=blind_index(normalise_phone(phone), purpose="phone"))


class Person(models.Model):
    """One person, one file. Names stand in both scripts; number and phone are encrypted."""

    name = models.CharField(_("name in Chinese characters"), max_length=60, blank=True)
    name_hangul = models.CharField(_("name in Korean letters"), max_length=60, blank=True)
    identity_number = EncryptedTextField(_("identity number"), blank=True, default="")
    identity_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=1, choices=Gender.choices, default=Gender.UNKNOWN)
    language = models.CharField(
        _("preferred language"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    division = models.ForeignKey("departments.Division", models.PROTECT, null=True, blank=True, verbose_name=_("home"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(name="") | ~models.Q(name_hangul=""),
                name="cases_person_has_a_name",
                violation_error_message=_("Give the name in at least one script."),
            ),
            models.UniqueConstraint(
                fields=("identity_index",), condition=~models.Q(identity_index=""), name="cases_person_identity_once"
            ),
        )
        indexes = (
            models.Index(fields=("phone_index",), name="cases_person_phone", condition=~models.Q(phone_index="")),
            models.Index(fields=("name",), name="cases_person_name"),
        )

    def __str__(self) -> str:
        if self.name and self.name_hangul:
            return f"{self.name} {self.name_hangul}"
        return self.name or self.name_hangul

    def set_identity_number(self, number: str) -> None:
        """Keep the normalised number and its blind index."""
        self.identity_number = normalise_identity_number(number)
        self.identity_index = blind_index(self.identity_number, purpose="identity")

    def set_phone(self, phone: str) -> None:
        self.phone = normalise_phone(phone)
        self.phone_index = blind_index(self.phone, purpose="phone")

    @property
    def masked_identity_number(self) -> str:
        return mask_identity_number(self.identity_number)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)
