"""The part of case files that all meters of volume share."""

from procedures.subjects.paper_case import CaseHead
from procedures.throughput.observation import MeterSheet, ThroughMaster, Throughput
from procedures.water_meters.observation import Measured

PARTS = (MeterSheet, Throughput, ThroughMaster, Measured)
"""all structs that may stand under a meter"""


class ThroughputCase(CaseHead, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file beside its `[uut]`."""

    meter: tuple[MeterSheet, ...] = ()
