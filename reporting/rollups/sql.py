"""The SQL of the roll-ups, put together from :mod:`reporting.rollups.columns`.

Three steps, each a query about the one before:

- *facts* (:func:`fresh`): one row a case, as the tables of the case say now;
- *contributions* (:func:`contributions`): what a fact adds to the counts of which day, place and keys;
- *expansion* (:func:`expanded`): each contribution for all places above it, all dimensions and all grains.

A fact's ``extras`` is a JSON list of ``[what, day, department, hit, hours]``: ``l`` a time limit by its last day
(hit: kept), ``r`` a referral to a lead by the day of dispatch (hit: returned; hours to the signature or null), ``a`` an
agreement in force by the last day on which something was due (hit: all performed). ``extras_until`` is the last of
these days, ``other_department`` whose of it is that is not the lead's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby

from reporting.models.fact import SEVERAL
from reporting.rollups.columns import BRANCHES, COLUMNS, Branch

ZONE = "Asia/Shanghai"

KEYS = ("division", "category", "channel", "level", "department")
FACT_COLUMNS = (
    "case_id", *KEYS, "status", "registered_day", "accepted_day", "resolved_day", "ended_day", "days",
    "once_resolved", "contained", "reopened", "relapsed", "quick", "repeat", "one_trip", "excluded", "restricted",
    "closed", "satisfaction", "mediated", "next_due_at", "late", "extras", "extras_until",
    "other_department", "deeds",
)  # fmt: skip


def _day(moment: str) -> str:
    return f"(({moment}) AT TIME ZONE '{ZONE}')::date"


_STATUS = """
    CASE
        WHEN c.merged_into_id IS NOT NULL THEN 'merged'
        WHEN c.state = 'not_accepted' THEN 'refused'
        WHEN c.kind = 'consultation' THEN 'consultation'
        WHEN c.accepted_at IS NULL THEN 'waiting'
        WHEN c.resolved_at IS NOT NULL THEN 'resolved'
        WHEN c.state IN ('registered', 'accepted', 'in_handling') THEN 'open'
        WHEN c.outcome = 'withdrawn' THEN 'withdrawn'
        ELSE 'guided'
    END
"""

_ENDED_AT = """
    CASE WHEN c.accepted_at IS NOT NULL AND c.resolved_at IS NULL
              AND c.state NOT IN ('registered', 'accepted', 'in_handling')
    THEN coalesce(
        (SELECT max(e.at) FROM cases_caseevent e
         WHERE e.case_id = c.id AND e.kind IN ('case.unresolved', 'case.withdrawn')), c.state_since)
    END
"""

# A case that was never reopened pays nothing for this.
_RELAPSED = """
    CASE WHEN c.reopened_count > 0 THEN EXISTS (
        SELECT FROM cases_caseevent r
        WHERE r.case_id = c.id AND r.kind = 'case.reopened' AND r.at <= interval '180 days' + (
            SELECT max(s.at) FROM cases_caseevent s
            WHERE s.case_id = c.id AND s.kind = 'case.resolved' AND s.sequence < r.sequence))
    ELSE false END
"""

# Also what was withdrawn or guided elsewhere may be reopened, without ever having been resolved.
_ONCE_RESOLVED = """
    CASE WHEN c.resolved_at IS NOT NULL THEN true
        WHEN c.reopened_count > 0 THEN EXISTS (
            SELECT FROM cases_caseevent s WHERE s.case_id = c.id AND s.kind = 'case.resolved')
        ELSE false END
"""

_SATISFACTION = """
    CASE WHEN c.state = 'closed' THEN coalesce((
        SELECT v.satisfaction FROM mediation_followup v
        WHERE v.case_id = c.id AND v.state = 'done' AND v.satisfaction <> ''
        ORDER BY v.done_at DESC, v.id DESC LIMIT 1), '')
    ELSE '' END
"""

_STANDS_STILL = "d.met_at IS NULL AND d.paused_at IS NOT NULL AND d.paused_at < d.due_at"
"""A limit ``d`` that was paused before its end: it is neither late nor over, and its last day will be another one."""

# An array, so that visits are found by their index: an OR with IN reads all visits there are for each case.
_ONE_TRIP = """(
    SELECT count(*) <= 1 FROM intake_visit v WHERE v.case_id = ANY (ARRAY(
        SELECT b.case_id UNION ALL SELECT m.id FROM cases_case m WHERE m.merged_into_id = b.case_id)))
"""

_NEXT_DUE = f"""
    CASE WHEN c.state IN ('registered', 'accepted', 'in_handling') THEN (
        SELECT min(d.due_at) FROM cases_deadline d
        WHERE d.case_id = c.id AND d.met_at IS NULL AND d.cancelled_at IS NULL
              AND NOT ({_STANDS_STILL}))
    END
