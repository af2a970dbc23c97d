"""Makes the Word forms that ship with the program, so that they can be made again: python -m tools.word_forms"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from docx import Document
from docx.document import Document as WordFile
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Row

from mediation import word_forms

HOME = Path(__file__).resolve().parent.parent
FORMS = HOME / "mediation" / "word_forms"
BRIEFING = HOME / "reporting" / "word_forms" / "briefing.docx"
KINDS = ("investigation", "mediation", "agreement", "closing")
TABLED = ("mediation", "agreement")
"""Those with a table of parties."""

LATIN, EAST_ASIAN = "Times New Roman", "SimSun"
"""SimSun sets Chinese; Word takes its own typeface for Hangul, which the second language of the styles names."""

INK, ACCENT = RGBColor(0x1F, 0x29, 0x33), RGBColor(0x9B, 0x1C, 0x1C)
DAY = dt.datetime(2026, 1, 1)


def main() -> None:
    FORMS.mkdir(exist_ok=True)
    for kind in KINDS:
        (FORMS / f"{kind}.docx").write_bytes(make(is_tabled=kind in TABLED))
    BRIEFING.write_bytes(make_briefing())


def make(*, is_tabled: bool) -> bytes:
    """A form: heading, facts, table, wording, texts, lines to sign on."""
    form = blank(margin=25)
    loop(form, "committees", "{{ one }}", size=14, colour=ACCENT, bold=True, centred=True)
    loop(form, "titles", "{{ one }}", size=20, bold=True, centred=True)
    facts(form)
    if is_tabled:
        people(form)
    loop(form, "body", "{{ one.text }}")
    line(form, "{%p for section in sections %}")
    line(form, "{{ section.heading }}", bold=True, size=12, keeps=True)
    loop(form, "section.lines", "{{ one }}")
    line(form, "{%p endfor %}")
    # The last lines, the lines to sign on and the seal stay on one page.
    loop(form, "closing", "{{ one.text }}", keeps=True)
    loop(form, "signatures", "{{ one }} {{ sign }}：______________________    {{ date }}：________________", keeps=True)
    loop(form, "seals", "{{ one }}", right=True, keeps=True)
    line(form, "{{ made_on }}", right=True)
    page_numbers(form)
    return packed(form)


def make_briefing() -> bytes:
    """A form: head, the official's own lines, and sections of sentences, a picture and a table."""
    form = blank(margin=20)
    line(form, "{{ scope }}", size=14, colour=ACCENT, bold=True, centred=True)
    line(form, "{{ title }}", size=22, colour=ACCENT, bold=True, centred=True, heading=1)
    loop(form, "about", "{{ one }}", centred=True)
    line(form, "{%p if own %}")
    line(form, "{{ own_heading }}", size=13, colour=ACCENT, bold=True, heading=2)
    loop(form, "own", "{{ one }}")
    line(form, "{%p endif %}")
    line(form, "{%p for section in sections %}")
    line(form, "{{ section.heading }}", size=13, colour=ACCENT, bold=True, heading=2)
    loop(form, "section.lines", "{{ one }}", size=10.5)
    line(form, "{%p if section.picture %}")
    line(form, "{{ section.caption }}", size=9, keeps=True)
    line(form, "{{ section.picture }}")
    line(form, "{%p endif %}")
    line(form, "{%p if section.rows %}")
    columns(form, "section.head", "section.rows", size=8.5)
    line(form, "{%p endif %}")
    line(form, "{%p endfor %}")
    loop(form, "notes", "{{ one }}", size=9)
    page_numbers(form)
    return packed(form)


def blank(*, margin: float) -> WordFile:
    """An A4 page; margins at its sides in millimetres."""
    form = Document()
    page = form.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(margin)
    page.top_margin, page.bottom_margin = Mm(22), Mm(20)
    style(form)
    return form


def style(form: Document) -> None:
    """Letters for Latin, Chinese and Korean text, in the styles themselves."""
    normal = form.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = LATIN, Pt(11), INK
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:eastAsia", "w:cs"):
        fonts.set(qn(name), EAST_ASIAN)
    for name in ("w:ascii", "w:hAnsi"):
        fonts.set(qn(name), LATIN)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    normal.element.get_or_add_rPr().append(language)
    normal.paragraph_format.space_after = Pt(4)
    normal.paragraph_format.line_spacing = 1.25


def loop(form: Document, name: str, text: str, **looks: object) -> None:
    """One paragraph for each of ``name``."""
    line(form, f"{{%p for one in {name} %}}")
    line(form, text, **looks)
    line(form, "{%p endfor %}")


def line(
    form: Document,
    text: str,
    *,
    size: float = 11,
    bold: bool = False,
    centred: bool = False,
    right: bool = False,
    keeps: bool = False,
    colour: RGBColor = INK,
    heading: int = 0,
) -> None:
    """A paragraph; ``keeps`` holds it on the page of the next one, ``heading`` is its level as a heading."""
    paragraph = form.add_paragraph(style=f"Heading {heading}" if heading else None)
    paragraph.paragraph_format.keep_with_next = keeps or None
    run = paragraph.add_run(text)
    run.bold, run.font.size, run.font.color.rgb = bold, Pt(size), colour
    run.font.name = LATIN
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), EAST_ASIAN)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def facts(form: Document) -> None:
    """Labels and values, a row for each."""
    table = form.add_table(rows=3, cols=2)
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    table.cell(0, 0).text = "{%tr for row in rows %}"
    table.cell(1, 0).text, table.cell(1, 1).text = "{{ row.label }}", "{{ row.value }}"
    table.cell(2, 0).text = "{%tr endfor %}"
    for row in table.rows:
        row.cells[0].width, row.cells[1].width = Mm(45), Mm(115)
        keep_whole(row)
    form.add_paragraph()


def people(form: Document) -> None:
    """A table whose columns come with the data."""
    columns(form, "table.head", "table.rows")
    form.add_paragraph()


def columns(form: Document, head: str, rows: str, *, size: float | None = None) -> None:
    """A table as wide as its data; its head stands again on the next page."""
    table = form.add_table(rows=4, cols=3)
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    for row, name in ((0, head), (2, "row")):
        table.cell(row, 0).text = f"{{%tc for cell in {name} %}}"
        table.cell(row, 1).text, table.cell(row, 2).text = "{{ cell }}", "{%tc endfor %}"
    table.cell(1, 0).text, table.cell(3, 0).text = f"{{%tr for row in {rows} %}}", "{%tr endfor %}"
    for row in table.rows:
        keep_whole(row)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    if size:
        resize(table, size)


def resize(table: Table, size: float) -> None:
    """Letters of another size in a table, set closer."""
    for cell in table._cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.space_after, paragraph.paragraph_format.line_spacing = Pt(0), 1.0
            for run in paragraph.runs:
                run.font.size = Pt(size)


def keep_whole(row: _Row) -> None:
    """A row does not go on to the next page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def page_numbers(form: Document) -> None:
    """Page and number of pages in the foot, counted by the word processor."""
    foot = form.sections[0].footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for piece in ("PAGE", " / ", "NUMPAGES"):
        run = foot.add_run("" if piece.isalpha() else piece)
        run.font.size = Pt(9)
        if piece.isalpha():
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), piece)
            run._element.addprevious(field)
            field.append(run._element)


def packed(form: Document) -> bytes:
    """The file with one fixed moment, so that the same form gives the same bytes."""
    form.core_properties.author = form.core_properties.last_modified_by = ""
    form.core_properties.comments = ""
    return word_forms.packed(form, DAY)


if __name__ == "__main__":
    main()
