"""Where an entry of a driver file stands: the line that a person has to correct."""

import re
from typing import Final

_HEADING: Final = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_ENTRY: Final = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_TOML_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")
_TOML_END: Final = "(at end of document)"
_WHOLE: Final = ("", "the file", "the top of the file")


def line_of(text: str, path: str) -> int | None:
    """The line, from 1, of the entry `reply[0].columns` in a driver file; None when it does not stand there.

    The nearest entry around it counts: for `serial.format` in a file without a format the line of `[serial]`.
    Of a file with its family behind it only its own part is looked at.
    """
    if path in _WHOLE:
        return None
    wanted = _steps(path)
    best: tuple[int, int] | None = None
    counted: dict[str, int] = {}
    here: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#= the family"):
            break
        if heading := _HEADING.fullmatch(line):
            here = _table(heading[2], counted, many=heading[1] == "[[")
            best = _better(best, here, wanted, number)
        elif entry := _ENTRY.match(line):
            names = tuple(part.strip(" \"'") for part in entry[1].split("."))
            best = _better(best, here + names, wanted, number)
    return best[1] if best else None


def line_of_mistake(mistake: str, text: str) -> int | None:
    """The line that a mistake of the TOML reader names; the last one when the file ends too early."""
    if found := _TOML_LINE.search(mistake):
        return int(found[1])
    return len(text.splitlines()) or None if _TOML_END in mistake else None


def with_line(mistake: str, text: str) -> str:
    """What the TOML reader says, with the number of the last line where it only names the end."""
    return mistake.replace(_TOML_END, f"(at the end, line {len(text.splitlines())})")


def _steps(path: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"\.|(\[\d+\])", path.replace("[...]", "")) if part)


def _table(name: str, counted: dict[str, int], *, many: bool) -> tuple[str, ...]:
    """The steps to a table: each list in its name at the place where it stands now."""
    steps: tuple[str, ...] = ()
    parts = [part.strip(" \"'") for part in name.split(".")]
    for at, part in enumerate(parts):
        steps += (part,)
        key = ".".join(steps)
        if many and at == len(parts) - 1:
            counted[key] = counted.get(key, -1) + 1
        if key in counted:
            steps += (f"[{counted[key]}]",)
    return steps


def _better(
    best: tuple[int, int] | None, here: tuple[str, ...], wanted: tuple[str, ...], line: int
) -> tuple[int, int] | None:
    """What lies nearer to the wanted entry; of two alike the first."""
    if here != wanted[: len(here)]:
        return best
    return (len(here), line) if best is None or len(here) > best[0] else best
