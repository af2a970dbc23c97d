"""Rules decide who leads: the table of situations, what is kept of a decision, checks, history and replay."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.explaining import explain
from cases.models import Case, CaseEvent, Category, RoutingDecision, RoutingRule
from cases.replaying import replay
from cases.routing import decide, describe
from cases.routing_book import MemoryBook
from cases.routing_rules import Facts, stored_rules
from cases.rule_admin import RoutingRuleForm
from cases.rule_checks import check_rule
from cases.rule_history import history_of, keep_version
from reporting.simulation import prefecture
from tests.cases.routing_table import RULES, TABLE, Row
from tests.world import LONGJING, VILLAGE, World, make_case

TUESDAY = dt.date(2026, 11, 24)


def make_rule(**fields: Any) -> RoutingRule:
    categories = fields.pop("categories", [])
    values = {"name": "规则", "scope_id": LONGJING, "priority": 10, **fields}
    for name in ("lead", "place", "scope"):
        if name in values:
            values[f"{name}_id"] = values.pop(name)
    rule = RoutingRule.objects.create(**values)
    rule.categories.set(categories)
    return rule


def test_the_table_is_large_enough_and_no_row_stands_twice() -> None:
    assert len(TABLE) >= 150
    assert len({repr(row) for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{row[1]}-{row[2]}-{row[3]}")
def test_the_table(world: World, row: Row) -> None:
    rules, code, place, more, lead, assistants, reason = row
    for number, fields in enumerate(RULES[rules]):
        make_rule(**{"priority": 10 + number, **fields})
    category = Category.objects.select_related("lead").get(pk=code)
    facts = Facts(category=code, place=place, **more)
    for book in (None, MemoryBook()):
        decision = decide(
            category=category, centre_code=LONGJING, place_code=place, day=TUESDAY, facts=facts, book=book
        )
        assert (decision.lead.department.pk if decision.lead else None) == lead
        assert [target.department.pk for target in decision.assistants] == assistants
        assert reason in [one["code"] for one in decision.reasons]
        for language in ("zh-hans", "ko"):
            with translation.override(language):
                sentences = describe([*decision.reasons, *decision.alternatives])
            assert sentences
            assert not any("%(" in sentence for sentence in sentences)


def test_a_decision_keeps_rule_facts_station_and_alternatives(world: World) -> None:
    rule = make_rule(categories=["social_insurance"], lead="justice", assistants=["civil_affairs"], keywords=["보험"])
    make_rule(priority=20, lead="petitions", name="其后")
    make_rule(priority=1, scope="2224", lead="tax", name="州级")
    case = make_case(world)
    stored = case.routing_decisions.get()
    assert (stored.rule, stored.lead_id, stored.station.department_id) == (rule, "justice", "justice")
    assert stored.facts["has_organisation"] is True
    assert stored.facts["keywords"] == ["보험"]
    assert "text" not in stored.facts
    codes = [one["code"] for one in stored.alternatives]
    assert codes[:3] == ["alt_later_rule", "alt_wider_rule", "alt_category_lead"]
    assert case.events.get(kind="case.routed").data["rule"] == rule.pk


def test_the_prefecture_s_rule_is_inherited_and_said_so(world: World) -> None:
    make_rule(scope="2224", lead="petitions")
    case = make_case(world)
    assert case.lead_id == "petitions"
    assert case.routing_decisions.get().reasons[0]["code"] == "rule_inherited"


def test_a_statutory_rule_keeps_the_case_out_of_departments(world: World) -> None:
    make_rule(categories=["neighbour"], leads="statutory", statutory_route="court")
    case = make_case(world, "neighbour")
    assert (case.lead, case.is_contested) == (None, True)
    with translation.override("zh-hans"):
        assert "法院" in "".join(explain(case.routing_decisions.get()).reasons)


CHECKS = [
    ({"categories": ["other"], "lead": "tax"}, {"lead": "justice", "priority": 1}, "unreachable"),
    ({"lead": "tax", "priority": 1}, {"lead": "justice", "categories": ["other"]}, "makes_unreachable"),
    ({"lead": "township"}, None, None),
    ({"lead": "psychological_service"}, None, None),
    ({"lead": "tax", "scope": "222401"}, None, "not_stationed"),
    ({"lead": "tax", "assistants": ["nobody"]}, None, "unknown_code"),
    ({"lead": "tax", "channels": ["pigeon"]}, None, "unknown_code"),
    ({"lead": "tax", "amount_from": 10, "amount_to": 10}, None, "no_amount"),
    ({"lead": "tax", "amount_from": 10}, {"lead": "justice", "amount_to": 20, "priority": 5}, "overlap"),
    ({"lead": "tax", "amount_from": 20}, {"lead": "justice", "amount_to": 20, "priority": 5}, None),
    ({"lead": "tax"}, {"lead": "justice", "scope": "2224", "priority": 1}, None),
    ({"lead": "tax", "categories": ["other"]}, {"lead": "justice", "categories": ["neighbour"], "priority": 1}, None),
]


@pytest.mark.parametrize(("fields", "other", "code"), CHECKS)
def test_a_rule_is_checked(
    world: World, fields: dict[str, Any], other: dict[str, Any] | None, code: str | None
) -> None:
    rule = make_rule(**fields)
    if other:
        make_rule(**other)
    rules = stored_rules()
    found = [problem.code for problem in check_rule(next(one for one in rules if one.pk == rule.pk), rules)]
    assert found == ([code] if code else [])


def admin_form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "新规则", "scope": LONGJING, "priority": "50", "leads": "department", "lead": "tax",
        "channels": "", "keywords": "", "assistants": "", "is_active": "on", **changes,
    }  # fmt: skip


def test_saving_keeps_a_version_with_what_changed(world: World, client: Client) -> None:
    client.force_login(world.administrator)
    client.post(reverse("admin:cases_routingrule_add"), admin_form())
    rule = RoutingRule.objects.get()
    page = reverse("admin:cases_routingrule_change", args=[rule.pk])
    client.post(page, admin_form(lead="justice", keywords="工资,로임"))
    client.post(page, admin_form(lead="justice", keywords="工资,로임"))
    history = history_of(rule)
    assert [change.version.by for change in history] == [world.administrator] * 2
    assert any("tax → justice" in line for line in history[0].lines)
    assert any("工资、로임" in line for line in history[0].lines)
    assert "tax → justice" in client.get(page).content.decode()


def test_a_rule_that_is_never_reached_is_refused_with_all_that_was_typed(world: World) -> None:
    make_rule(priority=1, lead="justice", name="全部")
    form = RoutingRuleForm(admin_form())
    assert not form.is_valid()
    assert "全部" in str(form.non_field_errors())


def test_the_same_content_is_kept_once(world: World) -> None:
    rule = make_rule(lead="tax")
    assert keep_version(rule, by=None) is not None
    assert keep_version(rule, by=None) is None


def test_check_routing_names_categories_without_lead_and_fails_for_dead_rules(world: World) -> None:
    out = io.StringIO()
    call_command("check_routing", stdout=out)
    assert "category other" in out.getvalue()
    make_rule(priority=1, lead="justice")
    make_rule(priority=2, lead="tax")
    with pytest.raises(CommandError):
        call_command("check_routing", stdout=out)


def test_explain_routing_prints_both_languages(world: World) -> None:
    case, out = make_case(world), io.StringIO()
    call_command("explain_routing", case.number, stdout=out)
    assert "税务局" in out.getvalue()
    assert "세무국" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("explain_routing", "no-such-case")


def test_replaying_says_what_would_change_and_writes_nothing(world: World, tmp_path: Path) -> None:
    case = make_case(world)
    make_case(world, "neighbour")
    make_rule(categories=["neighbour"], lead="civil_affairs")
    before = (RoutingDecision.objects.count(), CaseEvent.objects.count())
    out, path = io.StringIO(), tmp_path / "replay.csv"
    call_command("replay_routing", since=case.registered_at.date() - dt.timedelta(days=1), out=path, stdout=out)
    assert "justice -> civil_affairs: 1" in out.getvalue()
    assert "2 decisions replayed, 1 would change" in out.getvalue()
    assert len(path.read_text().splitlines()) == 3
    assert (RoutingDecision.objects.count(), CaseEvent.objects.count()) == before


def test_a_simulated_history_is_explained_in_both_languages_and_unchanged_by_a_replay(db: None) -> None:
    call_command("load_reference", stdout=io.StringIO())
    until = dt.date(2025, 6, 30)
    prefecture.build(seed=7, until=until, accepted=240, resolved=228, workers=1)
    replayed = list(replay(dt.date(2023, 1, 1)))
    assert len(replayed) == Case.objects.filter(accepted_at__isnull=False).count()
    assert not any(row.is_changed for row in replayed)
    for language in ("zh-hans", "ko"):
        with translation.override(language):
            assert all(describe(row.decision.reasons) for row in replayed[::4])
            for decision in RoutingDecision.objects.select_related("station__department")[:120]:
                words = explain(decision)
                assert words.reasons
                assert not any("%(" in line for line in words.reasons + words.alternatives + words.facts)


def digest_of_the_database() -> dict[str, str]:
    """A digest of all rows of every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {name} t")
            found[table] = cursor.fetchone()[0]
    return found


