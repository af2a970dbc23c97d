"""Counts are written as both languages write them."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation

PLURAL = (
    "{% load i18n ui %}{% blocktranslate count counter=n|grouped %}{{ counter }} case{% plural %}"
    "{{ counter }} cases{% endblocktranslate %}"
)


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_thousands_are_grouped_also_in_plurals(language: str) -> None:
    with translation.override(language):
        for number, shown in ((7, "7"), (999, "999"), (1234, "1,234"), (1234567, "1,234,567")):
            assert Template("{% load ui %}{{ n|grouped }}").render(Context({"n": number})) == shown
            assert shown in Template(PLURAL).render(Context({"n": number}))


@pytest.mark.parametrize("value", ["2026", None, 98.7, True, "—"])
def test_what_is_no_count_stays_as_it_is(value: object) -> None:
    plain = Template("{{ n }}").render(Context({"n": value}))
    assert Template("{% load ui %}{{ n|grouped }}").render(Context({"n": value})) == plain
