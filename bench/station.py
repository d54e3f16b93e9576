"""The station: which instrument plays which role in a run."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.errors import LaboratoryError
from drivers.device import Device
from drivers.instrument import Driver
from drivers.reading import Origin
from drivers.settling import SettleRule


@dataclass(frozen=True, kw_only=True)
class Bound:
    """One instrument of the laboratory, ready for use."""

    name: str
    driver: Driver
    driver_text: str
    port: str
    serial: str
    origin: Origin
    settle: SettleRule
    device: Device | None
    """None: a person keys the indication"""
    channel: str | None = None
    """which quantity of it plays the role; None: its main one"""


@dataclass(frozen=True)
class Station:
    """Instruments by role."""

    roles: Mapping[str, Bound]

    def find(self, role: str) -> Bound | None:
        """The instrument of a role; None: no instrument has it, and a person reads by eye."""
        return self.roles.get(role)

    def bound(self, role: str) -> Bound:
        """The instrument of a role.

        Raises:
            LaboratoryError: no instrument has that role.
        """
        try:
            return self.roles[role]
        except KeyError:
            raise LaboratoryError(
                "laboratory.role_missing",
                "No instrument of this laboratory has the role {role}.",
                'Add roles = ["{role}"] to an instrument in laboratory.toml.',
                role=role,
            ) from None
