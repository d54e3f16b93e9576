"""Slow references of the tables of meters: whole rows are judged, eight errors at each load, flow, level."""

import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from drivers.quantity import Quantity
from procedures.energy_meters import assessment as energy
from procedures.energy_meters.instrument import EnergyMarks
from procedures.energy_meters.observation import Comparison
from procedures.energy_meters.observation import MeterSheet as EnergySheet
from procedures.energy_meters.rules import EnergyMeterRules
from procedures.flow_meters import assessment as flow
from procedures.flow_meters.instrument import FlowMarks
from procedures.flow_meters.rules import FlowMeterRules
from procedures.gas_meters import assessment as gas
from procedures.gas_meters.instrument import GasMarks
from procedures.gas_meters.rules import GasMeterRules
from procedures.level_gauges import assessment as level
from procedures.level_gauges.rules import GaugeMarks, LevelGaugeRules
from procedures.point import Activity, Outcome
from procedures.regulation import by_id
from procedures.subjects.judging import Judged
from procedures.throughput.judging import Judging
from procedures.throughput.observation import MeterSheet, Throughput
from tests.procedures.reference_numbers import Verdicts, beside, decimal, errors, fraction, parsed, raw

TESTS = (Activity.INITIAL_VERIFICATION, Activity.SUBSEQUENT_VERIFICATION)


def paired(
    judged: list[Judged], cases: list[tuple[Decimal, bool]], unit: str, told: str
) -> Iterator[tuple[str, Quantity, Outcome, bool]]:
    """The points of the accuracy test beside what the reference finds of the same errors."""
    points = [one.point for one in judged if one.point.section == "accuracy"]
    for point, (error, within) in zip(points, cases, strict=True):
        yield told, Quantity(error, unit), point.outcome, within


def energies(table: str, chance: random.Random) -> Verdicts:
    """By a comparator that shows the error itself."""
    file, rules = raw(table), by_id(table, EnergyMeterRules)[0]
    while True:
        name, activity = chance.choice(sorted(file["classes"])), chance.choice(TESTS)
        systems, unity = chance.choice((1, 3)), chance.random() < 0.5
        amperes = {"ist": Decimal("0.02"), "imin": Decimal(chance.choice(("0.2", "0.25", "0.5")))}
        amperes |= {"itr": Decimal(5), "ib": Decimal(5), "imax": Decimal(chance.choice((30, 60, 100)))}
        entry = file["classes"][name]
        marks_used = {zone["start"] for zones in entry.values() for zone in zones}
        marks = EnergyMarks(
            accuracy_class=name,
            constant=Decimal(1600),
            systems=systems,
            **{mark: Quantity(amperes[mark], "A") for mark in marks_used | {"imax"}},
        )
        single = systems > 1 and chance.random() < 0.5
        zones = (entry.get("single_unity" if unity else "single_other") if single else None) or entry[
            "unity" if unity else "other"
        ]
        starts = [Fraction(amperes[zone["start"]]) * fraction(zone.get("share", 1)) for zone in zones]
        current = beside(chance, chance.choice([*starts, Fraction(amperes["imax"])]))
        if not min(starts) <= current <= amperes["imax"]:
            continue
        zone = next(zone for zone, start in zip(zones, starts, strict=True) if current >= start)
        limit = fraction(zone["limit"]) * fraction(file["factor"][activity.value])
        if "rising_from" in zone:
            limit *= Fraction(amperes[zone["rising_from"]]) / Fraction(current)
        cases = list(errors(chance, limit))
        rows = tuple(
            Comparison(
                at="I",
                current=Quantity(current, "A"),
                power_factor="1" if unity else chance.choice(("0.5 ind", "0.8 cap")),
                phases="L1" if single else "all",
                shown=Quantity(error, "%"),
            )
            for error, _ in cases
        )
        judged = energy.Judging(marks, rules, activity).points([EnergySheet(comparison=rows)])
        yield from paired(judged, cases, "%", f"class {name}, {current} A of {amperes}, single {single}")


def delivered(cases: list[tuple[Decimal, bool]], at: Decimal, litres: Decimal) -> list[MeterSheet]:
    """Runs at one flow, with errors in L."""
    rows = (
        Throughput(
            flow=Quantity(at, "m3/h"),
            volume=Quantity(litres + error, "L"),
            reference=Quantity(litres, "L"),
        )
        for error, _ in cases
    )
    return [MeterSheet(delivery=tuple(rows))]


