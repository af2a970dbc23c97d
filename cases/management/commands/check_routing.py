from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.routing_rules import stored_rules
from cases.rule_checks import categories_without_lead, check_rule


class Command(BaseCommand):
    help = "Lists categories without a lead and everything that is wrong with the routing rules in use."

    def handle(self, *args: Any, **options: Any) -> None:
        for category in categories_without_lead():
            self.stdout.write(f"category {category.pk}: no lead, the dispatcher decides")
        rules, certain = stored_rules(), 0
        for rule in rules:
            for problem in check_rule(rule, rules):
                certain += problem.is_certain
                self.stdout.write(f"rule {rule.pk} {rule.name}: {problem.message}")
        if certain:
            raise CommandError(f"{certain} rule(s) cannot do what they say")
        self.stdout.write(f"{len(rules)} rule(s) checked")
