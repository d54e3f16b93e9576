"""What a made-up or damaged file makes its reader raise: told as the file's fault, not as the program's."""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from drivers.errors import PlainError

MISFITS: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    msgspec.MsgspecError,
    struct.error,
)
"""all that reading content of a wrong shape, type, size or depth can raise, besides a PlainError"""
_DEEPEST: Final = 50
"""nobody writes content of so many levels"""


@contextmanager
def told_as(unsound: Callable[[str], PlainError]) -> Iterator[None]:
    """Turn a misfit of content that was only read here into `unsound(why)`."""
    try:
        yield
    except MISFITS as misfit:
        raise unsound(f"it cannot be read ({str(misfit) or type(misfit).__name__})") from None


def check_depth(*contents: Any) -> None:
    """Refuse lists and tables nested deeper than any program must follow them.

    How deep JSON may be that Python still reads differs from release to release, and a record must be sound
    everywhere or nowhere.

    Raises:
        ValueError: they are nested too deeply.
    """
    level: list[Any] = list(contents)
    for _ in range(_DEEPEST):
        level = [inner for one in level if isinstance(one, dict | list | tuple) for inner in _within(one)]
        if not level:
            return
    raise ValueError("it is nested too deeply")


def _within(one: dict[Any, Any] | Sequence[Any]) -> Iterable[Any]:
    return one.values() if isinstance(one, dict) else one
