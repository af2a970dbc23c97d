"""Signatures and seal, and with the last of them the agreement in force (人民调解法 arts. 28–29)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases import ledger, workflow
from cases.models import Case, CaseParty, EventKind, Part
from cases.services.common import lock
from cases.services.documents import keep_document
from cases.workflow import Actor
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.events import publish
from governance_center.ledger import text_digest
from governance_center.listing import enumerated
from governance_center.transactions import atomic
from mediation import agreement_paper, fairness, scans, signature_drawing
from mediation.models import Agreement, Assignment, Mediator, Signature
from mediation.models.agreement import AFTER_AGREEMENT
from mediation.services.assigning import InConflict

How, Capacity = Signature.How, Signature.Capacity


class NotToSign(GovernanceError):
    code = "not_to_sign"
    message = _("This agreement is not to be signed: it is in force, oral, or the case was taken up again.")


class AlreadySigned(GovernanceError):
    code = "already_signed"
    message = _("%(who)s has signed already.")


class NotASigner(GovernanceError):
    code = "not_a_signer"
    status = 422
    message = _("This is none of those who sign the agreement.")


class TextChanged(GovernanceError):
    code = "text_changed"
    message = _("The agreement was corrected meanwhile; read it again before signing.")


class WhoSigned(GovernanceError):
    code = "who_signed"
    status = 422
    message = _("An organisation signs by a person: say who it is and in what capacity.")


class OwnHand(GovernanceError):
    code = "own_hand"
    status = 403
    message = _("A mediator with an account signs on the screen from that account, or on paper.")


class WrongSigningDay(GovernanceError):
    code = "wrong_signing_day"
    status = 422
    message = _("Choose a day between that of the agreement and today.")


class NotAllSigned(GovernanceError):
    code = "not_all_signed"
    message = _("The seal comes after all signatures. Still to sign: %(who)s.")


class AlreadySealed(GovernanceError):
    code = "already_sealed"
    message = _("The seal is recorded already.")


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody whose signature the agreement needs: a party or a mediator, with the signature once there is one."""

    party: CaseParty | None
    mediator: Mediator | None
    signature: Signature | None

    @property
    def key(self) -> str:
        """How addresses and forms name the signer: ``party-5``, ``mediator-3``."""
        return f"party-{self.party.pk}" if self.party else f"mediator-{self.mediator.pk}"  # type: ignore[union-attr]

    @property
    def part(self) -> str:
        """What the signer is: applicant, mediator, …"""
        return str(self.party.get_part_display() if self.party else _("Mediator"))

    @property
    def name(self) -> str:
        return str(self.party or self.mediator)

    @property
    def label(self) -> str:
        """Part and name."""
        return f"{self.part} {self.name}"

    @property
    def language(self) -> str:
        """The language in which the text is shown to the signer first."""
        if self.party and self.party.person:
            return str(self.party.person.language)
        if self.mediator and Language.CHINESE not in self.mediator.languages and self.mediator.languages:
            return str(self.mediator.languages[0])
        return Language.CHINESE

    @property
    def is_organisation(self) -> bool:
        return self.party is not None and self.party.person_id is None


@dataclass(frozen=True, slots=True)
class Hand:
    """Who holds the pen: in person, or for somebody in a capacity."""

    capacity: str = Capacity.SELF
    name: str = ""


def signers(agreement: Agreement) -> list[Signer]:
    """Everybody who signs: the parties, then the mediators who have the case in hand now, and whoever has signed.

    A representative signs for a party, not beside it. A mediator who withdrew is none of them.
    """
    signed = list(agreement.signatures.select_related("mediator", "party__person"))
    by_party = {row.party_id: row for row in signed if row.party_id}
    by_mediator = {row.mediator_id: row for row in signed if row.mediator_id is not None}
    parties = agreement.case.parties.select_related("person").exclude(part=CaseParty.Part.REPRESENTATIVE)
    found = [Signer(party, None, by_party.get(party.pk)) for party in parties]
    hands = {row.mediator.pk: row.mediator for row in signed if row.mediator}
    if agreement.in_force_on is None:
        hands |= {one.pk: one for one in _mediators(agreement)}
    return found + [Signer(None, one, by_mediator.get(key)) for key, one in hands.items()]


