"""What mediation has to say when two cases are to become one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from cases.services.merging import NotMergeable
from mediation.models import Agreement, Session


def on_merging(*, case: Case, into: Case, by: User | None) -> None:
    """A matter that was mediated on its own was a matter of its own: it is a repeat, not the same case.

    Raises:
        NotMergeable: an agreement was reached in it, or a session held.
    """
    if Agreement.objects.filter(case=case).exists():
        raise NotMergeable(
            _("An agreement was reached in it: it is a matter that came again, not the same case."), field="into"
        )
    if Session.objects.filter(case=case, state=Session.State.HELD).exists():
        raise NotMergeable(
            _("A session was held in it: it is a matter that came again, not the same case."), field="into"
        )
