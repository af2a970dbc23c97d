"""Offers as a guarded conversation: who may speak when, what stands, and that nothing said is changed."""

from __future__ import annotations

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from cases import ledger
from cases.models import Case, EventKind
from cases.selectors import timeline
from cases.services import reopen_case
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from mediation.instalments import split_instalments
from mediation.models import Agreement, Conflict, Offer, OfferAnswer, OfferInstalment, OfferTerm
from mediation.services import add_assistant, recuse
from mediation.services.assigning import InConflict
from mediation.services.clarity import UnclearAgreement
from mediation.services.offers import (
    NotInMediation,
    NotTheOtherSide,
    OfferGone,
    OfferStands,
    OpenForWrongTime,
    accepted,
    may_negotiate,
    may_read,
    offers_of,
    standing,
)
from tests.mediation.offering import let_lapse, offer, say, side
from tests.mediation.test_obligations import TEXTS, agree, in_days, mediated, pay
from tests.world import World, build, make_case

State = Offer.State


def states(case: Case) -> list[str]:
    return [row.state for row in offers_of(case)]


def test_an_offer_a_counter_offer_and_its_acceptance(world: World) -> None:
    case = mediated(world)
    first = offer(world, case)
    shares = split_instalments(Decimal(5000), count=2, first_on=in_days(10))
    second = offer(world, case, pay(case, amount=Decimal(5000), instalments=shares, due_on=None), part="applicant",
                   counters=first)  # fmt: skip
    assert states(case) == [State.COUNTERED, State.OPEN]
    assert (second.number, second.counters, standing(case)) == (2, first, second)
    say(world, second, "accepted", "respondent")
    assert states(case) == [State.COUNTERED, State.ACCEPTED]
    assert accepted(case) == second
    assert [part.amount for part in OfferInstalment.objects.order_by("position")] == [2500, 2500]
    kinds = list(case.events.order_by("sequence").values_list("kind", flat=True))
    assert kinds[-4:] == [
        EventKind.OFFER_MADE, EventKind.OFFER_ANSWERED, EventKind.OFFER_MADE, EventKind.OFFER_ANSWERED,
    ]  # fmt: skip
    assert not list(ledger.verify())


def test_the_ledger_and_the_history_say_nothing_of_what_was_offered(world: World) -> None:
    case = mediated(world)
    row = offer(world, case)
    say(world, row, "refused")
    said = str(list(case.events.values_list("data", flat=True))) + str(
        [(one.text, one.details) for one in timeline(case)]
    )
    for word in ("3000", "一次付清", "太少"):
        assert word not in said
    assert case.events.get(kind=EventKind.OFFER_MADE).data["offer_sha256"] == row.sha256


def test_no_side_speaks_again_before_the_answer(world: World) -> None:
    case = mediated(world)
    first = offer(world, case)
    for part in ("respondent", "applicant"):
        with pytest.raises(OfferStands):
            offer(world, case, part=part)
    say(world, first, "refused")
    second = offer(world, case)
    say(world, second, "withdrawn")
    assert offer(world, case).number == 3
    assert states(case) == [State.REFUSED, State.WITHDRAWN, State.OPEN]
    taken_back = next(one for one in timeline(case) if one.kind == EventKind.OFFER_ANSWERED)
    assert taken_back.label == gettext("a side took its offer back")


def test_an_answer_only_to_the_offer_that_stands(world: World) -> None:
    case = mediated(world)
    first = offer(world, case)
    second = offer(world, case, part="applicant", counters=first)
    with pytest.raises(OfferGone):
        say(world, first, "accepted")
    with pytest.raises(OfferGone):
        offer(world, case, part="applicant", counters=first)
    with pytest.raises(NotTheOtherSide):
        say(world, second, "accepted", "applicant")
    with pytest.raises(NotTheOtherSide):
        offer(world, case, part="applicant", counters=second)
    with pytest.raises(MissingInput):
        say(world, second, "refused", "respondent", reason=" ")
    with pytest.raises(MissingInput):
        say(world, second, "shrugged", "respondent")
    assert OfferAnswer.objects.count() == 1


def test_an_offer_lapses_by_itself(world: World) -> None:
    case = mediated(world)
    first = let_lapse(offer(world, case))
    assert (first.state, standing(case)) == (State.LAPSED, None)
    for kind in ("accepted", "withdrawn"):
        with pytest.raises(OfferGone):
            say(world, first, kind)
    assert offer(world, case).state == State.OPEN


def test_sent_twice_it_is_one(world: World) -> None:
    case, key = mediated(world), uuid.uuid4()
    first = offer(world, case, submission_key=key)
    assert offer(world, case, submission_key=key) == first
    said = say(world, first, "accepted")
    assert say(world, first, "accepted") == said
    with pytest.raises(OfferGone):
        say(world, first, "refused")
    assert Offer.objects.count() == OfferAnswer.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("-5")}, "amount"),
        ({"amount": None}, "amount"),
        ({"due_on": dt.date(2020, 1, 1)}, "due_on"),
        ({"how": ""}, "how"),
        ({"instalments": split_instalments(Decimal(3000), count=2, first_on=dt.date(2020, 1, 1))}, "first_on"),
    ],
)
def test_what_is_unclear_or_lies_in_the_past_is_refused(world: World, changes: Any, field: str) -> None:
    case = mediated(world)
    with pytest.raises(UnclearAgreement) as refused:
        offer(world, case, pay(case, **{"amount": Decimal(3000), **changes}))
    assert field in [fault.field for fault in refused.value.faults]
    assert not Offer.objects.exists()


