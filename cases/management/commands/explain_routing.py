from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.models import Language
from cases.explaining import explanations_of
from cases.models import Case


class Command(BaseCommand):
    help = "Prints every routing decision of a case in plain words, Chinese above Korean."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="case number")

    def handle(self, *args: Any, **options: Any) -> None:
        case = Case.objects.filter(number=options["number"]).first()
        if case is None:
            raise CommandError(f"no such case: {options['number']}")
        for language in Language.values:
            with translation.override(language):
                self._print(case)

    def _print(self, case: Case) -> None:
        for explanation in reversed(explanations_of(case)):
            decision = explanation.decision
            self.stdout.write(
                f"{case.number}  {timezone.localtime(decision.at):%Y-%m-%d %H:%M}  {decision.lead or '?'}"
            )
            for mark, lines in (
                ("  ", explanation.reasons),
                ("  = ", explanation.facts),
                ("  @ ", explanation.relied_on),
                ("  - ", explanation.alternatives),
            ):
                for line in lines:
                    self.stdout.write(f"{mark}{line}")
            if decision.note:
                self.stdout.write(f"  {decision.note.text}")
