"""Scans of the demo: invented identity cards, a signed agreement, photographs and a receipt, drawn by the program."""

from __future__ import annotations

import io
import os

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from accounts.models import User
from cases.models import Case, Part
from cases.states import State
from mediation import file_facts
from mediation.services import filing, signing
from mediation.services.filing import Upload

PAPER, INK, PALE = "#f6f3ea", "#222b35", "#9fb3c4"


def build() -> Case | None:
    """Put scans into the file of the one closed case with an inquiry; None where there is none or they are there."""
    found = Case.objects.filter(state=State.CLOSED, investigations__isnull=False, documents__isnull=True)
    case = found.select_related("category", "centre", "division").first()
    if case is None or case.mediator is None:
        return None
    facts = file_facts.read(case)
    for party in facts.parties:
        lines = ["样本", "견본", f"姓名 {party}", "公民身份号码 ******************", "演示数据，非真实证件"]
        _add(case, case.mediator, Part.IDENTITY, f"身份证 {party}", _card(lines, (1012, 638)))
    _sign(case, case.mediator)
    _add(case, case.mediator, Part.EVIDENCE, "漏水现场照片", _damage())
    payee = facts.names("applicant")
    lines = ["收    条", "今收到卫生间维修费人民币", "贰仟捌佰元整（￥2,800.00）。", f"收款人：{payee}"]
    _add(case, case.mediator, Part.PERFORMANCE, "收条", _card(lines, (1240, 877)))
    return case


def _sign(case: Case, by: User) -> None:
    """All signed on paper on the day of the agreement, and the committee's seal is on it: it is in force."""
    agreement, site = case.agreements.get(), f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/"
    signers = signing.signers(agreement)
    page = _card(["人民调解协议书 签名页", agreement.number, *(one.label for one in signers)], (1240, 1754))
    signing.sign_on_paper(
        agreement=agreement, by=by, hands={one.key: signing.Hand() for one in signers}, scan=page,
        signed_on=agreement.reached_on, site=site,
    )  # fmt: skip
    signing.record_seal(agreement=agreement, by=by, sealed_on=agreement.reached_on, site=site)


def _add(case: Case, by: User, part: str, title: str, content: bytes) -> None:
    upload = Upload(f"{title}.jpg", content)
    filing.add_papers(case=case, by=by, part=part, uploads=[upload], title=title)


def _card(lines: list[str], size: tuple[int, int]) -> bytes:
    """Lines of writing on a sheet."""
    sheet = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((12, 12, size[0] - 12, size[1] - 12), outline=PALE, width=4)
    height = size[1] // (len(lines) + 2)
    for place, line in enumerate(lines, 1):
        pen.text((size[0] // 10, height * place), line, fill=INK, font=_letters(line, min(54, height // 2)))
    return _saved(sheet)


def _damage() -> bytes:
    """A wet ceiling, as far as circles go."""
    sheet = Image.new("RGB", (1600, 1200), "#e8e6df")
    pen = ImageDraw.Draw(sheet)
    for step in range(12, 0, -1):
        shade, wide, high = 150 + step * 7, step * 55, step * 32
        pen.ellipse((800 - wide, 480 - high, 800 + wide, 480 + high), fill=(shade, shade - 12, shade - 34))
    pen.line((0, 900, 1600, 900), fill=PALE, width=8)
    return _saved(sheet)


def _letters(line: str, size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """The typeface of the papers; the other language's where a line has Hangul."""
    wanted = "KR" if any("가" <= letter <= "힣" for letter in line) else "SC"
    files = sorted(settings.FONT_DIR.glob(f"*{wanted}*"))
    return ImageFont.truetype(str(files[0]), size) if files else ImageFont.load_default(size)


def _saved(sheet: Image.Image) -> bytes:
    made = io.BytesIO()
    sheet.save(made, format="JPEG", quality=85)
    return made.getvalue()