def gases(table: str, chance: random.Random) -> Verdicts:
    """Below and from Qt on, where that is marked and where it follows from Qmax/Qmin."""
    file, rules = raw(table), by_id(table, GasMeterRules)[0]
    known = file["transition"]
    while True:
        name, activity = chance.choice(sorted(file["classes"])), chance.choice(TESTS)
        high = Decimal(chance.choice((6, 10, 40, 160)))
        low = decimal(Fraction(high) / chance.choice((20, 30, 50, 150)))
        large = Fraction(high) >= Fraction(low) * fraction(known["ratio_from"])
        middle = Fraction(high) / fraction(known["large" if large else "small"])
        marked = None if chance.random() < 0.5 else decimal(middle * Fraction(chance.choice((9, 10, 11)), 10))
        turns = middle if marked is None else Fraction(marked)
        if not low < turns < high:
            continue
        at = beside(chance, chance.choice((Fraction(low), turns, Fraction(high))))
        if not low <= at <= high:
            continue
        limit = fraction(file["classes"][name]["lower" if Fraction(at) < turns else "upper"])
        limit *= fraction(file["factor"][activity.value])
        litres = Decimal(chance.choice((1, 20, 100, 1000)))
        cases = list(errors(chance, limit * Fraction(litres) / 100, 9))
        plate = GasMarks(
            accuracy_class=name,
            qmin=Quantity(low, "m3/h"),
            qmax=Quantity(high, "m3/h"),
            qt=None if marked is None else Quantity(marked, "m3/h"),
        )
        kind = gas.Gas(plate, rules, activity)
        told = f"class {name}, {at} m3/h of {low} to {high}, Qt {marked}, {litres} L"
        yield from paired(Judging(kind).points(delivered(cases, at, litres)), cases, "L", told)


def flows(table: str, chance: random.Random) -> Verdicts:
    """Lines A and B, small volumes, the least error E_min with and without a scale interval."""
    file, rules = raw(table), by_id(table, FlowMeterRules)[0]

    def of_table(name: str, volume: Fraction, line: str) -> Fraction:
        value = fraction(file["classes"][name][line]) / 100
        for step in file["small"]:
            if volume <= parsed(step["up_to"])[0]:
                whole = parsed(step["of"])[0] if "of" in step else volume
                return whole * value * fraction(step["times"])
        return volume * value

    edges = [parsed(step["up_to"])[0] for step in file["small"]] + [Fraction(20), Fraction(500)]
    while True:
        name, activity = chance.choice(sorted(file["classes"])), chance.choice(TESTS)
        part = chance.choice(("system", "meter"))
        litres = max(beside(chance, chance.choice(edges)), Decimal("0.01"))
        least = chance.choice((None, Decimal(2), Decimal(5), Decimal("0.5")))
        step = chance.choice((None, Decimal("0.01"), Decimal("0.1")))
        limit = of_table(name, Fraction(litres), "A" if part == "system" else "B")
        if least is not None:
            smallest = fraction(file["minimum_share"]) * of_table(name, Fraction(least), "A")
            coarse = step is not None and fraction(file["intervals"]) * Fraction(step) > 2 * smallest
            if coarse or litres * 10 < least * 9:
                continue  # refused
            limit = max(limit, smallest)
            if step is not None:
                limit = max(limit, fraction(file["intervals"]) * Fraction(step))
        limit *= fraction(file["factor"][activity.value])
        if step is not None and Fraction(step) > limit:
            continue  # decides nothing
        cases = [one for one in errors(chance, limit, 9) if litres + one[0] >= 0]
        plate = FlowMarks(
            accuracy_class=name,
            qmin=Quantity(3, "m3/h"),
            qmax=Quantity(30, "m3/h"),
            part=part,
            mmq=None if least is None else Quantity(least, "L"),
            d=None if step is None else Quantity(step, "L"),
        )
        kind = flow.Flow(plate, rules, activity)
        told = f"class {name} {part}, {litres} L, MMQ {least}, d {step}"
        yield from paired(Judging(kind).points(delivered(cases, Decimal(12), litres)), cases, "L", told)


def levels(table: str, chance: random.Random) -> Verdicts:
    """The larger of a part of the level and a length."""
    file, rules = raw(table), by_id(table, LevelGaugeRules)[0]
    while True:
        name, activity = chance.choice(sorted(file["classes"])), chance.choice(TESTS)
        where = chance.choice(("before", "after"))
        entry = file["classes"][name][where]
        share, least = fraction(entry["percent"]) / 100, parsed(entry["least"])[0]
        at = beside(chance, chance.choice((least / share, Fraction(3000), Fraction(15000))), 3)
        limit = max(Fraction(at) * share, least) * fraction(file["factor"][activity.value])
        cases = list(errors(chance, limit))
        marks = GaugeMarks(accuracy_class=name, range=Quantity(40000, "mm"), installation=where)
        rows = (
            level.Dipped(
                level=Quantity(at, "mm"),
                direction="up",
                shown=Quantity(Decimal(20000) + error, "mm"),
                reference=Quantity(20000, "mm"),
            )
            for error, _ in cases
        )
        judged = level.Judging(marks, rules, activity).points([level.GaugeSheet(dip=tuple(rows))])
        yield from paired(judged, cases, "mm", f"class {name} {where}, {at} mm")