def test_a_year_replayed_explains_every_decision_and_leaves_the_database_as_it_was(db: None) -> None:
    call_command("load_reference", stdout=io.StringIO())
    until = prefecture.BEGIN + dt.timedelta(days=364)
    prefecture.build(seed=11, until=until, accepted=320, resolved=300, workers=1)
    make_rule(categories=["neighbour"], lead="civil_affairs", scope="2224")
    before, out = digest_of_the_database(), io.StringIO()
    call_command("replay_routing", since=prefecture.BEGIN, stdout=out)
    assert digest_of_the_database() == before
    replayed = list(replay(prefecture.BEGIN))
    assert len(replayed) >= 300
    assert f"{len(replayed)} decisions replayed" in out.getvalue()
    assert (max(row.day for row in replayed) - min(row.day for row in replayed)).days > 300
    for language, letters in (("zh-hans", ("\u4e00", "\u9fff")), ("ko", ("\uac00", "\ud7a3"))):
        with translation.override(language):
            for row in replayed:
                sentences = describe(row.decision.reasons)
                assert sentences
                assert all("%(" not in one for one in sentences)
                assert all(any(letters[0] <= letter <= letters[1] for letter in one) for one in sentences)


def test_a_village_place_of_another_scope_follows_its_own_centre(world: World) -> None:
    make_rule(scope="222401", lead="petitions")
    category = Category.objects.select_related("lead").get(pk="neighbour")
    decision = decide(category=category, centre_code=LONGJING, place_code=VILLAGE, day=TUESDAY)
    assert decision.rule is None
