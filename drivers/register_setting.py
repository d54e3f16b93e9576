"""The settings of a register map: neighbours become one request, and a name becomes a place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from drivers.protocols.address import MOST, Table
from drivers.protocols.setting import Field, Setting
from drivers.protocols.word import NumberForm, WordOrder
from drivers.register_description import SettingEntry
from drivers.register_place import EntryError, Place, place_of

_BITS: Final = (Table.COILS, Table.DISCRETE)


def find_setting(settings: Sequence[Setting], name: str, path: str) -> tuple[Setting, Field]:
    """The request that asks for a setting, and its field there.

    Raises:
        EntryError: there is no such setting.
    """
    for setting in settings:
        for each in setting.fields:
            if each.name == name:
                return setting, each
    known = ", ".join(setting.name for setting in settings) or "none"
    raise EntryError(path, f"there is no [[setting]] {name!r}", f"There are: {known}.")


def held_by(settings: Sequence[Setting], said: Mapping[str, float | str], path: str) -> bytes:
    """The words of all settings, as the played instrument holds them but for what is said.

    Raises:
        EntryError: no such setting, or it cannot hold that.
    """
    words = bytearray(b"".join(each.words for each in settings))
    for name, value in said.items():
        where = f"{path}.setting.{name}"
        setting, each = find_setting(settings, name, where)
        start = setting.at + each.at
        words[start : start + each.size] = _held(each, value, where)
    return bytes(words)


def make_settings(entries: Sequence[SettingEntry], order: WordOrder) -> tuple[Setting, ...]:
    """The settings that a file lists.

    Args:
        entries: what the file says.
        order: of those that say nothing themselves.

    Raises:
        EntryError: one cannot be asked, or cannot hold what the twin shall hold.
    """
    requests: list[Setting] = []
    names: set[str] = set()
    for number, entry in enumerate(entries):
        path = f"setting[{number}]"
        if entry.name in names:
            raise EntryError(f"{path}.name", f"{entry.name!r} is there twice", "Give each its own name.")
        names.add(entry.name)
        form = None if entry.words else NumberForm(entry.type, entry.word_order or order)
        if entry.function in _BITS and (form is None or form.size > 2):  # noqa: PLR2004 -- one address
            raise EntryError(f"{path}.type", "a coil holds 0 or 1", "Leave type and words out.")
        size = 2 * entry.words if form is None else form.size
        place = place_of(entry.function, entry.at, size // 2, order, path)
        _add(requests, place, Field(entry.name, 0, size, form), entry.twin, path)
    return tuple(requests)


def _add(requests: list[Setting], place: Place, new: Field, twin: float | str, path: str) -> None:
    """Append a request, or widen the last one where this setting stands behind it."""
    data = _held(new, twin, f"{path}.twin")
    last = requests[-1] if requests else None
    if last is not None and (last.table, last.first + last.count) == (place.table, place.first):
        count = last.count + place.count
        if count <= MOST[place.table]:
            fields = (*last.fields, replace(new, at=len(last.words)))
            requests[-1] = replace(last, count=count, fields=fields, words=last.words + data)
            return
    at = last.at + len(last.words) if last is not None else 0
    requests.append(
        Setting(table=place.table, first=place.first, count=place.count, fields=(new,), at=at, words=data)
    )


def _held(field: Field, value: float | str, path: str) -> bytes:
    data = field.data(value)
    if data is None:
        raise EntryError(path, f"{value!r} does not fit there", "Write a value that its registers can hold.")
    return data
