"""What the tests of offers share: an offer of the respondent, and the answer of the applicant."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from cases.models import Case, CaseParty
from mediation.models import Offer, OfferAnswer
from mediation.services.clarity import Term
from mediation.services.offers import answer_offer, make_offer
from tests.mediation.test_obligations import pay
from tests.world import World


def side(case: Case, part: str) -> CaseParty:
    return case.parties.get(part=part)


def offer(world: World, case: Case, *terms: Term, part: str = "respondent", **changes: Any) -> Offer:
    """Three thousand yuan from the respondent, open for a week."""
    values: dict[str, Any] = {
        "case": case, "by": world.mediator, "party": side(case, part), "text": "一次付清",
        "obligations": terms or (pay(case, amount=Decimal(3000)),),
        "open_until": timezone.localdate() + dt.timedelta(days=7),
    }  # fmt: skip
    return make_offer(**{**values, **changes})


def say(world: World, row: Offer, kind: str, part: str = "applicant", **changes: Any) -> OfferAnswer:
    reason = "太少" if kind == "refused" else ""
    values = {"offer": row, "by": world.mediator, "kind": kind, "party": side(row.case, part), "reason": reason}
    return answer_offer(**{**values, **changes})


def let_lapse(row: Offer) -> Offer:
    """As if it had been made ten days ago and open for a week."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE mediation_offer DISABLE TRIGGER mediation_offer_kept")
        cursor.execute(
            "UPDATE mediation_offer SET made_at = made_at - interval '10 days', open_until = open_until - 10"
            " WHERE id = %s",
            [row.pk],
        )
        cursor.execute("ALTER TABLE mediation_offer ENABLE TRIGGER mediation_offer_kept")
    return Offer.objects.select_related("case").get(pk=row.pk)
