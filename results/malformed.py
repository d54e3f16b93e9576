"""What a made-up or damaged file makes its reader raise: told as the file's fault, not as the program's."""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

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


@contextmanager
def told_as(unsound: Callable[[str], PlainError]) -> Iterator[None]:
    """Turn a misfit of content that was only read here into `unsound(why)`."""
    try:
        yield
    except MISFITS as misfit:
        raise unsound(f"it cannot be read ({str(misfit) or type(misfit).__name__})") from None
