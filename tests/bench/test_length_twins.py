"""Level gauges, tapes and scales without a port, on twins: from the order to a sealed record, audited.

The tank gauge and the thermometer are twins of catalogue drivers, on lines in memory in virtual time; what no
wire tells (dip tape, standard beside the measure, beam of a scale) a person reads off the same plant and keys.
"""

from decimal import Decimal

import pytest

from bench import demo
from bench.audit import audit
from bench.laboratory import FILE_NAME
from bench.operators.twin_hands import AutomaticOperator
from drivers.quantity import Quantity
from procedures.action import (
    AddSmallWeights,
    Adjust,
    Choice,
    Choose,
    Keyed,
    KeyIndication,
    KeyQuantity,
    PlaceLoad,
    RemoveLoad,
)
from procedures.point import Outcome
from tests.bench.vessel_twins import carried_through

pytestmark = pytest.mark.timeout(300)
C, N = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM

OFFICE = """
[bench]
id = "UKUR-02"
training = true
[office]
name = "UPTD Metrologi Legal Kabupaten Contoh"
[[person]]
id = "penera1"
name = "Nama Penera"
nip = "198001012005011001"
roles = ["penera"]
"""
THERMOMETER = """
[[instrument]]
name = "termometer pita"
driver = "hart-1521"
roles = ["temperature"]
settle = { duration_s = 1.0, span_steps = 2, timeout_s = 30.0 }
[instrument.twin]
scenario = "plant.toml"
quantity."" = { of = "room", start = "0.00" }
"""
TAPE = """
[[standard]]
id = "P-15"
kind = "meter"
nominal = "15 m"
uncertainty = "0.004 %"
expansion = "34.5e-6"
corrections = [{ at = "0.5 m", error = "0.1 mm" }, { at = "15 m", error = "0.1 mm" }]
certificate = "SNSU-15"
due = 2099-12-31
"""
GAUGE = """
[[instrument]]
name = "konsol tangki"
driver = "veeder-root-tls"
roles = ["meter/1:height"]
settle = { duration_s = 12.0, span_steps = 2, timeout_s = 120.0 }
[instrument.twin]
scenario = "plant.toml"
quantity.height = { of = "level", start = "0", offset = "OFFSET", settling_s = LAG }
quantity.temperature = { of = "room", start = "0" }
"""
PLANT = """
about = "tangki dan ruang uji"
[plant.room]
start = "28.0 °C"
[plant.level]
start = "100 mm"
"""
GAUGE_ORDER = """
kind = "level_gauges"
activity = "subsequent_verification"
[uut]
class = "2"
range = "12 m"
d = "1 mm"
[identity]
maker = "Merek"
serial = "ALG-1"
"""


def laboratory(root, instruments, standards, order):
    """The files of a laboratory whose twins share one plant."""
    (root / FILE_NAME).write_text("\n".join((OFFICE, instruments, standards)), "utf-8")
    (root / "plant.toml").write_text(PLANT, "utf-8")
    (root / "order.toml").write_text(order, "utf-8")
    return demo.DemoLaboratory(root=root, order=root / "order.toml", registry=root / "registry", port=0)


class Person(AutomaticOperator):
    """Has nothing adjusted unless told to."""

    adjusts = "reject"

    async def answer(self, prompt):
        if isinstance(prompt.action, Choose) and prompt.action.question == "adjust":
            return Choice(self.adjusts)
        return await super().answer(prompt)


def sound(carried):
    """TRAINING, with a paper, and nothing differs when it follows again from its raw frames."""
    found = audit(carried.verified, deep=True)
    assert (found.differences, found.unchecked) == ((), ())
    assert carried.verified.record.training
    assert carried.paper.startswith(b"%PDF")
    return True


GAUGES = {
    # offset of the gauge in mm, lag in s: error in mm as calculated by hand, failing sections
    "right": ("0", "0.0", 0.0, set()),
    "2 mm too much everywhere": ("2", "0.0", 2.0, set()),
    "6 mm too much everywhere": ("6", "0.0", 6.0, {"accuracy"}),
}


@pytest.mark.parametrize("case", GAUGES)
def test_a_tank_gauge_over_its_own_protocol_is_found_as_calculated(case, tmp_path):
    offset, lag, error, failing = GAUGES[case]
    instruments = GAUGE.replace("OFFSET", offset).replace("LAG", lag) + THERMOMETER
    carried = carried_through(laboratory(tmp_path, instruments, TAPE, GAUGE_ORDER), Person())
    assert {label.split("/")[0] for label in carried.conclusion.verdict.failing} == failing
    points = [one for one in carried.verified.record.points if one.section == "accuracy"]
    for point in points:
        # the tape shows 0.1 mm too much, and is longer by 11.5e-6 · (28 °C less its reference) of the level
        level = float(point.nominal.to("mm").value)
        warmth = 11.5e-6 * (28 - REFERENCE_C) * level
        assert float(point.error.value) == pytest.approx(error + 0.1 - warmth, abs=0.3 + 0.05)
        assert point.uncertainty is not None
    drivers = carried.drivers()
    assert (drivers["meter/1"], drivers["temperature"]) == ("veeder-root-tls", "hart-1521")
    assert {point.label.split("/")[0] for point in carried.verified.record.points} >= {"accuracy", "hysteresis"}
    assert sound(carried)


