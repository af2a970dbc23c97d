"""The receipt: what the petitioner takes home, Chinese above Korean."""

from __future__ import annotations

from typing import Any

import segno
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Language
from cases.models import Case
from cases.routing import describe
from cases.states import RefusalReason, State
from intake.models import Visit


def status_path(case: Case) -> str:
    """The path of the public page of one case."""
    return reverse("status", args=[case.public_code])


def qr_svg(text: str) -> str:
    """A QR code as an SVG element without inline style, error correction M."""
    return segno.make(text, error="m", micro=False).svg_inline(scale=4, border=2, omitsize=False)


def receipt(visit: Visit, url: str) -> dict[str, Any]:
    """What the template needs: ``lines`` (label and value in each language), ``guide`` and ``qr``."""
    case = visit.case
    assert case is not None
    limits = {deadline.rule_id: deadline for deadline in case.deadlines.select_related("rule").order_by("-due_at")}
    decision = case.routing_decisions.order_by("pk").first()
    refusal = case.events.filter(kind="case.not_accepted").first()
    notes = {note.pk: note.text for note in case.notes.all()} if refusal else {}
    both = {}
    for language in Language.values:
        with translation.override(language):
            both[language] = {
                "lines": _lines(visit, case, limits),
                "guide": describe(decision.reasons) if decision else [],
                "refusal": _refusal(refusal.data, notes) if refusal else [],
                "centre": case.centre.name,
                "title": _("Receipt"),
                "words": _words(case),
            }
    chinese, korean = both[Language.CHINESE], both[Language.KOREAN]
    rows = [
        {"zh": zh, "ko": ko, "same": zh[1] == ko[1]} for zh, ko in zip(chinese["lines"], korean["lines"], strict=True)
    ]
    return {
        "rows": rows,
        "zh": chinese,
        "ko": korean,
        "both": ((Language.CHINESE, chinese), (Language.KOREAN, korean)),
        "qr": qr_svg(url),
        "case": case,
        "url": url,
    }


def _lines(visit: Visit, case: Case, limits: dict[str, Any]) -> list[tuple[str, str]]:
    lines = [
        (_("Case number"), case.number),
        (_("Petitioner"), str(visit.person)),
        (_("Received"), date_format(timezone.localtime(visit.at), "DATETIME_FORMAT")),
        (_("Category"), case.category.name),
        (_("Place"), case.division.name),
        (_("Summary"), case.title),
    ]
    if case.lead:
        lines.append((_("Lead department"), case.lead.name))
    for code, deadline in limits.items():
        if code != "sign_for_referral":
            lines.append((deadline.rule.name, date_format(deadline.last_day)))
    if case.centre.phone:
        lines.append((_("Phone of the centre"), case.centre.phone))
    return lines


def _words(case: Case) -> list[str]:
    words = []
    if case.state != State.NOT_ACCEPTED:
        words.append(_("Scan the code to see where your case stands. Keep this receipt."))
        if case.category.is_mediable:
            words.append(_("Mediation is free of charge and voluntary; you may stop it at any time."))
    return words


def _refusal(data: dict[str, Any], notes: dict[int, str]) -> list[str]:
    return [
        _("Not accepted: %(reason)s") % {"reason": RefusalReason(data["reason"]).label},
        notes.get(data.get("note", 0), ""),
    ]
