from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError


class Command(BaseCommand):
    help = "Prepares the local form: tables, reference data, static files, demo accounts, demo prefecture."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.GOVERNANCE_DEMO:
            raise CommandError("This is for the local demo form only (GOVERNANCE_DEMO=1).")
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {str(error).splitlines()[0]}") from None
        call_command("load_reference", stdout=self.stdout if options["verbosity"] > 1 else _Silent())
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("demo_accounts", stdout=_Silent())
        call_command("simulate", if_empty=True)


class _Silent:
    """Takes what is written and shows it to nobody."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""
