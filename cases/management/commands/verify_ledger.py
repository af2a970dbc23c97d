from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases import ledger
from cases.models import Case


class Command(BaseCommand):
    help = "Recomputes the hash chain of every case and names the first entry of each chain that does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("numbers", nargs="*", help="case numbers; all cases when none is given")

    def handle(self, *args: Any, **options: Any) -> None:
        ids = None
        if options["numbers"]:
            found = dict(Case.objects.filter(number__in=options["numbers"]).values_list("number", "pk"))
            unknown = sorted(set(options["numbers"]) - set(found))
            if unknown:
                raise CommandError(f"no such case: {', '.join(unknown)}")
            ids = list(found.values())
        breaks = 0
        for fault in ledger.verify(case_ids=ids):
            breaks += 1
            self.stderr.write(f"{fault.case_number}: entry {fault.sequence}: {fault.reason}")
        if breaks:
            raise CommandError(f"{breaks} chain(s) do not hold")
        self.stdout.write(f"the ledger holds: {ledger.count_entries()} entries")
