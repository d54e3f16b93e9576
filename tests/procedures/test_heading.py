"""One word for several instruments: when a reader is sent to the list, and when not."""

import pytest

from procedures.heading import Heading, heading_of
from procedures.point import Outcome, Subject

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate

HEADED = {
    "one instrument that conforms": ("scales", C, [], C),
    "one instrument that fails": ("scales", N, [], N),
    "one nozzle of two fails, the other may go on selling": ("fuel_dispensers", N, [C, N], Heading.MIXED),
    "one nozzle of two is undecided": ("fuel_dispensers", I, [C, I], Heading.MIXED),
    "one of ten meters fails": ("water_meters", N, [C] * 9 + [N], Heading.MIXED),
    "all nozzles conform": ("fuel_dispensers", C, [C, C], C),
    "all nozzles fail": ("fuel_dispensers", N, [N, N], N),
    "none conforms, and one of them is undecided": ("weights", N, [N, I], N),
    "a truck with one bad compartment is rejected as a whole": ("tank_trucks", N, [C, C, N], N),
    "a truck with an undecided compartment": ("tank_trucks", I, [C, I], I),
    "something that concerns all of them failed": ("fuel_dispensers", N, [C, C], N),
}


@pytest.mark.parametrize("case", HEADED.values(), ids=HEADED)
def test_one_word_heads_the_result_of_several_instruments(case):
    kind, outcome, each, expected = case
    subjects = [Subject(id=str(number), outcome=one) for number, one in enumerate(each)]
    assert heading_of(kind, outcome, subjects).value == expected.value
