"""Letters about an agreement as PDF: urging to perform (督促履行函), the way to the court (引导诉讼告知书), and the
joint application for judicial confirmation (司法确认申请书).

The words are made here in each language; ``mediation/papers/letter.typ`` only sets them, a page or more for each
language, Chinese first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Language
from departments.models import Division
from governance_center import papers
from governance_center.amounts import in_capitals
from governance_center.listing import enumerated, yuan
from mediation.agreement_paper import LANGUAGES
from mediation.models import Agreement, Confirmation, CourtGuidance, Instalment, Obligation, Urging
from mediation.services import confirming, signing
from mediation.services.performing import overdue

TEMPLATE = "mediation/papers/letter.typ"
COLON = {Language.CHINESE: "：", Language.KOREAN: ":"}
Letter = dict[str, Any]


def urging(row: Urging, *, language: str) -> bytes:
    """The letter that urges a party to perform what is late."""
    return _set(row.agreement, language, lambda: _urging(row), day=row.urged_on)


def guidance(row: CourtGuidance, *, language: str) -> bytes:
    """What the parties are told of the court: which one, on what ground, with what papers."""
    return _set(row.agreement, language, lambda: _guidance(row), day=row.guided_on)


def application(agreement: Agreement, asked: Confirmation | None = None, *, language: str) -> bytes:
    """The joint application for judicial confirmation, to be signed by all parties.

    Args:
        asked: as it was made; without it that which stands, or a form to be filled in.
    """
    asked = asked or confirming.standing(agreement)
    return _set(agreement, language, lambda: _application(agreement, asked), day=asked.asked_on if asked else None)


def court_of(agreement: Agreement) -> str:
    """The basic people's court of the county, in Chinese, as it is written in the file."""
    county = Division.objects.get(pk=agreement.case.county_code)
    return f"{county.name_zh_hans}人民法院"  # type: ignore[attr-defined]


def _set(agreement: Agreement, language: str, words: Callable[[], Letter], *, day: dt.date | None) -> bytes:
    parts = []
    for spoken in LANGUAGES[language]:
        with translation.override(spoken):
            shown = {
                "language": spoken,
                "day": date_format(day) if day else "",
                "date": _("Date"),
                "colon": COLON[spoken],
            }
            parts.append({**_frame(agreement), **words(), **shown})
    number = agreement.number or agreement.case.number
    data = {"title": " ".join([*(part["title"] for part in parts), number]), "number": number, "parts": parts}
    made_at = dt.datetime.combine(day or timezone.localdate(), dt.time(12), tzinfo=timezone.get_current_timezone())
    return papers.render(TEMPLATE, data, made_at=made_at)


def _frame(agreement: Agreement) -> Letter:
    """What every letter has; the heads that a letter does not use stay empty."""
    committee = agreement.committee
    name = committee.name if committee else agreement.case.centre.name
    return {
        "head": name,
        "from": name,
        "seal": _("(seal)"),
        "applicants": [],
        "signers": [],
        "signs": _("(signature)"),
        "list_head": "",
        "colon": "：",
    }


def _urging(row: Urging) -> Letter:
    agreement = row.agreement
    owed = overdue(agreement, row.urged_on, of=row.party, known_at=row.recorded_at)
    return {
        "title": _("Letter urging performance"),
        "to": str(row.party),
        "paragraphs": [_reached(agreement), row.text],
        "list_head": _("By this agreement the following was due and is not performed:"),
        "list": [_owed(one) for one in owed],
        "after": [
            _(
                "Please perform it by %(day)s and tell the committee. The agreement is legally binding, and the "
                "parties perform it as agreed (People's Mediation Law, article 31)."
            )
            % {"day": date_format(row.perform_by)},
            _(
                "If it is not performed, the other party may bring the dispute before the people's court, and ask for "
                "enforcement where the court has confirmed the agreement (articles 32 and 33)."
            ),
        ],
    }


