"""What is wrong with a cell, in the words of whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext


class Unfit(Exception):
    """A cell cannot be taken as it stands; says why. The reason is translated when it is shown."""

    def __init__(self, message: str | Promise, **params: Any) -> None:
        self.message, self.params = message, params
        super().__init__(str(message))


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason, and the code of the column whose cell it is about (empty: the row as a whole)."""

    column: str
    message: str | Promise
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The reason in the active language."""
        text = str(self.message)
        return text % self.params if self.params else text

    def as_json(self) -> dict[str, Any]:
        """Kept without a language, so that every reader gets it in their own."""
        with translation.override(None):
            message = str(self.message)
            params = {name: str(value) for name, value in self.params.items()}
        return {"column": self.column, "message": message, "params": params}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Fault:
        message = stored["message"]
        return cls(stored["column"], gettext(message), stored["params"])
