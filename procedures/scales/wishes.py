"""The loads that a complete test of a scale needs, by their use, and what each asks of the weights."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

import msgspec

from drivers.quantity import Quantity
from procedures.point import Activity
from procedures.scales import loads
from procedures.scales.assessment import permitted_error, required_sections
from procedures.scales.indication_error import plain
from procedures.scales.instrument import Scale
from procedures.scales.loads import WantedLoad
from procedures.scales.rules import ScaleRules
from procedures.scales.substitution import Stage
from procedures.standard import WorkingStandard
from procedures.standards_gate import Demand, Requirement, usable_mass

BY_CHANGEOVER: Final = frozenset({"accuracy", "repeatability"})
"""uses whose errors must be found with small weights when there are substitution loads"""


EDGE_STEP_D: Final = Decimal("0.1")
EDGE_WEIGHTS: Final = 10
"""so many small weights of so many d come down to the edge of a step (OIML R 76-1:2006, A.4.8.2)"""


class Wish(NamedTuple):
    """A load that the test needs, and the small masses to be laid beside it."""

    use: str
    load: WantedLoad
    beside: tuple[Quantity, ...] = ()
    ready: Quantity | None = None
    """lies ready meanwhile, to be laid on besides"""


def wishes(scale: Scale, rules: ScaleRules, activity: Activity) -> Iterator[Wish]:
    """The loads that a complete test needs, by their use."""
    required = required_sections(scale, rules, activity)
    if rules.zero.load_e:
        yield Wish("zero", loads.fixed_load(scale, scale.e1 * rules.zero.load_e))
    yield Wish("eccentricity", loads.eccentricity_load(scale, rules))
    for load in loads.accuracy_loads(scale, rules):
        yield Wish("accuracy", load)
    yield Wish("repeatability", loads.share_load(scale, rules, rules.repeatability.share))
    if "discrimination" in required:
        for load in loads.named_loads(scale, rules, rules.discrimination.loads):
            d = scale.part_at(load.greatest).resolution
            if d >= rules.discrimination.smallest_d:
                steps = dict.fromkeys((d, scale.rise_at(load.greatest)))
                yield Wish(
                    "discrimination", load, tuple(plain(d * rules.discrimination.extra_d) for d in steps)
                )
    for tare in tares(scale, rules, activity):
        room = scale.capacity.to(scale.unit) - tare
        for load in loads.named_loads(scale, rules, rules.tare.loads, capacity=room):
            yield Wish(f"tare {tare}", loads.under_tare(scale, load, tare))


def from_edge(wanted: Sequence[Wish], scale: Scale) -> Iterator[Wish]:
    """The same wishes, with the small weights by which discrimination comes down to the edge of a step."""
    for wish in wanted:
        if wish.use != "discrimination":
            yield wish
            continue
        small = scale.rise_at(wish.load.greatest, wish.load.range) * EDGE_STEP_D
        tenths = tuple(plain(small * count) for count in range(1, EDGE_WEIGHTS + 1))
        yield wish._replace(beside=(*tenths, *wish.beside[:-1]), ready=wish.beside[-1])


def largest_load(
    scale: Scale,
    rules: ScaleRules,
    cupboard: Sequence[WorkingStandard],
    named: Sequence[str],
    requirement: Requirement,
) -> Quantity | None:
    """The largest load of standard weights, when it is less than Max and ballast may take their place.

    Weights lighter than e stay free for the changeover.
    """
    if rules.substitution is None or scale.capacity <= rules.substitution.above:
        return None
    total = usable_mass(cupboard, named, requirement, scale.e1)
    if not total or total >= scale.capacity:
        return None
    whole = Fraction(total.to("g").value) // Fraction(scale.parts[-1].e.to("g").value)
    return plain((scale.parts[-1].e * int(whole)).to(scale.unit))


def with_substitution(wanted: Sequence[Wish], steps: Sequence[Stage], enough: Quantity) -> Iterator[Wish]:
    """The same wishes as far as standards go; the weighing test as its stages lay them."""
    for wish in wanted:
        if wish.use == "accuracy":
            continue
        if wish.use != "eccentricity" and wish.load.greatest > enough:
            load = msgspec.structs.replace(wish.load, greatest=enough, least=enough, exact=True)
            yield wish._replace(load=load)
        else:
            yield wish
    for step in steps:
        for mass in step.standards:
            exactly = WantedLoad(greatest=mass, exact=True, least=mass, step=enough)
            yield Wish("accuracy", exactly)


def tares(scale: Scale, rules: ScaleRules, activity: Activity) -> tuple[Quantity, ...]:
    """The tare load is whatever is at hand of about this mass: it needs no standard."""
    if activity not in rules.tare.activities:
        return ()
    wanted = (loads.share_load(scale, rules, share).greatest for share in rules.tare.shares)
    return tuple(loads.clear_of_ends(scale, tare, tare * 0) for tare in wanted)


def demand(
    wish: Wish, scale: Scale, rules: ScaleRules, activity: Activity, *, changeover: bool = False
) -> Demand:
    """What the standards must do for a load."""
    part = scale.part_at(wish.load.greatest, wish.load.range)
    beside = wish.beside
    bounded = rules.tolerance.without_added == "bounded" and not (scale.high_resolution or part.fine)
    if bounded or changeover:
        rise = scale.rise_at(wish.load.greatest, wish.load.range)
        for step in dict.fromkeys((part.resolution, rise)):
            small = step * rules.standards.small_step_e
            beside += tuple(plain(small * count) for count in range(1, 11))
    return Demand(
        loads=tuple(wish.load.candidates()),
        exact=wish.load.exact,
        permitted=lambda load: permitted_error(scale, rules, activity, load),
        beside=beside,
        ready=wish.ready,
    )
