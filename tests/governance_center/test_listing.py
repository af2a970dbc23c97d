"""Names, labels, amounts and days, by the punctuation of the language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from governance_center.calendar import LOCAL_ZONE
from governance_center.listing import enumerated


@pytest.mark.parametrize(("language", "row"), [("zh-hans", "金调解、李静"), ("ko", "金调解, 李静")])
def test_names_in_a_row_are_separated_as_the_language_does(language: str, row: str) -> None:
    page = Template("{% load ui %}{{ names|enumerated }} {{ names.0 }}{% separator %}{{ names.1 }}")
    names = ["金调解", "李静"]
    with translation.override(language):
        assert enumerated(names) == row
        assert page.render(Context({"names": names})) == f"{row} {row}"


def test_one_name_stands_alone() -> None:
    assert (enumerated(["金调解"]), enumerated([])) == ("金调解", "")


@pytest.mark.parametrize(("language", "line"), [("zh-hans", "风险：高（81）"), ("ko", "风险: 高 (81)")])
def test_a_label_and_what_explains_a_word_are_marked_off_as_the_language_does(language: str, line: str) -> None:
    page = Template("{% load ui %}风险{% colon %}高{{ score|bracketed }}")
    with translation.override(language):
        assert page.render(Context({"score": 81})) == line


@pytest.mark.parametrize(
    ("amount", "below_a_label", "alone"),
    [
        (Decimal("2800.00"), "2,800", "￥2,800.00"),
        (Decimal("1234567.5"), "1,234,567.50", "￥1,234,567.50"),
        (Decimal("0"), "0", "￥0.00"),
        (None, "", ""),
    ],
)
def test_amounts_are_grouped_in_every_language(amount: Decimal | None, below_a_label: str, alone: str) -> None:
    page = Template("{% load ui %}{{ amount|money }} {{ amount|yuan }}")
    for language in ("zh-hans", "ko"):
        with translation.override(language):
            assert page.render(Context({"amount": amount})) == f"{below_a_label} {alone}"


@pytest.mark.parametrize(
    ("end", "shown"),
    [((2026, 11, 28, 0, 0), "2026-11-27"), ((2026, 11, 27, 16, 30), "2026-11-27 16:30")],
)
def test_a_limit_that_ends_with_a_day_names_that_day(end: tuple[int, int, int, int, int], shown: str) -> None:
    page = Template("{% load ui %}{{ end|limit_end }}")
    assert page.render(Context({"end": dt.datetime(*end, tzinfo=LOCAL_ZONE)})) == shown
