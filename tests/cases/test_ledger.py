"""The ledger: append-only in the database, and a break is found and named."""

from __future__ import annotations

import datetime as dt
import io
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from cases import ledger
from cases.models import CaseEvent
from cases.services import sign_referral
from governance_center.ledger import GENESIS, canonical, entry_hash
from tests.world import World, make_case

SIMPLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def tamper(sql: str, *params: object) -> None:
    """What only the owner of the database could do: switch the guard off, change, switch it on."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_caseevent DISABLE TRIGGER cases_caseevent_no_change")
        cursor.execute(sql, params)
        cursor.execute("ALTER TABLE cases_caseevent ENABLE TRIGGER cases_caseevent_no_change")


@pytest.mark.parametrize(
    "sql", ["UPDATE cases_caseevent SET kind = 'x'", "DELETE FROM cases_caseevent WHERE sequence = 1"]
)
def test_the_database_refuses_change_and_deletion(world: World, sql: str) -> None:
    make_case(world)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert not list(ledger.verify())


def test_a_chain_begins_with_the_registration_and_has_no_gaps(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    rows = list(CaseEvent.objects.filter(case=case))
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    assert (rows[0].kind, rows[0].previous_hash) == ("case.registered", GENESIS)
    assert all(later.previous_hash == earlier.hash for earlier, later in pairwise(rows))


def test_the_ledger_holds_digests_instead_of_texts(world: World) -> None:
    case = make_case(world, title="张某与某厂的纠纷")
    data = CaseEvent.objects.get(case=case, sequence=1).data
    assert len(data["title_sha256"]) == 64
    assert "张某" not in str(data)


@pytest.mark.parametrize(
    ("sql", "sequence"),
    [
        ("UPDATE cases_caseevent SET data = '{}' WHERE case_id = %s AND sequence = 2", 2),
        ("UPDATE cases_caseevent SET at = at - interval '1 day' WHERE case_id = %s AND sequence = 3", 3),
        ("UPDATE cases_caseevent SET actor_id = NULL WHERE case_id = %s AND sequence = 1", 1),
        ("DELETE FROM cases_caseevent WHERE case_id = %s AND sequence = 2", 2),
        ("DELETE FROM cases_caseevent WHERE case_id = %s AND sequence = 3", 3),
    ],
)
def test_verification_names_the_first_broken_entry(world: World, sql: str, sequence: int) -> None:
    broken, sound = make_case(world), make_case(world)
    assert broken.ledger_length == 3
    tamper(sql, broken.pk)
    found = list(ledger.verify())
    assert [(fault.case_number, fault.sequence) for fault in found] == [(broken.number, sequence)]
    assert not list(ledger.verify(case_ids=[sound.pk]))


def test_an_entry_that_was_put_at_the_end_is_found(world: World) -> None:
    case = make_case(world)
    last = case.events.get(sequence=3)
    digest = entry_hash(
        previous=last.hash, chain=case.pk, sequence=4, kind="case.closed", at=last.at, actor=None, data={}
    )
    CaseEvent.objects.create(
        case=case, sequence=4, kind="case.closed", at=last.at, data={}, previous_hash=last.hash, hash=digest
    )
    assert [fault.sequence for fault in ledger.verify()] == [4]


def test_the_command_says_whether_the_ledger_holds(world: World) -> None:
    case = make_case(world)
    out, err = io.StringIO(), io.StringIO()
    call_command("verify_ledger", stdout=out)
    assert "the ledger holds: 3 entries" in out.getvalue()
    tamper("UPDATE cases_caseevent SET kind = 'case.closed' WHERE case_id = %s AND sequence = 2", case.pk)
    with pytest.raises(CommandError):
        call_command("verify_ledger", stderr=err)
    assert f"{case.number}: entry 2" in err.getvalue()


@given(st.dictionaries(st.text(), SIMPLE, max_size=4))
def test_equal_data_has_one_spelling(data: dict[str, object]) -> None:
    shuffled = dict(reversed(list(data.items())))
    assert canonical(data) == canonical(shuffled)


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError):
        canonical({"amount": [1.5]})


def test_the_hash_covers_every_part() -> None:
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    base = {"previous": GENESIS, "chain": 1, "sequence": 1, "kind": "a", "at": at, "actor": 1, "data": {}}
    changes = [
        {"previous": "1" * 64}, {"chain": 2}, {"sequence": 2}, {"kind": "b"},
        {"at": at + dt.timedelta(microseconds=1)}, {"actor": None}, {"data": {"x": 1}},
    ]  # fmt: skip
    digests = {entry_hash(**{**base, **change}) for change in [{}, *changes]}
    assert len(digests) == len(changes) + 1
