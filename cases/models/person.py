from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Language, Role, User
from cases.identity import mask_email, mask_identity_number, mask_phone, normalise_identity_number, normalise_phone
from cases.models.category import CodeEntry
from governance_center.crypto import EncryptedTextField, blind_index


class Gender(models.TextChoices):
    """GB/T 2261.1."""

    UNKNOWN = "0", _("not known")
    MALE = "1", _("male")
    FEMALE = "2", _("female")
    UNSTATED = "9", _("not stated")


class IdentityDocument(models.TextChoices):
    """GA/T 517; the check digit is that of the resident identity card alone."""

    IDENTITY_CARD = "111", _("resident identity card")
    HOUSEHOLD_REGISTER = "113", _("household register")
    PASSPORT = "414", _("passport")
    HK_MACAU_PERMIT = "516", _("travel permit for Hong Kong and Macau residents")
    TAIWAN_PERMIT = "511", _("travel permit for Taiwan residents")
    FOREIGN_RESIDENCE = "553", _("residence permit of a foreigner")
    OTHER = "990", _("other document")


class Education(models.TextChoices):
    """GB/T 4658-2006, by its first digit."""

    POSTGRADUATE = "10", pgettext_lazy("education", "postgraduate")
    UNIVERSITY = "20", pgettext_lazy("education", "university")
    COLLEGE = "30", pgettext_lazy("education", "college")
    VOCATIONAL = "40", pgettext_lazy("education", "secondary vocational school")
    HIGH_SCHOOL = "60", pgettext_lazy("education", "high school")
    MIDDLE_SCHOOL = "70", pgettext_lazy("education", "junior middle school")
    PRIMARY = "80", pgettext_lazy("education", "primary school")
    OTHER = "90", pgettext_lazy("education", "other")


class PersonKind(models.TextChoices):
    """What the main party of a dispute is (GB/T 31000, field 15); the second half is asked of group demands only."""

    EMPLOYED = "employed", _("employed by an office, enterprise or institution")
    FARMING = "farming", _("in farming, forestry, herding or fishing")
    SELF_EMPLOYED = "self_employed", _("self-employed or freelance")
    SOLDIER = "soldier", _("soldier")
    RETIRED = "retired", _("retired")
    STUDENT = "student", _("student")
    WITHOUT_WORK = "without_work", _("without work")
    OTHER = "other", _("other person")
    RESTRUCTURED = "restructured", _("group: restructured enterprises and institutions")
    VETERAN = "veteran", _("group: ex-servicemen")
    FORMER_TEACHER = "former_teacher", _("group: former teachers of village and enterprise schools")
    STATE_PENSIONER = "state_pensioner", _("group: pensioners of state-owned enterprises")
    RETURNED_YOUTH = "returned_youth", _("group: educated youth returned to the city")
    LOST_ONLY_CHILD = "lost_only_child", _("group: lost their only child")
    MIGRANT_WORKER = "migrant_worker", _("group: rural workers in the city")
    OTHER_GROUP = "other_group", _("group: others")


class Need(models.TextChoices):
    """What whoever accompanies the person should know."""

    WHEELCHAIR = "wheelchair", _("wheelchair or walking aid")
    HEARING = "hearing", _("hard of hearing")
    SIGHT = "sight", _("poor sight")
    ELDERLY = "elderly", _("old and alone")
    PREGNANT = "pregnant", _("pregnant")
    INFANT = "infant", _("with an infant")
    READING = "reading", _("needs help with reading and writing")
    CALM = "calm", _("needs a quiet room")


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: User) -> PersonQuerySet:
        """The files ``user`` may open: clerks and dispatchers, of people known in their county (or prefecture).

        Officers, mediators and officials meet people on the pages of their cases only.
        """
        if user.role not in {Role.CLERK, Role.DISPATCHER} or not user.scope_code or not user.is_active:
            return self.none()
        if len(user.scope_code) < 6:
            return self
        return self.filter(counties__contains=[user.scope_code[:6]])

    def with_identity_number(self, number: str) -> PersonQuerySet:
        """The person with exactly this identity number, however it was typed."""
        return self.filter(identity_index=blind_index(normalise_identity_number(number), purpose="identity"))

    def with_phone(self, phone: str) -> PersonQuerySet:
        return self.filter(phone_index=blind_index(normalise_phone(phone), purpose="phone"))

    def not_merged(self) -> PersonQuerySet:
        return self.filter(merged_into__isnull=True)


