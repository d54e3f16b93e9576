"""Whether the clock follows another: read where the system tells it, `unknown` said plainly where not."""

import subprocess
import sys

import pytest

from bench.clock_state import FOLLOWS, _Timex, clock_state, of_linux, of_timex, of_windows
from drivers.clock import SystemClock
from results.composition import record_of
from results.entry import CLOCK, Noted
from results.journal import Journal
from tests.results.made_run import seal_with, write_run

IN_STEP = """Leap Indicator: 0(no warning)
Stratum: 3 (secondary reference - syncd by (S)NTP)
Precision: -23 (119.209ns per tick)
Root Delay: 0.0312500s
Root Dispersion: 7.7861328s
ReferenceId: 0xC0A80001 (source IP:  192.168.0.1)
Last Successful Sync Time: 22/11/2026 08.01.12
Source: time.example
Poll Interval: 10 (1024s)
"""
WINDOWS = {
    "it follows a server": (IN_STEP, {FOLLOWS: "yes", "source": "time.example"}),
    "it follows nothing": (IN_STEP.replace("0(no warning)", "3(not synchronized)"), {FOLLOWS: "no"}),
    "other words for the same": (
        IN_STEP.replace("Leap Indicator", "Indikator Kabisat").replace("Source", "Sumber"),
        {FOLLOWS: "yes", "source": "time.example"},
    ),
    "the service does not run": (
        "The following error occurred: The service has not been started.",
        {FOLLOWS: "unknown"},
    ),
    "nothing was said": ("", {FOLLOWS: "unknown"}),
    "a line only": ("Leap Indicator: 0(no warning)\n", {FOLLOWS: "yes", "source": "unknown"}),
}


@pytest.mark.parametrize(("told", "state"), WINDOWS.values(), ids=WINDOWS)
def test_windows_is_understood_in_any_language(told, state):
    assert of_windows(lambda _: told) == state


def test_a_windows_without_its_time_program_or_with_one_that_hangs_is_unknown():
    def missing(_):
        raise FileNotFoundError

    def hangs(command):
        raise subprocess.TimeoutExpired(command, 5)

    assert of_windows(missing) == of_windows(hangs) == {FOLLOWS: "unknown"}


KERNEL = {
    "not followed": ((0x0040, 0, 16_000_000), {FOLLOWS: "no"}),
    "microseconds": (
        (0x0001, 1500, 42_000),
        {FOLLOWS: "yes", "source": "unknown", "offset_s": "0.001500", "within_s": "0.042000"},
    ),
    "nanoseconds, behind": (
        (0x2001, -1_500_000, 42_000),
        {FOLLOWS: "yes", "source": "unknown", "offset_s": "-0.001500", "within_s": "0.042000"},
    ),
}


@pytest.mark.parametrize(("filled", "state"), KERNEL.values(), ids=KERNEL)
def test_what_the_kernel_says_is_read(filled, state, tmp_path):
    status, offset, most = filled
    assert of_timex(_Timex(status=status, offset=offset, maxerror=most), tmp_path) == state


def test_the_program_that_sets_the_clock_is_named(tmp_path):
    (tmp_path / "chrony").mkdir()
    (tmp_path / "chrony" / "chronyd.pid").write_text("7")
    assert of_timex(_Timex(status=1), tmp_path)["source"] == "chrony"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only on Linux")
def test_the_kernel_of_this_computer_answers():
    assert of_linux()[FOLLOWS] in {"yes", "no"}


def test_a_system_that_nobody_knows_is_unknown_and_not_in_step(monkeypatch):
    monkeypatch.setattr(sys, "platform", "plan9")
    monkeypatch.setattr("bench.clock_state._KEPT_STATE", type("_Kept", (), {"at": -60.0, "state": {}})())
    assert clock_state() == {FOLLOWS: "unknown"}


def test_sleep_is_counted_and_never_goes_back():
    clock = SystemClock()
    before = clock.asleep()
    assert 0 <= before <= clock.asleep() + 1e-3


def test_the_record_says_how_the_clock_stood_at_both_ends(tmp_path):
    begun, ended = {FOLLOWS: "no"}, {FOLLOWS: "yes", "source": "chrony"}
    with Journal(tmp_path / "journal.db") as journal:
        pen = write_run(journal, end="open", clock=begun)
        pen.keep(Noted(what=CLOCK, facts=ended))
        write_run(journal, "run-2", clock=begun)
        entries = journal.entries("run-1")
        closing = journal.entries("run-2")[-1]
        folded = record_of([*entries, closing], evidence_digest="0" * 64)
        assert folded.clock == {"begun": begun, "ended": ended}
        sealed = seal_with(journal, tmp_path / "keys", tmp_path / "records", "run-2")
    assert sealed.verified.record.clock == {"begun": begun, "ended": begun}


def test_a_record_of_the_first_days_says_nothing_of_its_clock(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal)
        sealed = seal_with(journal, tmp_path / "keys", tmp_path / "records")
    assert b'"clock"' not in sealed.verified.payload
