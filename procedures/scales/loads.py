"""Which loads a test needs, from the rule table and the data plate, before anybody looks for weights."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.scales.classification import least_load
from procedures.scales.indication_error import plain
from procedures.scales.instrument import Scale, WeighingRange
from procedures.scales.rules import ScaleRules, share_of

_CLEAR_E: Final = 10
"""so many e below the end of a range are near it, and made of few weights"""
_MOST_SUPPORTS: Final = 4  # up to four supports the share of the table holds (R 76-1, 3.6.2)


class WantedLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A load as calculated, and how far below it the load on the receptor may stay."""

    greatest: Quantity
    """a whole number of e, at or below the calculated load"""
    exact: bool
    """the calculated load itself is a whole number of e"""
    least: Quantity
    step: Quantity
    """e in force at the load"""
    range: int | None = None
    """range of a multiple range instrument, from 1"""

    def candidates(self) -> Iterator[Quantity]:
        """Loads that will do, the nearest first."""
        load = self.greatest
        while load >= self.least:
            yield load
            load -= self.step


def accuracy_loads(scale: Scale, rules: ScaleRules) -> tuple[WantedLoad, ...]:
    """The rising loads of the weighing test."""
    wanted = rules.accuracy
    return tuple(
        load
        for number in _ranges(scale)
        for load in named_loads(
            scale, rules, wanted.loads, number, fill=wanted.fill, at_least=wanted.at_least
        )
    )


def named_loads(
    scale: Scale,
    rules: ScaleRules,
    names: Sequence[str],
    number: int | None = None,
    *,
    fill: Sequence[str] = (),
    at_least: int = 0,
    capacity: Quantity | None = None,
) -> tuple[WantedLoad, ...]:
    """Loads by their names in a rule table, rising, none twice.

    Args:
        scale: the instrument under test.
        rules: the table.
        names: `zero`, `min`, `bands`, `max`, or a share such as `1/2 max`.
        number: only what this range of a multiple range instrument weighs in, from 1.
        fill: further names, used one by one until there are `at_least` loads.
        at_least: number of loads wanted.
        capacity: what stands for Max: with tare on the receptor it is less.
    """
    above = scale.ranges[number - 2].max if number is not None and number > 1 else None
    top = capacity or (scale.capacity if number is None else scale.ranges[number - 1].max)
    found: dict[Quantity, WantedLoad] = {}
    for name in (*names, *fill):
        if name in fill and len(found) >= at_least:
            break
        for value in _values(name, scale, rules, top, number):
            load = _test_load(scale, rules, value, number, movable=name.endswith(" max"))
            if load.greatest <= top and (above is None or load.greatest > above):
                found.setdefault(load.greatest, load)
    return tuple(found[key] for key in sorted(found))


def eccentricity_load(scale: Scale, rules: ScaleRules) -> WantedLoad:
    """(Max + additive tare) × share; above four supports 1/(n − 1) of it; the usual rolling load."""
    share = share_of(rules.eccentricity.share)
    whole = scale.capacity if scale.additive_tare is None else scale.capacity + scale.additive_tare
    if scale.rolling_load is not None:
        most = _grams(whole) * share_of(rules.eccentricity.rolling_share)
        return _test_load(scale, rules, min(_grams(scale.rolling_load), most), None, movable=True)
    if scale.supports > _MOST_SUPPORTS and not scale.sections:
        share = Fraction(1, scale.supports - 1)
    return _test_load(scale, rules, _grams(whole) * share, None, movable=True)


def eccentricity_positions(scale: Scale, rules: ScaleRules) -> tuple[str, ...]:
    """Where the load is laid: quarters, each support above four, each section, or the stations of a roll."""
    if scale.rolling_load is not None:
        return rules.eccentricity.rolling_positions
    places = scale.sections or (scale.supports if scale.supports > _MOST_SUPPORTS else 0)
    if places:
        return tuple(str(n) for n in range(1, places + 1))
    return rules.eccentricity.positions


def share_load(scale: Scale, rules: ScaleRules, share: str) -> WantedLoad:
    """A share of Max, such as `1/2`; the scale takes it in the smallest range that can."""
    return _test_load(scale, rules, _grams(scale.capacity) * share_of(share), None, movable=True)


def clear_of_ends(scale: Scale, load: Quantity, tare: Quantity) -> Quantity:
    """A net load that does not stand with its tare just at the end of a range, or one a little below it.

    There one multiple range instrument has changed to the next range and another has not; nothing says which.
    """
    number = scale.range_of(tare + load)
    if number is None or number == len(scale.ranges) or tare + load != scale.ranges[number - 1].max:
        return load
    return plain(load - scale.ranges[number - 1].e.to(load.unit) * _CLEAR_E)


def under_tare(scale: Scale, load: WantedLoad, tare: Quantity) -> WantedLoad:
    """A net load in the range that takes it with its tare, whatever weights it is made of."""
    greatest = clear_of_ends(scale, load.greatest, tare)
    number = scale.range_of(tare + greatest)
    least = min(load.least, greatest)
    if number is not None and number > 1:
        above = scale.ranges[number - 2].max.to(greatest.unit) - tare + load.step
        least = max(least, min(above, greatest))
    return msgspec.structs.replace(
        load, greatest=greatest, least=least, exact=load.exact and greatest == load.greatest, range=number
    )


def fixed_load(scale: Scale, load: Quantity) -> WantedLoad:
    """A load that is used as it is."""
    mass = plain(load.to(scale.unit))
    return WantedLoad(greatest=mass, exact=True, least=mass, step=scale.e1.to(scale.unit))


def _ranges(scale: Scale) -> Sequence[int | None]:
    return tuple(range(1, len(scale.ranges) + 1)) or (None,)


def _values(
    name: str, scale: Scale, rules: ScaleRules, top: Quantity, number: int | None
) -> Iterator[Fraction]:
    parts = scale.parts if number is None else (scale.ranges[number - 1],)
    if name == "zero":
        yield Fraction(0)
    elif name == "min":
        yield _grams(least_load(scale, parts[0], rules))
    elif name == "max":
        yield _grams(top)
    elif name == "bands":
        yield from _band_edges(scale, rules, parts)
    else:
        yield _grams(top) * share_of(name.removesuffix(" max"))


def _band_edges(scale: Scale, rules: ScaleRules, parts: Sequence[WeighingRange]) -> Iterator[Fraction]:
    """The loads at which the limit changes; in a partial range they are counted in its own e."""
    below = Fraction(0)
    for part in parts:
        for band in rules.classes[scale.accuracy_class].bands:
            if band.up_to is not None and below < (edge := _grams(part.e) * band.up_to) <= _grams(part.max):
                yield edge
        yield (below := _grams(part.max))


def _test_load(
    scale: Scale, rules: ScaleRules, value: Fraction, number: int | None, *, movable: bool
) -> WantedLoad:
    about = next((part for part in scale.parts if value <= _grams(part.max)), scale.parts[-1])
    part = about if number is None else scale.ranges[number - 1]
    count, rest = divmod(value, _grams(part.e))
    exact = not rest
    greatest = plain((part.e * int(count)).to(scale.unit))
    least = greatest
    if movable or rest:
        room = least_load(scale, scale.parts[0], rules)
        of_class = rules.classes[scale.accuracy_class]
        if of_class.rounding_e is not None:
            room = min(room, part.e * of_class.rounding_e)
        least = max(greatest - room, Quantity(0, scale.unit))
    return WantedLoad(greatest=greatest, exact=exact, least=least, step=part.e.to(scale.unit), range=number)


def _grams(mass: Quantity) -> Fraction:
    return Fraction(mass.to("g").value)
