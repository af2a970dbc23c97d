from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from cases.models import CaseParty, Person, PersonKey
from cases.services.people import key_rows

BATCH = 1000


class Command(BaseCommand):
    help = "Writes the search keys of all people anew, and in which counties each is known. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--missing", action="store_true", help="only of people who have none")

    def handle(self, *args: Any, **options: Any) -> None:
        people = Person.objects.order_by("pk")
        if options["missing"]:
            people = people.filter(keys__isnull=True)
        last, count = 0, 0
        while batch := list(people.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
            last = batch[-1]
            count += _rebuild(batch)
        self.stdout.write(f"search keys of {count} people written")


@transaction.atomic
def _rebuild(ids: list[int]) -> int:
    people = Person.objects.select_for_update(of=("self",)).filter(pk__in=ids).prefetch_related("phones")
    places: dict[int, set[str]] = {pk: set() for pk in ids}
    for pk, centre in CaseParty.objects.filter(person__in=ids).values_list("person", "case__centre"):
        places[pk].add(centre[:6])
    rows: list[PersonKey] = []
    for person in people:
        home = {person.division_id[:6]} if person.division_id else set()
        known = sorted({*person.counties, *places[person.pk], *home} - {code for code in home if len(code) < 6})
        if known != person.counties:
            person.counties = known
            person.save(update_fields=["counties"])
        rows += key_rows(person, phones=[row.phone for row in person.phones.all()])
    PersonKey.objects.filter(person__in=ids).delete()
    PersonKey.objects.bulk_create(rows, batch_size=5000)
    return len(people)
