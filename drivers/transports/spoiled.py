"""Characters that came spoiled: with a wrong parity or without their stop bit, as the system's driver saw it.

Most scales protect what they send by parity and nothing else. A system that is not asked hands a spoiled
character on as a good one, and a 6 that was a 4 weighs two kilograms more. POSIX marks it when asked: FFh 00h
and the character stand in its place, and a good FFh comes twice (IEEE Std 1003.1, 11.2.2: INPCK and PARMRK).
"""

from typing import Final

from drivers.protocols.line_signs import SPOILED

_MARK: Final = 0xFF
_SPOILED_FOLLOWS: Final = 0x00
_WHOLE: Final = 3
"""bytes of a mark with the character that it stands before"""


class Marks:
    """Takes bytes as a marking system gives them, and hands on what the line brought."""

    def __init__(self) -> None:
        """Begin with an empty line."""
        self._begun = b""
        """a mark of which the rest was not read yet"""

    def taken_off(self, data: bytes) -> bytes:
        """The line's bytes; it may be nothing yet, where `data` ends inside a mark.

        >>> Marks().taken_off(bytes.fromhex("31 FF 00 B2 33 FF FF")).hex(" ")
        '31 ff ff 33 ff'
        """
        if not self._begun and _MARK not in data:
            return data
        data, line, at = self._begun + data, bytearray(), 0
        while (mark := data.find(_MARK, at)) >= 0:
            line += data[at:mark]
            at = mark
            following = data[mark + 1 : mark + _WHOLE]
            if following[:1] == b"\xff":
                line.append(_MARK)
                at += 2
            elif following[:1] not in (b"", bytes((_SPOILED_FOLLOWS,))):
                line += SPOILED  # no system marks so: what this was is not known
                at += 1
            elif len(following) == _WHOLE - 1:
                line += SPOILED
                at += _WHOLE
            else:
                self._begun = data[mark:]
                return bytes(line)
        self._begun = b""
        return bytes(line + data[at:])
