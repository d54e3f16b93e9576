"""A laboratory of three people who sign with PINs, with one sealed record, and what they type there."""

import contextlib
import io
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.cli.entry import run
from bench.keyring import bench_key, officer_key
from bench.laboratory import Folders, load
from results.entry import BENCH
from results.journal import Journal
from results.keys import FileKey, read_trusted_keys
from results.sealing import seal
from tests.results.made_run import write_run

PINS = {"budi": "246810", "joko": "112233", "siti": "135791"}
PEOPLE = """
[bench]
id = "BENCH-02"
[office]
name = "UPTD Metrologi Legal Kabupaten Contoh"
regency = "Kabupaten Contoh"
certificate_number = "{sequence:04d}/{year}"
[[person]]
id = "budi"
name = "Budi Contoh"
nip = "19900101 201503 1 002"
pin = true
[[person]]
id = "joko"
name = "Joko Contoh"
nip = "19850505 201001 1 003"
pin = true
[[person]]
id = "siti"
name = "Siti Contoh"
nip = "19700101 199503 2 001"
roles = ["kepala"]
pin = true
"""


def made(root: Path) -> Path:
    """Make it: budi has tested."""
    folders = Folders(root)
    folders.make()
    (root / "laboratory.toml").write_text(PEOPLE, "utf-8")
    for who, pin in PINS.items():
        FileKey.open(folders.keys / f"officer-{who}.pem", pin=pin)
    with Journal(folders.journal) as journal:
        write_run(journal, "run-1", end="concluded", officer_id="budi")
    sealed(root, "run-1")
    return root


def typed(root: Path, *arguments: str, pin: str | None = None, new_pin: str | None = None) -> SimpleNamespace:
    """A command within this process; `pin` and `new_pin` are what is typed, None: nothing."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO())
        for name, given in (("TERA_PIN", pin), ("TERA_NEW_PIN", new_pin)):
            if given is None:
                patch.delenv(name, raising=False)
            else:
                patch.setenv(name, given)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run([*arguments, "--lab", str(root), "--lang", "en"])
    return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


def person(root, who):
    return next(one for one in load(root).person if one.id == who)


def opened(root, who, pin):
    return officer_key(Folders(root), person(root, who), pin, now=datetime.now(UTC))


def sealed(root, name, seals=None):
    """Seal a run with these keys, or with the present ones, as the bench does."""
    folders = Folders(root)
    seals = seals or (bench_key(folders), opened(root, "budi", PINS["budi"]))
    with Journal(folders.journal) as journal:
        return seal(
            journal,
            name,
            folder=folders.records,
            seals=seals,
            keys=read_trusted_keys(folders.keys),
            at="2026-11-21T10:00:00+07:00",
            elapsed=1e5,
        )


def noted(root, what):
    with Journal(Folders(root).journal, read_only=True) as journal:
        return [kept.entry.facts for kept in journal.entries(BENCH) if kept.entry.what == what]
