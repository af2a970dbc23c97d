from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from accounts.models import User
from departments.models import Centre
from governance_center.errors import GovernanceError
from intake.importing.running import ROLES, Counts, Summary, take_over
from intake.importing.template import write_template

LANGUAGES = [code for code, _name in settings.LANGUAGES]


class Command(BaseCommand):
    help = (
        "Takes over an old register (XLSX or CSV). Every number of the old system is taken over once; rows with "
        "faults go to a file with the reasons. Killed and run again it goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the register, .xlsx or .csv")
        parser.add_argument("--system", help="name of the system that the register comes from")
        parser.add_argument("--centre", help="code of the centre's division, e.g. 222405")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--faults", type=Path, help="where rows with faults go; beside the register by default")
        parser.add_argument("--by", help="user name of whoever takes it over; else an administrator of the centre")
        parser.add_argument("--template", type=Path, help="write a template (.xlsx or .csv) and do nothing else")
        parser.add_argument("--language", choices=LANGUAGES, default="zh-hans", help="of faults and template")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["template"]:
            self._write_template(options["template"], options["language"])
            return
        for name in ("file", "system", "centre"):
            if not options[name]:
                raise CommandError(f"{'FILE' if name == 'file' else '--' + name} is missing; see --help")
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}")
        if options["faults"] and options["faults"].resolve() == path.resolve():
            raise CommandError("The file of faults would take the place of the register")
        centre = Centre.objects.filter(pk=options["centre"], is_active=True).first()
        if centre is None:
            raise CommandError(f"There is no centre {options['centre']}")
        by = _taker(options["by"], centre)
        with translation.override(options["language"]):
            try:
                summary, where = self._take_over(path, centre, by, options)
            except GovernanceError as error:
                raise CommandError(str(error)) from None
        self._report(summary, where, options["dry_run"])

    def _write_template(self, path: Path, language: str) -> None:
        kind = path.suffix.lower().lstrip(".")
        if kind not in {"xlsx", "csv"}:
            raise CommandError("A template ends with .xlsx or .csv")
        try:
            with path.open("wb") as stream:
                write_template(stream, kind, language)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}") from None
        self.stdout.write(f"Template: {path}")

    def _take_over(self, path: Path, centre: Centre, by: User, options: dict[str, Any]) -> tuple[Summary, Path]:
        where: list[Path] = []

        def faults(kind: str) -> Path:
            where.append(options["faults"] or path.with_name(f"{path.stem}-faults.{kind}"))
            return where[0]

        with _bar(self.stderr.write) as show:
            summary = take_over(
                path, centre=centre, system=options["system"].strip(), by=by, dry_run=options["dry_run"],
                faults=faults, progress=show,
            )  # fmt: skip
        return summary, where[0]

    def _report(self, summary: Summary, where: Path, dry_run: bool) -> None:
        counts = summary.counts
        for heading in summary.unknown:
            self.stdout.write(f"not known and passed over: column {heading}")
        taken = "would be taken over" if dry_run else "taken over"
        self.stdout.write(
            f"{counts.done} rows: {counts.imported} {taken}, {counts.known} known before, {counts.failed} with faults"
        )
        if summary.has_faults_file:
            self.stdout.write(f"Rows with faults and the reasons: {where}")


def _taker(username: str | None, centre: Centre) -> User:
    """Whoever takes the register over: the user of that name, else the first administrator over the centre."""
    if username:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}")
        return user
    above = [centre.pk[:length] for length in (4, 6, 9, 12)]
    staff = User.objects.filter(role__in=ROLES, is_active=True, division__in=above).order_by("role", "pk")
    found = staff.first()
    if found is None:
        raise CommandError("No administrator or dispatcher of this centre is there; say --by USERNAME")
    return found


@contextmanager
def _bar(write: Callable[[str], object]) -> Iterator[Callable[[Counts], bool]]:
    """A progress bar; plain lines where the package for it is not installed, as in production."""
    try:
        from tqdm import tqdm
    except ImportError:
        yield lambda counts: bool(write(f"{counts.done} of {counts.total or '?'} rows\n")) or True
        return
    with tqdm(desc="import", unit=" rows", file=sys.stderr, mininterval=0.3) as bar:

        def show(counts: Counts) -> bool:
            bar.total = counts.total
            bar.update(counts.done - bar.n)
            return True

        yield show
