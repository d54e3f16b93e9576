"""The look back: every run that used a standard between two days, and no other."""

import json
from argparse import Namespace
from datetime import date

import pytest

from bench.cli.runs import runs
from bench.cli.trail import show
from bench.laboratory import Folders
from results.journal import Journal
from tests.results.made_run import seal_with, write_run

OTHER = {"id": "S-08", "description": "Anak timbangan", "certificate": "K-8", "due": "2027-01-01"}


@pytest.fixture
def lab(tmp_path):
    """Two runs with S-07 and one with another standard, all of 21 November 2026."""
    Folders(tmp_path).make()
    with Journal(Folders(tmp_path).journal) as journal:
        write_run(journal, "run-1")
        write_run(journal, "run-2", standards=(OTHER,))
        write_run(journal, "run-3", failing=True)
    return tmp_path


ASKED = {
    "nothing": ({}, ["run-1", "run-2", "run-3"]),
    "a standard": ({"standard": "S-07"}, ["run-1", "run-3"]),
    "another": ({"standard": "S-08"}, ["run-2"]),
    "one that nobody used": ({"standard": "S-1"}, []),
    "from that day on": ({"standard": "S-07", "since": date(2026, 11, 21)}, ["run-1", "run-3"]),
    "until that day": ({"standard": "S-07", "until": date(2026, 11, 21)}, ["run-1", "run-3"]),
    "from the day after": ({"since": date(2026, 11, 22)}, []),
    "until the day before": ({"until": date(2026, 11, 20)}, []),
}


@pytest.mark.parametrize(("asked", "found"), ASKED.values(), ids=ASKED)
def test_the_runs_that_used_a_standard_between_two_days(lab, capsys, asked, found):
    options = {"standard": None, "since": None, "until": None} | asked
    assert runs(Namespace(lab=lab, lang="id", json=True, **options)) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["run"] for line in lines] == found


def test_each_tells_instrument_owner_and_verdict(lab, capsys):
    runs(Namespace(lab=lab, lang="id", json=False, standard="S-07", since=None, until=None))
    first, last = capsys.readouterr().out.splitlines()
    assert "Contoh Jaya CJ-6K A123456" in first
    assert "Toko Sari Laut" in first
    assert ("✔ dalam BKD" in first, "✘ di luar BKD" in last) == (True, True)
    assert "SAH" not in first  # measured, not yet sealed


def test_the_verdict_stands_there_once_it_is_sealed(tmp_path, capsys):
    folders = Folders(tmp_path)
    folders.make()
    with Journal(folders.journal) as journal:
        write_run(journal, "run-1")
        seal_with(journal, folders.keys, folders.records, "run-1")
    assert runs(Namespace(lab=tmp_path, lang="id", json=False, standard=None, since=None, until=None)) == 0
    assert "✔ SAH" in capsys.readouterr().out


def test_a_program_is_told_no_verdict_before_it_is_sealed(tmp_path, capsys):
    folders = Folders(tmp_path)
    folders.make()
    asked = Namespace(lab=tmp_path, lang="id", json=True, standard=None, since=None, until=None)
    with Journal(folders.journal) as journal:
        write_run(journal, "run-1")
        assert (journal.runs()[0].state, journal.runs()[0].heading) == ("concluded", None)
        runs(asked)
        seal_with(journal, folders.keys, folders.records, "run-1")
        runs(asked)
        before, after = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (before["state"], before["outcome"]) == ("concluded", None)
    assert (after["state"], after["outcome"]) == ("sealed", "conforms")


def test_the_trail_in_words_says_what_was_measured(lab, capsys):
    show(Namespace(lab=lab, lang="id", json=False, run="run-1"))
    told = capsys.readouterr().out
    assert "dalam BKD" in told
    assert "SAH" not in told
