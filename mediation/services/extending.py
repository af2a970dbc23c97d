"""A mediation goes on past its limit only with the recorded consent of every party; one refusal ends it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import deadlines, ledger
from cases.models import Case, CaseParty, Deadline, DeadlineExtension, EventKind
from cases.services import end_unresolved
from cases.services.common import lock
from cases.services.limits import EXTENSIONS, put_extension
from cases.states import State
from governance_center.calendar import last_day
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from governance_center.transactions import atomic
from mediation.models import ExtensionConsent

How = ExtensionConsent.How


class NoLimitToExtend(GovernanceError):
    code = "no_limit_to_extend"
    message = _("No limit of this mediation runs that the parties could extend.")


class NotLonger(GovernanceError):
    code = "not_longer"
    status = 422
    message = _("Choose a day after %(day)s, the last day now.")


class WrongConsentDay(GovernanceError):
    code = "wrong_consent_day"
    status = 422
    message = _("The day lies in the future.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one party said, how and when."""

    agrees: bool
    how: str
    said_on: dt.date


def limit_of(case: Case) -> Deadline | None:
    """The running limit of the case that the parties may extend by consent."""
    rule = EXTENSIONS.get(deadlines.handling_rule_code(case.kind))
    if rule is None or rule.cause != DeadlineExtension.Cause.CONSENT:
        return None
    code = deadlines.handling_rule_code(case.kind)
    found: Deadline | None = Deadline.objects.running().select_related("rule").filter(case=case, rule_id=code).first()
    return found


def asked(case: Case) -> list[CaseParty]:
    """Those who are asked: the parties themselves, not who represents them."""
    rows = CaseParty.objects.filter(case=case).exclude(part=CaseParty.Part.REPRESENTATIVE)
    return list(rows.select_related("person"))


@atomic
def ask_for_longer(
    *, case: Case, by: User, until: dt.date, answers: Mapping[int, Answer], reason: str, outcome: str = ""
) -> Case:
    """Record what every party says to a longer mediation (深圳经济特区矛盾纠纷多元化解条例 art. 25).

    With the consent of all the limit moves to the end of ``until``. Where one refuses, the mediation ends, and the
    parties are told the way open to them. The same consents sent twice extend once.

    Args:
        until: the new last day.
        answers: by the key of the party; every one of :func:`asked`.
        reason: why it takes longer, or what the refusing party said.
        outcome: the way open, needed where one refuses; as for :func:`cases.services.end_unresolved`.

    Raises:
        NotAllowed: only the mediator who has the case in hand. IllegalMove: it is not handled now.
        NoLimitToExtend, NotLonger, WrongConsentDay. MissingInput: an answer, the reason or the outcome is missing.
        GovernanceError: as :func:`cases.services.limits.put_extension`.
    """
    case, now = lock(case), timezone.now()
    if case.mediator_id != by.pk or not by.is_active:
        raise NotAllowed()
    if case.state != State.IN_HANDLING:
        raise IllegalMove(move=_("ask for a longer mediation"), state=case.get_state_display())
    limit = limit_of(case)
    if limit is None:
        raise NoLimitToExtend()
    old = last_day(limit.due_at)
    if until <= old:
        if until == old and ExtensionConsent.objects.filter(deadline=limit, until=until, by=by).exists():
            return case
        raise NotLonger(day=old.isoformat(), field="until")
    rows = [_consent(limit, party, answers.get(party.pk), until=until, old=old, by=by, at=now) for party in asked(case)]
    ExtensionConsent.objects.bulk_create(rows)
    if all(row.agrees for row in rows):
        return _extend(case, limit, rows, by=by, reason=reason, days=(until - old).days)
    return end_unresolved(case=case, by=by, outcome=outcome, note=reason)


def _consent(
    limit: Deadline, party: CaseParty, answer: Answer | None, *, until: dt.date, old: dt.date, by: User, at: dt.datetime
) -> ExtensionConsent:
    if answer is None or answer.how not in How.values:
        raise MissingInput(field=f"how_{party.pk}")
    if answer.said_on > timezone.localdate(at):
        raise WrongConsentDay(field=f"said_on_{party.pk}")
    return ExtensionConsent(
        deadline=limit, party=party, agrees=answer.agrees, how=answer.how, said_on=answer.said_on, until=until,
        old_last_day=old, by=by, recorded_at=at,
    )  # fmt: skip


def _extend(case: Case, limit: Deadline, rows: list[ExtensionConsent], *, by: User, reason: str, days: int) -> Case:
    put_extension(deadline=limit, by=by, days=days, cause=DeadlineExtension.Cause.CONSENT, reason=reason)
    case.refresh_from_db()
    facts = {
        "deadline": limit.pk,
        "until": rows[0].until.isoformat(),
        "consents": [{"party": row.party_id, "how": row.how, "said_on": row.said_on.isoformat()} for row in rows],
    }
    ledger.append(case, [ledger.Entry(EventKind.EXTENSION_AGREED, by, facts, timezone.now())])
    return case
