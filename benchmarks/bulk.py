"""Cases by the million, with their facts and roll-ups, for the parts that are about figures.

Not simulated one by one but drawn in SQL: places and categories are skewed as registers are, 98.7 % of the accepted
are resolved, 0.4 % are open and have a limit, spread over the time since 2023. What a case is follows from its running
number alone, so the same number of cases is the same cases. Ledger, parties and papers are left out: no figure asks
them. Limits, referrals,
agreements, sessions and visits stand in the facts only, but for the running limits of the open cases.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from typing import Any

BEGIN = dt.date(2023, 1, 1)


def prepare() -> None:
    """An empty centre with its reference data; what is loaded here need not survive a crash."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("load_reference", stdout=open(os.devnull, "w"))  # noqa: SIM115
    _execute(
        "ALTER TABLE reporting_casefact SET UNLOGGED",
        "ALTER TABLE reporting_rollup SET UNLOGGED",
        "ALTER TABLE reporting_durationrollup SET UNLOGGED",
    )
    connection.close()


def build(total: int) -> None:
    """Have exactly ``total`` cases, their facts and their roll-ups, all tables tidy; what is there already stays."""
    from reporting.rollups.rebuilding import rebuild

    if _cases() == total:
        return

    _execute(
        "TRUNCATE reporting_casefact, reporting_changed, reporting_rollup, reporting_durationrollup",
        "SET session_replication_role = replica",
        "SET synchronous_commit = off",
        "DELETE FROM cases_deadline",
        "TRUNCATE cases_case CASCADE",
    )
    dropped = [*_drop_indexes("cases_case"), *_drop_indexes("reporting_casefact")]
    _execute(*_PICKS, _CASES, _LIMITS, "ANALYZE cases_case", "ANALYZE cases_deadline", total=total)
    _execute(_facts())
    _execute("SET session_replication_role = origin", *dropped)
    rebuild(facts_too=False)
    tables = ("cases_case", "cases_deadline", "reporting_casefact", "reporting_rollup", "reporting_durationrollup")
    _execute(*(f"VACUUM (ANALYZE) {table}" for table in tables), "CHECKPOINT")


def _cases() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM cases_case")
        return int(cursor.fetchone()[0])


def _execute(*statements: str, total: int = 0) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            values: dict[str, Any] = {"total": total, "first": BEGIN}
            cursor.execute(statement, values if "%(" in statement else None)


def _drop_indexes(table: str) -> Iterable[str]:
    """Drops what is not unique and returns the statements that make it again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
            "WHERE x.indrelid = %s::regclass AND NOT x.indisunique",
            [table],
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


# Numbers from 0 to 1 for case n, another one for each letter.
def _draw(letter: str, n: str = "n") -> str:
    return f"((hashint8({n} * 1000 + {ord(letter)})::bigint + 2147483648) / 4294967296.0::float8)"


_PICKS = (
    "DROP TABLE IF EXISTS bench_place, bench_category, bench_department",
    "CREATE TABLE bench_place AS SELECT row_number() OVER (ORDER BY md5(code)) - 1 AS k, code, "
    "CASE WHEN EXISTS (SELECT FROM departments_centre c WHERE c.division_id = left(code, 6)) "
    "THEN left(code, 6) ELSE '2224' END AS centre FROM departments_division WHERE level = 'village'",
    "CREATE TABLE bench_category AS SELECT row_number() OVER (PARTITION BY kind = 'consultation' ORDER BY md5(code)) "
    "- 1 AS k, code, kind FROM cases_category",
    "CREATE TABLE bench_department AS SELECT row_number() OVER (ORDER BY md5(code)) - 1 AS k, code "
    "FROM departments_department",
    "ANALYZE bench_place", "ANALYZE bench_category", "ANALYZE bench_department",
)  # fmt: skip

# What becomes of a case: u < .12 a consultation, then .02 refused, .005 merged; of the rest 98.7 % resolved.
_DRAWN = f"""
    SELECT n, moment, u < 0.12 AS is_consultation, u BETWEEN 0.12 AND 0.14 AS is_refused, u > 0.995 AS is_merged,
        CASE WHEN end_ < 0.987 THEN 'resolved' WHEN end_ < 0.991 THEN 'open' WHEN end_ < 0.996 THEN 'withdrawn'
            ELSE 'guided' END AS fate,
        floor(power({_draw("d")}, 3) * 60)::int AS took, place, category, consultation, department
    FROM (
        SELECT n, {_draw("u")} AS u, {_draw("e")} AS end_,
            floor(power({_draw("p")}, 1.5) * (SELECT count(*) FROM bench_place))::int AS place,
            floor(power({_draw("c")}, 2.2) * (SELECT count(*) FROM bench_category WHERE kind <> 'consultation'))::int
                AS category,
            floor({_draw("k")} * (SELECT count(*) FROM bench_category WHERE kind = 'consultation'))::int
                AS consultation,
            floor(power({_draw("l")}, 2) * (SELECT count(*) FROM bench_department))::int AS department,
            %(first)s::timestamptz + (n::float8 / (%(total)s + 1)) * (now() - interval '1 hour'
                - %(first)s::timestamptz) AS moment
        FROM generate_series(1, %(total)s::bigint) n OFFSET 0
    ) x
