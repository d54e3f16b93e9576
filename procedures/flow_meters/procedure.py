"""The released procedure for flow meters.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.edition import Procedure, Reads
from procedures.flow_meters.case import EXAMPLE, budgets, compute
from procedures.flow_meters.task import FlowMeterTask, flow_meters, outline, prepare
from procedures.subjects.task import plan, standards_used

FLOW_METERS: Final = Procedure(
    id="flow_meters",
    edition="4",
    task=FlowMeterTask,
    prepare=prepare,
    script=flow_meters,
    plan=plan,
    standards_used=standards_used,
    compute=compute,
    example_case=EXAMPLE,
    budgets=budgets,
    outline=outline,
    roles=(),
    reads=Reads(
        ("meter", "flow", "temperature"),
        by_method={"master": ("master", "reference_temperature"), "volumetric": ("vessel_temperature",)},
        method="master",
    ),
)
