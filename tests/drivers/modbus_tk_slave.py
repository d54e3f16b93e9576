"""Slaves by another maker (modbus-tk) on one serial line: every register holds its address plus 1000 a unit.

    python tests/drivers/modbus_tk_slave.py PORT UNIT...

The first registers hold their bare address on every unit, for the proof in the driver file.
"""

import logging
import sys
import threading
import warnings

import serial

logging.disable()  # it complains of spoiled requests, which are what it is here for
warnings.simplefilter("ignore")  # modbus-tk calls what Python has renamed

from modbus_tk import defines, modbus_rtu  # noqa: E402 -- its import warns as well

PROVED = 99
"""registers below this hold their address on every unit"""
SHIFT = 1000


def main() -> None:
    line = serial.Serial(sys.argv[1], 115200, timeout=0.01)
    slaves = modbus_rtu.RtuServer(line)
    for unit in map(int, sys.argv[2:]):
        slave = slaves.add_slave(unit)
        slave.add_block("registers", defines.HOLDING_REGISTERS, 0, 1000)
        slave.set_values(
            "registers", 0, [at if at < PROVED else (at + SHIFT * unit) & 0xFFFF for at in range(1000)]
        )
    slaves.start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
