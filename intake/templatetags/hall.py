"""Texts in both languages at once, Chinese first."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from intake.hall import Both, in_both

register = template.Library()


@register.simple_tag
def both(text: str | Promise | Both) -> SafeString:
    """``{% both _("Print") %}``, or a text that is in both languages already."""
    words = text if isinstance(text, Both) else in_both(text)
    return format_html(
        '<span class="zh" lang="zh-hans">{}</span> <span class="ko" lang="ko">{}</span>', words.zh, words.ko
    )
