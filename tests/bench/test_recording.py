"""A capture with what was asked, and captures from before, which know only what came."""

import pytest

from bench import recording
from tests.bench.lab_bench import tera

CAME = b"12.5\r\n12.6\r\n"
TIMES = {
    "nothing beside it": (None, CAME),
    "pieces alone, as before": ("# a line\n0.1000 0 6\n0.3000 6 6\n", CAME),
    "what was asked before each answer": (
        f"{recording.asked(0, 0, b'T?')}\n0.1000 0 6\n{recording.asked(0.2, 6, b'U?')}\n0.3000 6 6\n",
        b"T?12.5\r\nU?12.6\r\n",
    ),
    "a question that nobody answered": (
        f"0.1000 0 12\n{recording.asked(0.2, 12, b'T?')}\n{recording.asked(0.3, 12, b'T?')}\n",
        CAME + b"T?T?",
    ),
    "offsets that run backwards": (
        f"{recording.asked(0, 6, b'T?')}\n{recording.asked(0, 2, b'U?')}\n",
        b"12.5\r\nT?U?12.6\r\n",
    ),
    "no text": (b"\xff\xfe", CAME),
}


@pytest.mark.parametrize("why", TIMES)
def test_both_sides_are_put_together_from_what_stands_beside_a_capture(tmp_path, why):
    times, both = TIMES[why]
    capture = tmp_path / "a.bin"
    if times is not None:
        recording.times_of(capture).write_bytes(times if isinstance(times, bytes) else times.encode())
    assert recording.with_questions(capture, CAME) == both


def test_what_was_asked_does_not_count_as_a_frame_that_came(tmp_path):
    capture = tmp_path / "a.bin"
    lines = ["0.0000 0 6", recording.asked(0.1, 6, b"T?"), "0.2000 6 6", "0.4000 12 6"]
    recording.times_of(capture).write_text("\n".join(lines), "utf-8")
    assert recording.interval_of(capture) == pytest.approx(0.2)


def test_an_instrument_that_said_nothing_is_told_to_have_said_nothing(tmp_path):
    capture = tmp_path / "a.bin"
    capture.write_bytes(b"")
    recording.times_of(capture).write_text(recording.asked(0, 0, b"\x07\x03"), "utf-8")
    told = tera("driver", "try", "tuf-2000m", "--from", str(capture), "--explain", "--lang", "en").stdout
    assert "Nothing was recorded" in told
