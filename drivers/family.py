"""A file that says `like = "st-gs"`: the file of its family stands behind it, and only the rest is its own.

What the file says replaces what the family says, entry by entry in `[serial]`, `[modbus]` and `[mbus]`, as a
whole elsewhere; a `[[reply]]` with `like = 1` is the family's first form with the entries given there. What a
file must answer for itself (name, evidence, source, examples) is never inherited. Both texts together are the
driver: they are what its digest is of, so that a change of the family is a change of every driver like it.
"""

import re
import tomllib
from collections.abc import Callable
from typing import Any, Final

from drivers.notation import read_toml

_OWN: Final = {"id", "name", "evidence", "source", "like", "capabilities", "example"}
_BY_ENTRY: Final = ("serial", "modbus", "mbus")
_MARK: Final = re.compile(rb"^#= the family ([\w-]+)\n", re.MULTILINE)


class FamilyError(ValueError):
    """The family of a driver file cannot be used; the text says why."""


def with_family(data: bytes, find: Callable[[str], bytes | None]) -> bytes:
    """The file with the file of its family behind it, or as it is when it has none or cannot be read.

    Args:
        data: a driver file.
        find: the file of a family by its id; None when there is no such file.

    Raises:
        FamilyError: there is no such family, or families are like each other in a circle.
    """
    whole, seen = data, set[str]()
    while like := _like(data):
        if like in seen:
            raise FamilyError(f"{like!r} is like itself")
        seen.add(like)
        family = find(like)
        if family is None:
            raise FamilyError(f"there is no family {like!r}")
        whole += (b"" if whole.endswith(b"\n") else b"\n") + f"#= the family {like}\n".encode() + family
        data = family
    return whole


def _like(data: bytes) -> str:
    """What a file is like; nothing when it cannot be read, which whoever reads it tells with the line."""
    try:
        like = read_toml(data.decode("utf-8"), float).get("like")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ""
    return like if isinstance(like, str) else ""


def merged(data: bytes) -> dict[str, Any]:
    """The entries of a driver file, those of its family included.

    Raises:
        UnicodeDecodeError: no UTF-8.
        tomllib.TOMLDecodeError: no TOML.
        FamilyError: it is like a family whose file does not stand behind it.
    """
    found = _MARK.search(data)
    own = read_toml((data[: found.start()] if found else data).decode("utf-8"), float)
    if not own.get("like"):
        return own
    if found is None or own["like"] != found[1].decode("ascii"):
        raise FamilyError(f"the file of its family {own['like']!r} is missing")
    inherited = {name: entry for name, entry in merged(data[found.end() :]).items() if name not in _OWN}
    for name in _BY_ENTRY:
        if isinstance(own.get(name), dict):
            own[name] = inherited.get(name, {}) | own[name]
    if isinstance(own.get("reply"), list):
        own["reply"] = [_form(entry, inherited.get("reply", [])) for entry in own["reply"]]
    return inherited | own


def speaks(data: bytes, table: str) -> bool:
    """Whether a driver file has this table; one that cannot be read says so to its own reader."""
    try:
        return table in merged(data)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, FamilyError):
        return False


def _form(entry: Any, forms: list[dict[str, Any]]) -> Any:
    """A `[[reply]]`, completed from the form of the family that it is like."""
    if not isinstance(entry, dict) or "like" not in entry:
        return entry
    own = {name: value for name, value in entry.items() if name != "like"}
    number = entry["like"]
    if not isinstance(number, int) or not 1 <= number <= len(forms):
        raise FamilyError(f"a [[reply]] is like {number!r}, but the family has forms 1 to {len(forms)}")
    replaced = {"match", "columns", "blank"} if own.keys() & {"match", "columns"} else set()
    return {name: value for name, value in forms[number - 1].items() if name not in replaced} | own
