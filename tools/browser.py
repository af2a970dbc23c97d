"""Makes sure that there is a Chromium for the browser tests; installs one the normal way when there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Path of a Chromium: ``CHROMIUM``, one of the usual names, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named and Path(named).exists():
        return named
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return str(own) if own.exists() else None


def install() -> None:
    """Playwright's own browser, else the distribution's package (as root)."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], env=environment, **quiet)  # type: ignore[call-overload]  # noqa: S607
        subprocess.run(  # type: ignore[call-overload]
            ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"],  # noqa: S607
            env=environment, **quiet,
        )  # fmt: skip
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], **quiet)  # type: ignore[call-overload]


def main() -> int:
    if find() is None:
        print("browser: no Chromium found, installing one", flush=True)
        install()
    if find() is None:
        print(
            "browser: no Chromium could be installed. Install the packages chromium and fonts-noto-cjk, "
            "or name one: CHROMIUM=/path/to/chromium make test",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
