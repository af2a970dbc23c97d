"""Between forms and services: a refused use case comes back as an error of the form, with everything typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms

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
