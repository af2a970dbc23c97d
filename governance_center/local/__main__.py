"""``python -m governance_center.local run`` and ``… exec FOLDER COMMAND …``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

VAR = Path(os.environ.get("VAR_DIR", "var")).resolve()


def main(arguments: list[str]) -> int:
    os.environ.setdefault("GOVERNANCE_DEMO", "1")
    os.environ["VAR_DIR"] = str(VAR)
    if arguments[:1] == ["run"]:
        from governance_center.local.supervisor import run

        return run(VAR)
    if arguments[:1] == ["exec"] and len(arguments) > 2:
        return execute(VAR / arguments[1], arguments[2:])
    print(__doc__, file=sys.stderr)
    return 2


def execute(folder: Path, command: list[str]) -> int:
    """Run a command with servers whose data lies in ``folder``: fast and not durable when it begins with
    ``test``, durable otherwise."""
    from governance_center.local.postgres import ServerFailed
    from governance_center.local.servers import servers

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with servers(folder, volatile=folder.name.startswith("test")):
            return subprocess.run(command, check=False).returncode  # noqa: S603
    except ServerFailed as error:
        print(f"The servers do not start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
