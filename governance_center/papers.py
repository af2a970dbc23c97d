"""Papers as PDF: a Typst template of the project, filled with data.

The words come with the data, never from the template, and are only ever set as text: what somebody typed cannot
become markup. A template reads nothing outside its own folder. The same data and date give the same bytes.
The PDF is tagged for screen readers. A character that no typeface has, as in a rare name, comes out as an empty box
to be filled in by hand; it never keeps a paper from being made.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import typst
from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance_center.errors import GovernanceError

log = logging.getLogger(__name__)

TYPEFACES: Mapping[str, tuple[str, ...]] = {
    "zh-hans": ("Noto Serif SC", "Noto Serif CJK SC", "Noto Sans CJK SC"),
    "ko": ("Noto Serif KR", "Noto Serif CJK KR", "Noto Sans CJK KR"),
}
"""For each language the families that will do, the best first; templates get this list as ``fonts``."""


VIEWER_POLICY = (
    "default-src 'self'; object-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class PaperFailed(GovernanceError):
    """The paper could not be set: a fault of the template, never of what was typed."""

    code = "paper_failed"
    status = 500
    message = _("The paper could not be made. Please tell the administrator.")


def render(template: str, data: Mapping[str, Any], *, made_at: dt.datetime) -> bytes:
    """Set a paper.

    Args:
        template: path of a ``.typ`` file below the project, e.g. ``intake/papers/receipt.typ``.
        data: anything JSON knows; the template finds it as ``json(bytes(sys.inputs.data))`` and sets the document's
            title and language from it.
        made_at: aware moment that the PDF names as its date.

    Returns:
        The PDF. May be called from several threads at once.

    Raises:
        PaperFailed: the template does not compile; the reason is in the log, without the data.
    """
    return cast(bytes, _compile(template, data, format="pdf", timestamp=int(made_at.timestamp())))


def pictures(template: str, data: Mapping[str, Any], *, dots: int = 200) -> list[bytes]:
    """Each page of a paper as a PNG; ``template`` and ``data`` as for :func:`render`.

    Args:
        dots: pixels an inch.

    Raises:
        PaperFailed: as :func:`render`.
    """
    made = cast(bytes | list[bytes], _compile(template, data, format="png", ppi=dots))
    return [made] if isinstance(made, bytes) else made


def _compile(template: str, data: Mapping[str, Any], **form: Any) -> bytes | list[bytes] | None:
    path = Path(settings.BASE_DIR) / template
    filled = json.dumps({**data, "fonts": TYPEFACES, "page_words": _page_words()}, ensure_ascii=False)
    try:
        # The compiler keeps its inputs between calls, so each paper has its own; the typefaces are shared.
        compiler = typst.Compiler(path, root=path.parent, font_paths=_fonts(str(settings.FONT_DIR)))
        return compiler.compile(sys_inputs={"data": filled}, **form)
    except (RuntimeError, OSError) as error:
        log.error("paper %s: %s", template, error)
        raise PaperFailed() from None


def _page_words() -> dict[str, str]:
    """How a page is numbered in each language: 第{page}页 共{total}页; the template fills in the two numbers."""
    said = {}
    for language in TYPEFACES:
        with translation.override(language):
            said[language] = gettext("Page %(page)s of %(total)s") % {"page": "{page}", "total": "{total}"}
    return said


def answer(paper: bytes, name: str) -> HttpResponse:
    """A paper as the answer to a request: shown in the browser, saved as ``name``.

    Browsers show a PDF by a plug-in of their own, which the policy of the other pages would refuse.
    """
    headers = {
        "Content-Disposition": content_disposition_header(False, name) or "inline",
        "Content-Security-Policy": VIEWER_POLICY,
    }
    return HttpResponse(paper, content_type="application/pdf", headers=headers)


def missing_typefaces() -> list[str]:
    """The languages for which no typeface is at hand, neither in ``FONT_DIR`` nor in the system."""
    families = set(_fonts(str(settings.FONT_DIR), system=False).families())
    if all(names[0] in families for names in TYPEFACES.values()):
        return []
    families |= set(_fonts(str(settings.FONT_DIR)).families())
    return [language for language, names in TYPEFACES.items() if families.isdisjoint(names)]


@lru_cache(maxsize=4)
def _fonts(folder: str, *, system: bool = True) -> typst.Fonts:
    """What stands in ``folder`` and in the system; a typeface is read when a paper first needs it."""
    return typst.Fonts(include_system_fonts=system, include_embedded_fonts=False, font_paths=[folder])
