"""What a person writes is refused where it is read when no paper could show it, and named by its entry."""

import pytest

from bench.errors import LaboratoryError
from bench.laboratory import load
from bench.legible import check_legible
from bench.workplace import read_assignment
from tests.bench.lab_bench import tera


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    root = tmp_path_factory.mktemp("lab") / "lab"
    assert tera("init", str(root)).returncode == 0
    return root


def refused(call, *given):
    with pytest.raises(LaboratoryError) as caught:
        call(*given)
    assert caught.value.code == "text.illegible"
    return caught.value.facts["entry"].rpartition(": ")[2], caught.value.facts["character"]


def test_an_order_and_a_laboratory_file_name_the_entry(lab, tmp_path):
    text = (lab / "orders/contoh.toml").read_text("utf-8")
    (tmp_path / "order.toml").write_text(f'on_behalf_of = "Pasar\\u202e"\n{text}', "utf-8")
    assert refused(read_assignment, tmp_path / "order.toml") == ("on_behalf_of", "U+202E")
    text = (lab / "laboratory.toml").read_text("utf-8")
    spoilt = text.replace('title = "Penera Terampil"', 'title = "Pe\\u0007nera"')
    (tmp_path / "laboratory.toml").write_text(spoilt, "utf-8")
    assert refused(load, tmp_path) == ("person[1].title", "U+0007")


def test_texts_within_lists_are_looked_at_and_other_values_are_not():
    assert refused(check_legible, {"uut": {"meters": [{"id": 1}, {"serial": "\x7f"}]}}) == (
        "uut.meters[2].serial",
        "U+007F",
    )
    check_legible({"uut": {"e": 5, "on": True, "none": None, "words": "ñ — ꦱ 秤 \u200d"}})
