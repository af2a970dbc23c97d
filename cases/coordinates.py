"""Where on the map a matter is: longitude and latitude in degrees, as GB/T 31000 asks for them (fields 26 and 27).

Degrees are those a device tells (WGS 84, for our purpose the same as China's CGCS 2000), kept to four decimals: about
ten metres, enough to find a house and no more. A place outside Yanbian is a slip of the hand or of the device.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from governance_center.errors import GovernanceError, MissingInput

if TYPE_CHECKING:
    from cases.models import Case

STEP = Decimal("0.0001")
"""Degrees; about ten metres."""

NEAR = 0.02
"""Degrees by which a point may lie outside the outlines: they were simplified by 0.01."""

OUTLINES = settings.BASE_DIR / "static" / "maps" / "yanbian_counties.geojson"

Coordinates = tuple[Decimal, Decimal]
"""Longitude and latitude."""

Typed = tuple[Decimal | None, Decimal | None]
"""The same as somebody gave it."""

Ring = Sequence[Sequence[float]]


class OutsideYanbian(GovernanceError):
    code = "outside_yanbian"
    status = 422
    message = _("This place on the map does not lie in Yanbian. Longitude is about 129, latitude about 43.")


def checked(given: Typed | None) -> Coordinates | None:
    """Both rounded to four decimals; None where neither is given.

    Raises:
        MissingInput: one without the other.
        OutsideYanbian: no place of Yanbian.
    """
    longitude, latitude = given or (None, None)
    if longitude is None and latitude is None:
        return None
    if longitude is None or latitude is None:
        raise MissingInput(_("Give both longitude and latitude, or neither."), field="coordinates")
    if not (longitude.is_finite() and latitude.is_finite() and lies_in_yanbian(float(longitude), float(latitude))):
        raise OutsideYanbian(field="coordinates")
    return longitude.quantize(STEP, ROUND_HALF_EVEN), latitude.quantize(STEP, ROUND_HALF_EVEN)


def of(case: Case) -> Coordinates | None:
    """Where the case is on the map."""
    if case.longitude is None or case.latitude is None:
        return None
    return case.longitude, case.latitude


def lies_in_yanbian(longitude: float, latitude: float) -> bool:
    """Whether a point lies in one of the counties, or so near that the simplified outline may have cut it off."""
    rings = _rings()
    if any(_is_inside(ring, longitude, latitude) for ring in rings):
        return True
    return any(_distance(ring, longitude, latitude) <= NEAR for ring in rings)


@cache
def _rings() -> list[Ring]:
    """The outer outlines of the counties."""
    found: list[Ring] = []
    for feature in json.loads(OUTLINES.read_text("utf-8"))["features"]:
        shape = feature["geometry"]
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        found += [part[0] for part in parts]
    return found


def _is_inside(ring: Ring, x: float, y: float) -> bool:
    """A line from the point to the east crosses the outline an odd number of times."""
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _distance(ring: Ring, x: float, y: float) -> float:
    """From the point to the outline, in degrees."""
    return min(_to_line(x, y, *one, *other) for one, other in zip(ring, [*ring[1:], ring[0]], strict=True))


def _to_line(x: float, y: float, x1: float, y1: float, x2: float, y2: float) -> float:
    length = (x2 - x1) ** 2 + (y2 - y1) ** 2
    part = 0.0 if not length else max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length))
    return math.hypot(x - x1 - part * (x2 - x1), y - y1 - part * (y2 - y1))
