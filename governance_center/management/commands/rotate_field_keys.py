from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import models

from governance_center import crypto, rotation

LARGEST_BATCH = 5000
WALKS, PAUSE = 5, 0.5
"""How often rows that others hold locked are tried, and the seconds between."""
NAMED = 20
"""So many unreadable rows of a model are named."""


class Command(BaseCommand):
    help = (
        "Writes every encrypted field again under the first of FIELD_KEYS and the present FIELD_CIPHER, beside the "
        "running centre. May be stopped at any time and started again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows to a transaction (500)")
        parser.add_argument("--check", action="store_true", help="count what is still under older keys, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["batch"] <= LARGEST_BATCH:
            raise CommandError(f"--batch takes 1 to {LARGEST_BATCH}")
        try:
            head = crypto.present_head()
        except LookupError as error:
            raise CommandError(str(error)) from None
        cipher, key_id = head.split(":")
        self.stdout.write(f"present: cipher {cipher}, key {key_id}")
        if options["check"]:
            self._count()
        else:
            self._rotate(options["batch"])

    def _count(self) -> None:
        left = 0
        for model in rotation.encrypted_models():
            count = rotation.stale(model).count()
            self.stdout.write(f"{model._meta.label}: {count} row(s) to write again")
            left += count
        if left:
            raise CommandError(f"{left} row(s) are still under older keys or another cipher")
        self.stdout.write("nothing is under older keys")

    def _rotate(self, batch: int) -> None:
        rotated = sum(self._rotate_model(model, batch) for model in rotation.encrypted_models())
        left = sum(rotation.stale(model).count() for model in rotation.encrypted_models())
        if left:
            raise CommandError(f"{rotated} row(s) written again, {left} left (locked or unreadable); run it once more")
        self.stdout.write(f"{rotated} row(s) written again; nothing is under older keys")

    def _rotate_model(self, model: type[models.Model], batch: int) -> int:
        """Walk through the model until nothing but unreadable rows is left, or others keep theirs locked."""
        rotated = 0
        for walk in range(WALKS):
            unreadable: list[Any] = []
            done = 0
            for progress in rotation.rotate(model, batch=batch):
                done, unreadable = progress.rotated, progress.unreadable
                self.stdout.write(f"{model._meta.label}: {done} of {progress.total}")
            rotated += done
            if walk == WALKS - 1 or rotation.stale(model).count() <= len(unreadable):
                break
            time.sleep(PAUSE)
        for key in unreadable[:NAMED]:
            self.stderr.write(f"{model._meta.label} {key}: no configured key opens it")
        return rotated