"""

_LAST_DUE = """
    SELECT a.id, max(due.due_on) AS day, bool_and(due.performed_on IS NOT NULL) AS performed
    FROM mediation_agreement a
    CROSS JOIN LATERAL (
        SELECT o.due_on, o.performed_on FROM mediation_obligation o
        WHERE o.agreement_id = a.id AND NOT EXISTS (SELECT FROM mediation_instalment i WHERE i.obligation_id = o.id)
        UNION ALL
        SELECT i.due_on, i.performed_on FROM mediation_instalment i
        JOIN mediation_obligation o ON o.id = i.obligation_id WHERE o.agreement_id = a.id
    ) due
    WHERE a.case_id = c.id AND a.in_force_on IS NOT NULL
    GROUP BY a.id
"""

_EXTRAS = f"""
    (SELECT jsonb_agg(one.what ORDER BY one.what) FROM (
        SELECT jsonb_build_array('l', {_day("d.due_at - interval '1 microsecond'")},
            coalesce(r.department_id, c.lead_id, ''),
            (d.met_at IS NOT NULL AND d.met_at <= d.due_at)::int, NULL) AS what
        FROM cases_deadline d LEFT JOIN cases_referral r ON r.id = d.referral_id
        WHERE d.case_id = c.id AND d.cancelled_at IS NULL AND NOT ({_STANDS_STILL})
        UNION ALL
        SELECT jsonb_build_array('r', {_day("r.dispatched_at")}, r.department_id, (r.status = 'returned')::int,
            floor(extract(epoch FROM r.signed_at - r.dispatched_at) / 3600)::int)
        FROM cases_referral r WHERE r.case_id = c.id AND r.role = 'lead'
        UNION ALL
        SELECT jsonb_build_array('a', x.day, coalesce(c.lead_id, ''), x.performed::int, NULL) FROM ({_LAST_DUE}) x
    ) one)
"""


_UNTIL = "(SELECT max((e->>1)::date) FROM jsonb_array_elements(b.extras) e)"

_OTHER = f"""
    (SELECT CASE count(DISTINCT e->>2) WHEN 0 THEN '' WHEN 1 THEN min(e->>2) ELSE '{SEVERAL}' END
     FROM jsonb_array_elements(b.extras) e WHERE e->>2 <> b.department)
"""

SESSION_CODE = "CASE s.state WHEN 'failed' THEN 'failed_' || s.failure ELSE s.state END"
VISIT_CODE = f"""CASE WHEN v.state <> 'done' THEN 'visit_' || v.state
    ELSE 'visit_' || v.outcome || CASE WHEN {_day("v.done_at")} <= v.due_on THEN '_in_time' ELSE '_late' END END"""
SECOND_CODE = """CASE WHEN v.outcome <> w.outcome OR v.signs <> w.signs
    OR (v.satisfaction <> '' AND w.satisfaction <> '' AND v.satisfaction <> w.satisfaction)
    THEN 'second_other' ELSE 'second_same' END"""

_DEEDS = f"""
    (SELECT jsonb_agg(jsonb_build_array(one.what, one.day) ORDER BY one.what, one.day) FROM (
        SELECT a.form AS what, a.reached_on AS day FROM mediation_agreement a WHERE a.case_id = c.id
        UNION ALL
        SELECT {SESSION_CODE}, {_day("lower(s.period)")}
        FROM mediation_session s WHERE s.case_id = c.id AND s.state <> 'planned'
        UNION ALL
        SELECT {VISIT_CODE}, v.due_on
        FROM mediation_followup v WHERE v.case_id = c.id AND v.second_of_id IS NULL
        UNION ALL
        SELECT {SECOND_CODE}, v.due_on
        FROM mediation_followup v JOIN mediation_followup w ON w.id = v.second_of_id
        WHERE v.case_id = c.id AND v.state = 'done'
    ) one)
