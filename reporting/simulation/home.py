"""The legal workers' home of the demo: 45 invented experts of the prefecture and its counties."""

from __future__ import annotations

import random

from cases.models import Category, Expert
from departments.models import Division
from reporting.simulation import names
from reporting.simulation.world import COUNTIES

EXPERTS = 45
ORGANISATIONS = ("律师事务所", "公证处", "人民法院（退休法官）", "延边大学法学院", "心理咨询中心", "法律援助中心")
FIELDS = (
    ("contract", "loan_finance", "damages"), ("land_contracting", "housing_homestead", "marriage_family"),
    ("labour", "wage_arrears", "social_insurance"), ("land_forest", "expropriation", "environment"),
    ("psychological", "marriage_family", "campus"), ("consumer", "medical", "traffic_accident"),
)  # fmt: skip


def build(rng: random.Random) -> int:
    """Put the experts on the list, if nobody is on it yet; returns how many were added."""
    if Expert.objects.exists():
        return 0
    known = Category.objects.in_bulk()
    codes = [code for code in COUNTIES if Division.objects.filter(pk=code).exists()]
    for number in range(EXPERTS):
        code = "2224" if number % 9 == 8 else codes[number % len(codes)]
        is_korean = rng.random() < 0.45
        name, hangul = names.korean_name(rng) if is_korean else (names.chinese_name(rng), "")
        kind = number % len(ORGANISATIONS)
        expert = Expert.objects.create(
            name=name, name_hangul=hangul, organisation=ORGANISATIONS[kind], division_id=code,
            languages=["zh-hans", "ko"] if is_korean else ["zh-hans"], phone=f"0433-2{rng.randrange(10**6):06d}",
        )  # fmt: skip
        expert.fields.set([field for field in FIELDS[kind] if field in known])
    return EXPERTS
