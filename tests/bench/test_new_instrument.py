"""An instrument that is not in the catalogue, from a page of its manual to a sealed run, without Python.

The page: Doran DS4100 with PC-400, product manual p13, format F0. Its figure does not say how wide the space
before the motion word is, so the driver stays unconfirmed; the test is about the way, not about Doran.
"""

import json

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
