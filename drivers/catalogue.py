"""Which drivers there are, and the one that a name or a file means.

Looked for in turn: a file, the laboratory's own folder, the drivers of this program, and installed plug-ins.
Nothing is loaded before it is asked for.
"""

import codecs
import difflib
from importlib import resources
from importlib.metadata import EntryPoint, entry_points
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath
from typing import Final

from drivers.assembly import AnyFileDriver, make_file_driver
from drivers.description import DESCRIPTION, refuse
from drivers.errors import DescriptionError, InstrumentError, PlainError
from drivers.family import FamilyError, merged, with_family
from drivers.file_place import line_of, line_of_mistake
from drivers.instrument import Driver
from drivers.line_entry import number_mistake
from drivers.whole_file import LARGEST_TEXT, read_bytes
from drivers.written import WRITTEN

PLUG_INS: Final = "tera_bench.drivers"
"""the entry-point group; each entry names a function without arguments that returns a `Driver`"""

_SUFFIX: Final = ".toml"
_WRITTEN: Final = tuple(EntryPoint(name, f"{module}:driver", PLUG_INS) for name, module in WRITTEN.items())
"""the program's own drivers in Python; they load as installed ones do"""


def load(name: str | Path, *, folder: Path | None = None) -> Driver:
    """The driver of this name, or in this file; its examples have been run.

    Args:
        name: a driver's id, or the path of a driver file.
        folder: the laboratory's own driver files; they come before the program's.

    Raises:
        InstrumentError: no such driver; the nearest name is suggested.
        DescriptionError: its file has a mistake.
    """
    wanted = str(name)
    if isinstance(name, Path) or wanted.endswith(_SUFFIX):
        return load_file(Path(name))
    if wanted == PurePath(wanted).name:
        for file in _files(folder):
            if file.name == wanted + _SUFFIX:
                return load_file(file)
        for plug_in in _plug_ins():
            if plug_in.name == wanted:
                return _from_plug_in(plug_in)
    near = difflib.get_close_matches(wanted.lower(), names(folder=folder), n=1, cutoff=0.4)
    raise InstrumentError(
        "driver.unknown",
        "There is no driver {driver!r}.",
        "Did you mean {near!r}? `tera driver list` shows them all." if near else "See `tera driver list`.",
        driver=wanted,
        near=near[0] if near else "",
    )


def file_of(name: str, *, folder: Path | None = None) -> Path | None:
    """The file that somebody keeps of this driver, by its path or in their folder; None for any other."""
    if name.endswith(_SUFFIX):
        return Path(name)
    own = folder / f"{name}{_SUFFIX}" if folder is not None and name == PurePath(name).name else None
    return own if own is not None and own.is_file() else None


def names(*, folder: Path | None = None) -> list[str]:
    """The ids of all drivers, sorted; none is loaded."""
    files = {file.name.removesuffix(_SUFFIX) for file in _files(folder)}
    return sorted(files | {plug_in.name for plug_in in _plug_ins()})


def _files(folder: Path | None) -> list[Traversable]:
    places: list[Traversable] = [folder] if folder is not None and folder.is_dir() else []
    places.append(resources.files("drivers") / "models")
    return [file for place in places for file in place.iterdir() if file.name.endswith(_SUFFIX)]


def joined(data: bytes, file: str) -> bytes:
    """A driver file with the file of its family behind it.

    Raises:
        DescriptionError: there is no such family.
    """
    try:
        return with_family(data, _family)
    except FamilyError as mistake:
        raise refuse(file, "like", str(mistake), "`tera driver list` shows the families.") from None


def _family(name: str) -> bytes | None:
    file = resources.files("drivers") / "models" / f"{name}{_SUFFIX}"
    return file.read_bytes() if name == PurePath(name).name and file.is_file() else None


def _plug_ins() -> list[EntryPoint]:
    return [*_WRITTEN, *entry_points(group=PLUG_INS)]


def load_file(file: Traversable) -> AnyFileDriver:
    """The driver in a driver file.

    Raises:
        InstrumentError: the file cannot be read.
        DescriptionError: it has a mistake, or its name is not the driver's id.
    """
    shown = str(file)
    try:
        data = read_bytes(file, most=LARGEST_TEXT) if isinstance(file, Path) else file.read_bytes()
    except OSError as trouble:
        raise InstrumentError(
            "driver.unreadable",
            "The driver file {file} cannot be read: {trouble}.",
            "Check the path, or give a driver's name from `tera driver list`.",
            file=shown,
            trouble=trouble.strerror or str(trouble),
        ) from None
    data = data.removeprefix(codecs.BOM_UTF8)  # an editor's mark, no word of the driver
    try:
        whole = joined(data, shown)
        driver = make_file_driver(whole, shown)
        if senseless := number_mistake(merged(whole)):  # of a sealed record's driver nobody waits for answers
            raise refuse(shown, *senseless)
        if driver.mark.id + _SUFFIX != file.name:
            own = file.name.removesuffix(_SUFFIX)
            correction = f"Name the file {driver.mark.id}{_SUFFIX}, or write id = '{own}'."
            raise refuse(shown, "id", f"{driver.mark.id!r} is not the file's name", correction)
    except DescriptionError as mistake:
        raise _located(mistake, data.decode("utf-8", "replace")) from None
    return driver


def _located(mistake: DescriptionError, text: str) -> DescriptionError:
    """The same mistake with the line behind the file's name."""
    facts = mistake.facts
    if mistake.code != DESCRIPTION:
        return mistake
    line = line_of_mistake(facts["mistake"], text) or line_of(text, facts["path"])
    place = f"{facts['file']}:{line}" if line else facts["file"]
    return refuse(place, facts["path"], facts["mistake"], facts["correction"])


def _from_plug_in(plug_in: EntryPoint) -> Driver:
    try:
        driver: Driver = plug_in.load()()
    except PlainError:
        raise
    except Exception as trouble:  # foreign code may fail in any way; the technician gets a sentence
        raise InstrumentError(
            "driver.plug_in",
            "The plug-in driver {driver} ({value}) does not load: {trouble}.",
            "Reinstall or remove that package.",
            driver=plug_in.name,
            value=plug_in.value,
            trouble=str(trouble),
        ) from trouble
    return driver
