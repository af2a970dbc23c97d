from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reporting.rollups.rebuilding import differences, rebuild


class Command(BaseCommand):
    help = "Counts all figures anew; with --check only recounts and compares, while everybody goes on working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail where a figure differs")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.stdout.write(f"{rebuild()} cases counted")
            return
        found = differences()
        for one in found:
            self.stderr.write(f"{one.what}: {one.where}")
        if found:
            raise CommandError("The roll-ups differ from a recount.")
        self.stdout.write("no difference")
