"""What desks, departments and mediators do to cases in a storm: the real use cases, chosen by a seeded dice."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

from django.utils import timezone

from accounts.models import User
from cases.models import Case, Category, Deadline, Exclusion, LimitRule, Referral
from cases.services import (
    Correction,
    accept_case,
    ask_exclusion,
    close_case,
    correct_case,
    decide_exclusion,
    end_unresolved,
    hand_down,
    lift_exclusion,
    lift_restriction,
    mark_repeat,
    merge_case,
    refuse_case,
    reopen_case,
    resolve_case,
    restrict_case,
    return_referral,
    sign_referral,
    withdraw_case,
)
from departments.models import Centre, Division
from governance_center.errors import GovernanceError
from mediation.models import FollowUp
from mediation.services import assign_mediator, record_performance
from mediation.services.follow_ups import record_follow_up
from tests.cases.test_correcting import other_village
from tests.mediation.signing import in_force
from tests.world import LIYUAN, World, build, make_case, make_user

Deed = Callable[[World, Case, random.Random], object]
STAFF = (
    "clerk", "dispatcher", "tax", "hr", "justice", "mediator", "other_mediator", "official", "administrator",
)  # fmt: skip
CATEGORIES = ("neighbour", "social_insurance", "psychological", "legal_advice", "marriage_family")


def build_storm() -> World:
    """The world of the tests with a second village and an office of the township that handles what is handed down."""
    world = build()
    other_village()
    make_user("street", "officer", LIYUAN, "township")
    for code, length in (("hand_up_answer", 1), ("hand_down_report", 10)):
        LimitRule.objects.create(
            code=code, name_zh_hans=code, name_ko=code, length=length, unit="working_day", starts="-",
            applies_to="case", basis_zh_hans="依据", basis_ko="근거", basis_kind="policy", local_holidays=True,
        )  # fmt: skip
    return world


def world_here() -> World:
    """The same world in another process."""
    centres = {centre.division_id: centre for centre in Centre.objects.all()}
    people = {name: User.objects.get(username=name) for name in STAFF}
    return World(centre=centres["222405"], yanji=centres["222401"], **people)


def register(world: World, _case: Case | None = None, dice: random.Random | None = None) -> Case:
    dice = dice or random.Random(0)
    return make_case(world, dice.choice(CATEGORIES), accept=dice.random() < 0.8)


def accept(world: World, case: Case, _dice: random.Random) -> None:
    accept_case(case=case, by=world.clerk)


def refuse(world: World, case: Case, _dice: random.Random) -> None:
    refuse_case(case=case, by=world.clerk, reason="no_concern", note="不予受理")


def withdraw(world: World, case: Case, _dice: random.Random) -> None:
    withdraw_case(case=case, by=world.clerk, note="撤回")


def _lead(case: Case) -> tuple[Referral, User]:
    lead = Referral.objects.current().leading().filter(case=case).first()
    if lead is None:
        raise GovernanceError()
    officer = User.objects.filter(role="officer", department=lead.department_id, division=lead.division_id).first()
    if officer is None:
        raise GovernanceError()
    return lead, officer


def sign(world: World, case: Case, _dice: random.Random) -> User:
    lead, officer = _lead(case)
    if lead.status == Referral.Status.DISPATCHED:
        sign_referral(referral=lead, by=officer)
    return officer


def send_back(_world: World, case: Case, _dice: random.Random) -> None:
    lead, officer = _lead(case)
    return_referral(referral=lead, by=officer, reason="not_competent", note="不属于本部门职责")


def settle(world: World, case: Case, dice: random.Random) -> None:
    officer = sign(world, case, dice)
    outcome = "service_done" if case.kind in ("service", "consultation") else "settled"
    resolve_case(case=case, by=officer, outcome=outcome, note="办结")


def to_township(world: World, case: Case, dice: random.Random) -> None:
    hand_down(case=case, by=world.dispatcher, to_level="township", reason="near", note="就近")
    settle(world, case, dice)


def fail(world: World, case: Case, dice: random.Random) -> None:
    officer = sign(world, case, dice)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=officer)
    end_unresolved(case=case, by=world.mediator, outcome="to_court", note="告知起诉")


def reopen(world: World, case: Case, _dice: random.Random) -> None:
    reopen_case(case=case, by=world.dispatcher, note="反复")


def correct(world: World, case: Case, dice: random.Random) -> None:
    correction = Correction(
        category=Category.objects.get(pk=dice.choice(CATEGORIES)),
        division=dice.choice(list(Division.objects.filter(level="village").order_by("code"))),
        channel=dice.choice(("walk_in", "letter", "hotline")),
    )
    correct_case(case=case, by=world.dispatcher, correction=correction, note="登记有误")


def _earlier(case: Case, dice: random.Random) -> Case:
    earlier = list(Case.objects.filter(pk__lt=case.pk).order_by("pk"))
    if not earlier:
        raise GovernanceError()
    return dice.choice(earlier)


def merge(world: World, case: Case, dice: random.Random) -> None:
    merge_case(case=case, into=_earlier(case, dice), by=world.dispatcher, note="同一事项")


def repeat(world: World, case: Case, dice: random.Random) -> None:
    mark_repeat(case=case, of=_earlier(case, dice), by=world.dispatcher, note="再次发生")


def exclude(world: World, case: Case, _dice: random.Random) -> None:
    row = ask_exclusion(case=case, by=world.dispatcher, ground="outside_duties", note="理由")
    decide_exclusion(exclusion=row, by=world.official, approve=True, note="同意")


def include(world: World, case: Case, _dice: random.Random) -> None:
    row = Exclusion.objects.filter(case=case).order_by("-pk").first()
    if row is not None:
        lift_exclusion(exclusion=row, by=world.official, note="恢复")


def restrict(world: World, case: Case, _dice: random.Random) -> None:
    restrict_case(case=case, by=world.dispatcher, note="限制")


def unrestrict(world: World, case: Case, _dice: random.Random) -> None:
    lift_restriction(case=case, by=world.dispatcher, note="解除")


def visit(world: World, case: Case, dice: random.Random, word: str = "") -> None:
    row = FollowUp.objects.filter(case=case, state="planned").order_by("pk").first()
    if row is None:
        raise GovernanceError()
    word = word or dice.choice(("content", "fairly", "not_content"))
    record_follow_up(follow_up=row, by=world.dispatcher, outcome="performed", satisfaction=word, note="回访")
    close_case(case=case, by=world.dispatcher)


def agree(world: World, _case: Case, _dice: random.Random) -> None:
    """An agreement of a case of its own, signed and sealed, and performed."""
    agreement = in_force(world)
    due = agreement.obligations.get()
    record_performance(due=due, by=world.mediator, performed_on=timezone.localdate(), proof="收据")


def run_out(_world: World, case: Case, _dice: random.Random) -> None:
    """A limit has passed, as if time had."""
    limit = Deadline.objects.filter(case=case, met_at=None, cancelled_at=None).order_by("pk").first()
    if limit is not None:
        start = timezone.now() - dt.timedelta(days=9)
        Deadline.objects.filter(pk=limit.pk).update(started_at=start, due_at=timezone.now() - dt.timedelta(days=2))


DEEDS: tuple[Deed, ...] = (
    register, register, accept, refuse, withdraw, sign, send_back, settle, to_township, fail, reopen, correct, correct,
    merge, repeat, exclude, include, restrict, unrestrict, visit, agree, run_out,
)  # fmt: skip


def do(world: World, deed: Deed, case: Case, dice: random.Random) -> bool:
    """Whether it was done; what the rules refuse, because of what others did before, is not."""
    try:
        deed(world, Case.objects.get(pk=case.pk), dice)
    except GovernanceError:
        return False
    return True


def each_once(world: World, dice: random.Random) -> None:
    """One case for each that moves a column of its own, so that all of them have moved."""
    lives: tuple[tuple[Deed, ...], ...] = (
        (withdraw,), (send_back,), (to_township,), (fail,), (settle, reopen), (restrict,), (exclude, settle),
        (repeat,), (merge,), (run_out,), (correct,),
    )  # fmt: skip
    register_as = {fail: "social_insurance", send_back: "social_insurance"}
    for life in lives:
        case = make_case(world, register_as.get(life[0], "neighbour"))
        for deed in life:
            do(world, deed, case, dice)
    do(world, refuse, make_case(world, "neighbour", accept=False), dice)
    make_case(world, "legal_advice")
    for word in ("content", "fairly", "not_content"):
        case = make_case(world, "neighbour")
        do(world, settle, case, dice)
        do(world, lambda w, c, d, word=word: visit(w, c, d, word), case, dice)  # type: ignore[misc]
    do(world, agree, case, dice)


def storm(world: World, seed: int, steps: int) -> None:
    """So many deeds on cases of anybody."""
    dice = random.Random(seed)
    for _step in range(steps):
        numbers = list(Case.objects.order_by("pk").values_list("pk", flat=True))
        do(world, dice.choice(DEEDS), Case.objects.get(pk=dice.choice(numbers)), dice)
