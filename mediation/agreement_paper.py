"""The written mediation agreement (人民调解协议书, 人民调解法 arts. 29, 33) as PDF: what stands on it.

The words are made here in each language; ``mediation/papers/agreement.typ`` only sets them.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import segno
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Language, Role
from cases.models import CaseParty
from governance_center import papers
from governance_center.amounts import in_capitals
from governance_center.listing import enumerated, yuan
from mediation import selectors, signature_drawing
from mediation.models import Agreement, Mediator, Obligation
from mediation.models.agreement import AFTER_AGREEMENT
from mediation.services import confirming, signing
from mediation.services.clarity import only_lists

BOTH = "both"
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    Language.CHINESE: (Language.CHINESE,),
    Language.KOREAN: (Language.KOREAN,),
    BOTH: (Language.CHINESE, Language.KOREAN),
}
"""What may be asked for, and the languages that then stand on the paper: Chinese first."""

NAMES = ((Language.CHINESE, "中文"), (Language.KOREAN, "조선말"), (BOTH, "中文 | 조선말"))
"""How the languages are called on buttons: each by its own name."""

READERS = (Role.MEDIATOR, Role.DISPATCHER, Role.CLERK, Role.OFFICER)
"""Who may have the paper, of the cases they see."""

Rows = list[tuple[str, str]]


def applies(agreement: Agreement) -> bool:
    """Only what was agreed in writing has a paper; an oral agreement is registered."""
    return agreement.form == Agreement.Form.WRITTEN


TITLE = "人民调解协议书"
"""What the kept paper is called in the file, which is kept in Chinese."""


def stands(agreement: Agreement) -> bool:
    """Whether the agreement is the last word of its case: not followed by another, the case not taken up again."""
    later = Agreement.objects.filter(case=agreement.case_id, pk__gt=agreement.pk)
    return agreement.case.state in AFTER_AGREEMENT and not later.exists()


def make(agreement: Agreement, *, language: str, site: str = "") -> bytes:
    """Set the agreement as PDF, with the signatures that there are.

    Args:
        language: a key of :data:`LANGUAGES`.
        site: address of this site, e.g. ``https://centre.example/``, for the code that leads to the public page;
            without it, as on a draft in the file, there is none.

    Raises:
        governance_center.papers.PaperFailed: it could not be set.
    """
    parts = [part_of(agreement, spoken) for spoken in LANGUAGES[language]]
    number = agreement.number or agreement.case.number
    address = verification_address(agreement, site) if site else ""
    data = {
        "title": " ".join([*(part["title"] for part in parts), number]),
        "number": number,
        "parts": parts,
        "address": address,
        "qr": qr_svg(address) if address else "",
    }
    return papers.render("mediation/papers/agreement.typ", data, made_at=agreement.recorded_at)


def verification_address(agreement: Agreement, site: str) -> str:
    """The public page that a copy can be held against."""
    return site.rstrip("/") + reverse("verify", args=[agreement.verification_code])


def qr_svg(text: str) -> str:
    """A QR code as an SVG document, error correction M."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, omitsize=True, border=0)
    return drawn.getvalue().decode()


def file_name(agreement: Agreement, language: str) -> str:
    """The name a saved copy gets, in the (first) language of the paper."""
    with translation.override(LANGUAGES[language][0]):
        return f"{_('Mediation agreement')}-{agreement.case.number}.pdf"


def part_of(agreement: Agreement, language: str) -> dict[str, Any]:
    """Everything that one language says; the parts of two languages have the same shape."""
    parties = list(agreement.case.parties.select_related("person"))
    with translation.override(language):
        committee = agreement.committee
        return {
            "language": language,
            "title": _("Mediation agreement"),
            "committee": committee.name if committee else agreement.case.centre.name,
            "number_label": _("Number"),
            "facts": _facts(agreement),
            "parties_heading": _("Parties"),
            "parties": [_party(party) for party in parties],
            "before": _texts((_("Facts, issues and responsibilities"), agreement.responsibilities)),
            "agreed": _("What was agreed"),
            "obligations": [_obligation(duty) for duty in agreement.obligations.all()],
            "after": _after(agreement),
            "closing": _closing(agreement, copies=signing.copies(agreement)),
            "signatures": [_signature(signer) for signer in signing.signers(agreement)],
            "signs": _("(signature)"),
            "seal": _("(seal)"),
            "force": _force(agreement),
            "check": _("Whether this paper is genuine can be seen here."),
            "date": _("Date"),
            "made_on": date_format(agreement.reached_on),
        }


