"""What happens about the cases of :mod:`benchmarks.bulk`: mediators, sessions, agreements and what is owed by them,
visits after the resolution, referrals, tickets and visits of the desk and shifts. Drawn in SQL like the cases
themselves.
"""

from __future__ import annotations

from benchmarks.bulk import BEGIN, _draw, _execute

MEDIATORS, HALVES = 400, ("am", "pm")


def fill() -> None:
    """Give the cases that are there what happened about them, and count it; once for each build."""
    from reporting.rollups.rebuilding import rebuild

    _execute("SET session_replication_role = replica", "SET synchronous_commit = off")
    _execute(*_PEOPLE, _IN_HAND, _SESSIONS, _AGREEMENTS, *_OWED, _VISITS, _SECOND_CALLS, _REFERRALS, *_DESK, _SHIFTS)
    _execute("SET session_replication_role = origin", "VACUUM (ANALYZE)", "CHECKPOINT")
    rebuild()


_PEOPLE = (
    "CREATE TABLE bench_street AS SELECT row_number() OVER (ORDER BY md5(code)) - 1 AS k, code "
    "FROM departments_division WHERE level = 'township'",
    "INSERT INTO mediation_committee (id, name, name_zh_hans, kind, division_id, address, is_active, keys, phone) "
    "SELECT k + 1, code, code, 'township', code, '', true, '', '' FROM bench_street",
    f"""
    INSERT INTO accounts_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
        date_joined, role, display_name, phone, language, is_demo, division_id)
    SELECT 1000 + n, '!', false, 'bench.' || n, '', '', '', false, true, now(), 'mediator', '调解员' || n, '',
        'zh-hans', false, left(s.code, 6)
    FROM generate_series(1, {MEDIATORS}) n JOIN bench_street s ON s.k = n %% (SELECT count(*) FROM bench_street)
    """.replace("%%", "%"),
    f"""
    INSERT INTO mediation_mediator (id, name, name_hangul, languages, capacity, is_active, committee_id, user_id,
        certificate_number, employment, gender, keys, phone, position, qualification, employer)
    SELECT n, '调解员' || n, '', '{{zh-hans}}', 20, true, 1 + n % (SELECT count(*) FROM bench_street), 1000 + n, '',
        'part_time', '', '', '', '', '', ''
    FROM generate_series(1, {MEDIATORS}) n
    """,
)

_IN_HAND = f"""
    UPDATE cases_case SET mediator_id = 1001 + floor({_draw("A", "id")} * {MEDIATORS})::int
    WHERE kind = 'dispute' AND accepted_at IS NOT NULL AND {_draw("B", "id")} < 0.7
"""

_SESSIONS = f"""
    INSERT INTO mediation_session (case_id, round, period, mediator_id, online_link, place, state, cancel_reason,
        cancel_cause, failure, called_by_id, created_at)
    SELECT id, 0, tstzrange(at, at + interval '1 hour'), mediator_id - 1000, '', '社区', state, '', '',
        CASE WHEN state = 'failed' THEN (ARRAY['absent', 'absent', 'no_agreement', 'refused', 'not_reached'])
            [1 + floor({_draw("E", "id")} * 5)::int] ELSE '' END, mediator_id, at
    FROM (
        SELECT id, mediator_id, accepted_at + (3 + 7 * turn + floor({_draw("C", "id")} * 9)) * interval '1 day' AS at,
            CASE WHEN {_draw("D", "id")} < 0.88 THEN 'held' WHEN {_draw("D", "id")} < 0.95 THEN 'failed'
                ELSE 'cancelled' END AS state
        FROM cases_case, generate_series(0, 1) turn
        WHERE mediator_id IS NOT NULL AND (turn = 0 OR id % 3 = 0)
    ) x
"""

_AGREEMENTS = f"""
    INSERT INTO mediation_agreement (case_id, mediator_id, committee_id, form, terms, terms_language, reached_on,
        in_force_on, recorded_at, if_not, responsibilities, verification_code, year, serial)
    SELECT c.id, m.id, m.committee_id, CASE WHEN {_draw("F", "c.id")} < 0.85 THEN 'written' ELSE 'oral' END, '协议',
        'zh-hans', (c.resolved_at AT TIME ZONE 'Asia/Shanghai')::date,
        (c.resolved_at AT TIME ZONE 'Asia/Shanghai')::date, c.resolved_at, '', '', 'B' || c.id,
        2023, c.id
    FROM cases_case c JOIN mediation_mediator m ON m.user_id = c.mediator_id WHERE c.outcome = 'written_agreement'
"""

_DUE = f"""
        CASE WHEN due_on < current_date AND {_draw("Q", "id")} < 0.9 THEN due_on END
"""

_OWED = (
    f"""
    INSERT INTO mediation_obligation (agreement_id, position, kind, what, amount, how, debtor_id, due_on, performed_on)
    SELECT id, 1, 'pay', '', 1000, '', 1, due_on, {_DUE}
    FROM (SELECT id, reached_on + 30 AS due_on FROM mediation_agreement WHERE in_force_on IS NOT NULL) x
    """,
    f"""
    INSERT INTO mediation_instalment (obligation_id, position, amount, due_on, performed_on)
    SELECT id, part, 500, due_on, {_DUE}
    FROM (SELECT id, part, due_on + 30 * (part - 1) AS due_on FROM mediation_obligation, generate_series(1, 2) part
        WHERE id % 3 = 0) x
    """,
)

