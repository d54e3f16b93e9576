"""`tera driver check` finds the weak driver file, and `tera driver try` says what each frame is."""

from pathlib import Path

import pytest

from drivers import catalogue, checking

MODELS = Path(catalogue.__file__).parent / "models"

WEAK = r"""
id = "weak"
name = "A frame without check characters that begins with its number"
kind = "scale"
evidence = "unconfirmed"
source = "none"

[frame]
start = 'A'
end = 'Z'

[[reply]]
match = '{number:4}'
unit = "kg"
stable = "unknown"
[[reply]]
match = '{number:3}'
unit = "kg"
stable = "unknown"

[[example]]
rx = 'A1.23Z'
is = { value = "1.23" }
[[example]]
rx = 'A 123Z'
is = { value = "123" }
[[example]]
rx = 'A12345Z'
is = { state = "malformed" }
"""


@pytest.mark.one_in(6)
@pytest.mark.parametrize("path", sorted(MODELS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_driver_of_the_program_passes_its_own_check(path):
    report = checking.check(path)
    assert report.ok, "\n".join(report.lines())
    assert report.passed


def test_only_what_was_tried_is_said_to_hold():
    names = [
        "yaohua-a9",
        "toledo-continuous",
        "yaohua-a12e",
        "cas-pos",
        "st-gs",
        "mt-sics",
        "vibra",
        "manual",
    ]
    passed = {name: " ".join(checking.check(MODELS / f"{name}.toml").passed) for name in names}
    with_check = {name for name, sentences in passed.items() if "damaged byte" in sentences}
    assert {"yaohua-a9", "toledo-continuous", "yaohua-a12e", "cas-pos"} <= with_check
    assert not with_check & {"st-gs", "mt-sics", "vibra"}
    assert "split" in passed["st-gs"]
    assert "split" not in passed["manual"]


def test_a_wrong_example_is_found_with_its_line(tmp_path):
    text = (MODELS / "yaohua-a9.toml").read_text("utf-8").replace('value = "1560"', 'value = "156.0"')
    (tmp_path / "yaohua-a9.toml").write_text(text, "utf-8")
    report = checking.check(tmp_path / "yaohua-a9.toml")
    line = text[: text.index("156.0")].count("\n") - 1  # where [[example]] stands
    assert not report.ok
    assert f":{line}, " in report.findings[0]
    assert "gives value 1560, but 156.0 is meant" in report.findings[0]


def test_check_characters_over_too_few_columns_are_found(tmp_path):
    text = (MODELS / "yaohua-a9.toml").read_text("utf-8").replace('over = "2-9"', 'over = "2-2"')
    xor = {"00000001B": "00000002B", "001560019": "00156002B", "001560018": "001560018"}
    for before, after in xor.items():
        text = text.replace(before, after)
    (tmp_path / "yaohua-a9.toml").write_text(text, "utf-8")
    report = checking.check(tmp_path / "yaohua-a9.toml")
    assert any("with byte 3 changed" in finding for finding in report.findings)


def test_a_form_that_the_twin_cannot_say_is_found(tmp_path):
    text = (MODELS / "nci-scp01.toml").read_text("utf-8").replace("show = { width = 8", "show = { width = 3")
    (tmp_path / "nci-scp01.toml").write_text(text, "utf-8")
    report = checking.check(tmp_path / "nci-scp01.toml")
    assert any("the twin cannot say this" in finding for finding in report.findings)


def test_two_forms_of_which_one_is_a_cut_of_the_other_are_no_danger_between_marks(tmp_path):
    (tmp_path / "weak.toml").write_text(WEAK, "utf-8")
    assert checking.check(tmp_path / "weak.toml").ok


def test_trying_a_capture_gives_the_public_shape():
    data = b"ST,GS,   245.6 g\r\nOL,GS,   999.9 g\r\nhalf"
    assert list(checking.try_capture(catalogue.load("st-gs"), data)) == [
        {
            "reading": {
                "value": "245.6",
                "unit": "g",
                "stability": "stable",
                "kind": "gross",
                "high_resolution": False,
            },
            "frame": data[:18].hex(),
        },
        {"refused": "the instrument reports overload", "state": "overload", "frame": data[18:36].hex()},
        {"summary": {"readings": 1, "refused": 1, "skipped_bytes": 4}},
    ]


def test_a_tare_and_an_answer_have_a_shape_too():
    reading, _ = checking.try_capture(catalogue.load("toledo-continuous"), b"\x0241    144   046\r")
    assert reading["reading"]["tare"] == {"value": "0.46", "unit": "kg"}
    answer, _ = checking.try_capture(catalogue.load("mt-sics"), b"Z A\r\n")
    assert answer == {"acknowledged": "zero", "done": True, "final": True, "frame": "5a20410d0a"}
