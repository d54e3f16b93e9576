"""Level gauges, tapes and scales without a port, on twins: from the order to a sealed record, audited.

The tank gauge and the thermometer are twins of catalogue drivers, on lines in memory in virtual time; what
no wire tells (dip tape, standard beside the measure, beam of a scale) a person reads and keys.
"""

from decimal import Decimal

import pytest

from bench import demo
from bench.audit import audit
from bench.laboratory import FILE_NAME
from bench.operators.twin_hands import AutomaticOperator
from drivers.errors import InstrumentError
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
quantity.height = { of = "level", start = "0", offset = "OFFSET" }
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
    (root / FILE_NAME).write_text(OFFICE + instruments + standards, "utf-8")
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
    # how much the gauge shows too much, in mm; the outcome by 4 mm or 0.04 % of the level
    "right": (0, C),
    "3 mm too much everywhere": (3, C),
    "5 mm too little everywhere": (-5, N),
    "6 mm too much everywhere": (6, N),
}


@pytest.mark.parametrize("case", GAUGES)
def test_a_tank_gauge_over_its_own_protocol_is_found_as_calculated(case, tmp_path):
    offset, outcome = GAUGES[case]
    instruments = GAUGE.replace("OFFSET", str(offset)) + THERMOMETER
    carried = carried_through(laboratory(tmp_path, instruments, TAPE, GAUGE_ORDER), Person())
    assert carried.conclusion.verdict.outcome is outcome
    assert {label.split("/")[0] for label in carried.conclusion.verdict.failing} <= {"accuracy"}
    points = carried.verified.record.points
    for point in (one for one in points if one.section == "accuracy"):
        # the tape shows 0.1 mm too much; at 28 °C its millimetres are longer by 11.5e-6 · 8
        level = float(point.nominal.to("mm").value)
        tape = (level - 0.1) * (1 + 11.5e-6 * 8)
        assert float(point.error.value) == pytest.approx(level + offset - tape, abs=1e-3)
        assert point.uncertainty is not None
    assert [float(one.error.value) for one in points if one.section == "hysteresis"] == [0, 0, 0]
    drivers = carried.drivers()
    assert (drivers["meter/1"], drivers["temperature"]) == ("veeder-root-tls", "hart-1521")
    assert sound(carried)


def test_a_gauge_that_was_adjusted_is_tested_again_and_both_states_are_kept(tmp_path):
    instruments = GAUGE.replace("OFFSET", "6") + THERMOMETER
    person = Person()
    person.adjusts = "adjust"  # yet this console cannot be adjusted: it goes on showing too much
    carried = carried_through(laboratory(tmp_path, instruments, TAPE, GAUGE_ORDER), person)
    assert carried.conclusion.as_found.verdict.outcome is N
    assert carried.conclusion.verdict.outcome is N
    assert carried.conclusion.valid_until is None
    assert sound(carried)


def test_a_console_set_to_other_units_gives_no_level_and_no_verdict(tmp_path):
    """At 28 °C a console that tells °F lies beyond all that its driver believes."""
    instruments = GAUGE.replace("OFFSET", "0").replace('of = "room", start = "0" }', 'start = "82" }')
    with pytest.raises(InstrumentError):
        carried_through(laboratory(tmp_path, instruments + THERMOMETER, TAPE, GAUGE_ORDER), Person())


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
        longer = 0.5 if label.split("/")[1] == "1" else 4.0
        # measure and standard are both of steel, so warmth moves them alike; the standard shows 0.1 mm more
        assert error == pytest.approx(-(longer - 0.1), abs=0.002)
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
weights = [PIECES]
"""
PIECES = (
    "10 kg*2, 5 kg, 2 kg*2, 1 kg*2, 500 g, 200 g*2, 100 g*2, 50 g, 20 g*2, 10 g, 5 g, 2 g*2, 1 g, 500 mg, "
    "200 mg*2, 100 mg*2"
)
WEIGHTS = WEIGHTS.replace(
    "PIECES",
    ", ".join(
        f'{{ nominal = "{nominal}", count = {count or 1} }}'
        for nominal, _, count in (piece.partition("*") for piece in PIECES.split(", "))
    ),
)


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
            case KeyIndication(role="humidity"):
                return Keyed(Quantity(70, "%"))
            case KeyIndication(role="ambient_temperature"):
                return Keyed(Quantity("28.5", "°C"))
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
