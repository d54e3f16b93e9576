"""Whether the clock follows another: read where the system tells it, `unknown` said plainly where not."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
# The words of each as machines of that language have shown them in public; addresses and times are made up.
GERMAN = """Sprungindikator: 0(keine Warnung)
Stratum: 4 (Sekundärreferenz - synchr. über (S)NTP)
Präzision: -23 (119.209ns pro Tick)
Stammverzögerung: 0.0312500s
Stammabweichung: 7.7861328s
Referenz-ID: 0xC0000235 (Quell-IP:  192.0.2.53)
Letzte erfolgr. Synchronisierungszeit: 22.11.2026 08:01:12
Quelle: time.example,0x9
Abrufintervall: 10 (1024s)
"""
FRENCH = """Indicateur de dérive : 0(Aucun avertissement)
Couche : 4 (Référence secondaire, synchronisée par (S)NTP)
Précision : -23 (119.209ns par battement)
Délai de racine : 0.0312500s
Dispersion de racine : 7.7861328s
ID de référence : 0x564D5450 (IP de la source :  86.77.84.80)
Heure de la dernière synchronisation réussie : 22/11/2026 08:01:12
Source : VM IC Time Synchronization Provider
Intervalle d’interrogation : 6 (64s)
"""
JAPANESE = """閏インジケーター: 0 (警告なし)
階層: 3 (二次参照 - (S)NTP で同期)
精度: -23 (ティックごとに 119.209ns)
ルート遅延: 0.0312500s
ルート分散: 7.7861328s
参照 ID: 0xC0000235 (ソース IP:  192.0.2.53)
最終正常同期時刻: 2026/11/22 8:01:12
ソース: 192.0.2.53,8
ポーリング間隔: 10 (1024s)
"""
CHINESE = """Leap 指示符: 0(无警告)
层次: 5 (次引用 - 与(S)NTP 同步)
精度: -23 (每刻度 119.209ns)
根延迟: 0.0312500s
根分散: 7.7861328s
引用 ID: 0xC0000235 (源 IP:  192.0.2.53)
上次成功同步时间: 2026/11/22 8:01:12
源: time.example,0x9
轮询间隔: 10 (1024s)
"""
KOREAN = """윤초 조정: 0(경고 없음)
계층: 3(보조 참조 - (S)NTP로 동기화됨)
정밀도: -23(틱당 119.209ns)
루트 지연: 0.0312500s
루트 분산: 7.7861328s
참조 ID: 0xC0000235(원본 IP: 192.0.2.53)
마지막으로 동기화한 시간: 2026-11-22 오전 8:01:12
원본: time.example,0x9
폴링 간격: 10(1024s)
"""
NEVER = """Leap Indicator: 3(not synchronized)
Stratum: 0 (unspecified)
Precision: -23 (119.209ns per tick)
Root Delay: 0.0000000s
Root Dispersion: 0.0000000s
ReferenceId: 0x00000000 (unspecified)
Last Successful Sync Time: unspecified
Source: Local CMOS Clock
Poll Interval: 10 (1024s)
"""
OWN_CLOCK = """Leap Indicator: 0(no warning)
Stratum: 1 (primary reference - syncd by radio clock)
Precision: -23 (119.209ns per tick)
Root Delay: 0.0000000s
Root Dispersion: 10.0000000s
ReferenceId: 0x4C4F434C (source name:  "LOCL")
Last Successful Sync Time: 5/30/2025 09:06:45
Source: Local CMOS Clock
Poll Interval: 6 (64s)
"""


def follows(source):
    return {FOLLOWS: "yes", "source": source, "within_s": "7.801758"}


NO, UNKNOWN = {FOLLOWS: "no"}, {FOLLOWS: "unknown"}
WINDOWS = {
    "English": (IN_STEP, follows("time.example")),
    "German": (GERMAN, follows("time.example,0x9")),
    "French": (FRENCH, follows("VM IC Time Synchronization Provider")),
    "Japanese": (JAPANESE, follows("192.0.2.53,8")),
    "Chinese": (CHINESE, follows("time.example,0x9")),
    "Korean": (KOREAN, follows("time.example,0x9")),
    "lines after those, with /verbose or without": (
        IN_STEP + "\nPhase Offset: 0.1s\n",
        follows("time.example"),
    ),
    "carriage returns": (IN_STEP.replace("\n", "\r\n"), follows("time.example")),
    "it follows nothing": (IN_STEP.replace("0(no warning)", "3(not synchronized)"), NO),
    "it never did": (NEVER, NO),
    "it calls its own clock a primary reference": (OWN_CLOCK, NO),
    "only the reference tells that it is its own": (IN_STEP.replace("C0A80001", "4C4F434C"), NO),
    "only the source tells that it is its own": (
        JAPANESE.replace("192.0.2.53,8", "Free-running System Clock"),
        NO,
    ),
    "only the stratum tells that it follows nothing": (IN_STEP.replace("Stratum: 3", "Stratum: 0"), NO),
    "a stratum that is none": (IN_STEP.replace("Stratum: 3", "Stratum: 16"), NO),
    "the service does not run": (
        "The following error occurred: The service has not been started. (0x80070426)\n",
        UNKNOWN,
    ),
    "access is denied": ("The following error occurred: Access is denied. (0x80070005)\n", UNKNOWN),
    "nothing was said": ("", UNKNOWN),
    "a line only": ("Leap Indicator: 0(no warning)\n", UNKNOWN),
    "another order": ("".join(reversed(IN_STEP.splitlines(keepends=True))), UNKNOWN),
    "a line is missing": (IN_STEP.replace("Root Delay: 0.0312500s\n", ""), UNKNOWN),
    "no source": (IN_STEP.replace("time.example", ""), UNKNOWN),
    "a leap indicator that is none": (IN_STEP.replace("0(no", "4(no"), UNKNOWN),
    "a reference that is none": (IN_STEP.replace("0xC0A80001", "0xC0A8"), UNKNOWN),
}


@pytest.mark.parametrize(("told", "state"), WINDOWS.values(), ids=WINDOWS)
def test_windows_is_understood_in_any_language(told, state):
    assert of_windows(lambda _: told) == state


PAGES = {
    "German": (GERMAN, "cp850"),
    "French": (FRENCH, "cp850"),
    "Japanese": (JAPANESE, "cp932"),
    "Chinese": (CHINESE, "gbk"),
    "Korean": (KOREAN, "cp949"),
}


@pytest.mark.parametrize(("told", "page"), PAGES.values(), ids=PAGES)
def test_windows_is_understood_in_the_bytes_of_its_console(told, page):
    """They are no UTF-8; what tells is in figures and in Latin letters, which all of them share."""
    content = told.encode(page, errors="replace").decode("utf-8", errors="replace")
    assert of_windows(lambda _: content)[FOLLOWS] == "yes"
    assert of_windows(lambda _: content.replace("0(", "3(", 1).replace("0 (", "3 (", 1))[FOLLOWS] == "no"


@given(st.lists(st.sampled_from([*IN_STEP.splitlines(), *NEVER.splitlines(), "", "x: y", ":"]), max_size=12))
def test_whatever_windows_says_is_yes_only_for_a_whole_status(lines):
    """Lines of two statuses, mixed: yes needs all that of a clock which follows another, in its order."""
    state = of_windows(lambda _: "\n".join(lines))
    said = [line for line in lines if ":" in line][:9]
    if state[FOLLOWS] == "yes":
        assert {0, 1, 7} <= {place for place, line in enumerate(said) if line in IN_STEP}


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
