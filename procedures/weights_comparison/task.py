"""Preparing a session: set read, rules chosen, references found and put before the gate, cycles planned."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.assignment import Assignment, unnamed
from procedures.edition import PlannedStep
from procedures.errors import ProcedureError
from procedures.point import Activity, Reason
from procedures.standard import COVERAGE, StandardUse, WorkingStandard
from procedures.standards_gate import Demand, Requirement, choose_standards, standard_use
from procedures.weights import CLASSES, Heap
from procedures.weights_comparison.instrument import TestedWeight, WeightSet, read_set
from procedures.weights_comparison.judging import Judging
from procedures.weights_comparison.mass import matter
from procedures.weights_comparison.observation import Reference
from procedures.weights_comparison.rules import Limits, WeightTestRules, choose_rules, limits_of

_RECTANGULAR: Final = Decimal("1.7320508")
"""k of the limit of a class: anywhere within it alike"""


class PlannedComparison(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Weights that are compared with one reference, in one series."""

    weights: tuple[str, ...]
    nominal: Quantity
    reference: Reference
    pieces: tuple[str, ...]
    """the weights that make the reference"""


class WeightsTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    activity: Activity
    date: dt.date
    uut: WeightSet
    weights: tuple[TestedWeight, ...]
    rules: WeightTestRules
    rules_digest: str
    limits: Limits
    visual: tuple[str, ...]
    comparisons: tuple[PlannedComparison, ...]
    cycles: int
    """of each comparison"""
    standards: tuple[StandardUse, ...]
    notices: tuple[Reason, ...]

    @property
    def judging(self) -> Judging:
        """The set and its rules."""
        return Judging(self.uut, self.rules, self.limits, self.activity)


def prepare(assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]) -> WeightsTask:
    """Turn an assignment into a task.

    Raises:
        ProcedureError: the set or the rules will not do.
        StandardError: the references will not do.
    """
    bare = ruled_task(assignment, on)
    groups = _groups(bare)
    references, used = _references(bare, [group[0].nominal for group in groups], assignment, standards)
    comparisons = tuple(
        PlannedComparison(
            weights=tuple(weight.id for weight in group),
            nominal=group[0].nominal,
            reference=reference,
            pieces=pieces,
        )
        for group, (reference, pieces) in zip(groups, references, strict=True)
    )
    return msgspec.structs.replace(
        bare,
        comparisons=comparisons,
        standards=tuple(standard_use(one) for one in used),
        notices=(*unnamed(assignment), *bare.notices),
    )


def ruled_task(assignment: Assignment, on: dt.date) -> WeightsTask:
    """The task as rules and set have it, before anybody looks for a reference.

    Raises:
        ProcedureError: the set or the rules will not do.
    """
    uut = read_set(assignment.uut)
    rules, digest = choose_rules(assignment.rules, on)
    task = WeightsTask(
        activity=assignment.activity,
        date=on,
        uut=uut,
        weights=uut.tested,
        rules=rules,
        rules_digest=digest,
        limits=limits_of(rules),
        visual=rules.items(uut.accuracy_class, assignment.activity),
        comparisons=(),
        cycles=_cycles(uut, rules),
        standards=(),
        notices=rules.notices(),
    )
    # what cannot be judged later is told before any weighing
    matter(uut.material, uut.density, uut.density_uncertainty, rules)
    for weight in task.weights:
        task.judging.tolerance(weight)
    return task


def standards_used(task: WeightsTask) -> tuple[StandardUse, ...]:
    """The sets that the references come from."""
    return task.standards


def plan(task: WeightsTask) -> tuple[PlannedStep, ...]:
    """What is to come, in order; the labels are those of the points."""
    by_section = {
        "visual": [PlannedStep(section="visual", label=f"visual/{item}") for item in task.visual],
        "accuracy": [
            PlannedStep(section="accuracy", label=f"accuracy/{name}", load=one.nominal)
            for one in task.comparisons
            for name in one.weights
        ],
    }
    return tuple(step for section in task.rules.order for step in by_section[section])


def _cycles(uut: WeightSet, rules: WeightTestRules) -> int:
    """As many as the rules ask for; more where they must show their own spread."""
    least = rules.least_cycles(uut.cycle, uut.accuracy_class)
    if uut.balance.repeatability is None:
        least = max(least, rules.cycles.of_unknown_spread)
    return max(least, uut.cycles or 0)


def _groups(task: WeightsTask) -> list[tuple[TestedWeight, ...]]:
    """Heaviest first; equal masses together where the cycle takes several."""
    most = task.rules.cycles.most_tested if task.uut.cycle == "AB1...BnA" else 1
    by_mass: dict[Quantity, list[TestedWeight]] = {}
    for weight in task.weights:
        by_mass.setdefault(weight.nominal, []).append(weight)
    return [
        tuple(alike[first : first + most])
        for _, alike in sorted(by_mass.items(), key=lambda item: item[0], reverse=True)
        for first in range(0, len(alike), most)
    ]


def least_reference(uut: WeightSet, rules: WeightTestRules) -> str:
    """The least class of a reference.

    Raises:
        ProcedureError: the rules name none.
    """
    found = rules.reference.classes.get(uut.accuracy_class)
    if found is None:
        raise ProcedureError(
            "weights.no_better_class",
            "No class of weights is good enough to test weights of class {class}.",
            "Weights of this class are compared with national standards.",
            **{"class": uut.accuracy_class},
        )
    return found


def _references(
    task: WeightsTask,
    masses: Sequence[Quantity],
    assignment: Assignment,
    standards: Sequence[WorkingStandard],
) -> tuple[list[tuple[Reference, tuple[str, ...]]], tuple[WorkingStandard, ...]]:
    """For each mass its reference and the pieces that make it.

    A known error of a reference is corrected, so only what remains is put before the gate.
    """
    requirement = Requirement(
        on=task.date,
        lowest_class=least_reference(task.uut, task.rules),
        share=Fraction(task.rules.reference.share),
        corrected=True,
    )

    def permitted(mass: Quantity) -> Quantity:
        weight = TestedWeight(id="", nominal=mass)
        return task.judging.tolerance(weight).upper

    demands = [Demand(loads=(mass,), exact=True, permitted=permitted) for mass in masses]
    supplies, used = choose_standards(standards, assignment.standards, demands, requirement)
    by_id = {one.id: one for one in standards}
    found = [(_reference(supply.heap, by_id), supply.heap.names) for supply in supplies]
    for reference, _ in found:
        matter(reference.material, None, None, task.rules)
    return found, used


def _reference(heap: Heap, by_id: dict[str, WorkingStandard]) -> Reference:
    """The pieces together: errors add up, and uncertainties too, because weights of one set err together."""
    nominal, error, doubt = (Quantity(0, "mg") for _ in range(3))
    sets = [by_id[name] for name in heap.standards]
    certified = all(piece.certified is not None for piece in heap.taken)
    for piece in heap.taken:
        nominal += piece.nominal * piece.count
        if piece.certified is not None and piece.error is not None:
            error += piece.error * piece.count
        doubt += (piece.doubt or Quantity(0, "mg")) * piece.count
    materials = {one.material for one in sets}
    return Reference(
        standard=", ".join(heap.standards),
        accuracy_class=max((one.accuracy_class for one in sets), key=CLASSES.index),
        nominal=nominal.to(heap.taken[0].nominal.unit),
        error=error,
        uncertainty=doubt,
        coverage_factor=COVERAGE if certified else _RECTANGULAR,
        material=materials.pop() if len(materials) == 1 else None,
    )