"""

_COLUMNS = {
    "id": "d.n",
    "number": "'B' || d.n",
    "public_code": "'B' || d.n",
    "centre_id": "p.centre",
    "division_id": "p.code",
    "place_detail": "''",
    "kind": "CASE WHEN k.kind = 'petition' THEN 'dispute' ELSE k.kind END",
    "petition_class": "''",
    "category_id": "k.code",
    "channel": "(ARRAY['walk_in', 'hotline', 'online', 'mobile_desk', 'outreach', 'police', 'transfer', 'hand_down', "
    f"'letter', 'hand_up'])[1 + floor(power({_draw('h', 'd.n')}, 3) * 10)::int]",
    "title": "'关于' || k.code || '的事项'",
    "narrative": "''",
    "narrative_language": "'zh-hans'",
    "is_restricted": f"{_draw('r', 'd.n')} < 0.001",
    "risk_score": "0",
    "risk_level": "0",
    "risk_parts": "'[]'",
    "held_level": "'county'",
    "resolved_level": "CASE WHEN d.resolved_at IS NULL THEN '' ELSE "
    f"(ARRAY['village', 'township', 'township', 'county'])[1 + floor({_draw('v', 'd.n')} * 4)::int] END",
    "state": "CASE WHEN d.is_refused THEN 'not_accepted' WHEN d.is_merged THEN 'closed' "
    f"WHEN d.resolved_at IS NOT NULL THEN CASE WHEN {_draw('f', 'd.n')} < 0.9 THEN 'closed' ELSE 'resolved' END "
    "WHEN d.fate = 'withdrawn' THEN 'withdrawn' WHEN d.fate = 'guided' THEN 'unresolved' ELSE 'in_handling' END",
    "state_since": "coalesce(d.ended_at, d.moment)",
    "outcome": "CASE WHEN d.is_refused THEN 'refused' WHEN d.is_merged THEN 'merged' WHEN d.resolved_at IS NOT NULL "
    f"THEN CASE WHEN {_draw('o', 'd.n')} < 0.5 THEN 'written_agreement' ELSE 'settled' END "
    "WHEN d.fate = 'withdrawn' THEN 'withdrawn' WHEN d.fate = 'guided' THEN 'to_court' ELSE '' END",
    "registered_at": "d.moment",
    "accepted_at": "CASE WHEN NOT d.is_refused THEN d.moment + interval '10 minutes' END",
    "resolved_at": "d.resolved_at",
    "reopened_count": f"({_draw('x', 'd.n')} < 0.015)::int",
    "lead_id": "t.code",
    "returned_count": "0",
    "is_contested": "false",
    "merged_into_id": "CASE WHEN d.is_merged THEN 1 END",
    "repeat_of_id": f"CASE WHEN {_draw('y', 'd.n')} < 0.03 THEN 1 END",
    "is_excluded": f"d.fate <> 'open' AND {_draw('z', 'd.n')} < 0.002",
    "due_at": f"CASE WHEN d.fate = 'open' THEN now() + ({_draw('3', 'd.n')} * 40 - 10) * interval '1 day' END",
    "ledger_length": "0",
    "ledger_head": "''",
}

_CASES = f"""
    INSERT INTO cases_case ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS.values())}
    FROM (
        SELECT *, CASE WHEN fate = 'resolved' AND NOT is_refused AND NOT is_merged THEN ended_at END AS resolved_at
        FROM (SELECT *, CASE WHEN fate <> 'open' OR is_refused OR is_merged THEN
            least(moment + took * interval '1 day' + interval '40 minutes', now()) END AS ended_at FROM ({_DRAWN}) a) b
    ) d
    JOIN bench_place p ON p.k = d.place
    JOIN bench_category k ON (k.kind = 'consultation') = d.is_consultation
        AND k.k = CASE WHEN d.is_consultation THEN d.consultation ELSE d.category END
    JOIN bench_department t ON t.k = d.department
    ORDER BY d.n
