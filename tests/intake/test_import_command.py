"""``manage.py import_cases``: what it takes over, what it tells, and what it refuses in one line."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case
from tests.intake.registers import row, write_csv
from tests.world import LONGJING, World


def test_the_command_takes_over_and_tells(world: World, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", [row(), row(source_id="2", state="?")])
    out = io.StringIO()
    options = {"system": "旧系统", "centre": LONGJING, "stdout": out}
    call_command("import_cases", str(path), dry_run=True, **options)
    assert "1 would be taken over, 0 known before, 1 with faults" in out.getvalue()
    assert not Case.objects.exists()
    assert (tmp_path / "r-faults.csv").exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_names_whoever_takes_it_over(world: World, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", [row()])
    out = io.StringIO()
    call_command("import_cases", str(path), system="a", centre=LONGJING, stdout=out)
    call_command("import_cases", str(path), system="b", centre=LONGJING, by="dispatcher", stdout=out)
    takers = Case.objects.order_by("pk").values_list("registered_by__username", flat=True)
    assert list(takers) == ["administrator", "dispatcher"]
    assert "1 rows: 1 taken over" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        ([], {}, "FILE"),
        (["r.csv"], {"centre": LONGJING}, "--system"),
        (["r.csv"], {"system": "x"}, "--centre"),
        (["nowhere.csv"], {"system": "x", "centre": LONGJING}, "no file"),
        (["r.csv"], {"system": "x", "centre": "999999"}, "no centre"),
        (["r.csv"], {"system": "x", "centre": LONGJING, "by": "nobody"}, "no user"),
        (["r.csv"], {"system": "x", "centre": LONGJING, "by": "clerk"}, "没有权限"),
        (["empty.csv"], {"system": "x", "centre": LONGJING}, "空"),
        (["r.csv"], {"system": "x", "centre": LONGJING, "faults": "r.csv"}, "take the place"),
        ([], {"template": Path("t.pdf")}, ".xlsx or .csv"),
        ([], {"template": Path("/nowhere/t.csv")}, "cannot be written"),
    ],
)
def test_the_command_refuses_in_one_line(
    world: World, tmp_path: Path, arguments: list[str], options: dict[str, Any], words: str
) -> None:
    write_csv(tmp_path / "r.csv", [row()])
    (tmp_path / "empty.csv").touch()
    if "faults" in options:
        options = {**options, "faults": tmp_path / options["faults"]}
    with pytest.raises(CommandError, match=words) as caught:
        call_command("import_cases", *[str(tmp_path / name) for name in arguments], **options)
    assert "\n" not in str(caught.value)
    assert not Case.objects.exists()


def test_the_command_writes_templates(db: None, tmp_path: Path) -> None:
    for name in ("t.csv", "t.xlsx"):
        call_command("import_cases", template=tmp_path / name, language="ko", stdout=io.StringIO())
        assert (tmp_path / name).stat().st_size > 1000