"""
"""What happens about a case, by the codes of :mod:`reporting.rollups.codes`."""

LONG = 60
"""Days. What a case has several of mostly falls so soon after its registration; what does not is found by an index."""

IS_LONG = f"f.extras_until > f.registered_day + {LONG}"


def has_extras_in(first: str, last: str) -> str:
    """A condition on a fact ``f`` that all hold which have an element with a day from ``first`` to ``last``, and few
    others; nothing of it happens before the case is registered."""
    return (
        f"(f.registered_day BETWEEN {first}::date - {LONG} AND {last} "
        f"OR ({IS_LONG} AND f.extras_until >= {first} AND f.registered_day <= {last}))"
    )


INSIDE = "(f.division ~>=~ %(scope)s AND f.division ~<~ (%(scope)s::text || ':'))"
"""A fact ``f`` lies in the division ``scope`` or below it: what ``LIKE`` says, found by the index of places also where
the statement is planned before ``scope`` is known, as one that comes again is. The colon follows the digits."""

NOW = "%(now)s::timestamptz"


def moment(at: dt.datetime) -> str:
    """A moment as a literal, for statements that take no parameters."""
    return f"'{at.isoformat()}'::timestamptz"


def fresh(where: str = "TRUE", now: str = NOW) -> str:
    """The facts as the tables of the cases ``c`` say now; ``where`` is a condition on ``c``, ``now`` an expression."""
    # OFFSET 0 keeps the planner from working out a costly column once for each use.
    return f"""
    SELECT b.case_id, b.division, b.category, b.channel, b.level, b.department, b.status, b.registered_day,
        b.accepted_day, CASE WHEN b.status = 'resolved' THEN b.resolved_day END AS resolved_day,
        CASE WHEN b.status IN ('withdrawn', 'guided') THEN b.ended_day END AS ended_day,
        CASE b.status WHEN 'resolved' THEN b.resolved_day - b.accepted_day
            WHEN 'withdrawn' THEN b.ended_day - b.accepted_day WHEN 'guided' THEN b.ended_day - b.accepted_day
        END AS days,
        b.once_resolved, b.contained, b.reopened, b.relapsed, b.quick, b.repeat,
        CASE WHEN b.status = 'resolved' THEN {_ONE_TRIP} ELSE false END AS one_trip,
        b.excluded, b.restricted, b.closed, b.satisfaction,
        CASE WHEN NOT b.has_mediator THEN ''
            WHEN b.status = 'resolved' AND b.outcome IN ('written_agreement', 'oral_agreement') THEN 'ok'
            WHEN b.status = 'guided' THEN 'failed' ELSE '' END AS mediated,
        b.next_due_at, coalesce(b.next_due_at <= {now}, false) AS late, b.extras,
        {_UNTIL} AS extras_until, {_OTHER} AS other_department, b.deeds
    FROM (
        SELECT c.id AS case_id, c.division_id AS division, c.category_id AS category, c.channel,
            coalesce(nullif(c.resolved_level, ''), c.held_level) AS level, coalesce(c.lead_id, '') AS department,
            {_STATUS} AS status, {_day("c.registered_at")} AS registered_day, {_day("c.accepted_at")} AS accepted_day,
            {_day("c.resolved_at")} AS resolved_day, {_day(f"({_ENDED_AT})")} AS ended_day,
            ({_ONCE_RESOLVED}) AS once_resolved,
            (c.resolved_level IN ('village', 'township')) AS contained, (c.reopened_count > 0) AS reopened,
            ({_RELAPSED}) AS relapsed,
            coalesce(c.resolved_at - c.accepted_at < interval '1 hour', false) AS quick,
            (c.repeat_of_id IS NOT NULL) AS repeat, c.is_excluded AS excluded, c.is_restricted AS restricted,
            (c.state = 'closed') AS closed, {_SATISFACTION} AS satisfaction,
            (c.mediator_id IS NOT NULL) AS has_mediator,
            c.outcome, {_NEXT_DUE} AS next_due_at, {_EXTRAS} AS extras, {_DEEDS} AS deeds
        FROM cases_case c WHERE {where} OFFSET 0
    ) b
    """


ELEMENTS = "CROSS JOIN LATERAL jsonb_array_elements(f.extras) e"
"""A fact ``f`` with each element ``e`` of what it has several of."""


def contributions(source: str, wanted: Sequence[str] = COLUMNS) -> str:
    """What each fact of ``source`` (a query of facts with a column ``sign``, +1 or -1) adds to which day and keys, in
    the columns ``wanted``."""

    def rows(branch: Branch) -> str:
        columns = ", ".join(
            f"f.sign * ({branch.counts[name]})::int" if name in branch.counts else "0" for name in wanted
        )
        table = f"f {ELEMENTS}" if branch.several else "f"
        return f"SELECT {branch.day} AS day, {_keys(branch)}, {columns} FROM {table} WHERE {branch.where}"

    names = ", ".join(("day", *KEYS, *wanted))
    every = " UNION ALL ".join(rows(branch) for branch in BRANCHES if branch.counts.keys() & set(wanted))
    return f"WITH f AS MATERIALIZED ({source}), rows ({names}) AS ({every}) SELECT * FROM rows"


def marks(facts: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Which columns the facts of the table ``facts`` are counted in by each of their days: the columns that are
    counted by the same day, and a query of day, keys and true or false for each of these columns."""
    for (day, several), same in groupby(sorted(BRANCHES, key=_days), _days):
        branches = list(same)
        cells = [
            f"({branch.where} AND {condition}) AS {name}"
            for branch in branches
            for name, condition in branch.counts.items()
        ]
        any_of = " OR ".join(branch.where for branch in branches)
        table = f"{facts} f {ELEMENTS}" if several else f"{facts} f"
        yield (
            tuple(name for branch in branches for name in branch.counts),
            f"SELECT {day} AS day, {_keys(branches[0])}, {', '.join(cells)} FROM {table} WHERE {any_of}",
        )


