"""Registering a walk-in through HTTP, against writing the same rows by hand.

Ours: a signed-in POST with CSRF to a real gunicorn over loopback, everything the real thing writes, durable
commit. Floor: the very rows that such a registration wrote, written again by psycopg in one transaction with
prepared statements and durable commit. Both alternate in the same run; medians are compared.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from benchmarks.run import Row

ROUNDS, WARM_UP = 150, 25
JSONB = 3802
"""PostgreSQL's number of the type."""
FEW, MANY = 1_000, 100_000
TARGET, FLATNESS = 8.0, 1.25

TABLES = (
    "cases_person", "cases_personkey", "cases_case", "cases_caseparty", "cases_referral", "cases_deadline",
    "cases_routingdecision", "cases_caseevent", "accounts_notification", "intake_visit",
)  # fmt: skip
FORM = {
    "name": "金顺姬", "name_hangul": "김순희", "phone": "100 1234 5678", "language": "ko",
    "category": "social_insurance", "division": "222405005004", "title": "企业未缴社会保险费",
    "narrative": "기업에서 2019년부터 사회보험료를 납부하지 않았습니다. " * 5, "narrative_language": "ko",
    "wants_mediation": "yes", "decision": "accept", "others-TOTAL_FORMS": "1", "others-INITIAL_FORMS": "0",
    "others-0-part": "respondent", "others-0-organisation": "龙井市某企业",
}  # fmt: skip


def run() -> list[Row]:
    """Over the floor with few cases present and with many, and how the one grows into the other."""
    _prepare()
    fill(FEW)
    few, floor = measure()
    fill(MANY)
    many, floor_with_many = measure()
    ratio, ratio_with_many = few / floor, many / floor_with_many
    growth = ratio_with_many / ratio
    return [
        Row("register", f"a walk-in through HTTP over its rows by psycopg, {FEW:,} cases present", few, "ms", floor,
            ratio, f"≤ {TARGET:g}", ratio <= TARGET),
        Row("register.many", f"the same, {MANY:,} cases present", many, "ms", floor_with_many, ratio_with_many,
            f"≤ {TARGET:g}", ratio_with_many <= TARGET),
        # Ratios are compared, not moments: the machine may be busier in one part of the run than in the other.
        Row("register.flat", f"that ratio with {MANY:,} cases present over the one with {FEW:,}", ratio_with_many, "×",
            ratio, growth, f"≤ {FLATNESS:g}", growth <= FLATNESS),
    ]  # fmt: skip


def _prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_reference", stdout=open(os.devnull, "w"))  # noqa: SIM115
    call_command("demo_accounts")
    call_command("collectstatic", interactive=False, verbosity=0)