_VISITS = f"""
    INSERT INTO mediation_followup (case_id, round, day, due_on, state, outcome, satisfaction, done_at, assignee_id)
    SELECT id, 0, day, due_on, state, CASE WHEN state = 'done' THEN
            (ARRAY['performed', 'performed', 'performed', 'performing', 'not_reached', 'not_performed', 'relapse'])
            [1 + floor(power({_draw("G", "id * 8 + day")}, 2) * 7)::int] ELSE '' END,
        CASE WHEN state = 'done' THEN 'content' ELSE '' END,
        CASE WHEN state = 'done' THEN due_on + (floor({_draw("H", "id * 8 + day")} * 4) - 2) * interval '1 day' END,
        mediator_id
    FROM (
        SELECT c.id, day, c.mediator_id, (c.resolved_at AT TIME ZONE 'Asia/Shanghai')::date + day AS due_on,
            CASE WHEN c.resolved_at + day * interval '1 day' > now() THEN 'planned'
                WHEN {_draw("I", "c.id * 8 + day")} < 0.9 THEN 'done' WHEN {_draw("I", "c.id * 8 + day")} < 0.93
                THEN 'planned' WHEN {_draw("I", "c.id * 8 + day")} < 0.97 THEN 'covered' ELSE 'cancelled' END AS state
        FROM cases_case c, unnest(ARRAY[30, 90]) day WHERE c.resolved_at IS NOT NULL AND c.kind = 'dispute'
    ) x
"""

_SECOND_CALLS = f"""
    INSERT INTO mediation_followup (case_id, round, day, due_on, state, outcome, satisfaction, done_at, origin,
        second_of_id)
    SELECT case_id, 0, day, due_on + 7, 'done', CASE WHEN {_draw("J", "id")} < 0.9 THEN outcome ELSE 'relapse' END,
        'content', done_at + interval '7 day', 'second', id
    FROM mediation_followup WHERE state = 'done' AND {_draw("K", "id")} < 0.05
"""

_REFERRALS = f"""
    INSERT INTO cases_referral (case_id, department_id, division_id, role, status, is_current, is_binding,
        dispatched_at, return_reason, is_opinion_required)
    SELECT id, lead_id, left(division_id, 6), 'lead', CASE WHEN {_draw("L", "id")} < 0.03 THEN 'returned' ELSE 'done'
        END, {_draw("L", "id")} >= 0.03, false, accepted_at, '', false
    FROM cases_case WHERE accepted_at IS NOT NULL
"""

_DESK = (
    f"""
    INSERT INTO intake_ticket (id, centre_id, day, service, taken_as, number, language, priority, is_priority, state,
        taken_at, queued_at, calls, no_shows, submission_key)
    SELECT id, centre_id, (registered_at AT TIME ZONE 'Asia/Shanghai')::date, service, service, id, 'ko', '', false,
        CASE WHEN {_draw("M", "id")} < 0.95 THEN 'done' ELSE 'left' END, registered_at, registered_at, 1, 0,
        gen_random_uuid()
    FROM (SELECT *, (ARRAY['registration', 'consultation', 'appointment'])[1 + id % 3] AS service FROM cases_case
        WHERE channel = 'walk_in') c
    """,
    f"""
    INSERT INTO intake_period (ticket_id, kind, service, started_at, ended_at)
    SELECT id, kind, service, taken_at + since * interval '1 minute',
        taken_at + (since + 1 + floor({_draw("N", "id")} * 20)) * interval '1 minute'
    FROM intake_ticket, (VALUES ('waiting', 0), ('serving', 25)) k (kind, since)
    WHERE kind = 'waiting' OR state = 'done'
    """,
    f"""
    INSERT INTO intake_visit (at, channel, language, outcome, submission_key, centre_id, clerk_id, answer, companion,
        interpreter, people_count, purpose)
    SELECT registered_at, channel, 'ko', 'answered', gen_random_uuid(), centre_id, 1001, '答复', '', '', 1,
        'consultation'
    FROM cases_case WHERE {_draw("O", "id")} < 0.1
    """,
    f"""
    INSERT INTO intake_visit (at, channel, language, outcome, submission_key, centre_id, clerk_id, answer, companion,
        interpreter, people_count, purpose, case_id)
    SELECT registered_at + turn * interval '5 day', channel, 'ko', CASE turn WHEN 0 THEN 'new_case' ELSE 'attached'
        END, gen_random_uuid(), centre_id, 1001, '', '', '', 1, 'registration', id
    FROM cases_case, generate_series(0, 1) turn WHERE channel = 'walk_in' AND (turn = 0 OR {_draw("R", "id")} < 0.2)
    """,
)

_SHIFTS = f"""
    INSERT INTO departments_shift (centre_id, department_id, window_id, day, half, is_locked, checked_in_at,
        checked_out_at)
    SELECT w.centre_id, d.code, w.id, day, half, false,
        CASE WHEN {_draw("P", "w.id * 4000 + (day - '2023-01-01')")} < 0.93 THEN day + interval '9 hours' END, NULL
    FROM (SELECT * FROM departments_window WHERE is_in_rota) w
    JOIN bench_department d ON d.k = w.id % (SELECT count(*) FROM bench_department)
    CROSS JOIN (SELECT generate_series('{BEGIN}'::date, current_date, interval '1 day')::date AS day) days
    CROSS JOIN unnest(ARRAY{list(HALVES)}) half
    WHERE extract(isodow FROM day) < 6
    ON CONFLICT DO NOTHING
"""
