from __future__ import annotations

import errno
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from reporting.rollups.folding import fold
from reporting.rollups.rebuilding import rebuild
from reporting.services import watching
from reporting.simulation import prefecture, register, today


class Command(BaseCommand):
    help = "Prepares the local form: tables, reference data, static files, demo accounts, demo prefecture."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.GOVERNANCE_DEMO:
            raise CommandError("This is for the local demo form only (GOVERNANCE_DEMO=1).")
        try:
            self._prepare(options["verbosity"])
        except DatabaseError as error:
            raise CommandError(f"The database refuses: {str(error).splitlines()[0]}") from None
        except OSError as error:
            raise CommandError("The disk is full." if error.errno == errno.ENOSPC else str(error)) from None

    def _prepare(self, verbosity: int) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_reference", stdout=self.stdout if verbosity > 1 else _Silent())
        call_command("rebuild_search_keys", missing=True, stdout=_Silent())
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("demo_accounts", stdout=_Silent())
        is_new = prefecture.is_empty()
        call_command("simulate", if_empty=True)
        if is_new:
            rebuild()  # all at once is quicker than to fold case by case
        register.build()
        today.stage()
        fold()
        watching.watch(today=timezone.localdate())


class _Silent:
    """Takes what is written and shows it to nobody."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""