def test_an_offer_says_something_and_is_open_for_a_fitting_time(world: World) -> None:
    case, today = mediated(world), timezone.localdate()
    with pytest.raises(UnclearAgreement):
        offer(world, case, obligations=())
    for day in (today - dt.timedelta(days=1), today + dt.timedelta(days=181)):
        with pytest.raises(OpenForWrongTime):
            offer(world, case, open_until=day)
    with pytest.raises(UnclearAgreement) as refused:
        offer(world, case, pay(case, due_on=in_days(3)))
    assert [fault.field for fault in refused.value.faults] == ["open_until"]
    other = mediated(world)
    with pytest.raises(GovernanceError):
        offer(world, case, party=side(other, "applicant"))
    assert not Offer.objects.exists()


@pytest.mark.parametrize("who", ["clerk", "dispatcher", "tax", "other_mediator", "official", "administrator"])
def test_only_the_mediators_of_the_case_record(world: World, who: str) -> None:
    case = mediated(world)
    row = offer(world, case)
    with pytest.raises(NotAllowed):
        say(world, row, "accepted", by=getattr(world, who))
    with pytest.raises(NotAllowed):
        offer(world, case, by=getattr(world, who), part="applicant", counters=row)


def test_who_assists_records_too_and_who_withdrew_neither_records_nor_reads(world: World) -> None:
    case = mediated(world)
    add_assistant(case=case, mediator=world.other_mediator.mediator, by=world.tax)
    row = offer(world, case, by=world.other_mediator)
    recuse(case=case, by=world.other_mediator, relation="kin", note="亲戚")
    with pytest.raises(NotAllowed):
        say(world, row, "accepted", by=world.other_mediator)
    case.refresh_from_db()
    assert not may_negotiate(case, world.other_mediator)
    assert not may_read(case, world.other_mediator)
    assert may_read(case, world.dispatcher)
    assert not any(may_read(case, who) for who in (world.clerk, world.official, world.tax))


def test_a_known_conflict_refuses_the_pen(world: World) -> None:
    case = mediated(world)
    Conflict.objects.create(
        mediator=world.mediator.mediator, person=side(case, "applicant").person, relation="kin",
        declared_by=world.clerk, declared_at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(InConflict):
        offer(world, case)


def test_not_before_and_not_after_the_mediation(world: World) -> None:
    with pytest.raises(NotInMediation):
        offer(world, make_case(world))
    case = mediated(world)
    row = offer(world, case)
    agree(world, case, pay(case))
    with pytest.raises(NotInMediation):
        say(world, row, "accepted")
    row = offers_of(case).get()
    assert row.state == State.LAPSED
    case.refresh_from_db()
    with pytest.raises(NotInMediation):
        offer(world, case)


def test_the_accepted_offer_becomes_the_agreement(world: World) -> None:
    case = mediated(world)
    first = offer(world, case)
    with pytest.raises(OfferGone):
        agree(world, case, pay(case), offer=first.pk)
    say(world, first, "accepted")
    made = agree(world, case, pay(case, amount=Decimal(3000)), offer=first.pk, **TEXTS)
    assert (made.offer, first.agreement) == (first, made)
    with pytest.raises(GovernanceError):
        agree(world, case, pay(case), offer=first.pk)
    assert Agreement.objects.count() == 1


def test_after_the_case_came_back_the_conversation_begins_anew(world: World) -> None:
    case = mediated(world)
    offer(world, case)
    agree(world, case, pay(case))
    case.refresh_from_db()
    reopen_case(case=case, by=world.dispatcher, note="复发")
    case.refresh_from_db()
    assert standing(case) is None
    assert states(case) == [State.LAPSED]


def test_the_database_keeps_what_was_said(world: World) -> None:
    case = mediated(world)
    first = offer(world, case)
    say(world, first, "refused")
    rows = (Offer.objects.all(), OfferTerm.objects.all(), OfferAnswer.objects.all())
    for query, change in zip(rows, ({"text": "x"}, {"what": "x"}, {"reason": "x"}), strict=True):
        with pytest.raises(IntegrityError), transaction.atomic():
            query.update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            query._raw_delete("default")
    second = offer(world, case)
    answer = {"kind": "accepted", "by": world.mediator, "at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        OfferAnswer.objects.create(offer=second, party=second.party, **answer)
    made = {"made_by": world.mediator, "made_at": timezone.now(), "open_until": in_days(1), "sha256": "x", "round": 0}
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(case=case, number=3, party=second.party, **made)
    say(world, second, "accepted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(case=make_case(world), number=1, party=second.party, **made)


@pytest.mark.django_db(transaction=True)
def test_two_mediators_at_once_record_one_offer_and_one_answer() -> None:
    world = build()
    case = mediated(world)
    add_assistant(case=case, mediator=world.other_mediator.mediator, by=world.tax)

    def at_once(*deeds: Any) -> list[str]:
        def run(deed: Any) -> str:
            try:
                deed()
                return "done"
            except GovernanceError as refused:
                return refused.code
            finally:
                connection.close()

        with ThreadPoolExecutor(len(deeds)) as pool:
            return sorted(pool.map(run, deeds))

    people = (world.mediator, world.other_mediator)
    made = at_once(*(lambda by=by, part=part: offer(world, case, by=by, part=part)
                     for by, part in zip(people, ("applicant", "respondent"), strict=True)))  # fmt: skip
    assert made == ["done", "offer_stands"]
    row = standing(case)
    assert row is not None
    part = "respondent" if row.party.part == "applicant" else "applicant"
    said = at_once(*(lambda by=by, kind=kind: say(world, row, kind, part, by=by)
                     for by, kind in zip(people, ("accepted", "refused"), strict=True)))  # fmt: skip
    assert said == ["done", "offer_gone"]
    assert OfferAnswer.objects.count() == 1
    assert not list(ledger.verify())