def fill(total: int) -> None:
    """Have ``total`` cases present, simulated ones first and then copies of them with their rows."""
    import datetime as dt

    from django.db import connection

    from cases.models import Case
    from reporting.simulation import prefecture

    if not Case.objects.exists():
        prefecture.build(seed=1, until=dt.date(2025, 6, 30), accepted=FEW * 94 // 100, resolved=FEW * 9 // 10)
    have = Case.objects.count()
    with connection.cursor() as cursor:
        while have < total:
            count = min(have, total - have)
            for statement in COPIES:
                cursor.execute(statement, {"count": count})
            have = Case.objects.count()
        for table in TABLES:
            cursor.execute(f'VACUUM (ANALYZE) "{table}"')


def _copied(table: str, changes: dict[str, str]) -> str:
    """``INSERT … SELECT`` of the rows of ``count`` cases, with some columns replaced."""
    from django.apps import apps

    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = ", ".join(changes.get(column, f'old."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" old'


class _Copies:
    """The statements, made when the models are there: cases first, then what hangs on them."""

    def __iter__(self) -> Iterator[str]:
        yield "DROP TABLE IF EXISTS bench_map"
        cases = _copied(
            "cases_case",
            {"number": "'C' || substr(md5(random()::text || old.id), 1, 16)",
             "public_code": "substr(md5(random()::text || old.id), 1, 20)"},
        )  # fmt: skip
        yield (
            "CREATE TEMP TABLE bench_map AS WITH made AS ("
            f"{cases} WHERE old.id IN (SELECT id FROM cases_case ORDER BY id LIMIT %(count)s) RETURNING id) "
            "SELECT new.id AS new_id, source.id AS old_id FROM "
            "(SELECT id, row_number() OVER (ORDER BY id) AS n FROM made) new JOIN "
            "(SELECT id, row_number() OVER (ORDER BY id) AS n FROM "
            "(SELECT id FROM cases_case ORDER BY id LIMIT %(count)s) s) source USING (n)"
        )
        for table in ("cases_caseparty", "cases_referral", "cases_routingdecision", "cases_caseevent"):
            yield f"{_copied(table, {'case_id': 'm.new_id'})} JOIN bench_map m ON m.old_id = old.case_id"
        changes = {"case_id": "m.new_id", "referral_id": "NULL"}
        yield f"{_copied('cases_deadline', changes)} JOIN bench_map m ON m.old_id = old.case_id"
        changes = {"case_id": "m.new_id", "submission_key": "gen_random_uuid()"}
        yield f"{_copied('intake_visit', changes)} JOIN bench_map m ON m.old_id = old.case_id"


COPIES = _Copies()


def measure() -> tuple[float, float]:
    """Medians in milliseconds: of a registration through HTTP, and of its rows by hand."""
    with server() as port:
        desk = Desk(port)
        desk.register()
        rewrite = Rewriter()
        ours, floor = [], []
        for turn in range(WARM_UP + ROUNDS):
            one, other = _timed(desk.register), _timed(rewrite)
            if turn >= WARM_UP:
                ours.append(one)
                floor.append(other)
        rewrite.close()
    return statistics.median(ours) * 1000, statistics.median(floor) * 1000


def _timed(action: Callable[[], Any]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


@contextmanager
def server() -> Iterator[int]:
    """The web server as ``make run`` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    gunicorn = os.path.join(os.path.dirname(sys.executable), "gunicorn")
    process = subprocess.Popen(  # noqa: S603
        [gunicorn, "governance_center.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4",
         "--preload", "--log-level", "warning"],
    )  # fmt: skip
    try:
        for _wait in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


class Desk:
    """A clerk's browser, as far as registering goes: one connection, cookies, CSRF."""

    def __init__(self, port: int) -> None:
        from accounts.models import DEMO_PASSWORD

        self.port = port
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        page = self._send("GET", "/sign-in/")
        self._send("POST", "/sign-in/", {"username": "clerk.longjing", "password": DEMO_PASSWORD,
                                         "csrfmiddlewaretoken": self._token(page)})  # fmt: skip
        self.token = self._token(self._send("GET", "/desk/register/"))

    def register(self) -> None:
        """One registration; each is a submission of its own."""
        self._send("POST", "/desk/register/", {**FORM, "csrfmiddlewaretoken": self.token}, expect=302)

    def _send(self, method: str, path: str, form: dict[str, str] | None = None, expect: int | None = None) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self.port}",
            }
        self.link.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = self.link.getresponse()
        body = answer.read().decode()
        if expect is not None and answer.status != expect:
            raise RuntimeError(f"{path}: {answer.status} instead of {expect}")
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return body

    @staticmethod
    def _token(page: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if not found:
            raise RuntimeError("no form on the page")
        return found.group(1)


class Rewriter:
    """Writes the rows of the latest registration again: one transaction, prepared statements, durable."""

    def __init__(self) -> None:
        import psycopg

        self.connection = psycopg.connect(os.environ["DATABASE_URL"], prepare_threshold=0)
        self.steps = self._steps()

    def __call__(self) -> None:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cases_casenumberseries SET last = last + 1 WHERE county_code = '222405' AND year = %s "
                "RETURNING last",
                [time.localtime().tm_year],
                prepare=True,
            )
            keys: dict[str, int] = {}
            for table, statement, values, many in self.steps:
                for row in values:
                    bound = [keys.get(value[1]) if isinstance(value, tuple) else value for value in row]
                    fresh = [value() if callable(value) else value for value in bound]
                    cursor.execute(statement, fresh, prepare=True)
                    if not many:
                        keys[table] = cursor.fetchone()[0]

    def close(self) -> None:
        self.connection.close()

    def _steps(self) -> list[tuple[str, str, list[list[Any]], bool]]:
        """Each table's INSERT and the values of its rows; keys of rows written before are put in by name."""
        import secrets
        import uuid

        from psycopg.types.json import Jsonb

        cursor = self.connection.cursor()
        cursor.execute("SELECT max(id) FROM cases_case")
        case = cursor.fetchone()[0]  # type: ignore[index]
        cursor.execute("SELECT person_id FROM intake_visit WHERE case_id = %s", [case])
        person = cursor.fetchone()[0]  # type: ignore[index]
        conditions = {
            "cases_person": ("id = %s", person),
            "cases_personkey": ("person_id = %s", person),
            "cases_case": ("id = %s", case),
            "accounts_notification": (
                "params->>'number' = (SELECT number FROM cases_case WHERE id = %s)",
                case,
            ),
        }
        fresh: dict[str, Any] = {
            "number": lambda: "B" + secrets.token_hex(8),
            "public_code": lambda: secrets.token_urlsafe(15),
            "submission_key": uuid.uuid4,
            "key": lambda: secrets.token_hex(16),
            "identity_index": "",
        }
        links = {"case_id": ("key", "cases_case"), "person_id": ("key", "cases_person")}
        steps = []
        for table in TABLES:
            condition, value = conditions.get(table, ("case_id = %s", case))
            cursor.execute(f'SELECT * FROM "{table}" WHERE {condition} ORDER BY 1', [value])  # type: ignore[call-overload]
            names = [column.name for column in cursor.description or ()]
            documents = {column.name for column in cursor.description or () if column.type_code == JSONB}
            kept = [name for name in names if name != "id"]
            rows = []
            for row in cursor.fetchall():
                values = dict(zip(names, row, strict=True))
                rows.append(
                    [
                        fresh[name] if name in fresh
                        else links[name] if name in links and values[name] is not None
                        else Jsonb(values[name]) if name in documents
                        else values[name]
                        for name in kept
                    ]
                )  # fmt: skip
            columns = ", ".join(f'"{name}"' for name in kept)
            marks = ", ".join(["%s"] * len(kept))
            many = table not in {"cases_person", "cases_case"}
            statement = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})' + ("" if many else " RETURNING id")
            steps.append((table, statement, rows, many))
        self.connection.rollback()
        return steps
