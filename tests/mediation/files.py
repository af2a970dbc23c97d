"""What the tests of papers share: scans, a case with a session, an agreement and its end, and reading a PDF."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from typing import Any

from django.utils import timezone
from PIL import Image
from pypdf import PdfReader, PdfWriter

from cases.models import Case, Document, Part
from cases.services import close_case
from mediation.models import FollowUp, InvestigationRecord
from mediation.services import holding, reach_agreement
from mediation.services.filing import Upload, add_papers, record_investigation
from mediation.services.follow_ups import record_follow_up
from tests.mediation.sessions import call, let_it_begin, mediated, tell_rights
from tests.world import World

MINUTES = "申请人：三个月工资未付。\n被申请人：同意分期支付。\n조정원: 쌍방의 의견을 확인하였다."


def pdf(pages: int = 1, *, password: str = "", width: float = 595.28, height: float = 841.89) -> bytes:
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(width=width, height=height)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def photo(kind: str = "JPEG", size: tuple[int, int] = (400, 300), colour: str = "white", **fields: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, format=kind, **fields)
    return made.getvalue()


def scan(case: Case, world: World, part: str = Part.IDENTITY, content: bytes = b"", **fields: Any) -> Document:
    upload = Upload("身份证.jpg", content or photo())
    return add_papers(case=case, by=world.mediator, part=part, uploads=[upload], **fields)[0]


def investigated(case: Case, world: World, **fields: Any) -> InvestigationRecord:
    values: dict[str, Any] = {
        "asked_at": timezone.now() - dt.timedelta(hours=3),
        "minutes": 40,
        "place": "梨园社区",
        "asked": "崔邻居",
        "asked_who": "邻居",
        "asked_by": "调解员甲",
        "recorder": "记录员乙",
        "text": "문: 언제부터인가?\n답: 석달전부터이다.",
        "language": "ko",
        "submission_key": uuid.uuid4(),
    }
    return record_investigation(case=case, by=world.mediator, **{**values, **fields})


def held(case: Case, world: World) -> None:
    """The parties were told their rights, came together, and the minutes were written."""
    tell_rights(case, world.mediator)
    session = let_it_begin(call(case, world.mediator))
    came = {party.pk: "came" for party in case.parties.all()}
    holding.hold_session(session=session, by=world.mediator, came=came, minutes=MINUTES, language="zh-hans")


def closed(world: World, *, form: str = "oral") -> Case:
    """A mediated case that was agreed upon, visited and closed; nothing was scanned yet."""
    case = mediated(world)
    held(case, world)
    reach_agreement(case=case, by=world.mediator, form=form, terms="企业于月底前一次付清。")
    visit = FollowUp.objects.filter(case=case).order_by("due_on").first()
    assert visit is not None
    record_follow_up(
        follow_up=visit, by=world.other_mediator, outcome="performed", satisfaction="content", note="已履行，双方满意。"
    )
    FollowUp.objects.filter(case=case, state="planned").update(state="cancelled")
    close_case(case=case, by=world.dispatcher)
    case.refresh_from_db()
    return case


def text_of(content: bytes) -> list[str]:
    """The text of each page without white space."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]
