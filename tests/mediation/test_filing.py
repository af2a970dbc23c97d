"""Scans and records in the file of a case: added, refused, replaced, removed, opened."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from accounts.models import Look
from cases import ledger
from cases.models import CaseParty, Document, EventKind, Part
from cases.services.documents import UnfitDocument, content_of
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from mediation import scans
from mediation.models import InvestigationRecord, PowerOfAttorney, Replacement
from mediation.services import filing
from mediation.services.filing import Upload
from tests.mediation.files import closed, investigated, pdf, photo, scan
from tests.mediation.sessions import mediated
from tests.world import World, make_case, make_person


def test_several_scans_are_kept_at_once_and_each_once(world: World) -> None:
    case = mediated(world)
    uploads = [Upload("1.pdf", pdf(2)), Upload("2.jpg", photo())]
    kept = filing.add_papers(case=case, by=world.mediator, part=Part.EVIDENCE, uploads=uploads, title="欠条")
    assert [row.title for row in kept] == ["欠条 1", "欠条 2"]
    again = filing.add_papers(case=case, by=world.mediator, part=Part.EVIDENCE, uploads=uploads, title="欠条")
    assert again == kept
    assert case.documents.count() == 2
    assert not list(ledger.verify(case_ids=[case.pk]))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (pdf(password="secret"), scans.LockedPdf),
        (pdf(3)[:200], scans.BrokenFile),
        (b"%PDF-1.7\nnothing", scans.BrokenFile),
        (photo()[:60], scans.BrokenFile),
        (photo("PNG")[:60], scans.BrokenFile),
        (pdf(301), scans.TooManyPages),
        (b"MZ a program", UnfitDocument),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(
    world: World, content: bytes, error: type[GovernanceError]
) -> None:
    case = mediated(world)
    uploads = [Upload("good.pdf", pdf()), Upload("坏文件.pdf", content)]
    with pytest.raises(error) as caught:
        filing.add_papers(case=case, by=world.mediator, part=Part.EVIDENCE, uploads=uploads)
    assert caught.value.field == "file"
    assert not Document.objects.exists()


def test_a_huge_picture_is_refused_before_it_is_unpacked(world: World) -> None:
    case = mediated(world)
    with pytest.raises(scans.TooManyPages):
        scan(case, world, content=photo("PNG", (9000, 7000)))


def test_only_who_has_to_do_with_the_case_adds(world: World) -> None:
    case = mediated(world)
    for user in (world.other_mediator, world.official, world.hr, world.administrator):
        with pytest.raises(NotAllowed):
            filing.add_papers(case=case, by=user, part=Part.EVIDENCE, uploads=[Upload("1.pdf", pdf())])
    for user in (world.clerk, world.dispatcher, world.tax, world.mediator):
        assert filing.may_keep(case, user)


def test_a_matter_that_is_not_mediated_has_no_file(world: World) -> None:
    case = make_case(world, "petition")
    with pytest.raises(filing.NoFile):
        filing.add_papers(case=case, by=world.dispatcher, part=Part.EVIDENCE, uploads=[Upload("1.pdf", pdf())])


def test_a_better_copy_takes_the_place_and_the_earlier_one_stays(world: World) -> None:
    case = mediated(world)
    old = scan(case, world)
    values = {"document": old, "by": world.clerk, "upload": Upload("2.pdf", pdf(2)), "reason": "字迹不清"}
    new = filing.replace_paper(**values)
    assert filing.replace_paper(**values) == new
    assert Replacement.objects.get().old == old
    assert content_of(old) == photo()
    assert new.title == old.title
    with pytest.raises(filing.AlreadyReplaced):
        filing.replace_paper(**{**values, "upload": Upload("3.pdf", pdf(3))})
    with pytest.raises(filing.SamePaper):
        filing.replace_paper(**{**values, "document": new})
    states = [row.data.get("state") for row in case.events.filter(kind=EventKind.DOCUMENT_KEPT).order_by("sequence")]
    assert states == [None, None, "replaced"]
    assert not list(ledger.verify(case_ids=[case.pk]))


def test_a_mistake_is_removed_the_same_day_by_the_same_person(world: World) -> None:
    case = mediated(world)
    document = scan(case, world)
    with pytest.raises(filing.NotByMistake):
        filing.remove_paper(document=document, by=world.clerk)
    filing.remove_paper(document=document, by=world.mediator)
    filing.remove_paper(document=document, by=world.mediator)
    assert not Document.objects.exists()
    event = case.events.filter(kind=EventKind.DOCUMENT_KEPT).latest("sequence")
    assert (event.data["state"], event.data["sha256"]) == ("removed", document.sha256)
    assert not list(ledger.verify(case_ids=[case.pk]))


def test_the_day_after_it_can_only_be_replaced(world: World) -> None:
    case = mediated(world)
    document = scan(case, world)
    Document.objects.filter(pk=document.pk).update(added_at=timezone.now() - dt.timedelta(days=1))
    with pytest.raises(filing.NotByMistake):
        filing.remove_paper(document=document, by=world.mediator)


def test_each_opening_is_recorded_and_identities_stay_with_who_has_the_case(world: World) -> None:
    case = mediated(world)
    document = scan(case, world)
    assert filing.open_paper(document=document, by=world.clerk, address="10.0.0.1") == photo()
    look = Look.objects.get(subject=f"document:{document.pk}")
    assert (look.user, look.what, look.address) == (world.clerk, Look.What.IDENTITY_NUMBER, "10.0.0.1")
    with pytest.raises(NotAllowed):
        filing.open_paper(document=document, by=world.hr, address=None)
    with pytest.raises(NotAllowed):
        filing.open_paper(document=document, by=world.official, address=None)


def test_an_investigation_is_written_down_once(world: World) -> None:
    case, key = mediated(world), uuid.uuid4()
    first = investigated(case, world, submission_key=key)
    assert investigated(case, world, submission_key=key) == first
    assert InvestigationRecord.objects.count() == 1
    event = case.events.filter(kind=EventKind.DOCUMENT_KEPT).get()
    assert (event.data["paper"], event.data["source"]) == ("investigation", first.pk)
    assert first.text not in str(event.data)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"asked": " "}, "asked"),
        ({"text": ""}, "text"),
        ({"minutes": 0}, "minutes"),
        ({"asked_at": timezone.now() + dt.timedelta(days=2)}, "asked_at"),
    ],
)
def test_what_an_investigation_needs(world: World, fields: dict[str, object], field: str) -> None:
    with pytest.raises(GovernanceError) as caught:
        investigated(mediated(world), world, **fields)
    assert caught.value.field == field


def test_a_special_power_names_what_it_is_for(world: World) -> None:
    case = mediated(world)
    values = {
        "case": case, "by": world.clerk, "principal": case.parties.first(), "attorney": "李律师",
        "relation": "lawyer", "scope": "special", "given_on": timezone.localdate(), "submission_key": uuid.uuid4(),
    }  # fmt: skip
    with pytest.raises(MissingInput) as caught:
        filing.record_power(**values)
    assert caught.value.field == "powers"
    power = filing.record_power(**values, powers="承认、放弃、变更请求，进行和解。")
    assert filing.record_power(**values, powers="承认、放弃、变更请求，进行和解。") == power
    general = filing.record_power(**{**values, "scope": "general", "submission_key": uuid.uuid4()}, powers="x")
    assert general.powers == ""
    assert PowerOfAttorney.objects.count() == 2


def test_only_a_party_of_the_case_is_represented(world: World) -> None:
    case, other = mediated(world), mediated(world)
    agent = CaseParty.objects.create(case=case, person=make_person("代理人", ""), part="representative")
    for principal in (other.parties.first(), agent):
        with pytest.raises(MissingInput):
            filing.record_power(
                case=case, by=world.clerk, principal=principal, attorney="李律师", relation="lawyer",
                scope="general", given_on=timezone.localdate(), submission_key=uuid.uuid4(),
            )  # fmt: skip


def test_signed_copies_come_in_after_the_end_too(world: World) -> None:
    case = closed(world)
    assert scan(case, world).case == case
