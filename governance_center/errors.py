"""The one family of errors that a user may see.

A service raises a :class:`GovernanceError` when something may not happen. It carries a stable
``code`` (for programs), a translated message (for people) and, where it concerns one input, the
``field``. Forms show it beside that field; the API answers with RFC 9457 problem details.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class GovernanceError(Exception):
    """A rule of the domain was not met. Nothing has been written when it is raised."""

    code = "rule_broken"
    status = 409
    message: str | Promise = _("This cannot be done.")

    def __init__(
        self, message: str | Promise | None = None, *, field: str | None = None, code: str | None = None, **params: Any
    ) -> None:
        self.template = message if message is not None else self.message
        self.params = params
        self.field = field
        if code:
            self.code = code
        super().__init__(self.code)

    def __str__(self) -> str:
        text = str(self.template)
        return text % self.params if self.params else text


class NotAllowed(GovernanceError):
    """The person may not do this at all, or not with this case."""

    code = "not_allowed"
    status = 403
    message = _("You are not allowed to do this.")


class IllegalMove(GovernanceError):
    """The case is not in a state from which this move leads anywhere."""

    code = "illegal_move"
    message = _("“%(move)s” is not possible while the case is “%(state)s”.")


class MissingInput(GovernanceError):
    """A move needs something that was not given."""

    code = "missing_input"
    status = 422
    message = _("Please fill in this field.")