def _days(branch: Branch) -> tuple[str, bool]:
    return branch.day, branch.several


def _keys(branch: Branch) -> str:
    return f"f.division, f.category, f.channel, f.level, {branch.department} AS department"


def durations(source: str) -> str:
    """What each fact of ``source`` adds to the counts of durations and deeds: kind, day, division, key, length, n."""
    return f"""
    WITH f AS MATERIALIZED ({source})
    SELECT CASE f.status WHEN 'resolved' THEN 'r' ELSE 'e' END AS kind, f.accepted_day AS day, f.division, '' AS key,
        f.days AS length, f.sign AS n
    FROM f WHERE f.status IN ('resolved', 'withdrawn', 'guided')
    UNION ALL
    SELECT 's', (e->>1)::date, f.division, k.key, (e->>4)::int, f.sign
    FROM f CROSS JOIN LATERAL jsonb_array_elements(f.extras) e
    CROSS JOIN LATERAL (VALUES (''), (e->>2)) k (key)
    WHERE e->>0 = 'r' AND e->>4 IS NOT NULL AND f.status <> 'merged'
    UNION ALL
    SELECT 'd', (d->>1)::date, f.division, d->>0, 0, f.sign FROM f CROSS JOIN LATERAL jsonb_array_elements(f.deeds) d
    """


_GRAINS = (
    "CROSS JOIN LATERAL (VALUES ('d', c.day), ('m', date_trunc('month', c.day)::date), "
    "('y', date_trunc('year', c.day)::date)) g (grain, start)"
)
SUMS = ", ".join(f"sum(c.{name})::int AS {name}" for name in COLUMNS)
_NOT_NOTHING = " OR ".join(f"sum(c.{name}) <> 0" for name in COLUMNS)


def expanded(source: str) -> str:
    """The rows of the roll-up that the facts of ``source`` make: for each place above, dimension and grain.

    For few facts. All of them go through :mod:`reporting.rollups.rebuilding`, which aggregates in steps.
    """
    return f"""
    SELECT k.dim, p.place AS division, g.grain, g.start, k.key, {SUMS}
    FROM ({contributions(source)}) c
    CROSS JOIN LATERAL (SELECT left(c.division, digits) AS place, digits FROM unnest(ARRAY[4, 6, 9, 12]) digits
        WHERE digits <= length(c.division)) p
    CROSS JOIN LATERAL (VALUES (0, ''), (1, c.category), (2, c.channel), (3, c.level), (4, c.department)) k (dim, key)
    {_GRAINS}
    WHERE k.dim = 0 OR p.digits < 9 OR (p.digits = 9 AND g.grain <> 'd')
    GROUP BY k.dim, p.place, g.grain, g.start, k.key
    HAVING {_NOT_NOTHING}
    """


def expanded_durations(source: str) -> str:
    """As :func:`expanded`, of durations: days for prefecture and counties, months and years for townships as well;
    signatures for prefecture and counties; deeds for all three. What is finer is read from the facts themselves."""
    return f"""
    SELECT c.kind, left(c.division, digits) AS division, c.key, g.grain, g.start, c.length, sum(c.n)::int AS n
    FROM ({durations(source)}) c
    JOIN unnest(ARRAY[4, 6, 9]) digits ON digits <= length(c.division)
    {_GRAINS}
    WHERE digits < 9 OR c.kind = 'd' OR (g.grain <> 'd' AND c.kind <> 's')
    GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(c.n) <> 0
    """


TURNED = f"""
    SELECT case_id FROM reporting_casefact WHERE status = 'open' AND NOT late AND next_due_at <= {NOW}
    UNION ALL SELECT case_id FROM reporting_casefact WHERE status = 'open' AND late AND next_due_at > {NOW}
"""
"""Cases that became late by the mere passing of time, and those that somebody whose clock is ahead counted as late
already; nobody wrote them."""

CHANGED = f"SELECT case_id FROM reporting_changed UNION {TURNED}"
"""Whatever the roll-ups do not know yet."""


def changed_facts(cases: str, now: str = NOW) -> str:
    """Facts to take back (as they were counted) and to add (as they are now) of the cases that the query ``cases``
    names."""
    columns = ", ".join(FACT_COLUMNS)
    return f"""
    SELECT -1 AS sign, {columns} FROM reporting_casefact WHERE case_id IN ({cases})
    UNION ALL
    SELECT 1, {columns} FROM ({fresh(f"c.id IN ({cases})", now)}) present
    """