class Person(models.Model):
    """One person, one file (一人一档). Names stand in both scripts; number, phones and e-mail are encrypted.

    An e-mail address is kept only of who agreed to be told that way, and goes when they no longer do (PIPL arts. 13
    to 15); ``email_agreed_on`` is the local day.

    A file that turned out to be the same person's as another points to it by ``merged_into``; nothing is
    moved, so that a merge can be taken back.
    """

    name = models.CharField(_("name in Chinese characters"), max_length=60, blank=True)
    name_hangul = models.CharField(_("name in Korean letters"), max_length=60, blank=True)
    other_names = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("other names"))
    identity_document = models.CharField(
        _("identity document"),
        max_length=3,
        choices=IdentityDocument.choices,
        default=IdentityDocument.IDENTITY_CARD,
    )
    identity_number = EncryptedTextField(_("identity number"), blank=True, default="")
    identity_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    email = EncryptedTextField(_("e-mail"), blank=True, default="", db_default="")
    email_agreed_on = models.DateField(_("agreed to be told by e-mail on"), null=True, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=1, choices=Gender.choices, default=Gender.UNKNOWN)
    ethnic_group = models.ForeignKey(
        CodeEntry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"table": CodeEntry.Table.ETHNIC_GROUP},
        verbose_name=_("ethnic group"),
    )
    education = models.CharField(
        _("education"), max_length=2, choices=Education.choices, blank=True, default="", db_default=""
    )
    person_kind = models.CharField(
        _("kind of person"), max_length=16, choices=PersonKind.choices, blank=True, default="", db_default=""
    )
    language = models.CharField(
        _("preferred language"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    division = models.ForeignKey("departments.Division", models.PROTECT, null=True, blank=True, verbose_name=_("home"))
    address = models.CharField(_("home address"), max_length=200, blank=True)
    needs = ArrayField(
        models.CharField(max_length=12, choices=Need.choices), default=list, blank=True, verbose_name=_("needs")
    )
    needs_note = EncryptedTextField(_("notes for accompanying"), blank=True, default="")
    counties = ArrayField(
        models.CharField(max_length=6), default=list, blank=True, editable=False, verbose_name=_("known in")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("same person as")
    )
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
            models.CheckConstraint(
                condition=models.Q(email="") | models.Q(email_agreed_on__isnull=False),
                name="cases_person_email_was_agreed_to",
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")), name="cases_person_not_merged_into_itself"
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

    @property
    def masked_email(self) -> str:
        return mask_email(self.email)

    @property
    def need_labels(self) -> list[str]:
        """The needs in words."""
        return [str(Need(code).label) for code in self.needs]


class PersonPhone(models.Model):
    """A further phone of a person; the one to call first stands on the person."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="phones", verbose_name=_("person"))
    phone = EncryptedTextField(_("phone"))
    phone_index = models.CharField(max_length=64, editable=False)
    note = models.CharField(_("whose, when"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("further phone")
        verbose_name_plural = _("further phones")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("person", "phone_index"), name="cases_personphone_once"),)
        indexes = (models.Index(fields=("phone_index",), name="cases_personphone_phone"),)

    def __str__(self) -> str:
        return self.masked_phone

    def set_phone(self, phone: str) -> None:
        self.phone = normalise_phone(phone)
        self.phone_index = blind_index(self.phone, purpose="phone")

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)


class PersonKey(models.Model):
    """What a clerk may type to find a person, for one county in which the person is known.

    ``key`` is made by :mod:`cases.search_keys`: parts of names in characters, Hangul, pinyin and initial
    consonants in clear, keyed hashes of numbers and of their last four digits. The primary key is the index
    that the search walks; a look-up by exact key or by its beginning stops after a few rows, however many
    people there are.
    """

    pk = models.CompositePrimaryKey("county", "key", "person")
    county = models.CharField(max_length=6, db_collation="C")
    key = models.CharField(max_length=64, db_collation="C")
    person = models.ForeignKey(Person, models.CASCADE, related_name="keys")

    class Meta:
        verbose_name = _("search key")
        verbose_name_plural = _("search keys")

    def __str__(self) -> str:
        return f"{self.county} {self.key}"


class FamilyLink(models.Model):
    """How ``relative`` is related to ``person``; seen from the other side it is the inverse."""

    class Relation(models.TextChoices):
        """After GB/T 4761, as far as a desk needs it."""

        SPOUSE = "spouse", _("spouse")
        CHILD = "child", _("child")
        PARENT = "parent", _("parent")
        GRANDCHILD = "grandchild", _("grandchild")
        GRANDPARENT = "grandparent", _("grandparent")
        SIBLING = "sibling", _("brother or sister")
        HOUSEHOLD = "household", _("same household")
        RELATIVE = "relative", _("other relative")

    INVERSE = {
        Relation.CHILD: Relation.PARENT,
        Relation.PARENT: Relation.CHILD,
        Relation.GRANDCHILD: Relation.GRANDPARENT,
        Relation.GRANDPARENT: Relation.GRANDCHILD,
    }

    person = models.ForeignKey(Person, models.CASCADE, related_name="relatives", verbose_name=_("person"))
    relative = models.ForeignKey(Person, models.CASCADE, related_name="relative_of", verbose_name=_("relative"))
    relation = models.CharField(_("relation"), max_length=12, choices=Relation.choices)
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("noted by"))
    noted_at = models.DateTimeField(_("noted at"), auto_now_add=True)

    class Meta:
        verbose_name = _("family link")
        verbose_name_plural = _("family links")
        constraints = (
            models.UniqueConstraint(fields=("person", "relative"), name="cases_familylink_once"),
            models.CheckConstraint(
                condition=~models.Q(person=models.F("relative")), name="cases_familylink_not_oneself"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.relation} {self.relative_id}"

    @property
    def inverse(self) -> str:
        """What ``person`` is to ``relative``."""
        return self.INVERSE.get(self.Relation(self.relation), self.Relation(self.relation))


class PersonMerge(models.Model):
    """Two files were found to be one person's, with the reason; ``undone_at`` when that was taken back."""

    kept = models.ForeignKey(Person, models.PROTECT, related_name="merges", verbose_name=_("kept file"))
    merged = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("merged file"))
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken back by")
    )
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    undo_reason = models.CharField(_("reason of taking back"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("merge of files")
        verbose_name_plural = _("merges of files")
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("merged",), condition=models.Q(undone_at__isnull=True), name="cases_personmerge_one_in_force"
            ),
        )

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"
