from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mediation.services import reminding


class Command(BaseCommand):
    help = "Turns follow-up visits that have fallen due into reminders, each exactly once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", help="the day to take for today, e.g. 2026-12-31")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            today = dt.date.fromisoformat(options["today"]) if options["today"] else timezone.localdate()
        except ValueError:
            raise CommandError("--today takes a date such as 2026-12-31") from None
        made = reminding.sweep(today=today)
        self.stdout.write(f"{made} reminders made for {today}")
