"""A laboratory on disk with a scale in a process of its own, and the command line run as users run it."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from results.journal import Journal

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def tera(*arguments: str, lab: Path | None = None, stdin: str = "") -> subprocess.CompletedProcess:
    where = ["--lab", str(lab)] if lab is not None else []
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments, *where],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env=ENVIRONMENT,
    )


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
        return subprocess.run(
            [sys.executable, *program, *arguments, "--lab", str(self.root), "--operator", handler, "--json"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=ENVIRONMENT,
        )

    def entries(self):
        with Journal(self.root / "data" / "journal.db", read_only=True) as journal:
            runs = journal.runs()
            return (runs[0].run, journal.entries(runs[0].run)) if runs else ("", [])


@contextmanager
def laboratory(root: Path, line: str, driver: str = "st-gs", *, fault: str = ""):
    command = [
        sys.executable,
        str(HERE / "scale_process.py"),
        driver,
        line,
        "20",
        *([fault] if fault else []),
    ]
    scale = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    try:
        address, control = scale.stdout.readline().split()
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
    finally:
        scale.terminate()
        scale.wait()
        scale.stdout.close()


def outcome(done: subprocess.CompletedProcess) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
