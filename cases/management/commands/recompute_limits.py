from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cases.services.recomputing import recompute_limits


class Command(BaseCommand):
    help = (
        "Counts running in-house limits and provisional ones anew by the calendar as it is now. Pauses and extensions "
        "are kept; run again, it changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scope", default="", help="code of a division, e.g. 2224; everywhere when not given")
        parser.add_argument(
            "--date", action="append", default=[], type=dt.date.fromisoformat, help="only limits that run over this day"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        moved = recompute_limits(scope_code=options["scope"], dates=options["date"])
        self.stdout.write(f"limits moved: {moved}")