def missing(agreement: Agreement) -> list[Signer]:
    """Those who have not signed yet."""
    return [one for one in signers(agreement) if one.signature is None]


def lacking(agreement: Agreement, case: Case) -> list[str]:
    """In words, what is missing until it is in force; empty where it is, or where it waits for nothing."""
    agreement.case = case
    if not is_open(agreement, case):
        return []
    found = [one.label for one in missing(agreement)]
    return found if agreement.sealed_on else [*found, str(_("seal of the committee"))]


def copies(agreement: Agreement) -> int:
    """One for each party and one for the committee (人民调解法 art. 30)."""
    return sum(one.party is not None for one in signers(agreement)) + 1


def may_witness(case: Case, user: User) -> bool:
    """The mediators who have the case in hand, and a dispatcher of the place."""
    if workflow.relations(user, case) & {Actor.MEDIATOR, Actor.DISPATCH}:
        return True
    mine = Assignment.objects.filter(case=case, ended_at__isnull=True, mediator__user=user)
    return user.is_active and mine.exists()


def is_open(agreement: Agreement, case: Case) -> bool:
    """Whether it waits for signatures or the seal: written, the last of its case, and not in force."""
    written = agreement.form == Agreement.Form.WRITTEN
    if not written or agreement.in_force_on or case.state not in AFTER_AGREEMENT:
        return False
    return not Agreement.objects.filter(case=case, pk__gt=agreement.pk).exists()


def text_of(agreement: Agreement) -> str:
    """The digest of everything that the signers agree to."""
    duties = [
        [
            duty.position, duty.debtor_id, duty.creditor_id, duty.kind, duty.what, str(duty.amount or ""),
            str(duty.due_on), duty.how,
            [[part.position, str(part.amount), str(part.due_on)] for part in duty.instalments.order_by("position")],
        ]
        for duty in agreement.obligations.order_by("position")
    ]  # fmt: skip
    said = [agreement.responsibilities, agreement.terms, agreement.if_not, str(agreement.perform_by or "")]
    return text_digest(json.dumps([agreement.pk, said, duties], ensure_ascii=False))


@atomic
def sign_on_screen(
    *, agreement: Agreement, by: User, key: str, drawing: str, text: str, site: str, hand: Hand | None = None
) -> Signature:
    """Keep a signature that was drawn on the screen; sent twice it is one.

    Args:
        key: of the signer, see :class:`Signer`.
        drawing: see :func:`mediation.signature_drawing.checked`.
        text: digest of the text that was shown (:func:`text_of`).
        site: address of this site, for the code on the paper that may be made.

    Raises:
        NotAllowed: see :func:`may_witness`. NotToSign, NotASigner, TextChanged, AlreadySigned, WhoSigned, OwnHand.
        InConflict: a conflict of the mediator with a party is declared. NoSignature: nothing was drawn.
    """
    lock(Case(pk=agreement.case_id))
    signer = _signer(Agreement.objects.get(pk=agreement.pk), key)
    if signer.signature and signer.signature.how == How.SCREEN and signer.signature.witnessed_by_id == by.pk:
        return signer.signature
    case, row = lock_open(agreement, by)
    if signer.signature is not None:
        raise AlreadySigned(who=signer.label)
    if text != text_of(row):
        raise TextChanged()
    if signer.mediator and signer.mediator.user_id not in {None, by.pk}:
        raise OwnHand()
    strokes = signature_drawing.checked(drawing)
    today = timezone.localdate()
    made = _write(row, case, signer, by=by, hand=hand or Hand(), how=How.SCREEN, strokes=strokes, signed_on=today)
    _settle(row, case, by, site)
    return made


