"""Ports are listed with what is plugged in, and none is opened."""

from serial.tools.list_ports_common import ListPortInfo

from drivers.transports.ports import Port, ports


def system(device, **known):
    """A port as the operating system tells it."""
    info = ListPortInfo(device)
    for name, value in known.items():
        setattr(info, name, value)
    return info


ADAPTER = system(
    "/dev/ttyUSB0", description="FT232R USB UART", product="FT232R USB UART", manufacturer="FTDI",
    serial_number="A10K", vid=0x0403, pid=0x6001,
)  # fmt: skip
BARE = system("/dev/ttyS0")


def test_an_adapter_is_named_and_comes_first():
    assert ports(lambda: [BARE, ADAPTER]) == [
        Port("/dev/ttyUSB0", "FT232R USB UART", "FTDI", "A10K", "0403:6001"),
        Port("/dev/ttyS0"),
    ]


def test_what_the_system_does_not_know_is_left_empty():
    (port,) = ports(lambda: [BARE])
    assert not port.plugged
    assert port.what == port.maker == port.usb == ""


def test_the_real_system_can_be_asked():
    assert all(isinstance(port, Port) for port in ports())
