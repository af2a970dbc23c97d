"""The one statement that tells and marks, for each kind of thing that falls due."""

from __future__ import annotations

from typing import NamedTuple

from mediation.models import Reminder


class Source(NamedTuple):
    """What is to be told: rows of id, day, stage, case, key and page, and the person who is asked for it.

    ``due`` yields ``id, due_on, stage, kind, key, params, url, division_id, member_id``; ``tells_desk`` says of which
    rows the dispatchers are told as well.
    """

    subject: Reminder.Subject
    due: str
    tells_desk: str


STANDS = "matter.state IN ('resolved', 'following_up')"
"""Of a case in another state nobody is reminded: it was closed, withdrawn or taken up again."""

AGREEMENT_STANDS = f"""{STANDS} AND agreement.in_force_on IS NOT NULL AND NOT EXISTS (
    SELECT FROM mediation_agreement later WHERE later.case_id = agreement.case_id AND later.id > agreement.id)"""
"""The one place that says which agreements are to be performed: the last of a resolved case, in force."""

_OF_PLACE = """(
            SELECT place.value FROM unnest(%(scopes)s::text[], %({values})s::{type}[]) place(scope, value)
            WHERE starts_with({division}, place.scope) ORDER BY length(place.scope) DESC LIMIT 1)"""


def of_place(values: str, type_: str, division: str = "matter.division_id") -> str:
    """The one of ``values`` that holds where the case is. Only looked up for what may be told anyway."""
    return _OF_PLACE.format(values=values, type=type_, division=division)


NOT_QUIET = f"(NOT %(some_quiet)s::boolean OR NOT {of_place('quiet', 'boolean')})"
"""By night nobody is told; where the night is elsewhere another one, by the night of the place."""


def has_come(due_on: str) -> str:
    """Due today or before, or so many days ahead as is set for the place."""
    return f"""({due_on} <= %(today)s::date OR {due_on} <= %(today)s::date + {of_place("leads", "int")})
      AND {due_on} <= %(today)s::date + %(furthest)s::int"""


_VISITS = """
    SELECT visit.id, visit.due_on, stage.next AS stage,
           CASE stage.next WHEN 1 THEN 'follow_up.due' WHEN 2 THEN 'follow_up.overdue' ELSE 'follow_up.escalated' END
               AS kind,
           jsonb_build_object('number', matter.number, 'day', visit.day, 'date', visit.due_on) AS params,
           replace(%(visit_url)s::text, '/0/', '/' || visit.id || '/') AS url,
           matter.division_id, CASE WHEN stage.next < 3 THEN visit.assignee_id END AS member_id
    FROM mediation_followup visit
    JOIN cases_case matter ON matter.id = visit.case_id
    LEFT JOIN LATERAL (
        SELECT max(told.stage) AS stage, max(told.told_on) AS told_on FROM mediation_reminder told
        WHERE told.subject = 'visit' AND told.subject_id = visit.id) last ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN last.stage IS NULL THEN 1
                    WHEN last.stage = 1 AND greatest(last.told_on, visit.due_on) <= {press} THEN 2
                    WHEN last.stage = 2 AND last.told_on <= {escalate} THEN 3 END AS next) stage
    WHERE visit.state = 'planned' AND {has_come} AND {not_quiet}
      AND (visit.due_on, visit.id) > (%(after_day)s::date, %(after)s::bigint)
      AND stage.next IS NOT NULL AND (visit.second_of_id IS NOT NULL OR {stands})
      AND NOT EXISTS (
          SELECT FROM mediation_followup earlier
          WHERE visit.second_of_id IS NULL AND earlier.second_of_id IS NULL AND earlier.case_id = visit.case_id
            AND earlier.state = 'planned' AND earlier.due_on < visit.due_on)
    ORDER BY visit.due_on, visit.id LIMIT %(batch)s::int
"""

VISITS = Source(
    Reminder.Subject.VISIT,
    _VISITS.format(
        stands=STANDS,
        press=of_place("press_until", "date"),
        escalate=of_place("escalate_until", "date"),
        has_come=has_come("visit.due_on"),
        not_quiet=NOT_QUIET,
    ),
    tells_desk="false",
)

