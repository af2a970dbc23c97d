"""What a channel brings along, and calling back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.identity import check_phone
from departments.models import Centre
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.channels import CHANNELS
from intake.models import Source, Visit


@dataclass(frozen=True, slots=True)
class SourceInput:
    """Facts of a channel as typed; what the channel does not ask for is left out."""

    sender: str = ""
    reference: str = ""
    sent_on: dt.date | None = None
    caller_phone: str = ""
    call_back_by: dt.datetime | None = None
    police_calls: int | None = None
    identity_checked: bool = False
    from_centre: Centre | None = None
    scan: Any = None


class FutureDate(GovernanceError):
    code = "future_date"
    message = _("This day lies in the future.")


class NothingToCallBack(GovernanceError):
    code = "nothing_to_call_back"
    message = _("No call back is waiting here.")


def write_source(visit: Visit, data: SourceInput | None) -> Source | None:
    """Keep what the channel of ``visit`` asks for. Joins the caller's transaction.

    Raises:
        MissingInput: something the channel must have is not there.
        BadPhone: the caller's phone cannot be right.
        FutureDate: it was sent on a day that is still to come.
    """
    facts = CHANNELS[visit.channel]
    if not facts.fields:
        return None
    data = data or SourceInput()
    for name in facts.needs:
        if getattr(data, name) in (None, "", False):
            raise MissingInput(field=name)
    if data.sent_on and data.sent_on > timezone.localdate():
        raise FutureDate(field="sent_on")
    values: dict[str, Any] = {name: getattr(data, name) for name in facts.fields}
    if values.get("caller_phone"):
        values["caller_phone"] = check_phone(values["caller_phone"])
    values = {name: value for name, value in values.items() if value is not None}
    return Source.objects.create(visit=visit, **values)


@atomic
def call_back(*, source: Source, by: User) -> Source:
    """Note that a caller was called back.

    Raises:
        NotAllowed: the visit is not of this clerk's division.
        NothingToCallBack: no call back was promised, or it was made already.
    """
    if not Visit.objects.visible_to(by).filter(pk=source.visit_id).exists():
        raise NotAllowed()
    source = Source.objects.select_for_update(of=("self",)).get(pk=source.pk)
    if source.call_back_by is None or source.called_back_at is not None:
        raise NothingToCallBack()
    source.called_back_at, source.called_back_by = timezone.now(), by
    source.save(update_fields=["called_back_at", "called_back_by"])
    return source