"""

_LIMITS = """
    INSERT INTO cases_deadline (case_id, rule_id, started_at, warn_at, due_at, is_provisional, shown)
    SELECT id, 'handle_dispute', accepted_at, due_at - interval '3 days', due_at, false, 'green'
    FROM cases_case WHERE state = 'in_handling'
"""


def _facts() -> str:
    """What the roll-ups make of these cases; what they ask of other tables is drawn."""
    from reporting.rollups import sql

    day = "{}::date + floor({} * 30)::int"
    registered = sql._day("c.registered_at")
    limit = "jsonb_build_array('l', {day}, c.lead_id, (" + _draw("m", "c.id") + " < 0.97)::int, NULL)"
    # One agreement in ten is performed in instalments, over up to two years.
    lasting = (
        f"{registered}::date + floor({_draw('j', 'c.id')} * CASE WHEN {_draw('5', 'c.id')} < 0.1 THEN 730 ELSE 30 END)"
        "::int"
    )
    # One case in fifty was returned by another department first.
    returned = (
        f"jsonb_build_array(jsonb_build_array('r', {registered}, (SELECT t.code FROM bench_department t "
        "WHERE t.k = c.id % (SELECT count(*) FROM bench_department)), 1, NULL))"
    )
    extras = (
        "jsonb_build_array("
        + limit.format(day=day.format(registered, _draw("i", "c.id")))
        + ", "
        + limit.format(day=registered + " + 1")
        + f", jsonb_build_array('r', {registered}, c.lead_id, 0, floor(power({_draw('w', 'c.id')}, 3) * 48)::int)) "
        f"|| CASE WHEN {_draw('b', 'c.id')} < 0.02 THEN {returned} ELSE '[]' END || "
        "CASE WHEN c.outcome = 'written_agreement' THEN "
        f"jsonb_build_array(jsonb_build_array('a', {lasting}, c.lead_id, "
        f"({_draw('q', 'c.id')} < 0.96)::int, NULL)) ELSE '[]' END"
    )
    resolved = sql._day("c.resolved_at")
    visits = "', '".join(("visit_performing_in_time", "visit_performed_in_time"))
    deeds = (
        "CASE WHEN c.resolved_at IS NOT NULL AND c.kind = 'dispute' THEN (SELECT jsonb_agg(jsonb_build_array(what, "
        f"{resolved} + since) ORDER BY what) FROM unnest(ARRAY['held', '{visits}'], ARRAY[0, 30, 90]) o (what, since)) "
        f"|| CASE WHEN c.outcome = 'written_agreement' THEN jsonb_build_array(jsonb_build_array('written', {resolved}))"
        " ELSE '[]' END END"
    )
    drawn = {
        sql._SATISFACTION: "CASE WHEN c.state = 'closed' AND c.resolved_at IS NOT NULL AND " + _draw("s", "c.id")
        + " < 0.8 THEN (ARRAY['content', 'content', 'fairly', 'content', 'not_content'])[CASE WHEN "
        + _draw("t", "c.id") + " < 0.97 THEN 1 + floor(" + _draw("g", "c.id") + " * 4)::int ELSE 5 END] ELSE '' END",
        sql._RELAPSED: "c.reopened_count > 0 AND c.id %% 4 <> 0",
        sql._ENDED_AT: "CASE WHEN c.accepted_at IS NOT NULL AND c.resolved_at IS NULL AND c.state <> 'in_handling' "
        "THEN c.state_since END",
        sql._NEXT_DUE: "CASE WHEN c.state = 'in_handling' THEN c.due_at END",
        sql._EXTRAS: extras,
        sql._DEEDS: deeds,
        sql._ONE_TRIP: _draw("1", "b.case_id") + " < 0.6",
        "(c.mediator_id IS NOT NULL)": "(" + _draw("2", "c.id") + " < 0.7)",
    }  # fmt: skip
    text = sql.fresh(now="now()")
    for real, instead in drawn.items():
        if real not in text:
            raise RuntimeError(f"bulk: the facts are worked out otherwise now: {real}")
        text = text.replace(real, instead)
    names = ", ".join(sql.FACT_COLUMNS)
    return f"INSERT INTO reporting_casefact ({names}) SELECT {names} FROM ({text}) x".replace("%%", "%")
