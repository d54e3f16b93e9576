"""`tera driver` used wrongly: one sentence, a remedy, and the exit code that says whose turn it is."""

import pytest

from drivers import catalogue
from tests.bench.lab_bench import tera

pytestmark = pytest.mark.timeout(120)
READ = ("driver", "read", "st-gs", "--port")
MISTAKES = {
    "a scheme that does not exist": ((*READ, "bogus://x"), "bukan alamat port"),
    "a network address without a host": ((*READ, "socket://"), "bukan alamat port"),
    "one without a port number": ((*READ, "socket://10.0.0.1"), "bukan alamat port"),
    "a port number beyond all": ((*READ, "socket://10.0.0.1:99999"), "bukan alamat port"),
    "no address": ((*READ, ""), "bukan alamat port"),
    "less than one reading": ((*READ, "COM3", "--count", "-1"), "-1: 1 or more"),
    "no time at all": (("driver", "capture", "--port", "COM3", "-o", "x", "--seconds", "0"), "more than 0"),
    "a twin of what a person keys": (("driver", "simulate", "manual"), "tidak memakai kabel"),
    "a line to what a person keys": (("driver", "read", "manual", "--port", "COM3"), "tidak memakai kabel"),
    "a capture from what a person keys": (
        ("driver", "capture", "--driver", "manual", "--port", "COM3", "-o", "x.bin"),
        "tidak memakai kabel",
    ),
    "a speed that no port has": (
        ("driver", "capture", "--port", "COM3", "-o", "x", "--baud", "123"),
        "tidak ada port yang dapat disetel ke 123 baud",
    ),
    "a TCP port beyond all": (("driver", "simulate", "st-gs", "--tcp", "70000"), "0 to 65535"),
    "a load of less than nothing": (("driver", "simulate", "st-gs", "--load", "-1 kg"), "tidak di atas nol"),
    "a display that shows nothing": (
        ("driver", "simulate", "st-gs", "--interval", "0 g"),
        "tidak di atas nol",
    ),
    "a scenario that is not there": (
        ("driver", "simulate", "st-gs", "--scenario", "tidak-ada.toml"),
        "tidak terbaca",
    ),
    "a workbench of what a person keys": (
        ("driver", "workbench", "manual", "--port", "COM3"),
        "tidak memakai kabel",
    ),
}


@pytest.mark.parametrize(("line", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_wrong_use_is_told_in_indonesian_and_is_nobody_elses_fault(line, said):
    done = tera(*line)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_not_there_is_the_technicians_turn():
    assert tera(*READ, "/dev/tidak-ada").returncode == 4


def test_a_capture_is_explained_in_indonesian_with_its_counts(tmp_path):
    capture = tmp_path / "log.bin"
    capture.write_bytes(b"S S     100.00 g\r\nZ A\r\nS S     1,234 g\r\nxx")
    told = tera("driver", "try", "mt-sics", "--from", str(capture), "--explain").stdout
    assert "bacaan 1  ditolak 1  dijawab 1  byte dilewati 2" in told
    assert "zero  dikerjakan" in told
    assert "ada koma" in told or "seharusnya" in told


def test_a_mistake_in_a_file_is_told_with_its_line_in_indonesian(tmp_path):
    file = tmp_path / "pasar.toml"
    text = catalogue.load("st-gs").text.replace('id = "st-gs"', 'id = "pasar"').replace('"8N1"', '"8Q1"')
    file.write_text(text, "utf-8")
    told = tera("driver", "check", str(file))
    assert told.returncode == 1
    assert "pasar.toml:" in told.stdout
    assert "SALAH" in told.stdout
    assert "'8Q1' tidak dikenal. Tulis seperti 8N1, 7E1 atau 8N2." in told.stdout


def test_control_characters_of_an_instrument_never_reach_the_terminal(tmp_path):
    capture = tmp_path / "log.bin"
    capture.write_bytes(b"ST,GS,  \x1b[2J.6 g\r\nST,GS,   245.6\x1bg\r\n\x1b[31mST,GS,   1.5 g\r\n")
    told = tera("driver", "try", "st-gs", "--from", str(capture), "--explain").stdout
    assert "\x1b" not in told


@pytest.fixture
def broken(tmp_path):
    """A laboratory with a sound driver file of its own and one with a mistake."""
    folder = tmp_path / "drivers"
    folder.mkdir()
    text = catalogue.load("st-gs").text.replace('id = "st-gs"', 'id = "pasar"')
    (folder / "pasar.toml").write_text(text, "utf-8")
    (folder / "rusak.toml").write_text(text.replace('"pasar"', '"rusak"').replace('"8N1"', '"8Q1"'), "utf-8")
    return tmp_path


@pytest.mark.parametrize("json", [(), ("--json",)], ids=["for people", "for programs"])
def test_a_broken_driver_file_does_not_hide_the_sound_ones(broken, json):
    listed = tera("driver", "list", *json, lab=broken)
    assert listed.returncode == 2
    assert len(listed.stdout.splitlines()) == len(catalogue.names()) + 1
    assert "pasar" in listed.stdout
    assert "rusak" not in listed.stdout
    assert "rusak.toml:" in listed.stderr
    assert "'8Q1' tidak dikenal.\n      Tulis seperti 8N1, 7E1 atau 8N2." in listed.stderr


def test_a_broken_driver_file_hinders_only_who_uses_it(broken):
    assert tera("driver", "show", "pasar", lab=broken).returncode == 0
    used = tera("driver", "show", "rusak", lab=broken)
    assert used.returncode == 2
    assert "'8Q1' tidak dikenal." in used.stderr
