"""Settlement as a guarded conversation: one side offers, the other answers, and an accepted offer may be agreed.

Only one offer of a case stands at a time. It ends by an answer of another side, by being taken back, by its last day,
or with the mediation. What was said is kept as it was; parties never read it here.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Role, User
from cases import ledger
from cases.models import Case, CaseParty, EventKind
from cases.services.common import lock
from cases.states import State
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.ledger import text_digest
from governance_center.transactions import atomic
from mediation import fairness
from mediation.models import Assignment, Mediator, Offer, OfferAnswer, OfferInstalment, OfferTerm
from mediation.services.assigning import InConflict
from mediation.services.clarity import Fault, Term, UnclearAgreement, term_faults
from mediation.services.hands import works_on

Kind = OfferAnswer.Kind

AHEAD = dt.timedelta(days=180)
"""An offer is open for at most this long."""


class NotInMediation(GovernanceError):
    code = "not_in_mediation"
    message = _("Offers are recorded only while a mediator handles the case.")


class OfferStands(GovernanceError):
    code = "offer_stands"
    message = _("An offer still waits for an answer (%(who)s). First record the answer, or that it was taken back.")


class OfferGone(GovernanceError):
    code = "offer_gone"
    message = _("This offer does not stand any more: it was answered or taken back, or its last day has passed.")


class NotTheOtherSide(GovernanceError):
    code = "not_the_other_side"
    status = 422
    message = _("An offer is answered by another side than the one that made it.")


class OpenForWrongTime(GovernanceError):
    code = "open_for_wrong_time"
    status = 422
    message = _("Choose a day from today on, at most half a year ahead.")


def may_negotiate(case: Case, user: User) -> bool:
    """A mediator who leads or assists in the case now, while it is mediated."""
    if case.state != State.IN_HANDLING or user.role != Role.MEDIATOR or not user.is_active:
        return False
    current = Assignment.objects.current().filter(case=case, mediator__user=user)
    return case.mediator_id == user.pk or current.exists()


def may_read(case: Case, user: User) -> bool:
    """The mediators of the case and the dispatchers of its place; not who withdrew, and not who only sees the case."""
    return works_on(case, user)


def offers_of(case: Case) -> QuerySet[Offer]:
    """The offers of a case in their order, with everything that is shown of them."""
    rows = Offer.objects.filter(case=case).order_by("number")
    shown = ("case", "party__person", "answer__party__person", "answer__by", "made_by", "agreement")
    return rows.select_related(*shown).prefetch_related(
        "terms__debtor__person", "terms__creditor__person", "terms__instalments"
    )


def standing(case: Case) -> Offer | None:
    """The offer that waits for an answer now."""
    last = offers_of(case).last()
    return last if last and last.state == Offer.State.OPEN else None


def accepted(case: Case) -> Offer | None:
    """The last offer, where it was accepted and the mediation goes on: an agreement can be drafted from it."""
    last = offers_of(case).last()
    is_now = last is not None and last.round == case.reopened_count and case.state == State.IN_HANDLING
    return last if last and is_now and last.state == Offer.State.ACCEPTED else None


def sides(case: Case) -> list[CaseParty]:
    """Who can offer and answer: the parties; a representative speaks for one of them."""
    rows = CaseParty.objects.filter(case=case).exclude(part=CaseParty.Part.REPRESENTATIVE)
    return list(rows.select_related("person"))


def other_sides(offer: Offer) -> list[CaseParty]:
    """Who can answer an offer."""
    return [party for party in sides(offer.case) if party.part != offer.party.part]


@atomic
def make_offer(
    *,
    case: Case,
    by: User,
    party: CaseParty,
    obligations: Sequence[Term],
    open_until: dt.date,
    text: str = "",
    language: str = Language.CHINESE,
    counters: Offer | None = None,
    submission_key: uuid.UUID | None = None,
) -> Offer:
    """Record what a side offers; the same submission sent twice is one offer.

    Args:
        obligations: what the offer comes to; each as clear as in an agreement, no day in the past.
        open_until: its last day.
        counters: the standing offer of another side that this one answers.

    Raises:
        NotAllowed: see :func:`may_negotiate`. NotInMediation. InConflict: a conflict with a party is known.
        OfferStands: another offer waits for an answer. OfferGone: the one to be countered does not stand.
        NotTheOtherSide: it counters an offer of its own side. OpenForWrongTime. UnclearAgreement: all faults at once.
    """
    case, now = lock(case), timezone.now()
    key = submission_key or uuid.uuid4()
    earlier = Offer.objects.filter(submission_key=key, case=case, made_by=by).first()
    if earlier:
        return earlier
    _check_hands(case, by)
    waiting = standing(case)
    if counters is not None:
        _check_counters(waiting, counters, party)
    elif waiting is not None:
        raise OfferStands(who=str(waiting.party))
    _check_content(case, party, obligations, open_until)
    if counters is not None:
        _write_answer(case, counters, Kind.COUNTERED, party, "", by, now)
    last = Offer.objects.filter(case=case).aggregate(last=Max("number"))["last"]
    offer = Offer.objects.create(
        case=case, round=case.reopened_count, number=(last or 0) + 1, party=party, counters=counters,
        text=text.strip(), language=language, open_until=open_until, made_by=by, made_at=now, submission_key=key,
        sha256=_digest(party, text.strip(), open_until, obligations),
    )  # fmt: skip
    _write_terms(offer, obligations)
    facts = {
        "offer": offer.pk, "number": offer.number, "party": party.pk, "open_until": open_until.isoformat(),
        "offer_sha256": offer.sha256, **({"counters": counters.pk} if counters else {}),
    }  # fmt: skip
    ledger.append(case, [ledger.Entry(EventKind.OFFER_MADE, by, facts, now)])
    return offer


@atomic
def answer_offer(*, offer: Offer, by: User, kind: str, party: CaseParty | None = None, reason: str = "") -> OfferAnswer:
    """Record what the other side says to the offer that stands, or that it was taken back; said twice it is once.

    Args:
        kind: ``accepted``, ``refused`` or ``withdrawn``; a counter-offer is an offer (:func:`make_offer`).
        party: who of the other side answers; for ``withdrawn`` it is the one that made the offer.
        reason: needed for a refusal.

    Raises:
        NotAllowed, NotInMediation, InConflict: as :func:`make_offer`. OfferGone. NotTheOtherSide.
        MissingInput: no such answer, or a refusal without a reason.
    """
    case, now = lock(Case(pk=offer.case_id)), timezone.now()
    row = offers_of(case).get(pk=offer.pk)
    said: OfferAnswer | None = getattr(row, "answer", None)
    if said and said.kind == kind and said.by_id == by.pk:
        return said
    _check_hands(case, by)
    if row.state != Offer.State.OPEN:
        raise OfferGone()
    if kind not in {Kind.ACCEPTED, Kind.REFUSED, Kind.WITHDRAWN}:
        raise MissingInput(field="answer")
    who = row.party if kind == Kind.WITHDRAWN else party
    if who is None or (kind != Kind.WITHDRAWN and who.pk not in {one.pk for one in other_sides(row)}):
        raise NotTheOtherSide(field="answer")
    if kind == Kind.REFUSED and not reason.strip():
        raise MissingInput(field="reason")
    return _write_answer(case, row, Kind(kind), who, reason.strip(), by, now)


def _check_hands(case: Case, by: User) -> None:
    """Only in a mediation, by a mediator of it against whom nothing is known."""
    if case.state != State.IN_HANDLING or case.mediator_id is None:
        raise NotInMediation()
    mediator = Mediator.objects.filter(user=by).first()
    if mediator is None or not may_negotiate(case, by):
        raise NotAllowed()
    against = [bar for bar in fairness.bars_of(case).get(mediator.pk, []) if bar.is_absolute or bar.code == "withdrew"]
    if against:
        raise InConflict(mediator=str(mediator), reasons=" ".join(bar.text for bar in against))


def _check_counters(waiting: Offer | None, counters: Offer, party: CaseParty) -> None:
    if waiting is None or waiting.pk != counters.pk:
        raise OfferGone()
    if party.pk not in {one.pk for one in other_sides(waiting)}:
        raise NotTheOtherSide(field="party")


def _check_content(case: Case, party: CaseParty, terms: Sequence[Term], open_until: dt.date) -> None:
    today = timezone.localdate()
    if party.pk not in {one.pk for one in sides(case)}:
        raise GovernanceError(_("Choose a party of this case."), field="party", code="not_a_party")
    if not today <= open_until <= today + AHEAD:
        raise OpenForWrongTime(field="open_until")
    faults = term_faults(terms, set(CaseParty.objects.filter(case=case).values_list("pk", flat=True)), today)
    if not terms:
        faults.append(Fault(None, None, _("An offer names at least one thing that somebody does.")))
    first = min((day for term in terms for day in _days(term)), default=open_until)
    if today <= first < open_until:
        faults.append(Fault(None, "open_until", _("Something is to be done on %(day)s already.") % {"day": first}))
    if faults:
        raise UnclearAgreement(faults)


def _days(term: Term) -> list[dt.date]:
    """The days on which something of it falls due."""
    days = [share.due_on for share in term.instalments]
    return [*days, term.due_on] if term.due_on else days


def _write_answer(
    case: Case, offer: Offer, kind: Kind, party: CaseParty, reason: str, by: User, at: dt.datetime
) -> OfferAnswer:
    answer = OfferAnswer.objects.create(offer=offer, kind=kind, party=party, reason=reason, by=by, at=at)
    facts: dict[str, object] = {"offer": offer.pk, "answer": str(kind), "party": party.pk}
    if reason:
        facts["reason_sha256"] = text_digest(reason)
    ledger.append(case, [ledger.Entry(EventKind.OFFER_ANSWERED, by, facts, at)])
    return answer


def _write_terms(offer: Offer, terms: Sequence[Term]) -> None:
    for position, term in enumerate(terms, start=1):
        row = OfferTerm.objects.create(  # type: ignore[misc]  # the checks have refused what is None
            offer=offer, position=position, debtor=term.debtor, creditor=term.creditor, kind=term.kind,
            what=term.what.strip(), amount=term.amount, due_on=term.last_day, how=term.how.strip(),
        )  # fmt: skip
        OfferInstalment.objects.bulk_create(
            OfferInstalment(term=row, position=place, due_on=share.due_on, amount=share.amount)
            for place, share in enumerate(term.instalments, start=1)
        )


def _digest(party: CaseParty, text: str, open_until: dt.date, terms: Sequence[Term]) -> str:
    """Of everything that was offered."""
    said = [
        [
            term.debtor and term.debtor.pk, term.creditor and term.creditor.pk, term.kind, term.what.strip(),
            str(term.amount or ""), str(term.last_day), term.how.strip(),
            [[str(share.due_on), str(share.amount)] for share in term.instalments],
        ]
        for term in terms
    ]  # fmt: skip
    return text_digest(json.dumps([party.pk, text, str(open_until), said], ensure_ascii=False))
