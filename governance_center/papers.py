"""Papers as PDF: a Typst template of the project, filled with data.

The words come with the data, never from the template, and are only ever set as text: what somebody typed cannot
become markup. A template reads nothing outside its own folder. The same data and date give the same bytes.
The PDF is tagged for screen readers (PDF/UA-1).
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
from django.utils.translation import gettext_lazy as _

from governance_center.errors import GovernanceError

log = logging.getLogger(__name__)

TYPEFACES: Mapping[str, tuple[str, ...]] = {
    "zh-hans": ("Noto Serif SC", "Noto Serif CJK SC", "Noto Sans CJK SC"),
    "ko": ("Noto Serif KR", "Noto Serif CJK KR", "Noto Sans CJK KR"),
}
"""For each language the families that will do, the best first; templates get this list as ``fonts``."""


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
    path = Path(settings.BASE_DIR) / template
    filled = json.dumps({**data, "fonts": TYPEFACES}, ensure_ascii=False)
    try:
        # The compiler keeps its inputs between calls, so each paper has its own; the typefaces are shared.
        compiler = typst.Compiler(path, root=path.parent, font_paths=_fonts(str(settings.FONT_DIR)))
        made = compiler.compile(
            format="pdf",
            sys_inputs={"data": filled},
            timestamp=int(made_at.timestamp()),
            pdf_standards="ua-1",
        )
    except (RuntimeError, OSError) as error:
        log.error("paper %s: %s", template, error)
        raise PaperFailed() from None
    return cast(bytes, made)


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
