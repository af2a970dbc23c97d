from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.models import Case, CaseParty, Document, Part
from governance_center.crypto import EncryptedTextField


class InvestigationRecord(models.Model):
    """What was found out by asking somebody (人民调解调查记录): when, where, who, by whom, and what was said.

    ``text`` stands in the language in which it was said.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="investigations", verbose_name=_("case"))
    asked_at = models.DateTimeField(_("begun at"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    place = models.CharField(_("place"), max_length=200)
    asked = models.CharField(_("who was asked"), max_length=120)
    asked_who = models.CharField(_("what this person is to the matter"), max_length=120)
    asked_by = models.CharField(_("asked by"), max_length=120)
    recorder = models.CharField(_("written down by"), max_length=60)
    text = models.TextField(_("questions and answers"))
    language = models.CharField(_("language"), max_length=10, choices=Language.choices, default=Language.CHINESE)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))
    submission_key = models.UUIDField(unique=True, editable=False)

    class Meta:
        verbose_name = _("investigation record")
        verbose_name_plural = _("investigation records")
        ordering = ("asked_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(minutes__range=(1, 1440)), name="mediation_investigation_minutes"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.asked_at:%Y-%m-%d}"


class PowerOfAttorney(models.Model):
    """Who acts for a party and how far (授权委托书, 民事诉讼法 art. 62): a special power names its matters."""

    class Relation(models.TextChoices):
        LAWYER = "lawyer", _("lawyer")
        LEGAL_WORKER = "legal_worker", _("grass-roots legal worker")
        RELATIVE = "relative", _("close relative")
        COLLEAGUE = "colleague", _("member of staff")
        RECOMMENDED = "recommended", _("recommended by community, unit or organisation")

    class Scope(models.TextChoices):
        GENERAL = "general", _("general power")
        SPECIAL = "special", _("special power")

    case = models.ForeignKey(Case, models.CASCADE, related_name="powers_of_attorney", verbose_name=_("case"))
    principal = models.ForeignKey(CaseParty, models.PROTECT, related_name="+", verbose_name=_("who is represented"))
    attorney = models.CharField(_("who represents"), max_length=120)
    relation = models.CharField(_("as"), max_length=12, choices=Relation.choices)
    scope = models.CharField(_("power"), max_length=8, choices=Scope.choices)
    powers = models.TextField(_("special powers"), blank=True)
    given_on = models.DateField(_("given on"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))
    submission_key = models.UUIDField(unique=True, editable=False)

    class Meta:
        verbose_name = _("power of attorney")
        verbose_name_plural = _("powers of attorney")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(scope="general", powers="") | (Q(scope="special") & ~Q(powers="")),
                name="mediation_power_special_is_named",
            ),
        )

    def __str__(self) -> str:
        return f"{self.attorney} → {self.principal_id}"


class PaperKind(models.TextChoices):
    """The papers that are made here, after the official forms (人民调解文书格式, 司法部 2010) and beside them."""

    APPLICATION = "application", _("Application for mediation")
    ACCEPTANCE = "acceptance", _("Acceptance form")
    RIGHTS = "rights", _("Notice of rights and duties")
    POWER_OF_ATTORNEY = "power_of_attorney", _("Power of attorney")
    INVESTIGATION = "investigation", _("Investigation record")
    MEDIATION = "mediation", _("Mediation record")
    AGREEMENT = "agreement", _("Mediation agreement")
    ORAL_AGREEMENT = "oral_agreement", _("Register of an oral agreement")
    PERFORMANCE = "performance", _("Register of performance")
    FOLLOW_UP = "follow_up", _("Follow-up record")
    CLOSING = "closing", _("Closing report")
    PRESCRIPTION = "prescription", _("Prescription")
    SESSION_NOTICE = "session_notice", _("Notice of mediation")
    ENDING = "ending", _("Notice that the mediation ended")
    URGING = "urging", _("Letter urging performance")
    COURT_GUIDANCE = "court_guidance", _("Guidance to the court")
    CONFIRMATION = "confirmation", _("Application for judicial confirmation")


class PaperTemplate(models.Model):
    """A version of the wording of a kind of paper, in both languages; versions are kept, one is in force.

    A line of a text is a paragraph. ``{name}`` is a placeholder; which there are is told by
    :mod:`mediation.paper_kinds`. ``is_shipped`` marks what came with the program.
    """

    kind = models.CharField(_("paper"), max_length=20, choices=PaperKind.choices)
    version = models.PositiveIntegerField(_("version"))
    title_zh_hans = models.CharField(_("title in Chinese"), max_length=60)
    title_ko = models.CharField(_("title in Korean"), max_length=60)
    body_zh_hans = models.TextField(_("text in Chinese"), blank=True)
    body_ko = models.TextField(_("text in Korean"), blank=True)
    closing_zh_hans = models.TextField(_("closing lines in Chinese"), blank=True)
    closing_ko = models.TextField(_("closing lines in Korean"), blank=True)
    is_in_force = models.BooleanField(_("in force"), default=False)
    is_shipped = models.BooleanField(_("came with the program"), default=False, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("wording of a paper")
        verbose_name_plural = _("wordings of papers")
        ordering = ("kind", "-version")
        constraints = (
            models.UniqueConstraint(fields=("kind", "version"), name="mediation_papertemplate_version"),
            models.UniqueConstraint(
                fields=("kind",), condition=Q(is_in_force=True), name="mediation_papertemplate_one_in_force"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"

    def words(self, name: str, language: str) -> str:
        """``title``, ``body`` or ``closing`` in a language."""
        return str(getattr(self, f"{name}_{language.replace('-', '_')}"))


class DocxTemplate(models.Model):
    """A version of the Word form of a kind of paper that an administrator sent in; without one the shipped form
    stands. One is in force at most."""

    kind = models.CharField(_("paper"), max_length=20, choices=PaperKind.choices)
    version = models.PositiveIntegerField(_("version"))
    content = models.BinaryField(_("file"))
    sha256 = models.CharField("SHA-256", max_length=64)
    is_in_force = models.BooleanField(_("in force"), default=False)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("Word form of a paper")
        verbose_name_plural = _("Word forms of papers")
        ordering = ("kind", "-version")
        constraints = (
            models.UniqueConstraint(fields=("kind", "version"), name="mediation_docxtemplate_version"),
            models.UniqueConstraint(
                fields=("kind",), condition=Q(is_in_force=True), name="mediation_docxtemplate_one_in_force"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class MadePaper(models.Model):
    """A paper of a case that was made here: the wording it was first made with, and always is from then on.

    ``source`` is the key of what it tells of (a session, a record, …), 0 for the case itself. ``document`` is what
    stands for it in the file: the signed copy, or the paper as it was when the file was made.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="made_papers", verbose_name=_("case"))
    kind = models.CharField(_("paper"), max_length=20, choices=PaperKind.choices)
    source = models.PositiveBigIntegerField(_("about"), default=0)
    template = models.ForeignKey(
        PaperTemplate, models.PROTECT, null=True, related_name="+", verbose_name=_("wording of a paper")
    )
    document = models.ForeignKey(
        Document, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("document")
    )
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("paper made here")
        verbose_name_plural = _("papers made here")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("case", "kind", "source"), name="mediation_madepaper_once"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.source}"


