"""Taking over an old register of 100,000 rows, against a plain COPY of the very rows that it wrote.

Ours: the function behind ``manage.py import_cases``: reading, checking, people, workflow, ledger, numbers, COPY, one
transaction for each chunk. Floor: the rows it wrote, read back into memory and copied by plain COPY into empty twins
of the same tables with the same indexes, one transaction, in the same run.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.run import Row

ROWS = 100_000
TARGET = 0.15
MOST_GROWTH = 200
"""Megabytes; a register in memory as a whole would need many times more."""

HEADINGS = (
    "原系统编号", "登记日期", "类别", "地点", "姓名（汉字）", "姓名（朝鲜文）", "身份证号码", "电话", "使用语言",
    "对方当事人", "对方电话", "摘要", "事情经过", "来源渠道", "状态", "办理结果", "受理日期", "办结日期",
    "牵头部门", "备注",
)  # fmt: skip
STATES = (
    ("已化解", "书面协议", 78), ("已化解", "口头协议", 10), ("未化解", "引导诉讼", 4), ("已撤回", "", 3),
    ("不予受理", "重复", 2), ("办理中", "", 2), ("已受理", "", 1),
)  # fmt: skip
CATEGORIES = ("邻里纠纷", "婚姻家庭纠纷", "合同纠纷", "이웃분규", "物业纠纷")
STORY = "双方因楼上漏水造成的损失多次协商未果，来中心请求调解。经查看现场，确认漏水点在三楼厨房。" * 2


def run() -> list[Row]:
    """Rows a second of ours over those of the floor, and how much memory the import took."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with open(os.devnull, "w") as nowhere:
        call_command("load_reference", stdout=nowhere)
    call_command("demo_accounts")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.csv"
        write_register(path, ROWS)
        _import(path, 0)
        before = _memory()
        seconds = _import(path, ROWS)
        growth = _memory() - before
    floor = copy_again()
    ours, plain = ROWS / seconds, ROWS / floor
    ratio = ours / plain
    return [
        Row("import_cases", f"{ROWS:,} rows of a register over a plain COPY of what they become", ours, "rows/s", plain,
            ratio, f"≥ {TARGET:g}", ratio >= TARGET),
        Row("import_cases.memory", f"memory that the import of {ROWS:,} rows took", growth, "MB", MOST_GROWTH,
            growth / MOST_GROWTH, "≤ 1", growth <= MOST_GROWTH),
    ]  # fmt: skip


def write_register(path: Path, count: int) -> None:
    """A register as counties keep them: most of it resolved, everybody invented."""
    from departments.models import Division
    from reporting.simulation import names

    rng = random.Random(1)
    places = list(Division.objects.filter(level="village", code__startswith="222401").values_list("code", flat=True))
    today = dt.date.today()
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        for serial in range(count):
            writer.writerow(_line(rng, names, serial, rng.choice(places), today))


def _line(rng: random.Random, names: Any, serial: int, place: str, today: dt.date) -> list[str]:
    state, outcome, _weight = rng.choices(STATES, [weight for _s, _o, weight in STATES])[0]
    day = today - dt.timedelta(days=rng.randrange(10 if state in {"办理中", "已受理"} else 30, 2000))
    if state in {"办理中", "已受理"}:
        day = today - dt.timedelta(days=rng.randrange(1, 20))
    ended = day + dt.timedelta(days=rng.randrange(1, 20))
    name, hangul = names.korean_name(rng) if rng.random() < 0.4 else (names.chinese_name(rng), "")
    number = names.identity_number(rng, "222401", serial)[0] if rng.random() < 0.7 else ""
    other = names.chinese_name(rng) if rng.random() < 0.6 else "延吉市某物业服务有限公司"
    is_over, is_refused = state in {"已化解", "未化解", "已撤回"}, state == "不予受理"
    return [
        f"YJ-{serial:06d}", f"{day}", rng.choice(CATEGORIES), place, name, hangul, number, names.phone(rng),
        "朝鲜语" if hangul else "汉语", other, names.phone(rng), "楼上漏水，双方就赔偿有争议", STORY, "来访",
        state, outcome, "" if is_refused else f"{day}", f"{ended}" if is_over else "",
        "司法局" if rng.random() < 0.5 else "", "原台账第三册" if rng.random() < 0.2 else "",
    ]  # fmt: skip


def _import(path: Path, count: int) -> float:
    """Seconds that the import takes; with no rows only what it loads at its start."""
    from accounts.models import User
    from departments.models import Centre
    from intake.importing.running import take_over

    small = path.with_name("few.csv")
    if count == 0:
        with path.open(encoding="utf-8-sig") as lines:
            small.write_text("".join(line for line, _n in zip(lines, range(200), strict=False)), encoding="utf-8")
        path = small
    start = time.perf_counter()
    done = take_over(
        path, centre=Centre.objects.get(pk="222401"), system="bench" if count else "warm",
        by=User.objects.get(username="dispatcher.yanji"), dry_run=not count,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    if count and done.counts.imported != count:
        raise RuntimeError(f"{done.counts} {done.first_faults[:3]}")
    return seconds


def copy_again() -> float:
    """Seconds that a plain COPY of all these rows into empty twins of their tables takes."""
    from django.db import connection, transaction

    from intake.importing.writing import ORDER

    tables = [model._meta.db_table for model in ORDER]
    seconds = 0.0
    connection.ensure_connection()
    with transaction.atomic(), connection.connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'CREATE TABLE "twin_{table}" (LIKE "{table}" INCLUDING ALL)')
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                content = [bytes(block) for block in copy]
            start = time.perf_counter()
            with cursor.copy(f'COPY "twin_{table}" FROM STDIN') as copy:
                for block in content:
                    copy.write(block)
            seconds += time.perf_counter() - start
    return seconds


def _memory() -> float:
    """The most memory this process has held so far, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 if sys.platform != "darwin" else 1024 * 1024)
