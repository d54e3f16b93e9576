"""SIGKILL at every journal entry of a whole test over a real line, then resumed."""

import signal

import pytest

from results.entry import Abandoned, Done, SeriesClosed, SeriesOpened
from tests.bench.lab_bench import laboratory, outcome
from tests.extent import EVERY

MOST_ENTRIES = 115
STEP = 1 if EVERY else 39

pytestmark = [
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="only on systems with SIGKILL"),
    pytest.mark.timeout(180),
]


def essence(result: dict) -> list:
    return [(p["label"], p.get("indication"), p.get("error"), p["outcome"]) for p in result["points"]]


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    with laboratory(tmp_path_factory.mktemp("undisturbed"), "tcp") as lab:
        result = outcome(lab.tera("run", "scales", "--uut", str(lab.order)))
        return result, len(lab.entries()[1])


def test_no_journal_entry_of_a_run_is_left_out_of_these_tests(undisturbed):
    assert undisturbed[1] <= MOST_ENTRIES


@pytest.mark.parametrize("at", range(1, MOST_ENTRIES + 1, STEP))
def test_a_run_killed_at_an_entry_resumes_to_the_same_verdict(tmp_path, undisturbed, at):
    expected, count = undisturbed
    if at > count:
        return  # the run has fewer entries: nothing to kill there, see the test above
    moment = "after" if at % 2 else "before"
    with laboratory(tmp_path / "lab", "pty" if at % 4 < 2 else "tcp") as lab:
        killed = lab.tera("run", "scales", "--uut", str(lab.order), dying=(str(at), moment))
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        run, before = lab.entries()
        assert len(before) == (at if moment == "after" else at - 1)
        if before:
            result = outcome(lab.tera("resume", run))
        else:
            result = outcome(lab.tera("run", "scales", "--uut", str(lab.order)))
        assert result["outcome"] == expected["outcome"]
        assert essence(result) == essence(expected)
        _, after = lab.entries()
        assert [row.body for row in after[: len(before)]] == [row.body for row in before]
        broken_off = open_series(before)
        assert {row.entry.path for row in after if isinstance(row.entry, Abandoned)} == broken_off
        counted = {path for point in result["points"] for path in point.get("readings", ())}
        assert not any(path.startswith(f"{series}/") for path in counted for series in broken_off)
        assert counted <= {row.entry.path for row in after if isinstance(row.entry, Done)}


def open_series(entries) -> set[str]:
    opened = {row.entry.path for row in entries if isinstance(row.entry, SeriesOpened)}
    return opened - {row.entry.path for row in entries if isinstance(row.entry, SeriesClosed)}
