r"""Bytes as a technician types them in a driver file: `'ST,\x02\r\n'`, and back.

TOML literal strings keep the backslashes, so the escapes are read here: `\r`, `\n`, `\t`, `\\` and `\xHH`.
"""

import re
from typing import Final

PRINTABLE: Final = range(0x20, 0x7F)
"""the characters of ASCII that can be seen, the blank too"""

_NAMED: Final = {"\\r": 0x0D, "\\n": 0x0A, "\\t": 0x09, "\\\\": 0x5C}
_NAMES: Final = {value: name for name, value in _NAMED.items()}
_TOKEN: Final = re.compile(r"\\x[0-9A-Fa-f]{2}|\\.|[^\\]|\\$", re.DOTALL)


def typed_to_bytes(text: str) -> bytes:
    r"""The bytes meant by `text`.

    >>> typed_to_bytes(r'\x02A\r')
    b'\x02A\r'

    Raises:
        ValueError: an escape that does not exist, or a character that is no byte.
    """
    out = bytearray()
    for token in _TOKEN.findall(text):
        if token in _NAMED:
            out.append(_NAMED[token])
        elif token.startswith("\\x") and len(token) == len(r"\xHH"):
            out += bytes.fromhex(token[2:])
        elif token.startswith("\\"):
            raise ValueError(rf"{token} is no escape; write \r \n \t \\ or \xHH")
        elif ord(token) > 0xFF:  # noqa: PLR2004 - the largest byte
            raise ValueError(rf"{token!r} is not one byte; write it as \xHH")
        else:
            out.append(ord(token))
    return bytes(out)


def bytes_to_typed(data: bytes) -> str:
    r"""How `data` is typed in a driver file.

    >>> print(bytes_to_typed(b'\x02A\r'))
    \x02A\r
    """
    return "".join(
        _NAMES.get(byte) or (chr(byte) if byte in PRINTABLE else f"\\x{byte:02X}") for byte in data
    )
