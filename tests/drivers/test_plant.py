"""One physics for several twins: what flows through all of them is the same water."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.catalogue import load
from drivers.errors import DescriptionError
from drivers.instrument import LineSettings
from drivers.protocols import Measured
from drivers.quantity import Quantity
from drivers.twins.course import Course, passed
from drivers.twins.meter import MeterBody
from drivers.twins.physics import ScaleBody
from drivers.twins.plant import CourseEntry, Plant, StepEntry, in_unit
from drivers.twins.scenario import Scenario, Story
from drivers.twins.settings import TwinSettings
from drivers.twins.spoiling import misheard

ONE = Course(Decimal(1))


def water(**told):
    return Plant({name: CourseEntry(start=Quantity.parse(text)) for name, text in told.items()}, at=0.0)


def test_what_has_flowed_is_the_integral_of_the_flow():
    plant = water(flow="3600 L/h")
    plant.set("flow", Quantity(0, "L/h"), at=10, over_s=20)
    assert plant.true("volume", at=10) == Quantity(10, "L")
    assert plant.true("volume", at=30) == plant.true("volume", at=300) == Quantity(20, "L")


def test_the_tank_takes_what_flows_while_the_diverter_points_into_it_and_the_scale_shows_it():
    plant = water(flow="1 L/s", density="998.2 kg/m3", load="2 kg")
    plant.set("diverter", Quantity(1, "1"), at=5)
    plant.set("diverter", Quantity(0, "1"), at=15)
    assert plant.true("tank", at=20) == Quantity(10, "L")
    assert plant.true("mass", at=20) == Quantity.parse("11.982 kg")
    settings = TwinSettings(max=Quantity(60, "kg"), d=Quantity(Decimal("0.002"), "kg"))
    scale = ScaleBody(settings, at=0.0, source=plant)
    assert str(scale.indicated(at=0).indication) == "0.000 kg"  # what stands there at power-on is zero
    assert str(scale.indicated(at=20).indication) == "9.982 kg"
    assert scale.indicated(at=10).stability.value == "moving"
    assert scale.indicated(at=20).stability.value == "stable"


def test_meters_in_series_show_the_same_water_each_with_its_own_error():
    plant = water(flow="36 m3/h")
    driver = load("tuf-2000m")

    def shown(error, at):
        stories = {"flow": Story(of="flow", start="0.000000", error=Decimal(error))}
        body = MeterBody(driver, Scenario(quantity=stories), at=0.0, source=plant)
        event = body.event(at=at, wrong={}, request=driver.registers.blocks[0].request)
        assert isinstance(event, Measured)
        return event.values["flow"].indication

    assert shown("0", 5) == Quantity(36, "m3/h")
    assert shown("0.01", 5) == Quantity.parse("36.36 m3/h")
    plant.set("flow", Quantity(200, "L/min"), at=6)
    assert shown("0", 7) == Quantity(12, "m3/h")


def test_a_counter_shows_whole_pulses():
    plant = water(flow="1 L/s")
    driver = load("tuf-2000m")
    stories = {"flow": Story(of="volume", pulse=Quantity(3, "L"), start="0")}
    body = MeterBody(driver, Scenario(quantity=stories), at=0.0, source=plant)
    request = driver.registers.blocks[0].request
    counted = [
        body.event(at=at, wrong={}, request=request).values["flow"].indication.value for at in (2, 3, 10)
    ]
    assert counted == [0, 1, 3]


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(-50, 50), st.integers(0, 30)), max_size=6),
    st.integers(0, 120),
)
def test_an_integral_is_the_sum_of_its_parts(legs, split):
    course = Course(Decimal(5))
    for at, to, over in sorted(legs):
        course.go(Decimal(to), at=float(at), over_s=float(over))
    whole = passed(course, ONE, since=0.0, until=150.0)
    parts = passed(course, ONE, since=0.0, until=float(split)) + passed(
        course, ONE, since=float(split), until=150.0
    )
    assert abs(whole - parts) < Decimal("1e-15")


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(-50, 50), st.integers(0, 30)), max_size=6))
def test_a_course_never_leaves_the_values_it_was_told(legs):
    course = Course(Decimal(5))
    for at, to, over in sorted(legs):
        course.go(Decimal(to), at=float(at), over_s=float(over))
    told = [5, *(to for _, to, _ in legs)]
    assert all(min(told) <= course.at(at / 2) <= max(told) for at in range(300))


def test_a_step_in_a_file_counts_from_the_moment_the_plant_began():
    entry = CourseEntry(start=Quantity(20, "°C"), step=(StepEntry(at_s=10, to="25 °C"),))
    plant = Plant({"temperature": entry}, at=1000.0)
    assert [plant.true("temperature", at=at).value for at in (1000, 1009, 1010)] == [20, 20, 25]


def test_what_the_plant_does_not_have_is_named():
    with pytest.raises(DescriptionError, match="temperature"):
        water(temperature="20 °C").true("humidity", at=0.0)


def test_units_without_an_exact_number_are_rounded_far_below_every_digit_shown():
    assert in_unit(Quantity(1, "m3/h"), "L/s").quantize(Decimal("1e-9")) == Decimal("0.277777778")
    assert in_unit(Quantity(20, "°C"), "K") == Decimal("293.15")


@given(
    st.binary(max_size=40),
    st.sampled_from(["8N1", "8E1", "8O2", "8N2"]),
    st.sampled_from([300, 9600, 115200]),
)
def test_a_line_set_alike_hears_what_was_sent(data, form, baud):
    line = LineSettings(baud=baud, format=form)
    assert misheard(data, line, line) == data


@given(st.text("ST,GS+0123456789. kg\r\n", min_size=8, max_size=40))
def test_seven_bits_with_parity_are_heard_with_the_parity_as_the_highest_bit(text):
    data = text.encode()
    heard = misheard(data, LineSettings(format="7E1"), LineSettings(format="8N1"))
    assert bytes(byte & 0x7F for byte in heard) == data
    assert all(byte.bit_count() % 2 == 0 for byte in heard)