_PERFORMANCE = """
    SELECT owed.id, owed.due_on, stage.next AS stage,
           CASE stage.next WHEN 0 THEN 'performance.soon' WHEN 1 THEN 'performance.due' ELSE 'performance.overdue' END
               AS kind,
           jsonb_build_object('number', matter.number, 'date', owed.due_on) AS params,
           replace(%(case_url)s::text, '/0/', '/' || matter.number || '/') AS url,
           matter.division_id, matter.mediator_id AS member_id
    FROM {owed}
    JOIN mediation_agreement agreement ON agreement.id = obligation.agreement_id
    JOIN cases_case matter ON matter.id = agreement.case_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN owed.due_on > %(today)s::date THEN 0
                    WHEN owed.due_on = %(today)s::date OR owed.due_on > %(today)s::date - {grace} THEN 1
                    ELSE 2 END AS next) stage
    WHERE owed.performed_on IS NULL AND {has_come} AND {not_quiet}
      AND (owed.due_on, owed.id) > (%(after_day)s::date, %(after)s::bigint) AND {stands}
      AND NOT EXISTS (
          SELECT FROM mediation_reminder told
          WHERE told.subject = %(subject)s AND told.subject_id = owed.id AND told.stage >= stage.next)
      {only}
    ORDER BY owed.due_on, owed.id LIMIT %(batch)s::int
"""

OBLIGATIONS = Source(
    Reminder.Subject.OBLIGATION,
    _PERFORMANCE.format(
        stands=AGREEMENT_STANDS,
        grace=of_place("grace", "int"),
        has_come=has_come("owed.due_on"),
        not_quiet=NOT_QUIET,
        owed="mediation_obligation owed JOIN mediation_obligation obligation ON obligation.id = owed.id",
        only="AND NOT EXISTS (SELECT FROM mediation_instalment part WHERE part.obligation_id = owed.id)",
    ),
    tells_desk="told.stage = 2",
)
INSTALMENTS = Source(
    Reminder.Subject.INSTALMENT,
    _PERFORMANCE.format(
        stands=AGREEMENT_STANDS,
        grace=of_place("grace", "int"),
        has_come=has_come("owed.due_on"),
        not_quiet=NOT_QUIET,
        owed="mediation_instalment owed JOIN mediation_obligation obligation ON obligation.id = owed.obligation_id",
        only="",
    ),
    tells_desk="told.stage = 2",
)

_STATEMENT = """
/* telling of what is due */
WITH due AS MATERIALIZED ({due}), told AS (
    INSERT INTO mediation_reminder (subject, subject_id, stage, told_on, made_at)
    SELECT %(subject)s::text, due.id, due.stage, %(today)s::date, %(now)s::timestamptz FROM due
    ON CONFLICT (subject, subject_id, stage) DO NOTHING
    RETURNING subject_id, stage
), news AS MATERIALIZED (
    SELECT due.*, member.id AS reader_id, member.email,
           member.id IS NULL OR {tells_desk} AS for_desk
    FROM told JOIN due ON due.id = told.subject_id
    LEFT JOIN accounts_user member ON member.id = due.member_id AND member.is_active
), desk AS MATERIALIZED (
    SELECT place.division_id, member.id, member.email,
           rank() OVER (PARTITION BY place.division_id ORDER BY length(member.division_id) DESC) AS nearness
    FROM (SELECT DISTINCT division_id FROM news WHERE for_desk) place
    JOIN accounts_user member
      ON member.role = 'dispatcher' AND member.is_active AND starts_with(place.division_id, member.division_id)
), said AS (
    INSERT INTO accounts_notification (recipient_id, kind, params, url, key, created_at, email_state)
    SELECT reader_id, kind, params, url, {key}, %(now)s::timestamptz,
           CASE WHEN email = '' THEN 'none' WHEN %(some_unmailed)s::boolean AND {unmailed} THEN 'off' ELSE 'pending' END
    FROM (
        SELECT id, due_on, stage, kind, params, url, division_id, reader_id, email FROM news WHERE reader_id IS NOT NULL
        UNION ALL
        SELECT news.id, news.due_on, news.stage, news.kind, news.params, news.url, news.division_id, desk.id, desk.email
        FROM news JOIN desk ON desk.division_id = news.division_id AND desk.nearness = 1 WHERE news.for_desk
    ) message
    ON CONFLICT (recipient_id, key) DO NOTHING
)
SELECT (SELECT count(*) FROM due), (SELECT count(*) FROM told), last.due_on, last.id
FROM (SELECT true) always
LEFT JOIN (SELECT due_on, id FROM due ORDER BY due_on DESC, id DESC LIMIT 1) last ON true
"""

_KEYS = {
    Reminder.Subject.VISIT: "'follow_up:' || id || ':' || due_on || CASE stage WHEN 1 THEN '' ELSE ':' || stage END"
}
"""A visit that was put to another day is told for that day too."""


def statement(source: Source) -> str:
    """The statement for one kind; the key of a message names what it is about and the stage."""
    key = _KEYS.get(source.subject, f"'{source.subject.value}:' || id || ':' || stage")
    kinds = of_place("unmailed", "text", "message.division_id")
    unmailed = f"position(',' || kind || ',' IN {kinds}) > 0"
    return _STATEMENT.format(due=source.due, tells_desk=source.tells_desk, key=key, unmailed=unmailed)
