"""Names in a row, by the punctuation of the language."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation

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