def test_gauges_of_two_classes_are_compared_with_one_tank(tmp_path):
    """An adjusted gauge is tested again from the beginning, and what was found before stays in the record."""

    class Adjusting(Person):
        adjusts = "adjust"

        async def answer(self, prompt):
            return await super().answer(prompt)

    instruments = GAUGE.replace("OFFSET", "6").replace("LAG", "0.0") + THERMOMETER
    carried = carried_through(laboratory(tmp_path, instruments, TAPE, GAUGE_ORDER), Adjusting())
    assert carried.conclusion.as_found.verdict.failing
    assert sound(carried)


REFERENCE_C = 28
TAPES = """
kind = "length_measures"
activity = "initial_verification"
[uut]
class = "II"
form = "tape"
length = "10 m"
expansion = 11.5e-6
meters = [{ id = "1", serial = "B-1" }, { id = "2", serial = "B-2" }]
[identity]
maker = "Merek"
"""


class Comparing(Person):
    """Reads the standard beside the marks of a measure that is longer by so many mm at 28 °C than marked."""

    def __init__(self, longer):
        super().__init__()
        self.longer = longer

    async def answer(self, prompt):
        match prompt.action:
            case KeyQuantity(question="standard_length", facts={"length": length, "meter": measure}):
                true = Quantity.parse(length).to("mm").value + Decimal(self.longer[measure])
                return Keyed(Quantity(true, "mm"))
            case _:
                return await super().answer(prompt)


def test_tapes_beside_a_standard_have_their_warmth_by_wire(tmp_path):
    order = laboratory(tmp_path, THERMOMETER, TAPE, TAPES)
    carried = carried_through(order, Comparing({"1": "0.5", "2": "4"}))
    assert {one.id: one.outcome for one in carried.conclusion.subjects} == {"1": C, "2": N}
    assert carried.drivers()["temperature"] == "hart-1521"
    found = carried.errors()
    for label, error in found.items():
        measure, length = label.split("/")[1], Decimal(label.split("/")[2].split()[0])
        # measure and standard are both of steel, so warmth moves them alike; the standard shows 0.1 mm too much
        assert error == pytest.approx(-(float(Decimal("0.5" if measure == "1" else "4")) - 0.1), abs=0.02), length
    assert sound(carried)


BEAM = """
kind = "mechanical_scales"
activity = "subsequent_verification"
[uut]
type = "meja"
max = "10 kg"
[identity]
maker = "Contoh"
serial = "M-1"
"""
WEIGHTS = """
[[standard]]
id = "S-02"
kind = "weights"
accuracy_class = "M1"
certificate = "SNSU-2"
due = 2099-12-31
weights = [
  { nominal = "10 kg", count = 2 }, { nominal = "5 kg", count = 1 }, { nominal = "2 kg", count = 2 },
  { nominal = "1 kg", count = 2 }, { nominal = "500 g", count = 1 }, { nominal = "200 g", count = 2 },
  { nominal = "100 g", count = 2 }, { nominal = "50 g", count = 1 },
]
"""


class Weighing(Person):
    """Lifts weights onto a table scale whose arms differ by a part, and reads its beam by eye."""

    def __init__(self, arms, adjusts="reject"):
        super().__init__()
        self.arms, self.adjusts, self.load, self.small = Decimal(arms), adjusts, Quantity(0, "g"), False

    async def answer(self, prompt):
        match prompt.action:
            case PlaceLoad(load=load):
                self.load = load.to("g")
            case RemoveLoad():
                self.load = Quantity(0, "g")
            case AddSmallWeights():
                self.small = True
            case Adjust():
                self.arms = Decimal(0)
            case Choose(question="sensitivity"):
                return Choice("moved" if self.small else "did_not_move")
            case Choose(question="balance"):
                return Choice("balanced")
            case KeyIndication():
                shown = self.load.value * (1 + self.arms)
                return Keyed(Quantity(shown.quantize(Decimal(1)), "g"))
            case _:
                pass
        return await super().answer(prompt)


ARMS = {
    # BKD of tera ulang is 2 (Max + 2 m)/3000: 20 g at Max; 0.001 of 10 kg is 10 g
    "one part in a thousand": ("0.001", "reject", C),
    "three parts in a thousand": ("0.003", "reject", N),
    "three parts, and the arms are set right": ("0.003", "adjust", C),
}


@pytest.mark.parametrize("case", ARMS)
def test_a_scale_read_by_eye_is_found_as_calculated_and_kept_as_read_by_eye(case, tmp_path):
    arms, adjusts, outcome = ARMS[case]
    carried = carried_through(laboratory(tmp_path, THERMOMETER, WEIGHTS, BEAM), Weighing(arms, adjusts))
    assert carried.conclusion.verdict.outcome is outcome
    assert (carried.conclusion.as_found is None) is (adjusts == "reject")
    wanted = 0 if adjusts == "adjust" else float(arms)
    for label, error in carried.errors().items():
        load = float(Quantity.parse(label.split("/")[1]).to("g").value)
        assert error == pytest.approx(wanted * load, abs=0.5)
    assert any(one.code == "manual_readings" for one in carried.conclusion.notices)
    assert sound(carried)
