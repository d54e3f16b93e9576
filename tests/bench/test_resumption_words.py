"""What a break cost, in sentences: nothing is promised that is not done."""

import pytest

from bench.events import RunResumed
from bench.labels import Labels
from bench.resumption_words import told

BREAKS = {
    "inside a series that is done again": (
        RunResumed(minutes=14, lost=("accuracy/up/5 g/place_load",), repeated=("accuracy/up",), rechecks=()),
        ("Terputus 14 menit", "Dikerjakan lagi", "Diulang dari awal: Kebenaran naik"),
        ("ditanyakan", "Diperiksa dulu"),
    ),
    "outside of every series": (
        RunResumed(minutes=1, lost=("start_flow",), repeated=(), rechecks=()),
        ("aliran dimulai", "nanti ditanyakan", "Tidak ada seri yang diulang"),
        ("Dikerjakan lagi", "Diulang dari awal"),
    ),
    "a series of another name that begins alike": (
        RunResumed(minutes=2, lost=("accuracy/upper/place_load",), repeated=("accuracy/up",), rechecks=()),
        ("nanti ditanyakan",),
        ("Dikerjakan lagi",),
    ),
    "between two series, for long": (
        RunResumed(minutes=125, lost=(), repeated=(), rechecks=("zero", "warm_up")),
        ("Terputus 2 jam 5 menit", "Diperiksa dulu: nol", "Diperiksa dulu: pemanasan"),
        ("Hilang",),
    ),
}


@pytest.mark.parametrize(("event", "said", "unsaid"), BREAKS.values(), ids=BREAKS)
def test_a_break_is_told_as_it_is(event, said, unsaid):
    words = " ".join(told(Labels("id"), event))
    assert [one for one in said if one not in words] == []
    assert [one for one in unsaid if one in words] == []
    assert "cerapan" in words
    assert told(Labels("en"), event)