def _guidance(row: CourtGuidance) -> Letter:
    agreement = row.agreement
    # As it stood then, however often the letter is printed again.
    before = agreement.urgings.filter(recorded_at__lte=row.recorded_at).order_by("urged_on")
    urged = list(dict.fromkeys(date_format(one.urged_on) for one in before))
    confirmed = agreement.confirmations.filter(
        result=Confirmation.Result.CONFIRMED, decided_at__lte=row.recorded_at
    ).first()
    return {
        "title": _("Guidance to the court"),
        "to": _names(agreement),
        "paragraphs": [
            _reached(agreement),
            _("It is not fully performed, although the committee urged on %(days)s.") % {"days": enumerated(urged)},
            _enforcement(confirmed) if confirmed else _litigation(),
            _("Competent court: %(court)s.") % {"court": row.court},
        ],
        "list_head": _("Please bring to the court:"),
        "list": _to_bring(confirmed=confirmed is not None),
        "after": [
            _("If you need help with it, the legal aid window of the centre answers questions free of charge."),
        ],
    }


def _application(agreement: Agreement, asked: Confirmation | None) -> Letter:
    parties = [one for one in signing.signers(agreement) if one.party]
    return {
        "title": _("Application for judicial confirmation"),
        "to": asked.court if asked else court_of(agreement),
        "head": "",
        "from": "",
        "applicants": [_applicant(one) for one in parties],
        "paragraphs": [
            _("Request: to confirm that mediation agreement %(number)s is valid.") % {"number": agreement.number},
            _("Facts and reasons: %(facts)s") % {"facts": _sentences(_reached(agreement), agreement.responsibilities)},
            _(
                "The applicants reached the agreement of their own will. There is no collusion and nothing that goes "
                "round the law; should the agreement harm others, they bear the responsibility for it."
            ),
            _("Ground: People's Mediation Law, article 33; Civil Procedure Law, articles 205 and 206."),
        ],
        "list_head": _("Attached:"),
        "list": [
            _("the mediation agreement, with proof that the committee made it"),
            _("proof of identity, or of the organisation and its legal representative"),
            _("proof of property rights and other papers that belong to the agreement"),
        ],
        "after": [],
        "signers": [one.name for one in parties],
    }


def _applicant(one: signing.Signer) -> Letter:
    """Who applies, and what the court asks of each (关于人民调解协议司法确认程序的若干规定 art. 3), to be filled in."""
    number = _("Unified social credit code") if one.is_organisation else _("Identity number")
    return {
        "who": _("Applicant: %(who)s") % {"who": one.name},
        "blanks": [number, _("Phone"), _("Address for delivery")],
    }


def _reached(agreement: Agreement) -> str:
    force = agreement.in_force_on or agreement.reached_on
    return _("%(names)s reached mediation agreement %(number)s on %(day)s; it is in force since %(force)s.") % {
        "names": _names(agreement),
        "number": agreement.number or agreement.case.number,
        "day": date_format(agreement.reached_on),
        "force": date_format(force),
    }


def _sentences(*said: str) -> str:
    """One after the other: with a space between, in Chinese without."""
    gap = "" if translation.get_language() == Language.CHINESE else " "
    return gap.join(words for words in said if words)


def _names(agreement: Agreement) -> str:
    return enumerated(one.name for one in signing.signers(agreement) if one.party)


def _owed(due: Obligation | Instalment) -> str:
    duty = due.obligation if isinstance(due, Instalment) else due
    said = f"{duty.debtor}：{duty.what}"
    if due_amount := due.amount:
        said += f" {yuan(due_amount)}（{in_capitals(due_amount)}）"
    return said + " — " + _("due on %(day)s") % {"day": date_format(due.due_on)}


def _litigation() -> str:
    return _(
        "Where there is a dispute about the performance or the content of a mediation agreement, a party may bring it "
        "before the people's court (People's Mediation Law, article 32). Competent is the court at the residence of "
        "the defendant or at the place of performance (Civil Procedure Law, article 24)."
    )


def _enforcement(confirmed: Confirmation) -> str:
    return _(
        "The court has confirmed the agreement by ruling %(ruling)s; where a party refuses to perform it or does not "
        "perform it fully, the other may ask this court for enforcement (People's Mediation Law, article 33)."
    ) % {"ruling": confirmed.ruling_number}


def _to_bring(*, confirmed: bool) -> Sequence[str]:
    first = (
        _("the ruling of confirmation, and an application for enforcement")
        if confirmed
        else _("a statement of claim, with a copy for each defendant")
    )
    return [
        first,
        _("the mediation agreement (original)"),
        _("identity card; of a company the business licence and the certificate of the legal representative"),
        _("what shows that it is not performed: account statements, photographs, messages"),
        _("for a representative the power of attorney"),
    ]
