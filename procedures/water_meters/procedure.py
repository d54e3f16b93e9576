"""The released procedure for water meters.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.edition import Procedure, Reads
from procedures.water_meters.case import EXAMPLE, budgets, compute
from procedures.water_meters.outline import outline
from procedures.water_meters.script import water_meters
from procedures.water_meters.task import WaterMeterTask, plan, prepare, standards_used

WATER_METERS: Final = Procedure(
    id="water_meters",
    edition="5",
    task=WaterMeterTask,
    prepare=prepare,
    script=water_meters,
    plan=plan,
    standards_used=standards_used,
    compute=compute,
    example_case=EXAMPLE,
    budgets=budgets,
    outline=outline,
    roles=(),
    reads=Reads(
        ("meter", "flow", "water_temperature", "pressure", "ambient_temperature"),
        by_method={
            "volumetric": ("vessel_temperature",),
            "gravimetric": ("scale", "air_pressure", "humidity"),
            "master": ("master",),
        },
        method="volumetric",
    ),
)
