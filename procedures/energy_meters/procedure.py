"""The released procedure for energy meters.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.edition import Procedure, Reads
from procedures.energy_meters.case import EXAMPLE, budgets, compute
from procedures.energy_meters.outlining import outline
from procedures.energy_meters.script import energy_meters
from procedures.energy_meters.task import EnergyMeterTask, prepare
from procedures.subjects.task import plan, standards_used

ENERGY_METERS: Final = Procedure(
    id="energy_meters",
    edition="5",
    task=EnergyMeterTask,
    prepare=prepare,
    script=energy_meters,
    plan=plan,
    standards_used=standards_used,
    compute=compute,
    example_case=EXAMPLE,
    budgets=budgets,
    outline=outline,
    roles=(),
    reads=Reads(("comparator", "counter", "meter", "pulses", "power", "reference", "ambient_temperature")),
)
