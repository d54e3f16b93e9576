"""What rule tables for vessels ask of the determination of their volume."""

from decimal import Decimal

from drivers.quantity import Quantity
from procedures.subjects.rules import Cited
from procedures.vessels.drip import Drip, drip_time


class StandardRules(Cited, frozen=True, kw_only=True):
    """What the determination of the volume must be good for."""

    least_ratio: Decimal
    """the permitted error is at least so many times its expanded uncertainty"""
    reference_temperature: Quantity
    drip: tuple[Drip, ...]

    def drip_time(self, vessel: Quantity) -> Quantity:
        """How long a measure of this volume drips."""
        return drip_time(self.drip, vessel)
