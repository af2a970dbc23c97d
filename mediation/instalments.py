"""Splitting a sum into instalments: exact to the fen, no database."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from governance_center.calendar import add_months

FEN = Decimal("0.01")


class Share(NamedTuple):
    """One instalment: its last day and its sum in yuan."""

    due_on: dt.date
    amount: Decimal


def split_instalments(amount: Decimal, *, count: int, first_on: dt.date, every_months: int = 1) -> tuple[Share, ...]:
    """Equal instalments; what does not divide comes with the last.

    Args:
        amount: yuan, whole fen, at least one fen for each instalment.
        count: how many, at least 1.
        first_on: day of the first; the others follow on the same day of the month, or on its last day where
            the month is shorter.
        every_months: months between two, at least 1.

    Raises:
        ValueError: for a sum that cannot be split so.
    """
    if count < 1 or every_months < 1 or amount != amount.quantize(FEN) or amount < FEN * count:
        raise ValueError(f"no such instalments: {amount} in {count} every {every_months} months")
    each = (amount / count).quantize(FEN, rounding=ROUND_DOWN)
    sums = [each] * (count - 1)
    sums.append(amount - sum(sums, Decimal(0)))
    return tuple(Share(add_months(first_on, index * every_months), part) for index, part in enumerate(sums))
