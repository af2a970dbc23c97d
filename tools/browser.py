"""Makes sure that there is a Chromium for the browser tests; installs one the normal way when there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The first has no windows, menus and tabs to draw behind what the tests see, and is faster by a quarter.
PACKAGES = ("chromium-headless-shell", "chromium")
NAMES = (*PACKAGES, "chromium-browser", "google-chrome", "google-chrome-stable")


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
    """The distribution's package (as root), else Playwright's own browser."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        apt("update", "-q")
        for package in PACKAGES:
            if find() is None:
                apt("install", "-q", "-y", "--no-install-recommends", package, "fonts-noto-cjk")
    if find() is None:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def apt(*arguments: str) -> None:
    """Run ``apt-get`` without asking or telling anything; whether it worked is seen by what is there then."""
    subprocess.run(
        ["apt-get", *arguments],  # noqa: S607
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
    )  # fmt: skip


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
