"""Routing situations as data: sets of rules, and for facts under them who leads, who assists, and which codes.

A row: rules, category, place, further facts, lead (None: the dispatcher), assistants, code of the decisive reason.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.world import LIYUAN, LONGJING, VILLAGE

Row = tuple[str, str, str, dict[str, Any], str | None, list[str], str]

RULES: dict[str, list[dict[str, Any]]] = {
    "none": [],
    "category": [{"categories": ["neighbour"], "lead": "civil_affairs", "assistants": ["justice"]}],
    "place": [{"place": LIYUAN, "lead": "petitions"}],
    "channel": [{"channels": ["police", "hotline"], "lead": "justice"}],
    "organisation": [{"party_kind": "organisation", "lead": "human_resources", "assistants": ["tax", "justice"]}],
    "person": [{"party_kind": "person", "lead": "civil_affairs"}],
    "risk": [{"risk_at_least": 60, "lead": "petitions", "assistants": ["justice"]}],
    "amount": [
        {"amount_to": Decimal(10000), "leads": "by_division"},
        {"amount_from": Decimal(10000), "amount_to": Decimal(500000), "lead": "tax"},
        {"amount_from": Decimal(500000), "leads": "dispatcher"},
    ],
    "keywords": [{"keywords": ["拖欠工资", "로임", "SOS"], "lead": "human_resources"}],
    "statutory": [{"categories": ["petition"], "leads": "statutory", "statutory_route": "review"}],
    "priority": [
        {"priority": 20, "lead": "justice"},
        {"priority": 10, "categories": ["other"], "lead": "petitions"},
        {"priority": 30, "lead": "tax"},
    ],
    "override": [
        {"scope": "2224", "priority": 1, "categories": ["neighbour", "other"], "lead": "petitions"},
        {"scope": LONGJING, "priority": 90, "categories": ["neighbour"], "lead": "justice"},
    ],
    "elsewhere": [{"scope": "222401", "lead": "petitions"}],
    "inactive": [{"lead": "petitions", "is_active": False}],
    "joined": [
        {"categories": ["other"], "channels": ["letter"], "party_kind": "organisation", "risk_at_least": 10,
         "amount_from": Decimal(100), "keywords": ["合同"], "place": LONGJING, "lead": "justice"}
    ],
}  # fmt: skip

DEFAULTS: dict[str, tuple[str | None, list[str], str]] = {
    "social_insurance": ("tax", ["human_resources"], "category_lead"),
    "marriage_family": ("justice", ["civil_affairs"], "category_lead"),
    "neighbour": ("justice", [], "category_lead"),
    "psychological": ("psychological_service", [], "category_lead"),
    "public_service": ("township", [], "by_division"),
    "petition": ("petitions", [], "category_lead"),
    "legal_advice": ("justice", [], "category_lead"),
    "other": (None, [], "dispatcher_decides"),
}
PLACES = (VILLAGE, LIYUAN)


def _default(rules: str, category: str, place: str, facts: dict[str, Any]) -> Row:
    lead, assistants, code = DEFAULTS[category]
    return (rules, category, place, facts, lead, assistants, code)


def _rows() -> list[Row]:
    rows: list[Row] = []
    every = list(DEFAULTS)
    for category in every:
        for place in PLACES:
            # without a rule that holds, what the category says
            rows += [_default(rules, category, place, {}) for rules in ("none", "elsewhere", "inactive")]
            rows.append(("place", category, place, {}, "petitions", [], "rule_lead"))
    rows.append(("none", "public_service", LONGJING, {}, None, [], "place_above_township"))
    rows.append(_default("place", "neighbour", LONGJING, {}))
    for category in every:
        is_taken = category == "neighbour"
        taken: Row = ("category", category, VILLAGE, {}, "civil_affairs", ["justice"], "rule_lead")
        rows.append(taken if is_taken else _default("category", category, VILLAGE, {}))
        rows.append(("channel", category, VILLAGE, {"channel": "police"}, "justice", [], "rule_lead"))
        rows.append(("channel", category, VILLAGE, {"channel": "hotline"}, "justice", [], "rule_lead"))
        rows.append(_default("channel", category, VILLAGE, {"channel": "walk_in"}))
        both = ["tax", "justice"]
        rows.append(
            ("organisation", category, VILLAGE, {"has_organisation": True}, "human_resources", both, "rule_lead")
        )
        rows.append(_default("organisation", category, VILLAGE, {}))
        rows.append(("person", category, VILLAGE, {}, "civil_affairs", [], "rule_lead"))
        rows.append(_default("person", category, VILLAGE, {"has_organisation": True}))
    for risk in (60, 61, 100):
        rows.append(("risk", "neighbour", VILLAGE, {"risk": risk}, "petitions", ["justice"], "rule_lead"))
    rows += [_default("risk", "neighbour", VILLAGE, {"risk": risk}) for risk in (0, 59)]
    return rows + _amounts() + _texts() + _orders()


def _amounts() -> list[Row]:
    found: list[Row] = []
    for yuan in ("0", "9999.99"):
        found.append(("amount", "other", VILLAGE, {"amount": Decimal(yuan)}, "township", [], "rule_by_division"))
        found.append(("amount", "other", LONGJING, {"amount": Decimal(yuan)}, None, [], "place_above_township"))
    for yuan in ("10000", "10000.01", "499999.99"):
        found.append(("amount", "other", VILLAGE, {"amount": Decimal(yuan)}, "tax", [], "rule_lead"))
    for yuan in ("500000", "99999999"):
        found.append(("amount", "neighbour", VILLAGE, {"amount": Decimal(yuan)}, None, [], "rule_dispatcher"))
    found += [_default("amount", category, VILLAGE, {}) for category in DEFAULTS]
    return found


def _texts() -> list[Row]:
    found: list[Row] = []
    for text in ("企业拖欠工资三个月", "기업이 로임을 주지 않는다", "sos 求助", "拖欠工资和로임"):
        for category in ("other", "neighbour"):
            found.append(("keywords", category, VILLAGE, {"text": text}, "human_resources", [], "rule_lead"))
    found += [_default("keywords", "other", VILLAGE, {"text": text}) for text in ("", "欠工资", "漏水", "拖 欠工资")]
    return found


def _orders() -> list[Row]:
    found: list[Row] = [
        ("statutory", "petition", VILLAGE, {}, None, [], "statutory"),
        ("priority", "other", VILLAGE, {}, "petitions", [], "rule_lead"),
        ("override", "neighbour", VILLAGE, {}, "justice", [], "rule_lead"),
        ("override", "other", VILLAGE, {}, "petitions", [], "rule_lead"),
        ("override", "other", LONGJING, {}, "petitions", [], "rule_lead"),
    ]
    rest = [category for category in DEFAULTS if category not in {"petition"}]
    found += [_default("statutory", category, VILLAGE, {}) for category in rest]
    others = [category for category in DEFAULTS if category != "other"]
    found += [("priority", category, VILLAGE, {}, "justice", [], "rule_lead") for category in others]
    all_hold: dict[str, Any] = {
        "channel": "letter", "has_organisation": True, "risk": 10, "amount": Decimal(100), "text": "买卖合同",
    }  # fmt: skip
    found.append(("joined", "other", VILLAGE, all_hold, "justice", [], "rule_lead"))
    for name, value in (
        ("channel", "walk_in"), ("has_organisation", False), ("risk", 9), ("amount", Decimal("99.99")),
        ("amount", None), ("text", "邻里"),
    ):  # fmt: skip
        found.append(_default("joined", "other", VILLAGE, {**all_hold, name: value}))
    found.append(_default("joined", "neighbour", VILLAGE, all_hold))
    return found


TABLE = _rows()
