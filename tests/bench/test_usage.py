"""Mistakes on the command line, and its help, in both languages."""

import argparse
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import bench
from bench.cli.entry import run
from bench.cli.exit_code import ExitCode
from bench.cli.parser import parser

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


def told_by(command: argparse.ArgumentParser) -> Iterator[str]:
    """Every sentence that the help of a command prints, and of those below it."""
    yield from (
        text for text in (command.description, *(group.title for group in command._action_groups)) if text
    )
    for action in command._actions:
        if action.help not in {None, argparse.SUPPRESS}:
            yield str(action.help)
        if isinstance(action, argparse._SubParsersAction):
            yield from (str(choice.help) for choice in action._choices_actions)
            for below in action.choices.values():
                yield from told_by(below)


def test_every_sentence_of_the_help_has_its_indonesian_words_and_none_is_left_over():
    file = Path(bench.__file__).parent / "messages" / "id_help.toml"
    assert tomllib.loads(file.read_text("utf-8")).keys() == {*told_by(parser()), "usage: ", "Example: "}


@pytest.mark.parametrize(
    ("line", "begins", "example"),
    [
        (["seal", "--help"], "pemakaian: tera seal", "Contoh: tera seal"),
        (["seal", "--help", "--lang", "en"], "usage: tera seal", "Example: tera seal"),
        (["--lang=en", "driver", "list", "-h"], "usage: tera driver list", "Example: tera driver list"),
        (["driver", "list", "-h"], "pemakaian: tera driver list", "Contoh: tera driver list"),
    ],
)
def test_help_is_printed_in_the_readers_language(line, begins, example, capsys, monkeypatch):
    monkeypatch.delenv("TERA_LANG", raising=False)
    with pytest.raises(SystemExit) as ended:
        run(line)
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert told.startswith(begins)
    assert f"\n{example}" in told
