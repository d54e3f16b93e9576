"""Masters that nobody here wrote read our twins: libmodbus, pymodbus and modbus-tk, on a line and over TCP.

mbpoll, minimalmodbus and pyModbusTCP do so in `test_register_twin`.
"""

import asyncio
import sys

import pytest

from drivers.clock import SystemClock

if sys.platform == "win32":
    pytest.skip("only on POSIX there are pseudo-terminals", allow_module_level=True)

from drivers.twins.line import TcpLine, pty_line
from drivers.twins.register_twin import RegisterTwin
from drivers.twins.scenario import Scenario, Story
from tests.drivers.modbus_peers import modbus_master, slave_driver

__all__ = ["modbus_master"]
LINES = {"RTU on a pseudo-terminal": False, "Modbus TCP": True}
SCENARIO = Scenario(quantity={"first": Story(start=str(100 << 16 | 101))})


def asked(tcp, read):
    """What a foreign master makes of a twin that holds 100 and 101."""

    async def story():
        line = TcpLine() if tcp else pty_line()
        twin = RegisterTwin(slave_driver(unit=3), SystemClock(), line, tcp=tcp, unit=3, scenario=SCENARIO)
        await twin.start()
        try:
            return await read(twin.address.partition("?")[0])
        finally:
            await twin.close()

    return asyncio.run(story())


async def said(*command):
    words = [str(word) for word in command]
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, error = await process.communicate()
    assert process.returncode == 0, error.decode()
    return out.decode()


def tcp_port(address):
    return int(address.rpartition(":")[2])


@pytest.mark.parametrize("line", LINES)
def test_libmodbus_reads_a_twin_many_times(line, modbus_master):
    tcp = LINES[line]

    async def read(address):
        port = tcp_port(address) if tcp else address
        return await said(modbus_master, port, 115200, 3, 100, 2, 50)

    first, *times = asked(tcp, read).splitlines()
    assert first.split() == ["100", "101"]
    assert len(times) == 50


@pytest.mark.parametrize("line", LINES)
def test_pymodbus_reads_a_twin_and_is_refused_what_the_map_does_not_have(line):
    clients = pytest.importorskip("pymodbus.client", reason="pymodbus is not installed")
    tcp = LINES[line]

    async def read(address):
        client = (
            clients.AsyncModbusTcpClient("127.0.0.1", port=tcp_port(address), timeout=5, retries=0)
            if tcp
            else clients.AsyncModbusSerialClient(address, baudrate=115200, timeout=5, retries=0)
        )
        assert await client.connect()
        try:
            good = await client.read_holding_registers(100, count=2, device_id=3)
            bad = await client.read_holding_registers(4000, count=2, device_id=3)
            return good.registers, bad.exception_code
        finally:
            client.close()

    assert asked(tcp, read) == ([100, 101], 2)


MODBUS_TK = """
import sys, warnings
warnings.simplefilter("ignore")
import serial
from modbus_tk import defines, modbus_rtu, modbus_tcp
kind, where = sys.argv[1:]
if kind == "tcp":
    master = modbus_tcp.TcpMaster("127.0.0.1", int(where))
else:
    master = modbus_rtu.RtuMaster(serial.Serial(where, 115200))
master.set_timeout(5.0)
print(*master.execute(3, defines.READ_HOLDING_REGISTERS, 100, 2))
"""


@pytest.mark.parametrize("line", LINES)
def test_modbus_tk_reads_a_twin(line):
    pytest.importorskip("modbus_tk", reason="modbus-tk is not installed")
    tcp = LINES[line]

    async def read(address):
        where = tcp_port(address) if tcp else address
        return await said(sys.executable, "-c", MODBUS_TK, "tcp" if tcp else "rtu", where)

    assert asked(tcp, read).split() == ["100", "101"]
