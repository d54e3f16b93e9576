"""The serial ports of this computer and what is plugged into them; none is opened, nothing is sent."""

from collections.abc import Callable, Iterable

import msgspec
from serial.tools.list_ports import comports
from serial.tools.list_ports_common import ListPortInfo


class Port(msgspec.Struct, frozen=True):
    """One port, as the system tells it."""

    address: str
    """what is written as `port` in the laboratory file"""
    what: str = ""
    """the adapter, as its maker calls it; empty when the system does not know"""
    maker: str = ""
    serial_number: str = ""
    """the adapter's, not the instrument's"""
    usb: str = ""
    """vendor and product, hexadecimal: `0403:6001`"""

    @property
    def plugged(self) -> bool:
        """Whether the system knows what is there; a bare socket of the main board says nothing."""
        return bool(self.usb or self.what)


def ports(find: Callable[[], Iterable[ListPortInfo]] = comports) -> list[Port]:
    """All ports, those with a known adapter first."""
    found = [
        Port(
            address=one.device,
            what=_known(one.product or one.description),
            maker=_known(one.manufacturer),
            serial_number=_known(one.serial_number),
            usb=f"{one.vid:04x}:{one.pid:04x}" if one.vid is not None and one.pid is not None else "",
        )
        for one in find()
    ]
    return sorted(found, key=lambda port: (not port.plugged, port.address))


def _known(text: str | None) -> str:
    """What the system says, where it says anything."""
    return "" if text in (None, "n/a") else str(text)
