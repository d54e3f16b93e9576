"""The station: which instrument plays which role in a run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bench.errors import LaboratoryError
from drivers.device import Device
from drivers.errors import InstrumentError
from drivers.identity import Told
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
class Players:
    """The instruments that can play each role in a test, before one of them is taken."""

    by_role: Mapping[str, tuple[Bound, ...]]
    """in the order of the laboratory file"""

    def chosen(self, names: Collection[str]) -> dict[str, str]:
        """By role, which of the named instruments plays it.

        Raises:
            LaboratoryError: a name is of none that could, or two of them could play one role.
        """
        known = {bound.name for bounds in self.by_role.values() for bound in bounds}
        for name in names:
            if name not in known:
                raise LaboratoryError(
                    "laboratory.no_such_instrument",
                    "{instrument} is no instrument for this test; there are: {known}.",
                    "Write its name as in laboratory.toml.",
                    instrument=name,
                    known=", ".join(sorted(known)) or "none",
                )
        found: dict[str, str] = {}
        for role, bounds in self.by_role.items():
            wanted = [bound for bound in bounds if bound.name in names]
            if len(wanted) > 1:
                raise _several(role, wanted)
            if wanted:
                found[role] = wanted[0].name
        return found

    def station(self, chosen: Mapping[str, str]) -> "Station":
        """One instrument for each role: the only one, or the one that somebody has chosen.

        Args:
            chosen: names of instruments by role.

        Raises:
            LaboratoryError: several can play a role, and nobody says which does.
        """
        roles: dict[str, Bound] = {}
        for role, bounds in self.by_role.items():
            wanted = [bound for bound in bounds if bound.name == chosen.get(role)] or list(bounds)
            if len(wanted) > 1:
                raise _several(role, wanted)
            roles[role] = wanted[0]
        return Station(roles)

    def station_of(self, begun: Mapping[str, str]) -> "Station":
        """The instruments with which a run was begun; another one where that is not there any more.

        Args:
            begun: names of instruments by role.
        """
        roles = {}
        for role, name in begun.items():
            bounds = self.by_role.get(role, ())
            if bounds:
                roles[role] = next((bound for bound in bounds if bound.name == name), bounds[0])
        return Station(roles)


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


def _several(role: str, bounds: Sequence[Bound]) -> LaboratoryError:
    return LaboratoryError(
        "laboratory.several",
        "Several instruments can play the role {role}: {names}.",
        "Name the one that is read with --instrument, or give each its kinds in laboratory.toml.",
        role=role,
        names=", ".join(bound.name for bound in bounds),
    )


def check_told(bound: Bound, told: Told) -> None:
    """Refuse an instrument that tells another serial number than the laboratory file has.

    Raises:
        InstrumentError: it is another one.
    """
    if not told.is_of(bound.serial):
        raise InstrumentError(
            "instrument.other_serial",
            "{instrument} has serial number {expected} in laboratory.toml, but at {port} answers {told}.",
            "Connect the right instrument, or correct its serial in laboratory.toml.",
            instrument=bound.name,
            expected=bound.serial,
            port=bound.port,
            told=told.serial,
        )


def check_unopened(bound: Bound, then: Told, now: Told) -> None:
    """Refuse an instrument that was exchanged, or whose seal was opened, while it was tested.

    Args:
        bound: the instrument.
        then: what it said of itself when the run began.
        now: what it says at the end.

    Raises:
        InstrumentError: one or the other; the run cannot have a verdict.
    """
    if (then.serial, then.seal_counter) == (now.serial, now.seal_counter):
        return
    raise InstrumentError(
        "instrument.seal_opened",
        "At {port} answered {before} when the test began, and {after} at its end: "
        "another instrument, or its seal was opened in between; the test is void.",
        "See to the seal and the cable; seal the void run with `tera seal`, and begin a new one.",
        port=bound.port,
        before=_named(then),
        after=_named(now),
    )


def _named(told: Told) -> str:
    return f"{told.serial or '–'} / {told.seal_counter or '–'}"
