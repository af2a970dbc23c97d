"""What a worker of the simulation remembers from one life to the next: who came before, and who sits where when."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field

from cases.models import Person

HOURS = (9, 10, 13, 14, 15, 16)
"""Sessions begin at one of these hours of a local day and are over before the next."""


@dataclass
class Memory:
    """The memory of one of ``workers``; lives that have to know of each other are lived by the same one.

    Mediators are shared by all, so each worker has hours of its own for their sessions.
    """

    worker: int = 0
    workers: int = 1
    households: dict[int, list[Person]] = field(default_factory=dict)
    _taken: set[tuple[Hashable, dt.datetime]] = field(default_factory=set)

    @property
    def hours(self) -> Sequence[int]:
        """The hours at which this worker lets sessions begin."""
        return HOURS[self.worker :: self.workers]

    def book(
        self, rng: random.Random, starts: Sequence[dt.datetime], people: Collection[Hashable]
    ) -> dt.datetime | None:
        """One of the moments at which none of the people sits elsewhere, now taken for them; None where none is."""
        for start in rng.sample(starts, len(starts)):
            wanted = {(one, start) for one in people}
            if not wanted & self._taken:
                self._taken |= wanted
                return start
        return None
