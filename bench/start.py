"""Start from nothing: make the project's own environment, then run `tera` or the tests in it.

`python3 -m bench.start demo`, in the folder of the project, needs Python and pip, no earlier step and no
activated environment. It uses the standard library alone and writes only to `.venv` beside `pyproject.toml`;
what goes in is exactly what `requirements.lock` lists, each file checked against its digest. A second start
finds the environment finished and goes straight on.
"""

from __future__ import annotations  # an older Python must get as far as the sentence that says it is too old

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

USAGE = """\
python3 -m bench.start demo            the whole job on simulated instruments (any `tera` command goes here)
python3 -m bench.start test [OPTIONS]  all tests, several at once (options go to pytest); what fails beside
                                       others is run again alone, and what fails alone is wrong
python3 -m bench.start setup           only the environment in .venv
Windows: write py in place of python3.
"""
CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENT = CHECKOUT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
STAMP = ENVIRONMENT / "finished"
OLDEST = (3, 11)
AT_ONCE = max(4, os.cpu_count() or 1)
"""tests that run at once: many of them wait for a line most of their time"""
SOME_FAILED = 1
"""pytest's exit code when tests ran and some failed"""


def fingerprint() -> str:
    """Return a digest of what the environment is made from; another digest means another environment."""
    facts = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{CHECKOUT}\n".encode())
    for name in ("pyproject.toml", "requirements.lock", "bench/start.py"):
        facts.update((CHECKOUT / name).read_bytes())
    return facts.hexdigest()


def ran(*line: str | Path) -> bool:
    """Run a command to its end, its output where ours goes, and return whether it succeeded."""
    return subprocess.run([str(word) for word in line], check=False).returncode == 0  # noqa: S603  ours


def make() -> str:
    """Make the environment anew; return an empty string, or the sentences that say why it is not finished.

    It gets no pip of its own, because Debian's Python cannot give it one without `python3-venv`: the pip of
    the Python that runs this installs into it.
    """
    outer = Path(sys.base_prefix, "python.exe" if sys.platform == "win32" else "bin/python3")
    python = outer if Path(sys.prefix) == ENVIRONMENT else Path(sys.executable)
    if not ran(python, "-c", "import importlib.util, sys; sys.exit(not importlib.util.find_spec('pip'))"):
        return "This Python has no pip. Install it (on Debian: apt install python3-pip) and start again."
    sys.stderr.write(f"Making the environment in {ENVIRONMENT}: once, a minute or two.\n")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    pip = (python, "-m", "pip", "--python", PYTHON, "--disable-pip-version-check", "-qq", "install")
    locked = ("--require-hashes", "--only-binary", ":all:", "-r", CHECKOUT / "requirements.lock")
    if not ran(python, "-m", "venv", "--without-pip", ENVIRONMENT):
        return f"{ENVIRONMENT} cannot be written. Put the project in a folder of your own and start again."
    if not ran(*pip, *locked):
        return "The packages were not installed; pip says why above. Check the network and start again."
    if not ran(*pip, "--no-deps", "--no-build-isolation", "--editable", CHECKOUT):
        return "The project itself was not installed; pip says why above. Put it right and start again."
    return ""


def ready() -> str:
    """See to it that the environment is there; return an empty string, or the sentences that say why not."""
    if sys.version_info < OLDEST:
        return f"This is Python {sys.version.split()[0]}; tera-bench needs 3.11 or newer: use that one."
    if not (CHECKOUT / "requirements.lock").is_file():
        return "This is the installed package, already set up. Use its own command: tera demo"
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
        return ""
    trouble = make()
    if not trouble:
        STAMP.write_text(wanted, encoding="utf-8")
    return trouble


def main(words: list[str]) -> int:
    """Set up if needed and run; return the exit code of what ran, or 2 when it could not be set up."""
    if words in ([], ["-h"], ["--help"]):
        sys.stderr.write(USAGE)
        return 0 if words else 2
    trouble = ready()
    if trouble:
        sys.stderr.write(f"{trouble}\n")
        return 2
    if words == ["setup"]:
        return 0
    # Ctrl-C is for the program below, not for the one that waits for it.
    signal.signal(signal.SIGINT, lambda *_: None)
    if words[0] == "test":
        return tested(words[1:])
    return subprocess.call([str(PYTHON), "-m", "bench", *words])  # noqa: S603  the user's own words


def tested(options: list[str]) -> int:
    """Run the tests, several at once; return pytest's exit code.

    Tests that talk to real lines at real speed can fail only because others took the processor. Those that
    failed are therefore run once more, one after the other, and that decides.
    """
    # The tests start the program hundreds of times; what Python compiled once need not be compiled again.
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    line = [str(PYTHON), "-m", "pytest", "-n", str(AT_ONCE), *options]
    code = subprocess.call(line, cwd=CHECKOUT, env=surroundings)  # noqa: S603  the user's own words
    if code != SOME_FAILED or options:
        return code
    sys.stderr.write("\nSome tests failed beside others. Those are run again alone; that decides.\n")
    again = [str(PYTHON), "-m", "pytest", "--last-failed", "--last-failed-no-failures=none"]
    return subprocess.call(again, cwd=CHECKOUT)  # noqa: S603  nothing from outside


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
