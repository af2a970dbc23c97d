"""Sets the project up: virtual environment, Python and front-end packages, message catalogues.

Only the standard library is used. What has not changed since the last time is skipped. Every failure is one
clear line.

    python3 tools/setup.py         # what `make run` needs
    python3 tools/setup.py --dev   # what tests, lint and benchmarks need on top
    python3 tools/setup.py --built # only the last steps, where the packages are there already (an image)
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = ROOT / "var" / "stamps"
VENDOR = ROOT / "var" / "vendor"

# The few front-end files that pages load, and where they stand under the static prefix "vendor/".
FRONT_END = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "@tabler/icons-webfont/dist/tabler-icons.min.css": "icons/tabler-icons.min.css",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2": "icons/fonts/tabler-icons.woff2",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "signature_pad/dist/signature_pad.umd.min.js": "signature_pad/signature_pad.umd.min.js",
}

# The typefaces of the papers, regular and bold. They are read by the server alone and never served.
FONTS = ROOT / "var" / "fonts"
TYPEFACES = (
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf",
    "@expo-google-fonts/noto-serif-kr/400Regular/NotoSerifKR_400Regular.ttf",
    "@expo-google-fonts/noto-serif-kr/700Bold/NotoSerifKR_700Bold.ttf",
)


class SetupFailed(Exception):
    """Says in one line what is wrong and what to do."""


def main(arguments: list[str]) -> int:
    try:
        check_python()
        if "--built" in arguments:
            copy_front_end()
            copy_typefaces()
            compile_catalogues()
            return 0
        make_venv()
        install_python_packages("--dev" in arguments)
        install_front_end()
        compile_catalogues()
    except SetupFailed as failure:
        print(f"setup: {failure}", file=sys.stderr)
        return 1
    except OSError as error:
        reason = "the disk is full" if error.errno == 28 else str(error)
        print(f"setup: {reason}", file=sys.stderr)
        return 1
    return 0


def check_python() -> None:
    if sys.version_info < (3, 11):
        raise SetupFailed(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")


def make_venv() -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    run(
        [sys.executable, "-m", "venv", str(VENV)],
        "the virtual environment could not be made; on Debian install python3-venv.",
    )


def install_python_packages(dev: bool) -> None:
    names = ["requirements.txt", "requirements-local.txt"] + (["requirements-dev.txt"] if dev else [])
    for name in names:
        if unchanged(f"pip-{name}", [ROOT / name, PYTHON]):
            continue
        print(f"setup: installing {name}", flush=True)
        run(
            [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
             "-r", name],
            f"the Python packages of {name} could not be installed; see the lines above (no network, a full disk "
            "or a missing C compiler are the usual causes).",
        )  # fmt: skip
        stamp(f"pip-{name}", [ROOT / name, PYTHON])


def install_front_end() -> None:
    sources = [ROOT / "package-lock.json", Path(__file__)]
    made = [VENDOR / target for target in FRONT_END.values()] + [FONTS / Path(source).name for source in TYPEFACES]
    if unchanged("npm", sources) and all(path.exists() for path in made):
        return
    print("setup: installing front-end packages", flush=True)
    run([*npm(), "ci", "--no-audit", "--no-fund"], "the front-end packages could not be installed by npm.")
    copy_front_end()
    copy_typefaces()
    stamp("npm", sources)


def copy_front_end() -> None:
    """Put the few files that pages load where the static files are looked for."""
    for source, target in FRONT_END.items():
        destination = VENDOR / target
        destination.parent.mkdir(parents=True, exist_ok=True)
        copy_without_map(ROOT / "node_modules" / source, destination)
    trim_icon_fonts(VENDOR / FRONT_END["@tabler/icons-webfont/dist/tabler-icons.min.css"])


def copy_without_map(source: Path, destination: Path) -> None:
    """Copy a file; the note that points to a source map, which is not copied, goes."""
    content = source.read_bytes()
    destination.write_bytes(re.sub(rb"/[/*]# sourceMappingURL=[^\n*]*(\*/)?", b"", content))


def copy_typefaces() -> None:
    """Put the typefaces of the papers where the server looks for them; a copy that is there already stays."""
    FONTS.mkdir(parents=True, exist_ok=True)
    for name in TYPEFACES:
        source, destination = ROOT / "node_modules" / name, FONTS / Path(name).name
        if destination.exists() and looks_of(destination) == looks_of(source):
            continue
        half = destination.with_suffix(".part")
        shutil.copy2(source, half)
        half.replace(destination)


def looks_of(path: Path) -> tuple[int, int]:
    """Size and time of a file, which a copy keeps."""
    facts = path.stat()
    return facts.st_size, int(facts.st_mtime)


def npm() -> list[str]:
    """The machine's own npm, or the one that a wheel brings."""
    own = shutil.which("npm")
    if own:
        return [own]
    run(
        [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
         "-r", "requirements-node.txt"],
        "there is no npm on this machine and the one from a Python package could not be installed.",
    )  # fmt: skip
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [str(VENV / "bin" / "npm")]


def trim_icon_fonts(stylesheet: Path) -> None:
    """Keep only the woff2 font, which every browser of the last ten years reads."""
    css = stylesheet.read_text(encoding="utf-8")
    begin, end = css.index("src:"), css.index("}", css.index("@font-face"))
    font = 'src:url("./fonts/tabler-icons.woff2") format("woff2")'
    stylesheet.write_text(css[:begin] + font + css[end:], encoding="utf-8")


def compile_catalogues() -> None:
    catalogues = sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))
    made = [path.with_suffix(".mo") for path in catalogues]
    made.append(ROOT / "var" / "locale" / "ko" / "LC_MESSAGES" / "django.mo")
    sources = [
        *catalogues, ROOT / "tools" / "messages.py", ROOT / "requirements.txt",
        ROOT / "governance_center" / "reference" / "orthography.csv",
    ]  # fmt: skip
    if unchanged("catalogues", sources) and all(path.exists() for path in made):
        return
    run([str(PYTHON), "tools/messages.py", "compile"], "the message catalogues could not be compiled.")
    stamp("catalogues", sources)


def run(command: list[str], failure: str) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise SetupFailed(failure)


def digest(paths: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(str(path.relative_to(ROOT)).encode())
        whole.update(path.read_bytes() if path != PYTHON else sys.version.encode())
    return whole.hexdigest()


def unchanged(name: str, paths: list[Path]) -> bool:
    mark = STAMPS / name
    if not all(path.exists() for path in paths) or not mark.exists():
        return False
    in_venv = not name.startswith("pip-") or (VENV / f".{name}").exists()
    return in_venv and mark.read_text() == digest(paths)


def stamp(name: str, paths: list[Path]) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    if name.startswith("pip-"):
        (VENV / f".{name}").touch()
    (STAMPS / name).write_text(digest(paths))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
