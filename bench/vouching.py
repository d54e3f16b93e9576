"""Whose keys a record is checked with: somebody at hand must vouch for them.

A folder that a person names counts alone; else the laboratory that checks, else that where the record lies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.errors import LaboratoryError
from bench.laboratory import FILE_NAME, Folders, load
from results.errors import DeliveryError
from results.keys import TrustedKey, read_trusted_keys
from results.naming import LARGEST_RECEIPT
from results.registry.checkpoint import RegistryKey
from results.storage import read_whole


@dataclass(frozen=True)
class Trust:
    """The keys that a check rests on, and whose word for them was taken."""

    folder: Path | None
    """where they lie; None: there are none at hand, so that signatures stay unchecked"""
    keys: Mapping[str, TrustedKey] | None


class Vouchers:
    """Who vouches for the records of one command; each folder is read once, not for each record."""

    def __init__(self, lab: Path, named: Path | None = None) -> None:
        """Nothing is read yet.

        Args:
            lab: the laboratory that checks.
            named: the folder of keys that a person vouches for.
        """
        self._lab = lab
        self._named = named
        self._by_folder: dict[Path, Trust] = {}
        self._registers: dict[Path | None, RegistryKey | None] = {}

    def of(self, record: Path) -> Trust:
        """See `trusted_keys`."""
        folder = record.absolute().parent
        if folder not in self._by_folder:
            self._by_folder[folder] = trusted_keys(record, Folders(self._lab), self._named)
        return self._by_folder[folder]

    def register_of(self, trust: Trust) -> RegistryKey | None:
        """See `registry_key`."""
        if trust.folder not in self._registers:
            named = self._named is not None
            self._registers[trust.folder] = registry_key(self._lab, trust, named=named)
        return self._registers[trust.folder]


def trusted_keys(record: Path, folders: Folders, named: Path | None = None) -> Trust:
    """The keys to check a record with.

    Args:
        record: its file.
        folders: the laboratory that checks.
        named: the folder of keys that a person vouches for; then only that counts.

    Returns:
        The keys of the named folder, else of this laboratory, else of the laboratory in whose data folder the
        record lies.

    Raises:
        LaboratoryError: the named folder holds no key of a bench or an officer.
        RecordError: a key file is damaged.
    """
    if named is not None:
        keys = read_trusted_keys(named)
        if not keys:
            raise LaboratoryError(
                "key.none_in_folder",
                "There is no public key in {folder}.",
                "Put bench.pub and officer-NAME.pub there, as the office gave them to you.",
                folder=str(named),
            )
        return Trust(named, keys)
    for folder in (folders.keys, record.absolute().parent.parent / "keys"):
        if keys := read_trusted_keys(folder):
            return Trust(folder, keys)
    return Trust(None, None)


def registry_key(lab: Path, trust: Trust, *, named: bool) -> RegistryKey | None:
    """The key that receipts are checked with; None where nobody at hand vouches for one.

    Args:
        lab: the laboratory that checks.
        trust: whose keys the record is checked with.
        named: a person named that folder; then only a `registry.pub` in it counts.

    Raises:
        LaboratoryError: the laboratory file has a mistake, or the `registry.pub` is no such key.
        DeliveryError: the key in the laboratory file is mistyped.
    """
    if trust.folder is not None and (file := trust.folder / "registry.pub").exists():
        try:
            return RegistryKey.parse(read_whole(file, most=LARGEST_RECEIPT).decode("ascii", errors="replace"))
        except DeliveryError:
            raise LaboratoryError(
                "key.not_as_printed",
                "{file} does not hold the register's key as the register prints it.",
                "Put the line of `tera registry key` into it; the register's own file has another form.",
                file=str(file),
            ) from None
    if named or not (lab / FILE_NAME).exists():
        return None
    entry = load(lab).registry
    return RegistryKey.parse(entry.key) if entry is not None else None
