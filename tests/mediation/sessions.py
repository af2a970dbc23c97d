"""What the tests of sessions share: a case in a mediator's hands, rooms, calling, and letting the time come."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from cases.services import sign_referral
from governance_center.calendar import LOCAL_ZONE
from mediation.models import Room, Session
from mediation.services import assign_mediator
from mediation.services.sessions import Place, call_session, record_rights_told
from tests.world import LONGJING, World, make_case


def mediated(world: World, mediator: User | None = None) -> Case:
    """A case that the mediator has in hand."""
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    assign_mediator(case=case, mediator=(mediator or world.mediator).mediator, by=world.tax)
    case.refresh_from_db()
    return case


def make_room(centre: str = LONGJING, **fields: Any) -> Room:
    return Room.objects.create(centre_id=centre, name_zh_hans="第一调解室", name_ko="제1조정실", **fields)


def at(hour: int, minute: int = 0, days: int = 1) -> dt.datetime:
    day = timezone.localdate() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(hour, minute), LOCAL_ZONE)


def call(case: Case, by: User, place: Any = None, **fields: Any) -> Session:
    """A session at nine tomorrow for an hour, in a room or at a place."""
    where = place if isinstance(place, Place) else Place(place=place or "梨园社区活动室")
    where = Place(room=place) if isinstance(place, Room) else where
    return call_session(**{"case": case, "by": by, "start": at(9), "minutes": 60, "place": where, **fields})


def tell_rights(case: Case, by: User) -> None:
    record_rights_told(case=case, by=by, parties=list(case.parties.all()), how="paper", told_on=timezone.localdate())


def let_it_begin(session: Session) -> Session:
    """As if the session had been called two hours ago."""
    now = timezone.now()
    period = DateTimeTZRange(now - dt.timedelta(hours=2), now - dt.timedelta(hours=1))
    session.attendances.update(period=period)
    session.seats.update(period=period)
    Session.objects.filter(pk=session.pk).update(period=period)
    session.refresh_from_db()
    return session
