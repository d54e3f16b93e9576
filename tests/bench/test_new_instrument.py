"""An instrument that is not in the catalogue, from a page of its manual to a sealed run, without Python.

The page: Doran DS4100 with PC-400, product manual p13, format F0. Its figure does not say how wide the space
before the motion word is, so the driver stays unconfirmed; the test is about the way, not about Doran.
"""

import json
import os
import sys
import threading
from contextlib import contextmanager

import pytest

from drivers import catalogue
from tests.bench.lab_bench import laboratory, outcome, tera

pytestmark = pytest.mark.timeout(180)
FRAMES = (r"\x02    2.452 kg MOT.\r\n", r"\x02    2.450 kg  \r\n", r"\x02-   0.020 kg  \r\n")
DORAN = r"""id = "doran"
name = "Doran DS4100 with PC-400, format F0"
kind = "scale"
evidence = "unconfirmed"
source = "DS4100 product manual p13"
units = { kg = "kg", g = "g", lb = "lb", oz = "oz" }

[frame]
start = '\x02'
end = '\r\n'

[[reply]]
match = '{number:9} {unit:2} {rest= |MOT.}'
stable = { rest = { ' ' = true, 'MOT.' = false } }
show = { sign_first = true }

[[example]]
rx = '\x02    2.450 kg  \r\n'
is = { value = "2.450", unit = "kg", stable = true }
[[example]]
rx = '\x02    2.452 kg MOT.\r\n'
is = { value = "2.452", unit = "kg", stable = false }
[[example]]
rx = '\x02 ------- kg  \r\n'
is = { state = "malformed" }
"""


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "doran.toml"
    file.write_text(DORAN, "utf-8")
    return file


def test_the_page_becomes_a_file_by_two_commands(tmp_path):
    frames = [part for frame in FRAMES for part in ("--frame", frame)]
    made = tera("driver", "new", "doran", *frames, "--source", "manual p13", lab=tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    file = tmp_path / "drivers" / "doran.toml"
    assert len(file.read_text("utf-8").splitlines()) < 50
    assert tera("driver", "check", str(file)).returncode == 0


def test_the_corrected_file_is_short_and_passes_its_check(file):
    assert len(DORAN.splitlines()) < 35
    checked = tera("driver", "check", str(file), "--json")
    assert json.loads(checked.stdout)["findings"] == []


def test_it_reads_the_bytes_of_the_instrument(file, tmp_path):
    capture = tmp_path / "log.bin"
    capture.write_bytes(
        b"450 kg  \r\n\x02    2.450 kg  \r\n\x02    2.452 kg MOT.\r\n\x02    2.4"
        b"\x02-   0.020 kg  \r\n\x02   12,50 kg  \r\n\x02    2.450 st  \r\n"
    )
    told = tera("driver", "try", str(file), "--from", str(capture), "--json")
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    values = [line["reading"]["value"] for line in lines if "reading" in line]
    assert values == ["2.450", "2.452", "-0.020"]


def test_a_run_is_driven_on_its_twin(file, tmp_path):
    with laboratory(tmp_path / "lab", "tcp", str(file)) as lab:
        result = outcome(lab.tera("run", "scales", "--uut", str(lab.order)))
    assert (result["record"], result["outcome"]) == ("000001", "conforms")
    assert catalogue.load(file).mark.id == "doran"


@contextmanager
def answering():
    """A made-up scale on a pseudo-terminal that tells its weight when asked `W?`, each fourth time moving."""
    import tty  # no Windows has it

    instrument, computer = os.openpty()
    tty.setraw(computer)

    def weigh():
        asked, heard = 0, b""
        while True:
            try:
                heard += os.read(instrument, 100)
            except OSError:
                return
            while b"\r" in heard:
                question, heard = heard.split(b"\r", 1)
                asked += 1
                if question == b"W?":
                    os.write(instrument, b"Wgt  1.500 kg st\r\n" if asked % 4 else b"Wgt  1.505 kg mo\r\n")

    thread = threading.Thread(target=weigh, daemon=True)
    thread.start()
    try:
        yield os.ttyname(computer)
    finally:
        os.close(computer)
        thread.join(5)
        os.close(instrument)


MANUAL = ("--frame", r"Wgt  1.250 kg st\r\n", "--frame", r"Wgt  1.255 kg mo\r\n", "--ask", r"W?\r")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_scale_that_only_answers_and_is_like_no_other_goes_the_way_of_the_readme(tmp_path):
    made = tera("driver", "new", "pasar", *MANUAL, lab=tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "'st', 'mo'" in made.stdout
    file, capture = tmp_path / "drivers" / "pasar.toml", tmp_path / "pasar.bin"
    again = tera("driver", "new", "pasar", *MANUAL, lab=tmp_path)
    assert again.returncode == 2
    assert "Pakai NAMA lain" in again.stderr
    with answering() as port:
        words = ("--port", port, "-o", str(capture), "--driver", "pasar", "--ask", "--seconds", "2")
        assert tera("driver", "capture", *words, lab=tmp_path).returncode == 0

        text = file.read_text("utf-8")
        rest = "stable = { flag1 = { st = true, mo = false } }"
        text = text.replace('stable = "unknown"                     # no column was seen to say it', rest)
        file.write_text(text, "utf-8")
        told = tera("driver", "check", "pasar", lab=tmp_path)
        assert told.returncode == 1
        assert "menghasilkan stable true, padahal maksudnya unknown" in told.stdout
        for value, stable in (("1.250", "true"), ("1.255", "false")):
            shown = f'value = "{value}", unit = "kg", stable = '
            text = text.replace(f'{shown}"unknown"', f"{shown}{stable}")
        file.write_text(text, "utf-8")
        told = tera("driver", "check", "pasar", lab=tmp_path)
        assert told.returncode == 0, told.stdout

        tried = tera("driver", "try", "pasar", "--from", str(capture), "--json", lab=tmp_path).stdout
        *lines, summary = map(json.loads, tried.splitlines())
        assert summary["summary"]["refused"] == 0
        assert {one["reading"]["value"]: one["reading"]["stability"] for one in lines} == {
            "1.500": "stable",
            "1.505": "moving",
        }
        read = tera("driver", "read", "pasar", "--port", port, lab=tmp_path)
        assert read.returncode == 0, read.stderr
        assert "1,50" in read.stdout
