"""When a party cannot come, whom an organisation's sessions hold, and the length of a session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, CaseParty
from governance_center.errors import GovernanceError, NotAllowed
from mediation.models import Attendance, PartyAbsence, Session
from mediation.services import assign_mediator, reach_agreement
from mediation.services.absences import (
    BadAbsence,
    BadHours,
    PartyAway,
    forget_absence,
    record_absence,
    sessions_hit,
)
from mediation.services.clashes import PartyTaken, free_slots
from mediation.services.sessions import Place, move_session
from tests.mediation.sessions import at, call, let_it_begin, make_room, mediated, tell_rights
from tests.mediation.test_agreements import handled
from tests.mediation.test_team import more
from tests.world import YANJI, World, make_person


def tomorrow(days: int = 1) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def away(world: World, case: Case, part: str = "applicant", **fields: object) -> list[PartyAbsence]:
    values = {"case": case, "by": world.clerk, "party": case.parties.get(part=part), "first": tomorrow(), **fields}
    return record_absence(**values)  # type: ignore[arg-type]


def test_whole_days_are_one_time_and_hours_one_of_each_day(world: World) -> None:
    case = mediated(world)
    (whole,) = away(world, case, last=tomorrow(3), note="外出务工")
    assert (whole.period.lower, whole.period.upper) == (at(0), at(0, days=4))
    assert whole.text == f"{tomorrow():%m-%d} – {tomorrow(3):%m-%d}"
    hours = away(world, case, last=tomorrow(2), since=dt.time(9), until=dt.time(11, 30))
    assert [one.period.lower for one in hours] == [at(9), at(9, days=2)]
    assert hours[0].text == f"{tomorrow():%m-%d} 09:00–11:30"
    away(world, case, last=tomorrow(2), since=dt.time(9), until=dt.time(11, 30))
    assert PartyAbsence.objects.count() == 3, "the same form sent twice has one effect"
    assert away(world, case, first=tomorrow(9))[0].text == f"{tomorrow(9):%m-%d}"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"first": -1}, BadAbsence),
        ({"first": 2, "last": 1}, BadAbsence),
        ({"first": 1, "last": 181}, BadAbsence),
        ({"first": 1, "since": dt.time(9)}, BadHours),
        ({"first": 1, "until": dt.time(9)}, BadHours),
        ({"first": 1, "since": dt.time(9), "until": dt.time(9)}, BadHours),
        ({"first": 1, "last": 32, "since": dt.time(9), "until": dt.time(10)}, BadHours),
    ],
)
def test_days_and_hours_have_bounds(world: World, fields: dict[str, object], error: type[GovernanceError]) -> None:
    days = {key: tomorrow(value) if isinstance(value, int) else value for key, value in fields.items()}
    with pytest.raises(error):
        away(world, mediated(world), **days)
    assert not PartyAbsence.objects.exists()


def test_who_may_record_and_forget(world: World) -> None:
    case = mediated(world)
    for who in ("mediator", "dispatcher", "tax", "clerk"):
        away(world, case, by=getattr(world, who))
    row = PartyAbsence.objects.get()
    for who in ("other_mediator", "hr", "official"):
        with pytest.raises(NotAllowed):
            away(world, case, by=getattr(world, who))
        with pytest.raises(NotAllowed):
            forget_absence(absence=row, by=getattr(world, who))
    with pytest.raises(GovernanceError) as refused:
        away(world, case, party=handled(world).parties.get(part="applicant"))
    assert refused.value.code == "bad_choice"
    for _time in range(2):
        forget_absence(absence=row, by=world.mediator)
    assert not PartyAbsence.objects.exists()
    reach_agreement(case=case, by=world.mediator, form="written", terms="补缴")
    with pytest.raises(NotAllowed):
        away(world, case)


def test_free_times_leave_it_out_and_calling_warns(world: World) -> None:
    case, _room = mediated(world), make_room()
    team = [world.mediator.mediator]
    first = free_slots(case, team, days=30)[0]
    rows = away(world, case, first=timezone.localdate(first.start))
    assert all(timezone.localdate(slot.start) != rows[0].period.lower.date() for slot in free_slots(case, team))
    assert first not in free_slots(case, team, days=30)
    forget_absence(absence=rows[0], by=world.mediator)
    away(world, case, since=dt.time(8), until=dt.time(10), note="上夜班")
    with pytest.raises(PartyAway) as refused:
        call(case, world.mediator)
    assert "上夜班" in str(refused.value)
    assert not Session.objects.exists()
    session = call(case, world.mediator, all_the_same=True)
    with pytest.raises(PartyAway):
        move_session(session=session, by=world.mediator, start=at(9, 30), minutes=60, place=Place(place="家"))
    assert sessions_hit(case, list(PartyAbsence.objects.all())) == [session]


def test_what_a_person_said_in_one_case_holds_for_the_other(world: World) -> None:
    case, other = mediated(world), mediated(world)
    party = other.parties.get(part="applicant")
    party.person = case.parties.get(part="applicant").person
    party.save()
    away(world, case)
    with pytest.raises(PartyAway):
        call(other, world.mediator)


def same_firm(case: Case, other: Case) -> str:
    firm = case.parties.get(part="respondent").organisation
    other.parties.filter(part="respondent").update(organisation=f" {firm}")
    return firm


def test_an_organisation_is_not_called_twice_at_a_time(world: World) -> None:
    case, other = mediated(world), mediated(world, world.other_mediator)
    firm = same_firm(case, other)
    session = call(case, world.mediator)
    with pytest.raises(PartyTaken) as refused:
        call(other, world.other_mediator)
    assert firm in str(refused.value)
    later = call(other, world.other_mediator, start=at(14))
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.filter(session=later).update(period=session.period)


def test_where_somebody_represents_the_organisation_that_person_is_held(world: World) -> None:
    case, other = mediated(world), mediated(world, world.other_mediator)
    same_firm(case, other)
    lawyer = make_person("律师", "")
    CaseParty.objects.create(case=case, person=lawyer, part="representative")
    CaseParty.objects.create(case=other, person=make_person("代理", ""), part="representative")
    call(case, world.mediator)
    assert call(other, world.other_mediator).pk
    third = mediated(world, world.other_mediator)
    CaseParty.objects.create(case=third, person=lawyer, part="representative")
    assign_mediator(case=third, mediator=more(world, "third"), by=world.tax)
    with pytest.raises(PartyTaken):
        call(third, world.dispatcher)


def test_the_same_name_in_another_county_is_another_organisation(world: World) -> None:
    case = mediated(world)
    call(case, world.mediator)
    key = Attendance.objects.get(party__part="respondent").organisation_key
    assert key == f"222405 {case.parties.get(part='respondent').organisation}"
    assert not key.startswith(YANJI)


def test_who_came_along_is_written_down(world: World, sign_in: Callable[..., Client]) -> None:
    case = mediated(world)
    tell_rights(case, world.mediator)
    session = let_it_begin(call(case, world.mediator))
    client, url = sign_in(world.mediator), reverse("mediation:session_hold", args=[session.pk])
    answers = {f"party_{one.party_id}": "came" for one in session.attendances.all()}
    key = case.parties.get(part="respondent").pk
    data = {**answers, f"with_{key}": "人事经理李某", "minutes": "谈妥", "language": "zh-hans", "revision": 0}
    assert client.post(url, data).status_code == 302
    assert session.attendances.get(party=key).company == "人事经理李某"
    assert "人事经理李某" in client.get(reverse("cases:detail", args=[case.number])).content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_pages_record_warn_and_forget(world: World, sign_in: Callable[..., Client], language: str) -> None:
    case = mediated(world)
    session = call(case, world.mediator)
    client, url = sign_in(world.mediator, language), reverse("mediation:absence", args=[case.number])
    assert url in client.get(reverse("cases:detail", args=[case.number])).content.decode()
    party = case.parties.get(part="applicant")
    data = {"party": party.pk, "first": tomorrow().isoformat(), "since": "08:00", "until": "", "note": "上夜班"}
    refused = client.post(url, data)
    assert (refused.status_code, refused.context["form"]["note"].value()) == (422, "上夜班")
    page = client.post(url, {**data, "until": "12:00"}, follow=True).content.decode()
    assert f"{timezone.localtime(session.period.lower):%m-%d %H:%M}" in page
    assert "上夜班" in page
    calling = reverse("mediation:session_call", args=[case.number])
    check = reverse("mediation:session_when", args=[case.number])
    typed = {"start": f"{tomorrow()}T08:30", "minutes": 60}
    warned = client.get(check, typed).content.decode()
    assert "上夜班" in warned
    assert str(world.mediator.mediator) in warned, "who has a session from nine to ten"
    assert str(world.mediator.mediator) not in client.get(check, {**typed, "session": session.pk}).content.decode()
    assert not client.get(check, {"start": "?", "minutes": 60}).content.strip()
    assert "上夜班" in client.get(calling).content.decode()
    when = {"start": f"{tomorrow()}T10:30", "minutes": 60, "place": "家"}
    kept = client.post(calling, when)
    assert (kept.status_code, kept.context["form"]["place"].value()) == (422, "家")
    assert client.post(calling, {**when, "all_the_same": "on"}).status_code == 302
    forget = reverse("mediation:absence_forget", args=[case.number, PartyAbsence.objects.get().pk])
    for _time in range(2):
        assert client.post(forget).status_code == 302
    assert not PartyAbsence.objects.exists()


def test_the_length_is_chosen_first_and_free_times_are_of_that_length(
    world: World, sign_in: Callable[..., Client]
) -> None:
    case, _room = mediated(world), make_room()
    client, url = sign_in(world.mediator), reverse("mediation:session_call", args=[case.number])
    page = client.get(url, {"minutes": 120})
    assert page.context["form"]["minutes"].initial == 120
    slots = [key for key, _label in page.context["form"].fields["slot"].choices]
    expected = free_slots(case, [world.mediator.mediator], minutes=120)
    assert slots == [f"{slot.start.isoformat()} {slot.room.pk}" for slot in expected]
    assert client.get(url, {"minutes": "7"}).context["form"]["minutes"].initial == 60
    assert client.post(url, {"slot": slots[0], "minutes": 120}).status_code == 302
    period = Session.objects.get().period
    assert period.upper - period.lower == dt.timedelta(minutes=120)


@pytest.mark.parametrize("name", ["official", "administrator"])
def test_others_do_not_open_the_page(world: World, sign_in: Callable[..., Client], name: str) -> None:
    case = mediated(world)
    assert sign_in(getattr(world, name)).get(reverse("mediation:absence", args=[case.number])).status_code == 403
