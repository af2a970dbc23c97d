"""The register of the demo: as many as the prefecture counts, mostly as the law has it, each fault shown somewhere."""

from __future__ import annotations

import io
import random
from collections import Counter

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from mediation.committee_rules import WORDS, MediatorOf, majority_of, warnings_of
from mediation.models import MEMBERS, Committee, Mediator
from mediation.register_selectors import warned_ids
from reporting.simulation import register, world


@pytest.mark.django_db
def test_the_register_is_filled_once_and_has_every_kind_of_fault() -> None:
    for command in ("load_reference", "demo_accounts"):
        call_command(command, stdout=io.StringIO())
    world.build(random.Random(7))
    register.build()
    assert (Committee.objects.count(), Mediator.objects.count()) == (1_595, 6_150)
    kinds = Counter(Committee.objects.values_list("kind", flat=True))
    assert kinds == {"village": 1525, "township": 50, "county": 8, "industry": 12}
    warned = _warnings()
    assert set(warned) >= set(WORDS)
    assert 0.05 < len(warned_ids(Committee.objects.all(), timezone.localdate())) / 1595 < 0.2
    _check_accounts()
    assert register.build() == (0, 0)


def _warnings() -> Counter[str]:
    found: Counter[str] = Counter()
    today = timezone.localdate()
    for committee in Committee.objects.prefetch_related("mediators__ethnic_group"):
        facts = [
            MediatorOf(row.name, row.position in MEMBERS, row.position == "chair", row.gender == "2",
                       row.ethnic_group.code if row.ethnic_group else "", row.certificate_until)
            for row in committee.mediators.all()
        ]  # fmt: skip
        majority = majority_of(committee.division_id, settings.MIXED_AREAS)
        found.update(
            one.code for one in warnings_of(facts, term_end=committee.term_end, majority=majority, today=today)
        )
    return found


def _check_accounts() -> None:
    """Everybody can be given a case; only the demo's own accounts can sign in."""
    assert Mediator.objects.assignable().count() == 6_150
    able = [user.username for user in User.objects.filter(role="mediator") if user.has_usable_password()]
    assert sorted(able) == ["mediator.longjing", "mediator2.longjing"]
    assert _korean("222401") > 0.4 > 0.2 > _korean("222403")


def _korean(county: str) -> float:
    """The part of a county's mediators who speak Korean."""
    rows = Mediator.objects.filter(committee__division__code__startswith=county)
    return rows.filter(languages__contains=["ko"]).count() / rows.count()
