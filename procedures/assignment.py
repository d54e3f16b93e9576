"""What is to be verified, for whom and why: the content of a `--uut` file."""

from collections.abc import Mapping
from typing import Any

import msgspec

from procedures.point import Activity, Reason


class Owner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is obliged to have the instrument verified."""

    name: str = ""
    address: str = ""


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What tells this instrument from all others."""

    maker: str = ""
    model: str = ""
    serial: str = ""
    type_approval: str = ""
    year: str = ""


class Assignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One instrument to be verified."""

    kind: str
    """the procedure: `scales`"""
    activity: Activity
    uut: dict[str, Any]
    """the metrological data; each procedure reads its own struct from it"""
    identity: Identity = Identity()
    owner: Owner = Owner()
    order: str = ""
    """order number"""
    place: str = ""
    """where it is tested: office, market session, place of use"""
    on_behalf_of: str = ""
    """the neighbour regency and its cooperation agreement"""
    rules: str | None = None
    """id of a rule table, when the one in force on the date is not meant"""
    standards: tuple[str, ...] = ()
    """ids of the laboratory's standards to use; empty: the procedure chooses"""


def unnamed(assignment: Assignment) -> tuple[Reason, ...]:
    """What a paper about this instrument would leave open: whose it is, and which one it is.

    Several instruments in one order have their serial numbers each in its own line.
    """
    needed = {
        "owner.name": assignment.owner.name,
        "identity.maker": assignment.identity.maker,
        "identity.serial": serials(assignment),
    }
    entries = ", ".join(name for name, said in needed.items() if not said.strip())
    return (Reason(code="identity_missing", facts={"entries": entries}),) if entries else ()


def serials(assignment: Assignment) -> str:
    """The serial number; of several instruments theirs, or nothing when one of them has none."""
    uut = assignment.uut
    listed = [one for value in uut.values() if isinstance(value, list | tuple) for one in value]
    said = [str(one.get("serial", "")).strip() for one in listed if isinstance(one, Mapping) and "id" in one]
    return assignment.identity.serial or (", ".join(said) if all(said) else "")
