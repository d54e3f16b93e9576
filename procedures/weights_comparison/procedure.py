"""The released procedure for weights.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.edition import Procedure, Reads
from procedures.weights_comparison.case import budgets, compute
from procedures.weights_comparison.example_case import EXAMPLE
from procedures.weights_comparison.outlining import outline
from procedures.weights_comparison.script import weights
from procedures.weights_comparison.task import WeightsTask, plan, prepare, standards_used

WEIGHTS: Final = Procedure(
    id="weights",
    edition="3",
    task=WeightsTask,
    prepare=prepare,
    script=weights,
    plan=plan,
    standards_used=standards_used,
    compute=compute,
    example_case=EXAMPLE,
    budgets=budgets,
    outline=outline,
    roles=(),
    reads=Reads(("comparator", "ambient_temperature", "air_pressure", "humidity")),
)
