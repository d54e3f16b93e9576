"""Twins of a laboratory that name one scenario stand on one plant; each has its own errors."""

import asyncio

import pytest

from bench import laboratory
from bench.instruments import Instruments
from bench.laboratory import Folders
from drivers.clock import PacedClock
from drivers.errors import DescriptionError
from drivers.quantity import Quantity
from drivers.reading import Origin
from tests.bench.lab_bench import tera

WATER = """
[plant.flow]
start = "0 m3/h"
[plant.diverter]
start = "1 1"
"""
TWO = """
[[instrument]]
name = "reference"
driver = "tuf-2000m"
roles = ["reference"]
[instrument.twin]
scenario = "water.toml"
quantity.flow = { of = "flow", start = "0.000" }
[[instrument]]
name = "under test"
driver = "tuf-2000m"
roles = ["meter"]
[instrument.twin]
scenario = "water.toml"
quantity.flow = { of = "flow", start = "0.000", error = "0.01" }
[[instrument]]
name = "tank scale"
driver = "mt-sics"
roles = ["tank"]
[instrument.twin]
scenario = "water.toml"
max = "600 kg"
d = "20 g"
settling_s = "0"
"""


@pytest.fixture
def root(tmp_path):
    assert tera("init", str(tmp_path)).returncode == 0
    file = tmp_path / "laboratory.toml"
    text = file.read_text("utf-8")
    at = text.index("[[instrument]]")
    behind = text.index("[[", at + 3)
    file.write_text(text[:at] + TWO + text[behind:], "utf-8")
    (tmp_path / "water.toml").write_text(WATER, "utf-8")
    return tmp_path


def test_meters_in_series_and_the_scale_of_the_tank_share_the_water(root):
    async def story():
        clock = PacedClock(4)
        instruments = await Instruments.connect(laboratory.load(root), Folders(root), clock)
        try:
            (plant,) = instruments.plants.values()
            plant.set("flow", Quantity(36, "m3/h"), at=clock.monotonic())
            first = await instruments.bound["reference"].device.read(channel="flow")
            second = await instruments.bound["under test"].device.read(channel="flow")
            plant.set("flow", Quantity(0, "m3/h"), at=clock.monotonic())
            await clock.sleep(1)
            stopped = await instruments.bound["reference"].device.read(channel="flow")
            mass = plant.true("mass", at=clock.monotonic())
            weighed = await instruments.bound["tank scale"].device.read()
            return first, second, stopped, mass, weighed, instruments.bound["reference"].origin
        finally:
            await instruments.close()

    first, second, stopped, mass, weighed, origin = asyncio.run(story())
    assert first.indication == Quantity(36, "m3/h")
    assert second.indication == Quantity.parse("36.36 m3/h")
    assert not stopped.indication
    assert abs(weighed.indication - mass) <= Quantity(20, "g")
    assert mass > Quantity(1, "kg")
    assert origin is Origin.TWIN


def test_a_mistake_in_a_scenario_of_the_laboratory_is_named(root):
    (root / "water.toml").write_text("[plant.flow]\nstart = 3\n", "utf-8")

    async def story():
        await Instruments.connect(laboratory.load(root), Folders(root), PacedClock(4))

    with pytest.raises(DescriptionError, match=r"water\.toml"):
        asyncio.run(story())
