"""Energy meters, gas meters and level gauges against a slow reference that reads each table by itself.

The reference knows nothing of the program but the files: TOML, whole fractions, one comparison.
"""

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import islice

import pytest

from drivers.quantity import Quantity
from procedures.energy_meters.instrument import EnergyMarks, PowerFactor
from procedures.energy_meters.rules import choose_rules as energy_rules
from procedures.energy_meters.rules import permitted_error as energy_limit
from procedures.gas_meters.instrument import GasMarks
from procedures.gas_meters.rules import choose_rules as gas_rules
from procedures.level_gauges.rules import GaugeMarks, Installed
from procedures.level_gauges.rules import choose_rules as level_rules
from procedures.point import Activity, Outcome
from tests.procedures.verdict_reference import DAY, beside, decimal, fraction, parsed, raw

Cases = Iterator[tuple[str, Outcome, bool]]
"""what the case was, the verdict of the program, whether the reference finds it within its limits"""
CASES = 3000


def energy(table: str, chance: random.Random) -> Cases:
    file, (rules, _) = raw(table), energy_rules(table, DAY)
    while True:
        name = chance.choice(sorted(file["classes"]))
        iec = all(zone["start"] == "ib" for zone in file["classes"][name]["unity"])
        marks = {"ib": Fraction(5), "imax": Fraction(60)}
        if not iec:
            marks = {"ist": Fraction(1, 50), "imin": Fraction(1, 4), "itr": Fraction(5), "imax": Fraction(60)}
        unity = chance.random() < 0.5
        zones = file["classes"][name]["unity" if unity else "other"]
        edges = [marks[zone["start"]] * fraction(zone.get("share", 1)) for zone in zones]
        current = max(abs(beside(chance, chance.choice([*edges, marks["imax"]]))), decimal(edges[-1]))
        if current > marks["imax"]:
            continue
        held = next(
            (zone for zone, edge in zip(zones, edges, strict=True) if Fraction(current) >= edge), None
        )
        if held is None:
            continue
        limit = fraction(held["limit"])
        if "rising_from" in held:
            limit = limit * marks[held["rising_from"]] / Fraction(current)
        plate = EnergyMarks(
            accuracy_class=name,
            constant=Decimal(1000),
            **{mark: Quantity(decimal(value), "A") for mark, value in marks.items()},
        )
        factor = PowerFactor.parse("1" if unity else chance.choice(("0.5 ind", "0.8 cap")))
        activity = chance.choice(list(Activity))
        limit *= fraction(file["factor"][activity.value])
        permitted = energy_limit(rules, plate, Quantity(current, "A"), factor, activity)
        error = beside(chance, limit, 9) * chance.choice((-1, 1))
        told = f"class {name}, {current} A, cos {factor}, {error} %"
        verdict = Outcome.CONFORMS if abs(Fraction(error)) <= permitted else Outcome.DOES_NOT_CONFORM
        yield told, verdict, abs(Fraction(error)) <= limit


def gas(table: str, chance: random.Random) -> Cases:
    file, (rules, _) = raw(table), gas_rules(table, DAY)
    while True:
        name, activity = chance.choice(sorted(file["classes"])), chance.choice(list(Activity))
        low = Fraction(chance.choice(("0.04", "0.4", "0.12", "0.13")))
        known = file["transition"]
        wide = low * fraction(known["ratio_from"]) <= 6
        middle = Fraction(6) / fraction(known["large" if wide else "small"])
        flow = Fraction(beside(chance, chance.choice((low, middle, Fraction(6)))))
        if not low <= flow <= 6:
            continue
        limit = fraction(file["classes"][name]["lower" if flow < middle else "upper"])
        limit *= fraction(file["factor"][activity.value])
        error = beside(chance, limit) * chance.choice((-1, 1))
        plate = GasMarks(accuracy_class=name, qmin=Quantity(decimal(low), "m3/h"), qmax=Quantity(6, "m3/h"))
        permitted = rules.permitted(plate, flow, activity)
        verdict = Outcome.CONFORMS if abs(Fraction(error)) <= permitted else Outcome.DOES_NOT_CONFORM
        yield f"class {name}, {flow} m3/h, {error} %", verdict, abs(Fraction(error)) <= limit


def levels(table: str, chance: random.Random) -> Cases:
    file, (rules, _) = raw(table), level_rules(table, DAY)
    while True:
        name, activity = chance.choice(sorted(file["classes"])), chance.choice(list(Activity))
        where: Installed = chance.choice(("before", "after"))
        entry = file["classes"][name][where]
        least = parsed(entry["least"])[0]
        level = abs(beside(chance, least / fraction(entry["percent"]) * 100))
        limit = max(Fraction(level) * fraction(entry["percent"]) / 100, least)
        limit *= fraction(file["factor"][activity.value])
        error = beside(chance, limit, 9) * chance.choice((-1, 1))
        plate = GaugeMarks(accuracy_class=name, range=Quantity(100, "m"), installation=where)
        permitted = rules.permitted(plate, Quantity(level, "mm"), activity)
        verdict = Outcome.CONFORMS if abs(Fraction(error)) <= permitted else Outcome.DOES_NOT_CONFORM
        yield f"class {name} {where}, {level} mm, {error} mm", verdict, abs(Fraction(error)) <= limit


TABLES: dict[str, Callable[[str, random.Random], Cases]] = {
    "oiml-r46-1-2012": energy,
    "syarat-teknis-meter-kwh": energy,
    "oiml-r137-1-2012": gas,
    "syarat-teknis-meter-gas": gas,
    "syarat-teknis-alg": levels,
}


@pytest.mark.parametrize("table", TABLES)
def test_every_verdict_is_that_of_the_reference(table):
    met = set()
    for told, verdict, within in islice(TABLES[table](table, random.Random(1)), CASES):  # noqa: S311 - cases
        assert verdict is (Outcome.CONFORMS if within else Outcome.DOES_NOT_CONFORM), told
        met.add(verdict)
    assert met == {Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM}
