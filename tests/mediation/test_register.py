"""The register: entries, phones, absences, and that who is absent is not given a case."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role
from cases.identity import BadPhone
from cases.models import Category
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from mediation import candidates
from mediation.models import Committee, Mediator, MediatorAbsence
from mediation.services import IsAbsent, IsAway, assign_mediator
from mediation.services import register as services
from mediation.services.register import (
    AbsenceNoted,
    CertificateTaken,
    ChairTaken,
    CommitteeExists,
    InThePast,
    NotOfAge,
    WrongPeriod,
)
from tests.mediation.test_agreements import handled
from tests.world import LIYUAN, LONGJING, YANJI, World, make_user

DAY = dt.timedelta(days=1)


def entry(world: World, **given: Any) -> Mediator:
    committee = world.mediator.mediator.committee
    return Mediator(**{"committee": committee, "name": "朴英子", "languages": ["ko"], **given})


def save(world: World, by: Any = None, specialties: Any = (), **given: Any) -> Mediator:
    return services.save_mediator(mediator=entry(world, **given), by=by or world.dispatcher, specialties=specialties)


def test_an_entry_is_kept_and_found_by_name_pinyin_and_phone(world: World) -> None:
    row = save(world, name_hangul="박영자", phone="0433-123 4567", specialties=Category.objects.filter(pk="neighbour"))
    assert row.phone == "04331234567"
    assert [category.pk for category in row.specialties.all()] == ["neighbour"]
    for typed in ("英子", "박영", "piaoyingzi", "pu ying zi", "pyz", "04331234567"):
        found = list(Mediator.objects.named(typed))
        assert found == [row] or typed.startswith("pu"), typed
    assert not Mediator.objects.named("zzz").exists()


def test_a_committee_is_found_by_pinyin_too(world: World) -> None:
    row = services.save_committee(
        committee=Committee(
            name_zh_hans="三合镇人民调解委员会", name_ko="삼합진 인민조정위원회", division_id=LIYUAN, kind="township"
        ),
        by=world.dispatcher,
    )
    for typed in ("三合", "sanhe", "sh", "삼합진"):
        assert row in Committee.objects.named(typed), typed


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"name": " "}, MissingInput), ({"languages": []}, MissingInput), ({"phone": "abc"}, BadPhone),
        ({"birth_year": timezone.localdate().year - 17}, NotOfAge),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(world: World, given: dict[str, Any], error: type[GovernanceError]) -> None:
    with pytest.raises(error):
        save(world, **given)
    assert Mediator.objects.count() == 2


def test_a_certificate_is_of_one_mediator_however_it_is_typed(world: World) -> None:
    row = save(world, certificate_number="吉调 2024-001a")
    assert row.certificate_number == "吉调2024-001A"
    with pytest.raises(CertificateTaken):
        save(world, name="别人", certificate_number="吉调2024-001A")
    with pytest.raises(IntegrityError), transaction.atomic():
        entry(world, certificate_number="吉调2024-001A").save()


def test_a_committee_has_one_chair(world: World) -> None:
    chair = save(world, position="chair")
    with pytest.raises(ChairTaken) as caught:
        save(world, name="别人", position="chair")
    assert "朴英子" in str(caught.value)
    chair.is_active = False
    services.save_mediator(mediator=chair, by=world.dispatcher, specialties=())
    assert save(world, name="别人", position="chair").pk


@pytest.mark.parametrize(
    ("who", "may"),
    [("dispatcher", True), ("clerk", False), ("tax", False), ("mediator", False), ("official", False),
     ("administrator", False)],
)  # fmt: skip
def test_dispatchers_of_the_place_keep_the_register(world: World, who: str, may: bool) -> None:
    user = getattr(world, who)
    committee = Committee(name_zh_hans="新", name_ko="신", division_id=LIYUAN, kind="township")
    if may:
        assert services.save_committee(committee=committee, by=user).pk
        assert save(world, by=user).pk
        return
    with pytest.raises(NotAllowed):
        services.save_committee(committee=committee, by=user)
    with pytest.raises(NotAllowed):
        save(world, by=user)


def test_nobody_moves_an_entry_out_of_or_into_another_county(world: World) -> None:
    yanji = make_user("dispatcher.yanji", Role.DISPATCHER, YANJI)
    mine = world.mediator.mediator.committee
    with pytest.raises(NotAllowed):
        services.save_committee(committee=mine, by=yanji)
    mine.division_id = YANJI
    for user in (yanji, world.dispatcher):
        with pytest.raises(NotAllowed):
            services.save_committee(committee=mine, by=user)
    there = Committee.objects.create(name_zh_hans="延吉", name_ko="연길", division_id=YANJI, kind="county")
    row = world.mediator.mediator
    row.committee = there
    for user in (yanji, world.dispatcher):
        with pytest.raises(NotAllowed):
            services.save_mediator(mediator=row, by=user, specialties=())


def test_a_committee_stands_once_in_a_place_and_not_before_its_founding(world: World) -> None:
    mine = world.mediator.mediator.committee
    same = Committee(name_zh_hans=mine.name_zh_hans, name_ko="다른", division_id=LIYUAN, kind="township")
    with pytest.raises(CommitteeExists):
        services.save_committee(committee=same, by=world.dispatcher)
    mine.founded_on, mine.term_start = dt.date(2025, 1, 2), dt.date(2025, 1, 1)
    with pytest.raises(WrongPeriod):
        services.save_committee(committee=mine, by=world.dispatcher)
    mine.term_start = dt.date(2025, 1, 2)
    assert services.save_committee(committee=mine, by=world.dispatcher).term_end == dt.date(2028, 1, 1)


def test_the_mediator_keeps_the_own_phone_and_nobody_elses(world: World) -> None:
    mine = world.mediator.mediator
    assert services.set_phone(mediator=mine, by=world.mediator, phone="138 0000 0000").phone == "13800000000"
    with pytest.raises(NotAllowed):
        services.set_phone(mediator=mine, by=world.other_mediator, phone="1")
    with pytest.raises(BadPhone):
        services.set_phone(mediator=mine, by=world.dispatcher, phone="x")
    assert services.set_phone(mediator=mine, by=world.dispatcher, phone=" ").phone == ""


def away(world: World, first: int = 0, last: int | None = 3, by: Any = None, reason: str = "leave") -> MediatorAbsence:
    """Days from today on."""
    today = timezone.localdate()
    return services.note_absence(
        mediator=world.mediator.mediator, by=by or world.mediator, first=today + first * DAY,
        last=None if last is None else today + last * DAY, reason=reason,
    )  # fmt: skip


def test_absences_do_not_overlap_and_the_same_one_is_noted_once(world: World) -> None:
    row = away(world)
    assert (row.first, row.last) == (timezone.localdate(), timezone.localdate() + 3 * DAY)
    assert away(world).pk == row.pk
    with pytest.raises(AbsenceNoted):
        away(world, 3, 5)
    assert away(world, 4, None).last is None
    with pytest.raises(AbsenceNoted):
        away(world, 400, 401)


def test_wrong_absences_are_refused(world: World) -> None:
    with pytest.raises(WrongPeriod):
        away(world, 3, 2)
    with pytest.raises(InThePast):
        away(world, -5, -1)
    with pytest.raises(MissingInput):
        away(world, reason="whim")
    with pytest.raises(NotAllowed):
        away(world, by=world.other_mediator)
    assert not MediatorAbsence.objects.exists()


def test_who_is_back_ends_the_absence(world: World) -> None:
    running, coming = away(world, -2, None), None
    left = services.end_absence(absence=running, by=world.dispatcher)
    assert left is not None
    assert left.last == timezone.localdate() - DAY
    again = services.end_absence(absence=running, by=world.dispatcher)
    assert again is not None
    assert again.last == left.last
    coming = away(world, 0, 5)
    with pytest.raises(NotAllowed):
        services.end_absence(absence=coming, by=world.other_mediator)
    assert services.end_absence(absence=coming, by=world.mediator) is None
    assert services.end_absence(absence=coming, by=world.mediator) is None


def test_who_is_absent_today_is_left_out_and_named(world: World) -> None:
    case = handled(world)
    away(world, 1, 2)
    assert len(candidates.suggestions(case)) == 2
    row = away(world, 0, 0)
    assert [found.mediator for found in candidates.suggestions(case)] == [world.other_mediator.mediator]
    assert list(candidates.absent(case)) == [row]
    assert list(candidates.of_counties({LONGJING})) == [world.other_mediator.mediator]
    with pytest.raises(IsAbsent) as caught:
        assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    assert timezone.localdate().isoformat() in str(caught.value)


def test_until_further_notice_is_said_so(world: World) -> None:
    case = handled(world)
    away(world, 0, None, reason="illness")
    with pytest.raises(IsAway):
        assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)


def test_a_retired_committee_gives_no_mediators(world: World) -> None:
    case = handled(world)
    Committee.objects.update(is_active=False)
    assert candidates.suggestions(case) == []
