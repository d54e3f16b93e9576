"""A driver that is like another says only what differs, and both texts together are the driver."""

import hashlib
from pathlib import Path

import pytest

from drivers import catalogue
from drivers.assembly import make_driver
from drivers.errors import DescriptionError
from drivers.example import events_of
from drivers.family import FamilyError, merged, with_family

MODELS = Path(catalogue.__file__).parent / "models"

PASAR = r"""
id = "pasar"
name = "Pasar Jaya A1"
evidence = "manual"
source = "manual p1"
like = "st-gs"

[serial]
format = "7E1"

[[example]]
rx = 'ST,GS,   1.500 t\r\n'
is = { value = "1.500", unit = "t", stable = true }
[[example]]
rx = 'US,GS,   1.500 t\r\n'
is = { value = "1.500", unit = "t", stable = false }
[[example]]
rx = 'OL,GS,         t\r\n'
is = { state = "overload" }
"""


def write(folder, text=PASAR):
    (folder / "pasar.toml").write_text(text, "utf-8")
    return folder / "pasar.toml"


def test_what_a_file_leaves_out_is_as_its_family_says(tmp_path):
    driver, family = catalogue.load(write(tmp_path)), catalogue.load("st-gs")
    assert driver.line.format == "7E1"
    assert driver.line.baud == family.line.baud
    assert driver.kind == "scale"
    assert driver.name == "Pasar Jaya A1"
    assert [str(e.indication) for e in events_of(driver, b"ST,GS,   245.6 g\r\n")] == ["245.6 g"]


def test_the_digest_is_of_both_texts_and_the_text_alone_makes_the_driver_again(tmp_path):
    driver = catalogue.load(write(tmp_path))
    family = (MODELS / "st-gs.toml").read_text("utf-8")
    assert driver.text.startswith(PASAR)
    assert driver.text.endswith(family)
    assert driver.mark.digest == hashlib.sha256(driver.text.encode("utf-8")).hexdigest()
    again = make_driver(driver.text.encode("utf-8"), "from a record")
    assert again.mark == driver.mark


def test_a_changed_family_is_another_driver():
    own, family = PASAR.encode("utf-8"), (MODELS / "st-gs.toml").read_bytes()
    one = make_driver(with_family(own, lambda _: family), "pasar.toml")
    other = make_driver(with_family(own, lambda _: family + b"\n# another\n"), "pasar.toml")
    assert one.mark.digest != other.mark.digest


def test_one_form_of_the_family_is_taken_with_other_columns():
    short = merged(with_family((MODELS / "toledo-short.toml").read_bytes(), catalogue._family))
    long = merged((MODELS / "toledo-continuous.toml").read_bytes())
    assert short["reply"][0]["bits"] == long["reply"][0]["bits"]
    assert "tare" not in short["reply"][0]["columns"]
    assert short["example"] != long["example"]


MISTAKES = {
    "no such family": ('like = "st-gs"', 'like = "st-gz"', "there is no family 'st-gz'"),
    "a path as a family": ('like = "st-gs"', 'like = "../models/st-gs"', "there is no family"),
    "no examples of its own": (PASAR[PASAR.index("[[example]]") :], "", "examples must show"),
    "a form that the family does not have": (
        "[[example]]\nrx = 'ST",
        "[[reply]]\nlike = 9\n[[example]]\nrx = 'ST",
        "forms 1 to 3",
    ),
    "its own evidence": ('evidence = "manual"\n', "", "evidence"),
}


@pytest.mark.parametrize("why", MISTAKES)
def test_a_mistake_is_named_and_the_file_is_refused(why, tmp_path):
    right, wrong, said = MISTAKES[why]
    assert right in PASAR
    with pytest.raises(DescriptionError, match=said):
        catalogue.load(write(tmp_path, PASAR.replace(right, wrong, 1)))


def test_a_family_may_be_like_another():
    driver = make_driver(with_family(PASAR.replace('"st-gs"', '"kern-pfb"').encode(), catalogue._family), "a")
    assert driver.request() == b"W"  # of kern-pfb, which is like st-gs
    assert make_driver(driver.text.encode("utf-8"), "from a record").mark == driver.mark


def test_families_in_a_circle_are_refused():
    with pytest.raises(FamilyError, match="'b' is like itself"):
        with_family(b'like = "b"', {"a": b'like = "b"', "b": b'like = "a"'}.get)


def test_a_file_without_its_family_is_refused():
    with pytest.raises(DescriptionError, match="family 'st-gs' is missing"):
        make_driver(PASAR.encode("utf-8"), "pasar.toml")
