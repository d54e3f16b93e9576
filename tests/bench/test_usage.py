"""Mistakes on the command line, in both languages."""

import pytest

from bench.cli.entry import run
from bench.cli.exit_code import ExitCode

MISTAKES = {
    "a missing argument": (["run"], "Belum disebut: PROCEDURE, --uut.", "tera run --help"),
    "an unknown command": (["verifikasi"], "Tidak ada perintah verifikasi. Yang ada: demo, ", "tera --help"),
    "a command of a group": (["record", "lihat"], "Tidak ada perintah lihat.", "tera record --help"),
    "no command of a group": (["record"], "Belum disebut: COMMAND.", "tera record --help"),
    "an invalid choice": (["demo", "--fault", "x"], "x bukan pilihan untuk --fault.", "tera demo --help"),
    "an unrecognised option": (["runs", "--speed", "9"], "Tidak dikenal: --speed 9.", "tera --help"),
    "an option without its value": (["demo", "--data"], "--data memerlukan isi", "tera demo --help"),
    "a word for a number": (["demo", "--seed", "satu"], "satu bukan isi yang benar", "tera demo --help"),
}


@pytest.mark.parametrize(("line", "sentence", "help_at"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_indonesian_with_where_help_stands(line, sentence, help_at, capsys, monkeypatch):
    monkeypatch.delenv("TERA_LANG", raising=False)
    assert run(line) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert sentence in told
    assert f"Lihat: {help_at}" in told
    assert len(told.splitlines()) == 2


@pytest.mark.parametrize(
    "line", [["--lang", "en", "run"], ["run", "--lang=en"]], ids=["before the command", "after it"]
)
def test_english_is_told_to_whoever_asks_for_it_wherever_the_option_stands(line, capsys):
    assert run(line) == ExitCode.USAGE
    assert "Missing: PROCEDURE, --uut.\n      See: tera run --help" in capsys.readouterr().err
