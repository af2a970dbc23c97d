"""A longer mediation: with the recorded consent of every party; one refusal ends it and names the way open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases import ledger
from cases.models import Case, CaseParty, Deadline, EventKind
from cases.services.limits import ConsentNotRecorded, TooLong, extend_limit
from cases.states import Outcome, State
from governance_center.calendar import last_day
from governance_center.errors import IllegalMove, MissingInput, NotAllowed
from mediation.models import ExtensionConsent
from mediation.services import reach_agreement
from mediation.services.extending import Answer, NotLonger, WrongConsentDay, ask_for_longer, limit_of
from tests.mediation.signing import kinds
from tests.mediation.test_obligations import mediated
from tests.world import World, make_person

TODAY = timezone.localdate


def limit(case: Case) -> Deadline:
    found = limit_of(case)
    assert found
    return found


def later(case: Case, days: int = 15) -> dt.date:
    return last_day(limit(case).due_at) + dt.timedelta(days=days)


def answers(case: Case, *agrees: bool, **changes: Any) -> dict[int, Answer]:
    values = {"how": "oral", "said_on": TODAY(), **changes}
    return {party.pk: Answer(yes, **values) for party, yes in zip(case.parties.order_by("pk"), agrees, strict=True)}


def ask(world: World, case: Case, **changes: Any) -> Case:
    values: dict[str, Any] = {"by": world.mediator, "reason": "等待鉴定结论", **changes}
    values["until"] = changes.get("until") or later(case)
    values["answers"] = changes.get("answers") or answers(case, True, True)
    return ask_for_longer(case=case, **values)


def test_with_the_consent_of_all_the_limit_moves(world: World) -> None:
    case = mediated(world)
    until = later(case)
    asked = ask(world, case, until=until)
    assert last_day(limit(case).due_at) == until
    assert asked.due_at == limit(case).due_at
    assert ExtensionConsent.objects.filter(party__case=case, agrees=True).count() == 2
    assert kinds(case)[-2:] == [EventKind.EXTENDED, EventKind.EXTENSION_AGREED]
    assert len(case.events.get(kind=EventKind.EXTENSION_AGREED).data["consents"]) == 2
    assert not list(ledger.verify(case_ids=[case.pk]))


def test_the_same_consents_sent_twice_extend_once_and_new_ones_again(world: World) -> None:
    case = mediated(world)
    until = later(case)
    ask(world, case, until=until)
    ask(world, case, until=until)
    assert kinds(case).count(EventKind.EXTENDED) == 1
    ask(world, case, until=until + dt.timedelta(days=5))
    assert kinds(case).count(EventKind.EXTENDED) == 2


def test_one_refusal_ends_the_mediation_with_the_way_open(world: World) -> None:
    case = mediated(world)
    before = limit(case).due_at
    no = answers(case, True, False)
    with pytest.raises(MissingInput):
        ask(world, case, answers=no)
    assert not ExtensionConsent.objects.exists()
    ask(world, case, answers=no, outcome=Outcome.TO_COURT, reason="被申请人不同意")
    case.refresh_from_db()
    assert (case.state, case.outcome) == (State.UNRESOLVED, Outcome.TO_COURT)
    assert ExtensionConsent.objects.filter(agrees=False).count() == 1
    assert EventKind.EXTENDED not in kinds(case)
    assert Deadline.objects.get(case=case, rule="handle_dispute").due_at == before


def test_everybody_is_asked_but_who_represents_them(world: World) -> None:
    case = mediated(world)
    said = answers(case, True, True)
    CaseParty.objects.create(case=case, person=make_person("赵律师", ""), part=CaseParty.Part.REPRESENTATIVE)
    first, *_rest = said
    with pytest.raises(MissingInput) as missing:
        ask(world, case, answers={first: said[first]})
    assert missing.value.field
    ask(world, case, answers=said)


def test_the_day_is_later_and_the_words_are_past(world: World) -> None:
    case = mediated(world)
    for days in (0, -3):
        with pytest.raises(NotLonger):
            ask(world, case, until=later(case, days))
    with pytest.raises(TooLong):
        ask(world, case, until=later(case, 181))
    with pytest.raises(WrongConsentDay):
        ask(world, case, answers=answers(case, True, True, said_on=TODAY() + dt.timedelta(days=1)))
    with pytest.raises(MissingInput):
        ask(world, case, reason=" ")
    assert not ExtensionConsent.objects.exists()


def test_the_mediator_asks_and_nobody_extends_past_the_parties(world: World) -> None:
    case = mediated(world)
    for who in (world.dispatcher, world.other_mediator, world.tax):
        with pytest.raises(NotAllowed):
            ask(world, case, by=who)
    with pytest.raises(ConsentNotRecorded):
        extend_limit(deadline=limit(case), by=world.dispatcher, days=3, cause="consent", reason="双方同意")
    until = later(case)
    reach_agreement(case=case, by=world.mediator, form="oral", terms="口头")
    with pytest.raises(IllegalMove):
        ask(world, case, until=until)


@pytest.mark.parametrize(("second", "state"), [("yes", State.IN_HANDLING), ("no", State.UNRESOLVED)])
def test_the_page_of_a_longer_mediation(world: World, sign_in: Callable[..., Client], second: str, state: str) -> None:
    case = mediated(world)
    browser = sign_in(world.mediator)
    url = f"/mediation/{case.number}/longer/"
    assert url in browser.get(f"/cases/{case.number}/").content.decode()
    assert browser.get(url).status_code == 200
    sent: dict[str, Any] = {"until": later(case).isoformat(), "reason": "等待鉴定"}
    for party, said in zip(case.parties.order_by("pk"), ("yes", second), strict=True):
        sent |= {f"agrees_{party.pk}": said, f"how_{party.pk}": "phone", f"said_on_{party.pk}": TODAY().isoformat()}
    if second == "no":
        refused = browser.post(url, sent)
        assert refused.status_code == 422
        assert "等待鉴定" in refused.content.decode()
        sent["outcome"] = "to_court"
    assert browser.post(url, sent).status_code == 302
    case.refresh_from_db()
    assert case.state == state
    assert sign_in(world.dispatcher).get(url).status_code == 403
