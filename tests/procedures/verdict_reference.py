"""Verdicts of the program against a slow reference that reads each tolerance table by itself, in fractions.

    python tests/procedures/verdict_reference.py --cases 1000000

The reference knows nothing of the program but the files: TOML, whole fractions, one comparison. Half of the
errors lie on a limit or one digit beside it, half of the loads on the edge of a band or one digit beside it.
Each load is judged with eight errors; finding a load and its limits twice costs most of the time.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from drivers.quantity import Quantity
from procedures.capacity_measures.instrument import CapacityMeasure
from procedures.capacity_measures.rules import CapacityMeasureRules
from procedures.conformity import decide
from procedures.fuel_dispensers.delivered import Limits, Run
from procedures.fuel_dispensers.instrument import Dispenser
from procedures.fuel_dispensers.observation import Delivery
from procedures.fuel_dispensers.rules import FuelDispenserRules
from procedures.mechanical_scales.instrument import MechanicalScale, ScaleType
from procedures.mechanical_scales.permitted import Permitted
from procedures.mechanical_scales.rules import choose_rules as mechanical_rules
from procedures.meters import length_limits, measuring_system_limits, water_meter_limits
from procedures.point import Activity, Outcome
from procedures.regulation import by_id
from procedures.scales.basis import Basis
from procedures.scales.instrument import AccuracyClass, Scale
from procedures.scales.observation import Observations
from procedures.scales.rules import choose_rules
from procedures.tolerance import symmetric
from procedures.vessels.measured import Measured
from procedures.water_meters.rules import WaterMeterRules
from procedures.weights import class_limit
from tests.procedures.meter_references import energies, flows, gases, levels
from tests.procedures.reference_numbers import DAY, Verdicts, beside, decimal, errors, fraction, parsed, raw


def judged(
    chance: random.Random, limit: Fraction, permitted: Quantity, unit: str, told: str, *, places: int = 6
) -> Verdicts:
    """The verdicts of the program within what it permits, beside those of the reference."""
    tolerance = symmetric(permitted, "")
    for error, within in errors(chance, limit, places):
        found = Quantity(error, unit)
        yield told, found, decide(found, found, tolerance), within


def scales(table: str, chance: random.Random) -> Verdicts:
    file, (rules, _) = raw(table), choose_rules(table, DAY)
    while True:
        name = chance.choice(sorted(file["classes"]))
        activity = chance.choice(list(Activity))
        bands = file["classes"][name]["bands"]
        e = Fraction(chance.choice((1, 2, 5))) * Fraction(10) ** chance.randrange(-3, 4)
        top = max(band.get("up_to", 300_000) for band in bands)
        edge = chance.choice([band.get("up_to", top) for band in bands])
        load = min(abs(beside(chance, edge * e)), decimal(top * e))
        band = next(b for b in bands if "up_to" not in b or Fraction(load) <= b["up_to"] * e)
        limit = fraction(band["limit"]) * e * fraction(file["tolerance"]["factor"][activity.value])
        d = Quantity(decimal(e), "g")
        scale = Scale(accuracy_class=AccuracyClass(name), max=Quantity(decimal(top * e), "g"), e=d)
        basis = Basis(scale, rules, activity, Observations())
        permitted = basis.permitted(Quantity(load, "g"), scale.parts[0])
        yield from judged(chance, limit, permitted, "g", f"{name}, e {d}, load {load} g")


def mechanical(table: str, chance: random.Random) -> Verdicts:
    file, (rules, _) = raw(table), mechanical_rules(table, DAY)
    while True:
        name = chance.choice(sorted(file["types"]))
        activity = chance.choice(list(Activity))
        entry = file["types"][name]
        capacity = Fraction(chance.choice((1, 2, 5, 7, 25, 300))) * 10 ** chance.randrange(1, 4)
        d = capacity / chance.choice((500, 1000, 3000, 5000))
        d = fraction(decimal(d, 3)) or Fraction(1, 1000)
        factor = fraction(file["factor"][activity.value])
        e = d if "e_of_max" not in entry else capacity * fraction(entry["e_of_max"])
        edges = [b["up_to"] * e for b in entry.get("bands", ()) if b["up_to"] * e <= capacity]
        load = min(abs(beside(chance, chance.choice([*edges, capacity]))), decimal(capacity))
        if "bands" in entry:
            band = next((b for b in entry["bands"] if Fraction(load) <= b["up_to"] * e), None)
            if band is None:
                continue
            limit = fraction(band["limit"]) * e * factor
        else:
            of_load = fraction(entry.get("of_load", "0")) * Fraction(load)
            limit = (capacity * fraction(entry["of_max"]) + of_load) * factor
        scale = MechanicalScale(
            scale_type=ScaleType(name), max=Quantity(decimal(capacity), "g"), d=Quantity(decimal(d), "g")
        )
        permitted, at = Permitted(scale, rules, activity), Quantity(load, "g")
        told = f"{name}, Max {capacity} g, load {load} g"
        for error, within in errors(chance, limit, 9):
            found = Quantity(error, "g")
            yield told, found, permitted.decide(found, at), within


def weights(table: str, chance: random.Random) -> Verdicts:
    entries = [
        (nominal, name, *parsed(limit), class_limit(name, Quantity.parse(nominal)))
        for nominal, row in sorted(raw(table)["limits"].items())
        for name, limit in sorted(row.items())
    ]
    while True:
        nominal, name, limit, unit, permitted = chance.choice(entries)
        assert permitted is not None
        yield from judged(chance, limit, permitted, unit, f"{nominal} {name}")


def water(table: str, chance: random.Random) -> Verdicts:
    file, (rules, _) = raw(table), by_id(table, WaterMeterRules)
    warm, _ = parsed(file["warm_above"])
    while True:
        name, zone = chance.choice(sorted(file["classes"])), chance.choice(("lower", "upper"))
        in_service = chance.random() < 0.5
        at = beside(chance, warm, 2)
        entry = file["classes"][name]
        warmer = zone == "upper" and Fraction(at) > warm
        limit = fraction(entry["upper_warm" if warmer else zone])
        limit *= fraction(file["in_service_factor"]) if in_service else 1
        temperature = Quantity(at, "°C")
        permitted = water_meter_limits.permitted_error(rules, name, zone, temperature, in_service=in_service)
        yield from judged(chance, limit, permitted, "%", f"class {name}, {zone}, {temperature}")


def systems(table: str, chance: random.Random) -> Verdicts:
    file, (rules, _) = raw(table), by_id(table, FuelDispenserRules)

    def of_table(name: str, volume: Fraction, line: str) -> Fraction:
        value = fraction(file["classes"][name][line]) / 100
        for step in file["small"]:
            if volume <= parsed(step["up_to"])[0]:
                whole = parsed(step["of"])[0] if "of" in step else volume
                return whole * value * fraction(step["times"])
        return volume * value

    while True:
        name, line = chance.choice(sorted(file["classes"])), chance.choice(("A", "B"))
        edge = chance.choice(
            [parsed(step["up_to"])[0] for step in file["small"]] + [Fraction(5), Fraction(20)]
        )
        volume = max(abs(beside(chance, edge)), Decimal("0.000001"))
        least = chance.choice((None, Fraction(2), Fraction(5), Fraction(1, 2)))
        limit = of_table(name, Fraction(volume), line)
        if least is not None:
            limit = max(limit, fraction(file["minimum_share"]) * of_table(name, least, "A"))
        permitted = measuring_system_limits.permitted_error(
            rules,
            name,
            Quantity(volume, "L"),
            line="A" if line == "A" else "B",
            minimum_quantity=None if least is None else Quantity(decimal(least), "L"),
        )
        told = f"class {name} {line}, {volume} L, MMQ {least}"
        yield from judged(chance, limit, permitted, "L", told, places=9)


def capacity(table: str, chance: random.Random) -> Verdicts:
    file, (rules, _) = raw(table), by_id(table, CapacityMeasureRules)
    (step,) = file["types"]["bejana_ukur"]["classes"]["none"]
    while True:
        activity = chance.choice(list(Activity))
        nominal = Decimal(chance.choice((1, 2, 5, 7, 20, 500))) * chance.choice((1, 10))
        limit = Fraction(nominal) * 1000 * fraction(step["share"])
        limit *= fraction(file["activity_factor"][activity.value])
        permitted = rules.tolerance(CapacityMeasure(nominal=Quantity(nominal, "L")), activity).upper
        yield from judged(chance, limit, permitted, "mL", f"{nominal} L")


def dispensers(table: str, chance: random.Random) -> Verdicts:
    file, (rules, _) = raw(table), by_id(table, FuelDispenserRules)
    limits = Limits(Dispenser(), rules, Activity.SUBSEQUENT_VERIFICATION)
    factor = fraction(file["activity_factor"]["subsequent_verification"])
    share = fraction(file["classes"]["0.5"]["A"]) / 100 * factor
    while True:
        nominal = Fraction(chance.choice((1, 2, 5, 10, 20, 50)))
        stands = beside(chance, nominal / 200, 6) * chance.choice((-1, 1))
        volume = nominal + Fraction(stands)
        limit = {"nominal": nominal, "reference": volume}[file["denominator"]] * share
        side = {"above" if stands >= 0 else "below": Quantity(abs(stands), "L")}
        vessel = Measured(nominal=Quantity(decimal(nominal), "L"), **side)
        held = decimal(volume)
        whole: Run | None = None
        for error, within in errors(chance, limit, 9):
            told, found = f"{nominal} L, {side}", Quantity(error, "L")
            if whole is None:  # D is no indication here, so the limits of one delivery are those of all eight
                row = Delivery(at="fast", indication=Quantity(held + error, "L"), vessel=vessel)
                whole = limits.run("1", 1, row, "$")
                assert whole.deviation == found
                yield told, found, whole.outcome, within
            else:
                yield told, found, decide(found, found, symmetric(limits.permitted(whole.whole), "")), within


def lengths(table: str, chance: random.Random) -> Verdicts:
    file, (rules, _) = raw(table), by_id(table, length_limits.LengthLimits)
    while True:
        name, in_service = chance.choice(sorted(file["classes"])), chance.random() < 0.5
        length = max(abs(beside(chance, Fraction(chance.choice((1, 2, 5, 10, 50))))), Decimal("0.001"))
        (a, unit), (b, _) = (parsed(file["classes"][name][part]) for part in ("a", "b"))
        begun = -(-Fraction(length).numerator // Fraction(length).denominator)
        limit = (a + b * begun) * (fraction(file["in_service_factor"]) if in_service else 1)
        metres = Quantity(length, "m")
        permitted = length_limits.permitted_error(rules, name, metres, in_service=in_service)
        yield from judged(chance, limit, permitted, unit, f"class {name}, {metres}")


TABLES: dict[str, Callable[[str, random.Random], Verdicts]] = {
    "kepdirjen-pktn-240-2023": scales,
    "kepdirjen-spk-131-2015": scales,
    "oiml-r76-1-2006": scales,
    "kepdirjen-pktn-240-2023-mechanical": mechanical,
    "kepdirjen-spk-131-2015-mechanical": mechanical,
    "oiml-r111-1-2004": weights,
    "oiml-r49-1-2013": water,
    "syarat-teknis-meter-air": water,
    "oiml-r117-1-2019": systems,
    "kepdirjen-pktn-5-2026": dispensers,
    "oiml-r120-2010": capacity,
    "syarat-teknis-bejana-ukur-takaran": capacity,
    "kepdirjen-pktn-121-2020": dispensers,
    "oiml-r35-1-2007": lengths,
    "syarat-teknis-ukuran-panjang": lengths,
    "oiml-r46-1-2012": energies,
    "syarat-teknis-meter-kwh": energies,
    "oiml-r137-1-2012": gases,
    "syarat-teknis-meter-gas": gases,
    "kepdirjen-pktn-121-2020-flow-meters": flows,
    "syarat-teknis-alg": levels,
}


def compare(table: str, cases: int, seed: int = 1) -> dict[Outcome, int]:
    """How many cases of each verdict; raises at the first in which program and reference disagree."""
    counts = dict.fromkeys(Outcome, 0)
    for told, error, verdict, within in TABLES[table](table, random.Random(seed)):  # noqa: S311 - cases
        if verdict is not (Outcome.CONFORMS if within else Outcome.DOES_NOT_CONFORM):
            raise AssertionError(
                f"{table}: {told}, error {error}: {verdict.value}, reference within limits: {within}"
            )
        counts[verdict] += 1
        if sum(counts.values()) >= cases:
            break
    return counts


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("tables", nargs="*", default=list(TABLES))
    given = options.parse_args()
    for table in given.tables:
        began = time.process_time()
        counts = compare(table, given.cases, given.seed)
        told = ", ".join(f"{verdict.value} {count}" for verdict, count in counts.items() if count)
        print(f"{table}: {told}; no difference; {time.process_time() - began:.0f} s of CPU", flush=True)


if __name__ == "__main__":
    main()
