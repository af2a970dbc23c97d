"""Between forms and services: a refused use case comes back as an error of the form, with everything typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django import forms
from django.db.models.fields.files import FieldFile
from django.http import FileResponse

from governance_center.errors import GovernanceError

R = TypeVar("R")


def submit(form: forms.BaseForm, use_case: Callable[[], R], *, prefix: str = "") -> R | None:
    """Run ``use_case`` for a valid form; on a :class:`GovernanceError` put its message beside the field.

    Returns None when the form is not valid or the use case was refused; the form then says why.
    """
    if not form.is_valid():
        return None
    try:
        return use_case()
    except GovernanceError as error:
        name = f"{prefix}{error.field}" if error.field else None
        form.add_error(name if name in form.fields else None, str(error))
        return None


def download(stored: FieldFile, name: str) -> FileResponse:
    """A stored file as a download; it is never shown as a page of ours, whatever is in it."""
    suffix = Path(stored.name or "").suffix.lower()
    response = FileResponse(stored.open("rb"), as_attachment=True, filename=f"{name}{suffix}")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response
