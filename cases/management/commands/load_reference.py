from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cases import reference_data as case_data
from departments import reference_data as department_data
from governance_center.events import publish


class Command(BaseCommand):
    help = "Loads the reference data of the repository; may be run again at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {**department_data.load(), **case_data.load()}
        publish("reference.load", counts=counts)
        for table, changed in counts.items():
            self.stdout.write(f"{table}: {changed} new or changed")