class Replacement(models.Model):
    """A kept paper that a later one replaces, with the reason; the earlier one stays readable."""

    old = models.OneToOneField(Document, models.CASCADE, related_name="replaced", verbose_name=_("replaced paper"))
    new = models.ForeignKey(Document, models.CASCADE, related_name="replaces", verbose_name=_("document"))
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("replacement of a paper")
        verbose_name_plural = _("replacements of papers")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(old=models.F("new")), name="mediation_replacement_not_itself"),
        )

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class CaseFile(models.Model):
    """A complete file (卷宗) as it went to the archive: cover and index, and the kept papers in their order.

    ``front`` is the PDF of cover and index in base64; joined with ``documents`` it gives the same bytes again,
    whose digests stand here and in the ledger.
    """

    class Retention(models.TextChoices):
        SHORT = "short", _("short (5 years)")
        LONG = "long", _("long (10 years)")
        PERMANENT = "permanent", _("permanent")

    case = models.ForeignKey(Case, models.CASCADE, related_name="files", verbose_name=_("case"))
    language = models.CharField(_("language"), max_length=10)
    retention = models.CharField(_("retention"), max_length=10, choices=Retention.choices)
    pages = models.PositiveIntegerField(_("pages"))
    documents = models.JSONField(_("documents"), default=list)
    missing = models.JSONField(_("missing"), default=list)
    front = EncryptedTextField(_("cover and index"))
    sha256 = models.CharField("SHA-256", max_length=64)
    sm3 = models.CharField("SM3", max_length=64)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("complete file")
        verbose_name_plural = _("complete files")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("case", "sha256"), name="mediation_casefile_once"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.made_at:%Y-%m-%d}"

    @property
    def missing_labels(self) -> list[str]:
        """The required parts that were missing, in words."""
        return [str(Part(code).label) for code in self.missing]