@atomic
def sign_on_paper(
    *, agreement: Agreement, by: User, hands: Mapping[str, Hand], scan: bytes, signed_on: dt.date, site: str
) -> list[Signature]:
    """Keep the scan or photo of the signed paper as the signature of everybody named in ``hands``.

    Args:
        hands: by the key of the signer, who held the pen.
        scan: PDF, JPEG or PNG.

    Raises:
        As :func:`sign_on_screen`. MissingInput: nobody is named. WrongSigningDay. UnfitDocument.
    """
    case, row = lock_open(agreement, by)
    check_day(row, signed_on, "signed_on")
    if not hands:
        raise MissingInput(field="signers")
    chosen = [_signer(row, key) for key in hands]
    taken = next((one for one in chosen if one.signature is not None), None)
    if taken is not None:
        raise AlreadySigned(who=taken.label, field="signers")
    now = timezone.now()
    title = f"{row.number or case.number} · {timezone.localdate(now)}"
    scans.check(scan, title)
    page = keep_document(case=case, part=Part.AGREEMENT, title=title, content=scan, by=by, at=now)
    case.refresh_from_db(fields=["ledger_length", "ledger_head"])
    made = [
        _write(row, case, one, by=by, hand=hands[one.key], how=How.PAPER, scan=page, signed_on=signed_on)
        for one in chosen
    ]
    _settle(row, case, by, site)
    return made


@atomic
def record_seal(*, agreement: Agreement, by: User, sealed_on: dt.date, site: str) -> Agreement:
    """Record that the committee's seal is on the agreement, after all have signed; sent twice it is one.

    Raises:
        NotAllowed: see :func:`may_witness`. NotToSign. AlreadySealed: with another day.
        NotAllSigned: a signature is missing. WrongSigningDay: in the future, or before the last signature.
    """
    case = lock(Case(pk=agreement.case_id))
    fresh = Agreement.objects.get(pk=agreement.pk)
    if fresh.sealed_on is not None and may_witness(case, by):
        if fresh.sealed_on == sealed_on:
            return fresh
        raise AlreadySealed()
    case, row = lock_open(agreement, by)
    check_day(row, sealed_on, "sealed_on")
    if waiting := missing(row):
        raise NotAllSigned(who=enumerated(one.label for one in waiting))
    if any(one.signed_on > sealed_on for one in row.signatures.all()):
        raise WrongSigningDay(
            _("The seal comes after the last signature; choose its day or a later one."), field="sealed_on"
        )
    row.sealed_on, row.sealed_by = sealed_on, by
    row.save(update_fields=["sealed_on", "sealed_by"])
    facts = {"agreement": row.pk, "sealed_on": sealed_on.isoformat(), "committee": row.committee_id}
    ledger.append(case, [ledger.Entry(EventKind.AGREEMENT_SEALED, by, facts, timezone.now())])
    _settle(row, case, by, site)
    return row


def put_in_force(agreement: Agreement, case: Case, by: User, day: dt.date, **facts: object) -> None:
    """Mark the agreement as in force since ``day`` and say so. The caller holds the lock on the case."""
    agreement.in_force_on = day
    agreement.save(update_fields=["in_force_on", "paper"])
    data = {"agreement": agreement.pk, "in_force_on": day.isoformat(), **facts}
    ledger.append(case, [ledger.Entry(EventKind.AGREEMENT_IN_FORCE, by, data, timezone.now())])
    publish("agreement.in_force", agreement=agreement, by=by)


def lock_open(agreement: Agreement, by: User) -> tuple[Case, Agreement]:
    """The case and its agreement that waits for signatures, locked.

    Raises:
        NotAllowed: see :func:`may_witness`. NotToSign: see :func:`is_open`.
    """
    case = lock(Case(pk=agreement.case_id))
    row = Agreement.objects.select_related("committee", "mediator").get(pk=agreement.pk)
    row.case = case
    if not may_witness(case, by):
        raise NotAllowed()
    if not is_open(row, case):
        raise NotToSign()
    return case, row


