"""Early warnings and repeated incidents on the dispatcher's board."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import board, board_deeds
from cases.board import BoardList
from cases.board_deeds import Deed
from reporting.forms import AcknowledgeForm
from reporting.models import Alert, Attention, Repeat, WatchRun
from reporting.services import watching
from reporting.warning_selectors import together, with_facts, with_wider

ALERTS = BoardList(
    "warnings", _("Early warning"), "trending-up",
    lambda user, now: together(Alert.objects.visible_to(user).unanswered()),
    "reporting/_board_alert.html", ("reporting:warnings", {}), is_alarm=True,
    subjects=lambda user: with_wider(Alert.objects.all(), user),
)  # fmt: skip
REPEATS = BoardList(
    "repeats", _("Repeated incidents"), "repeat", lambda user, now: Repeat.objects.visible_to(user).unanswered(),
    "reporting/_board_repeat.html", ("reporting:repeats", {}), is_alarm=False,
    subjects=lambda user: with_facts(Repeat.objects.all()),
)  # fmt: skip


def sign(user: User) -> str:
    """Changes with each night, and when a dispatcher takes note of something; one query."""
    runs = WatchRun.objects.order_by(F("made_at").desc(nulls_last=True)).values("made_at")
    latest = F("acknowledged_at").desc(nulls_last=True)
    alerts = Alert.objects.visible_to(user).open().order_by(latest).values("acknowledged_at")
    repeats = Repeat.objects.visible_to(user).open().order_by(latest).values("acknowledged_at")
    rows = User.objects.filter(pk=user.pk).annotate(
        run=Subquery(runs[:1]), alert=Subquery(alerts[:1]), repeat=Subquery(repeats[:1])
    )
    return str(rows.values_list("run", "alert", "repeat").get())


def register() -> None:
    """Put the lists and what can be done in them on the board; called when the room opens."""
    board.add((0, ALERTS), (0, REPEATS), sign=sign)
    note = (_("Take note"), _("Taken note of; it leaves the board."), "check")
    hint = _("Say what is done about it. It stays on the list of early warnings.")
    board_deeds.add(
        "alert", [_deed(note, "reporting:warning", hint)], at=["warnings"],
        visible=lambda user: Alert.objects.visible_to(user).open().select_related("division", "category"),
    )  # fmt: skip
    board_deeds.add(
        "repeat", [_deed(note, "reporting:repeat", hint)], at=["repeats"],
        visible=lambda user: Repeat.objects.visible_to(user).open().select_related("division"),
    )  # fmt: skip


def _deed(words: tuple[Any, Any, str], page: str, hint: Any) -> Deed:
    label, done, icon = words
    return Deed(
        "note", label, done, icon, _may,
        lambda attention, user, data: watching.acknowledge(attention=attention, by=user, note=data["note"]),
        lambda attention: reverse(page, args=[attention.pk]), AcknowledgeForm, hint=hint,
    )  # fmt: skip


def _may(attention: Attention, user: User) -> bool:
    """Somebody else may have taken note meanwhile."""
    return attention.acknowledged_at is None and watching.may_answer(attention, user)
