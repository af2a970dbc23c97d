"""The demo has a closed case whose complete file lacks nothing."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import call_command
from pypdf import PdfReader

from cases import ledger
from cases.models import Case, Part
from mediation import file_contents, file_facts
from mediation.services import archiving
from reporting.simulation import prefecture, scans


def _papers(case: Case) -> list[file_contents.Item]:
    return [item for part in file_contents.contents(file_facts.read(case)) for item in part.papers]


@pytest.mark.django_db
def test_the_demo_has_a_complete_file() -> None:
    call_command("load_reference", stdout=io.StringIO())
    call_command("demo_accounts", stdout=io.StringIO())
    prefecture.build(seed=11, until=dt.date(2025, 6, 30), accepted=600, resolved=590, workers=1)
    case = scans.build()
    assert case is not None
    assert scans.build() is None
    assert case.mediator.username == "mediator.longjing"
    assert case.sessions.get().seats.get().mediator.user == case.mediator
    agreement = case.agreements.get()
    assert agreement.in_force_on == agreement.reached_on
    assert agreement.paper in {item.document for item in _papers(case)}
    parts = file_contents.contents(file_facts.read(case))
    assert file_contents.missing(parts) == []
    filled = {part.part for part in parts if part.papers}
    assert filled == set(Part) - {Part.POWER_OF_ATTORNEY, Part.CONFIRMATION}
    for language in ("zh-hans", "ko", "both"):
        made = archiving.look_at_file(
            case=case, by=case.mediator, language=language, address=None, site="https://centre.example/"
        )
        assert len(PdfReader(io.BytesIO(made)).pages) > 12
    assert not list(ledger.verify(case_ids=[case.pk]))
    assert Case.objects.filter(investigations__isnull=False).get() == case
