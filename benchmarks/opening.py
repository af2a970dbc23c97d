"""Opening a page again and again."""

from __future__ import annotations

import statistics
import time
from typing import Any

ROUNDS = 3


def median_of(client: Any, address: str, *, target: float) -> float:
    """Milliseconds of a page; one that takes less than a third of ``target`` at first is not opened again.

    Raises:
        RuntimeError: the page cannot be opened.
    """
    times = []
    for _turn in range(ROUNDS):
        start = time.perf_counter()
        answer = client.get(address)
        times.append(1000 * (time.perf_counter() - start))
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code} of {address}")
        if times[0] <= target / 3:
            break
    return statistics.median(times)
