"""Scans: whether a file can be read at all, and its pages on A4."""

from __future__ import annotations

import io
import logging
import warnings

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError
from pypdf.generic import RectangleObject

from cases.models import Document
from cases.services.documents import UnfitDocument, kind_of

A4 = (595.28, 841.89)
"""Width and height in points."""

MARGIN = 28.35
"""Points around a photograph: one centimetre."""

DOTS = 200
"""Dots an inch to which a photograph is reduced for the file; the original is kept."""

MOST_PIXELS = 60_000_000
MOST_PAGES = 300

UNREADABLE = (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, RecursionError)
"""What reading a damaged PDF may raise."""

logging.getLogger("pypdf").setLevel(logging.ERROR)


class LockedPdf(UnfitDocument):
    code = "locked_pdf"
    message = _("“%(name)s” is protected by a password. Save it without the password and send it again.")


class BrokenFile(UnfitDocument):
    code = "broken_file"
    message = _("“%(name)s” is damaged or not complete and cannot be read. Scan it again.")


class TooManyPages(UnfitDocument):
    code = "too_many_pages"
    message = _("“%(name)s” has more than %(most)s pages, or is a picture larger than a scan is. Send it in parts.")


def check(content: bytes, name: str) -> int:
    """The number of pages of a file that can be read whole.

    Raises:
        UnfitDocument: neither PDF, JPEG nor PNG, or too large. LockedPdf, BrokenFile, TooManyPages.
    """
    if kind_of(content) == Document.ContentType.PDF:
        return _check_pdf(content, name)
    _open_image(content, name).close()
    return 1


def add_pages(writer: PdfWriter, content: bytes, name: str = "") -> int:
    """Put the pages of a scan or a paper into ``writer``, each upright on an A4 sheet; returns how many.

    Raises: as :func:`check`.
    """
    if kind_of(content) != Document.ContentType.PDF:
        content = _image_as_pdf(content, name)
    try:
        pages = PdfReader(io.BytesIO(content)).pages
        for page in pages:
            _set_on_a4(writer.add_page(page))
        return len(pages)
    except UNREADABLE as error:
        raise BrokenFile(field="file", name=name) from error


def _check_pdf(content: bytes, name: str) -> int:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise LockedPdf(field="file", name=name)
        count = len(reader.pages)
        if count > MOST_PAGES:
            raise TooManyPages(field="file", name=name, most=MOST_PAGES)
        for page in reader.pages:
            page.get_contents()
            page.mediabox  # noqa: B018  a page without a size is broken
    except UNREADABLE as error:
        raise BrokenFile(field="file", name=name) from error
    if not count:
        raise BrokenFile(field="file", name=name)
    return count


def _open_image(content: bytes, name: str) -> Image.Image:
    """The picture, decoded and turned as the camera was held."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
            if image.width * image.height > MOST_PIXELS:
                raise TooManyPages(field="file", name=name, most=MOST_PAGES)
            image.draft("RGB", _dots())
            image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BrokenFile(field="file", name=name) from error
    return ImageOps.exif_transpose(image) or image


def _dots() -> tuple[int, int]:
    """Dots of an A4 sheet at :data:`DOTS`, its longer side both ways."""
    return int(A4[1] / 72 * DOTS), int(A4[1] / 72 * DOTS)


def _image_as_pdf(content: bytes, name: str) -> bytes:
    """A photograph on one A4 page, upright or across as it is."""
    image = _open_image(content, name)
    if "A" in image.getbands() or image.mode == "P":
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    image = image.convert("L" if image.mode in {"1", "L"} else "RGB")
    image.thumbnail(_dots())
    made = io.BytesIO()
    image.save(made, format="PDF", resolution=72, quality=85)
    return made.getvalue()


def _set_on_a4(page: PageObject) -> None:
    """Set a page on A4, across where it is wider than high, in the middle and never made larger; one that is A4
    already stays as it is."""
    page.transfer_rotation_to_content()
    box = page.cropbox
    width, height = float(box.width), float(box.height)
    paper = A4 if height >= width else A4[::-1]
    if abs(width - paper[0]) < 3 and abs(height - paper[1]) < 3 and not float(box.left) and not float(box.bottom):
        return
    factor = min((paper[0] - 2 * MARGIN) / width, (paper[1] - 2 * MARGIN) / height, 1)
    left = (paper[0] - width * factor) / 2 - float(box.left) * factor
    low = (paper[1] - height * factor) / 2 - float(box.bottom) * factor
    page.add_transformation(Transformation().scale(factor).translate(left, low))
    for name in ("/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"):
        if name in page:
            del page[name]
    page.mediabox = RectangleObject((0, 0, *paper))
