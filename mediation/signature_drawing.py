"""What a pen drew on the screen: checked numbers, and the same as a drawing for the paper. No database."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from governance_center.errors import GovernanceError

MOST_LINES, MOST_POINTS, MOST_PIXELS = 200, 20_000, 4000
LEAST_POINTS = 8
"""A dot or a slip of the finger is no signature."""

Point = tuple[float, float]


class NoSignature(GovernanceError):
    code = "no_signature"
    status = 422
    message = _("Please sign in the box first.")


def checked(text: str) -> str:
    """The drawing as it is kept; only numbers within the pad are taken over.

    Args:
        text: JSON ``{"size": [width, height], "lines": [[[x, y], …], …]}`` in pixels.

    Raises:
        NoSignature: nothing was drawn, too much, or something else was sent.
    """
    try:
        found = json.loads(text)
        width, height = (_within(value, MOST_PIXELS) for value in found["size"])
        lines = [[(_within(x, width), _within(y, height)) for x, y in line] for line in found["lines"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NoSignature(field="drawing") from None
    points = sum(map(len, lines))
    if width < 1 or height < 1 or len(lines) > MOST_LINES or not LEAST_POINTS <= points <= MOST_POINTS:
        raise NoSignature(field="drawing")
    return json.dumps({"size": [width, height], "lines": lines}, separators=(",", ":"))


def svg(drawing: dict[str, Any]) -> str:
    """The drawing as an SVG document, cut to what was drawn; made of checked numbers only."""
    points: list[Point] = [tuple(point) for line in drawing["lines"] for point in line]
    left, top = min(x for x, _y in points) - 4, min(y for _x, y in points) - 4
    width, height = max(x for x, _y in points) + 4 - left, max(y for _x, y in points) + 4 - top
    paths = "".join(f'<path d="{_path(line)}"/>' for line in drawing["lines"] if line)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:g} {top:g} {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}"><g fill="none" stroke="#1a2a4a" stroke-width="2.6" '
        f'stroke-linecap="round" stroke-linejoin="round">{paths}</g></svg>'
    )


def _path(line: list[Point]) -> str:
    (x, y), *rest = line
    return f"M{x:g} {y:g}" + "".join(f"L{a:g} {b:g}" for a, b in rest or [(x + 0.1, y)])


def _within(value: Any, most: float) -> float:
    """A number from 0 to ``most``; the pen may leave the pad, its line stays at the edge."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise ValueError("not a number")
    return round(min(max(float(value), 0.0), most), 1)
