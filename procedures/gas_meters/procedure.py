"""The released procedure for gas meters.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.edition import Procedure, Reads
from procedures.gas_meters.case import EXAMPLE, budgets, compute
from procedures.gas_meters.task import GasMeterTask, gas_meters, outline, prepare
from procedures.subjects.task import plan, standards_used

GAS_METERS: Final = Procedure(
    id="gas_meters",
    edition="4",
    task=GasMeterTask,
    prepare=prepare,
    script=gas_meters,
    plan=plan,
    standards_used=standards_used,
    compute=compute,
    example_case=EXAMPLE,
    budgets=budgets,
    outline=outline,
    roles=(),
    reads=Reads(
        ("meter", "flow", "temperature", "pressure", "reference_temperature", "reference_pressure"),
        by_method={"master": ("master",), "volumetric": ("vessel_temperature",)},
        method="master",
    ),
)
