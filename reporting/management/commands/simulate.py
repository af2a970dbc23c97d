from __future__ import annotations

import datetime as dt
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.models import Division
from reporting.simulation import prefecture

ACCEPTED, RESOLVED = 16_412, 16_198
"""What the prefecture published: 98.7 % (Yanbian Daily, 2025-07-11)."""


class Command(BaseCommand):
    help = "Builds the demo prefecture. Refuses a database that holds cases."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=2023, help="equal seeds build equal prefectures")
        parser.add_argument("--until", help="the last day on which anything happens; yesterday by default")
        parser.add_argument("--accepted", type=int, default=ACCEPTED)
        parser.add_argument("--resolved", type=int, default=RESOLVED)
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are cases already")

    def handle(self, *args: Any, **options: Any) -> None:
        if not prefecture.is_empty():
            if options["if_empty"]:
                return
            raise CommandError("This database holds cases. The demo prefecture is built only in an empty one.")
        if not Division.objects.exists():
            raise CommandError("Load the reference data first: manage.py load_reference")
        count = self._build(**{key: options[key] for key in ("seed", "until", "accepted", "resolved")})
        self.stdout.write(
            f"{count} matters, of which {options['accepted']} accepted and {options['resolved']} resolved"
        )

    def _build(self, *, seed: int, until: str | None, accepted: int, resolved: int) -> int:
        from tqdm import tqdm

        try:
            last = dt.date.fromisoformat(until) if until else timezone.localdate() - dt.timedelta(days=1)
            total = round(accepted * (1 + prefecture.CONSULTATIONS + prefecture.REFUSED))
            with tqdm(total=total, desc="demo prefecture", unit=" cases", file=sys.stderr, mininterval=0.5) as bar:
                return prefecture.build(
                    seed=seed, until=last, accepted=accepted, resolved=resolved, progress=bar.update
                )
        except (ValueError, prefecture.NotBuilt) as error:
            raise CommandError(str(error)) from None
