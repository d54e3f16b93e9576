"""A laboratory on disk with a scale in a process of its own, and the command line run as users run it."""

import json
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from procedures.assignment import Assignment
from procedures.point import Activity
from results.journal import Journal
from results.registry.app import open_store
from results.registry.settings import Settings
from tests.bench.forked import completed, running

HERE = Path(__file__).parent


def an_order(kind: str, **uut: str) -> Assignment:
    """What a test of some kind could be asked for; of the data of its instrument only those given."""
    return Assignment(kind=kind, activity=Activity.INITIAL_VERIFICATION, uut=uut)


def tera(*arguments: str, lab: Path | None = None, stdin: str = "") -> subprocess.CompletedProcess:
    where = ["--lab", str(lab)] if lab is not None else []
    return completed(["-m", "bench", *arguments, *where], stdin=stdin)


@dataclass
class Laboratory:
    root: Path
    control: int

    @property
    def order(self) -> Path:
        return self.root / "orders" / "contoh.toml"

    def tera(self, *arguments: str, dying: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
        program = [str(HERE / "killed_tera.py"), *dying] if dying else ["-m", "bench"]
        handler = f"exec:{sys.executable} {HERE / 'weight_handler.py'} {self.control}"
        return completed([*program, *arguments, "--lab", str(self.root), "--operator", handler, "--json"])

    def entries(self):
        with Journal(self.root / "data" / "journal.db", read_only=True) as journal:
            runs = journal.runs()
            return (runs[0].run, journal.entries(runs[0].run)) if runs else ("", [])


@contextmanager
def laboratory(root: Path, line: str, driver: str = "st-gs", *, fault: str = ""):
    words = [str(HERE / "scale_process.py"), driver, line, "20", *([fault] if fault else [])]
    with running(words) as printed:
        address, control = printed.readline().split()
        assert tera("init", str(root)).returncode == 0
        file = root / "laboratory.toml"
        text = file.read_text("utf-8")
        text = text.replace('driver = "manual"', f'driver = "{driver}"').replace(
            'port = ""', f'port = "{address}"', 1
        )
        text = text.replace(
            'roles = ["uut"]', 'roles = ["uut"]\nsettle = { duration_s = 0.04, span_steps = 0 }'
        )
        file.write_text(text, "utf-8")
        yield Laboratory(root, int(control))


def outcome(done: subprocess.CompletedProcess) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def registry_key(folder: Path) -> str:
    """The line for `laboratory.toml` of a register that is begun here and that nobody serves."""
    settings = Settings.in_folder(folder, base_url="http://127.0.0.1:9")
    with closing((store := open_store(settings)).database):
        return str(store.key)
