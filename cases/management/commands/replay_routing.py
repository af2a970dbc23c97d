from __future__ import annotations

import csv
import datetime as dt
from argparse import ArgumentParser
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from cases.replaying import replay


class Command(BaseCommand):
    help = "Routes history again under the present rules, without writing, and says what would change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=dt.date.fromisoformat, required=True, help="first day, YYYY-MM-DD")
        parser.add_argument("--centre", default="", help="code of one centre; all when left out")
        parser.add_argument("--out", type=Path, help="a CSV file with one line for each case")

    def handle(self, *args: Any, **options: Any) -> None:
        changes: Counter[tuple[str, str]] = Counter()
        seen = 0
        with ExitStack() as stack:
            lines = None
            if options["out"]:
                stream = stack.enter_context(options["out"].open("w", newline="", encoding="utf-8"))
                lines = csv.writer(stream)
                lines.writerow(["case", "day", "category", "before", "after", "changed", "rule", "reasons"])
            for row in replay(options["since"], centre=options["centre"]):
                seen += 1
                if row.is_changed:
                    changes[row.before, row.after] += 1
                if lines:
                    codes = " ".join(reason["code"] for reason in row.decision.reasons)
                    rule = row.decision.rule.name if row.decision.rule else ""
                    changed = "yes" if row.is_changed else "no"
                    lines.writerow([row.number, row.day, row.category, row.before, row.after, changed, rule, codes])
        for (before, after), count in changes.most_common():
            self.stdout.write(f"{before or 'dispatcher'} -> {after or 'dispatcher'}: {count}")
        self.stdout.write(f"{seen} decisions replayed, {sum(changes.values())} would change; nothing was written")
