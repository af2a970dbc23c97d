"""What the tests of the life of an agreement share: drawing, signing for everybody, the seal, letting time pass."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cases.models import Case
from mediation.models import Agreement, Obligation
from mediation.services.signing import Hand, missing, record_seal, sign_on_paper, sign_on_screen, signers, text_of
from tests.mediation.files import pdf
from tests.mediation.test_obligations import agree, mediated, pay
from tests.world import World

SITE = "https://centre.example/"
PDF = pdf()
DRAWING = json.dumps({"size": [600, 240], "lines": [[[x, 100 + (x % 7) * 8] for x in range(20, 300, 5)]]})


def written(world: World, **changes: Any) -> Agreement:
    """A written agreement with one payment, not signed yet."""
    case = mediated(world)
    return agree(world, case, pay(case, **changes))


def hand_of(key: str, agreement: Agreement) -> Hand:
    """The company signs by its legal representative."""
    signer = next(one for one in signers(agreement) if one.key == key)
    return Hand("legal", "王代表") if signer.is_organisation else Hand()


def sign_all(world: World, agreement: Agreement) -> None:
    """Everybody signs on the screen, before the mediator."""
    for one in missing(agreement):
        sign_on_screen(
            agreement=agreement, by=world.mediator, key=one.key, drawing=DRAWING, text=text_of(agreement), site=SITE,
            hand=hand_of(one.key, agreement),
        )  # fmt: skip


def sign_paper(world: World, agreement: Agreement, **changes: Any) -> None:
    """Everybody signs on one paper."""
    hands = {one.key: hand_of(one.key, agreement) for one in missing(agreement)}
    values: dict[str, Any] = {"hands": hands, "scan": PDF, "signed_on": timezone.localdate(), "by": world.mediator}
    sign_on_paper(**{"agreement": agreement, "site": SITE, **values, **changes})


def in_force(world: World, **changes: Any) -> Agreement:
    """A written agreement, signed by everybody and sealed."""
    agreement = written(world, **changes)
    sign_all(world, agreement)
    record_seal(agreement=agreement, by=world.mediator, sealed_on=timezone.localdate(), site=SITE)
    return Agreement.objects.select_related("paper", "case").get(pk=agreement.pk)


def upload(content: bytes = PDF, name: str = "scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def kinds(case: Case) -> list[str]:
    """The kinds of the ledger's entries, in their order."""
    return list(case.events.order_by("sequence").values_list("kind", flat=True))


def days_ago(days: int) -> dt.date:
    return timezone.localdate() - dt.timedelta(days=days)


def late(world: World, *, since: int = 20, **changes: Any) -> Agreement:
    """An agreement in force since so many days, whose payment was due five days ago."""
    agreement = written(world, **changes)
    begun = days_ago(since)
    Agreement.objects.filter(pk=agreement.pk).update(reached_on=begun, perform_by=max(begun, days_ago(5)))
    Obligation.objects.filter(agreement=agreement).update(due_on=days_ago(5))
    agreement.refresh_from_db()
    sign_paper(world, agreement, signed_on=begun)
    record_seal(agreement=agreement, by=world.mediator, sealed_on=begun, site=SITE)
    return Agreement.objects.select_related("case", "paper").get(pk=agreement.pk)