def check_day(agreement: Agreement, day: dt.date, field: str) -> None:
    """Raises WrongSigningDay outside the days from that of the agreement to today."""
    if not agreement.reached_on <= day <= timezone.localdate():
        raise WrongSigningDay(field=field)


def _mediators(agreement: Agreement) -> list[Mediator]:
    """Who has the case in hand now; of what was taken over, the mediator named in the agreement."""
    current = Assignment.objects.current().filter(case=agreement.case_id).order_by("-role", "pk")
    found = [row.mediator for row in current.select_related("mediator")]
    return found or ([agreement.mediator] if agreement.mediator else [])


def _signer(agreement: Agreement, key: str) -> Signer:
    found = next((one for one in signers(agreement) if one.key == key), None)
    if found is None:
        raise NotASigner()
    return found


def _write(
    agreement: Agreement, case: Case, signer: Signer, *, by: User, hand: Hand, how: str, signed_on: dt.date,
    strokes: str = "", scan: object = None,
) -> Signature:  # fmt: skip
    _check_hand(case, signer, hand)
    now = timezone.now()
    row: Signature = Signature.objects.create(
        agreement=agreement, party=signer.party, mediator=signer.mediator, how=how, capacity=hand.capacity,
        signer_name="" if hand.capacity == Capacity.SELF else hand.name.strip(), strokes=strokes, scan=scan,
        text_sha256=text_of(agreement), signed_on=signed_on, witnessed_by=by, recorded_at=now,
    )  # type: ignore[misc]  # fmt: skip
    facts: dict[str, object] = {
        "agreement": agreement.pk, "signature": row.pk, "how": str(how), "capacity": hand.capacity,
        "signed_on": signed_on.isoformat(), "text_sha256": row.text_sha256,
    }  # fmt: skip
    if strokes:
        facts["strokes_sha256"] = text_digest(strokes)
    else:
        facts["document"] = row.scan_id
    ledger.append(case, [ledger.Entry(EventKind.AGREEMENT_SIGNED, by, facts, now)])
    return row


def _check_hand(case: Case, signer: Signer, hand: Hand) -> None:
    """A company signs by a person; a mediator in person, and without a conflict with a party."""
    if hand.capacity not in Capacity.values:
        raise MissingInput(field="capacity")
    if hand.capacity != Capacity.SELF and not hand.name.strip():
        raise MissingInput(field="name")
    if signer.is_organisation and hand.capacity not in {Capacity.LEGAL, Capacity.ATTORNEY}:
        raise WhoSigned(field="capacity")
    if signer.mediator is None:
        return
    if hand.capacity != Capacity.SELF:
        raise NotASigner(field="capacity")
    against = [bar for bar in fairness.bars_of(case).get(signer.mediator.pk, []) if bar.is_absolute]
    if against:
        raise InConflict(mediator=str(signer.mediator), reasons=" ".join(bar.text for bar in against))


def _settle(agreement: Agreement, case: Case, by: User, site: str) -> None:
    """With the last signature and the seal the agreement is in force, and its paper is kept as it is then."""
    if agreement.sealed_on is None or missing(agreement):
        return
    days = [row.signed_on for row in agreement.signatures.all()]
    day = max([*days, agreement.sealed_on])
    agreement.in_force_on = day
    now = timezone.now()
    content = agreement_paper.make(agreement, language=agreement_paper.BOTH, site=site)
    title = f"{agreement_paper.TITLE} {agreement.number or case.number}"
    agreement.paper = keep_document(case=case, part=Part.AGREEMENT, title=title, content=content, by=by, at=now)
    case.refresh_from_db(fields=["ledger_length", "ledger_head"])
    paper = agreement.paper
    put_in_force(agreement, case, by, day, document=paper.pk, sha256=paper.sha256, sm3=paper.sm3)