def _facts(agreement: Agreement) -> Rows:
    case = agreement.case
    rows = [(_("Case number"), case.number), (_("Category"), case.category.name), (_("Summary"), case.title)]
    team = enumerated(_mediators(agreement))
    return [*rows, (_("Mediator"), team)] if team else rows


def _mediators(agreement: Agreement) -> list[Mediator]:
    """All who mediated when it was reached, the lead first."""
    if agreement.mediator is None:
        return []
    others = selectors.mediators_at(agreement.case, agreement.recorded_at)
    return [agreement.mediator, *(one for one in others if one.pk != agreement.mediator_id)]


def _party(party: CaseParty) -> list[str]:
    """Part, name and, of people, the masked number of identity."""
    known = party.person.masked_identity_number if party.person else ""
    return [str(party.get_part_display()), str(party), known]


def _signature(signer: signing.Signer) -> dict[str, str]:
    """The line of one signer: who, what was drawn, in what capacity, and when."""
    found, notes = signer.signature, []
    if found is None:
        return {"part": signer.part, "name": signer.name, "svg": "", "note": "", "day": ""}
    if found.signer_name:
        notes.append(f"{found.get_capacity_display()}: {found.signer_name}")
    if found.how == found.How.PAPER:
        notes.append(_("signed on paper; the page is in the file"))
    drawn = signature_drawing.svg(found.drawing) if found.strokes else ""
    day, note = date_format(found.signed_on), " · ".join(notes)
    return {"part": signer.part, "name": signer.name, "svg": drawn, "note": note, "day": day}


def _force(agreement: Agreement) -> str:
    """What is said of the seal and since when it is in force; empty before."""
    if agreement.in_force_on is None or agreement.sealed_on is None:
        return ""
    days = {"seal": date_format(agreement.sealed_on), "day": date_format(agreement.in_force_on)}
    return _("Seal recorded on %(seal)s; in force since %(day)s.") % days


def _texts(*sections: tuple[str, str]) -> Rows:
    return [(heading, text) for heading, text in sections if text.strip()]


def _after(agreement: Agreement) -> Rows:
    """What stands below the obligations; a text that only lists them is not told a second time."""
    told = (_("What if it is not performed"), agreement.if_not)
    duties = agreement.obligations.all()
    if not duties:
        return _texts((_("Terms"), agreement.terms), told)
    return _texts((_("Further terms"), "" if only_lists(agreement) else agreement.terms), told)


def _obligation(duty: Obligation) -> dict[str, Any]:
    """The short facts stand two in a row, what and how over the whole width.

    A fact is empty in both languages or in none.
    """
    short = [
        (_("Who performs"), str(duty.debtor)),
        (_("To whom"), str(duty.creditor or "")),
        (_("Amount"), _money(duty.amount) if duty.amount else ""),
        (_("Due on"), date_format(duty.due_on)),
    ]
    return {
        "short": [row for row in short if row[1]],
        "long": [row for row in ((_("What"), duty.what), (_("How"), duty.how)) if row[1]],
        "head": [_("Instalment"), _("Due on"), _("Amount"), _("In capitals")],
        "instalments": [
            [str(part.position), _short(part.due_on), yuan(part.amount), in_capitals(part.amount)]
            for part in duty.instalments.all()
        ],
    }


def _closing(agreement: Agreement, *, copies: int) -> list[str]:
    """What the law says of the agreement, and how many copies there are."""
    said = [
        _("This agreement is legally binding; the parties perform it as agreed (People's Mediation Law, article 31).")
    ]
    if confirming.is_offered(agreement):
        said.append(
            _(
                "Where the parties think it necessary, they may together ask the people's court for judicial "
                "confirmation within 30 days from the day on which this agreement takes effect; where a party does "
                "not perform a confirmed agreement, the other may ask for enforcement (article 33)."
            )
        )
    said.append(
        _("Made in %(count)s copies: one for each party and one for the committee; all are equally valid.")
        % {"count": copies}
    )
    return said


def _money(amount: Decimal) -> str:
    return f"{yuan(amount)}（{in_capitals(amount)}）"


def _short(day: dt.date) -> str:
    return day.isoformat()
