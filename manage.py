#!/usr/bin/env python
import os
import sys
from pathlib import Path

# Where one of these is set, the environment says everything; otherwise it is the centre on this machine.
PRODUCTION = {"DATABASE_URL", "SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance_center.settings")
    from django.core.management import execute_from_command_line

    if os.environ.keys() & PRODUCTION:
        execute_from_command_line(sys.argv)
        return
    from governance_center.local.commands import local_servers

    var = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parent / "var")
    with local_servers(var.resolve()):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
