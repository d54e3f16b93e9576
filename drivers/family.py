"""A driver file that says `like = "st-gs"`: the file of its family stands behind it, and only the rest is its own.

What the file says replaces what the family says, entry by entry in `[serial]` and as a whole elsewhere. What a
file must answer for itself (name, evidence, source, examples) is never inherited. Both texts together are the
driver: they are what its digest is of, so that a change of the family is a change of every driver like it.
"""

import re
import tomllib
from collections.abc import Callable
from typing import Any, Final

_OWN: Final = {"id", "name", "evidence", "source", "like", "capabilities", "example"}
_BY_ENTRY: Final = ("serial",)
_MARK: Final = re.compile(rb"^#= the family ([\w-]+)\n", re.MULTILINE)


class FamilyError(ValueError):
    """The family of a driver file cannot be used; the text says why."""


def with_family(data: bytes, find: Callable[[str], bytes | None]) -> bytes:
    """The file with the file of its family behind it, or as it is when it has none or cannot be read.

    Args:
        data: a driver file.
        find: the file of a family by its id; None when there is no such file.

    Raises:
        FamilyError: there is no such family, or it is itself like another.
    """
    try:
        like = tomllib.loads(data.decode("utf-8")).get("like")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return data  # told with its line by whoever reads the file
    if not like or not isinstance(like, str):
        return data
    family = find(like)
    if family is None:
        raise FamilyError(f"there is no family {like!r}")
    if "like" in tomllib.loads(family.decode("utf-8")):
        raise FamilyError(f"{like!r} is itself like another; name that one")
    return data + (b"" if data.endswith(b"\n") else b"\n") + f"#= the family {like}\n".encode() + family


def merged(data: bytes) -> dict[str, Any]:
    """The entries of a driver file, those of its family included.

    Raises:
        UnicodeDecodeError: no UTF-8.
        tomllib.TOMLDecodeError: no TOML.
        FamilyError: it is like a family whose file does not stand behind it.
    """
    found = _MARK.search(data)
    own = tomllib.loads((data[: found.start()] if found else data).decode("utf-8"))
    if found is None or own.get("like") != found[1].decode("ascii"):
        if own.get("like"):
            raise FamilyError(f"the file of its family {own['like']!r} is missing")
        return own
    family = tomllib.loads(data[found.end() :].decode("utf-8"))
    inherited = {name: entry for name, entry in family.items() if name not in _OWN}
    for name in _BY_ENTRY:
        if isinstance(own.get(name), dict):
            own[name] = inherited.get(name, {}) | own[name]
    return inherited | own
