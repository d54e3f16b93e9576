"""What pyserial's faults mean to a technician; the operating systems say the same thing in different ways."""

import errno
import sys
from typing import Final

import serial

from drivers.errors import LinkLostError
from drivers.transports import holds_account

if sys.platform == "win32":
    PORT_FAULTS: Final[tuple[type[Exception], ...]] = (OSError, TypeError, ValueError)
else:
    import termios

    # pyserial lets TypeError through when a port is closed under a read, and termios.error when the
    # hardware refuses the settings
    PORT_FAULTS: Final[tuple[type[Exception], ...]] = (OSError, TypeError, ValueError, termios.error)

CLOSED: Final = serial.SerialException("closed by this program")

_NETWORKS: Final = ("socket", "rfc2217")
_PORTS: Final = range(1, 1 << 16)
_IN_USE: Final = {errno.EAGAIN, errno.EBUSY}
_FORBIDDEN: Final = {errno.EACCES, errno.EPERM}
_MISSING: Final = {errno.ENOENT, errno.ENODEV, errno.ENXIO}


def no_address(address: str) -> LinkLostError | None:
    """The sentence for an address that cannot be one, however the cables run; None for any other."""
    scheme, separator, rest = address.partition("://")
    if holds_account(address):
        return LinkLostError(
            "link.account",
            "The address {port} was given with a name or a password.",
            "Write it without them, as in socket://host:port: it stands in records and messages.",
            port=f"{scheme}://{rest.rpartition('@')[2]}",
        )
    if not address.strip():
        return _misspelt(address)
    if separator and scheme.lower() in _NETWORKS:
        host, colon, number = rest.partition("?")[0].partition("/")[0].rpartition(":")
        if not (host and colon and number.isdecimal() and int(number) in _PORTS):
            return _misspelt(address)
    return None


def _misspelt(address: str) -> LinkLostError:
    return LinkLostError(
        "link.address",
        "{port} is no address of a port.",
        "Write COM3, /dev/ttyUSB0, socket://host:port, rfc2217://host:port or tcp://host:port.",
        port=address or "''",
    )


def cannot_open(address: str, fault: Exception) -> LinkLostError:
    """The sentence for a port that could not be opened."""
    number, text = _number(fault), str(fault)
    on_windows = sys.platform == "win32"
    no_host_or_port = isinstance(fault, UnicodeError | OverflowError)
    if no_host_or_port or ("protocol" in text and isinstance(fault, ValueError)):
        return _misspelt(address)
    if number in _IN_USE or (on_windows and "PermissionError" in text):
        return LinkLostError(
            "link.in_use",
            "{port} is in use by another program.",
            "Close the other program or the other window of this bench, then try again.",
            port=address,
        )
    if number in _FORBIDDEN:
        return LinkLostError(
            "link.permission",
            "{port} may not be used by this user.",
            "Add the user to the group that owns serial ports (often dialout) and log in again.",
            port=address,
        )
    if number in _MISSING or (on_windows and "FileNotFoundError" in text):
        return LinkLostError(
            "link.missing",
            "{port} is not there.",
            "Plug the cable in and check the name of the port.",
            port=address,
        )
    if "://" in address:
        return LinkLostError(
            "link.unreachable",
            "{port} does not accept a connection: {detail}.",
            "Check that the device server is on, and its address, port number and network cable.",
            port=address,
            detail=text,
        )
    return LinkLostError(
        "link.refused",
        "{port} could not be opened: {detail}.",
        "Check that this is a serial port and that it supports the line settings.",
        port=address,
        detail=text,
    )


def lost(address: str, fault: Exception) -> LinkLostError:
    """The sentence for a line that was open and is gone."""
    return LinkLostError(
        "link.lost",
        "{port} is gone.",
        "Check the cable and the power of the instrument; the bench connects again by itself.",
        port=address,
        detail=str(fault),
    )


def closed(address: str) -> LinkLostError:
    """The sentence for a line that this program has not opened, or has given back."""
    return lost(address, CLOSED)


def blocked(address: str, flow: str) -> LinkLostError:
    """The sentence for a line whose handshake never lets bytes out."""
    return LinkLostError(
        "link.blocked",
        "{port} lets nothing out; its flow control is {flow}.",
        "Set the same flow control on the instrument and in its driver, or check the handshake wires.",
        port=address,
        flow=flow,
    )


def _number(fault: BaseException | None) -> int | None:
    while fault is not None:
        if isinstance(fault, OSError) and fault.errno is not None:
            return fault.errno
        fault = fault.__context__
    return None
