"""A scale in a process of its own: its indicator on a serial line, its receptor behind a control port.

Usage: scale_process.py DRIVER pty|tcp PACE [drifting]  → prints `<line address> <control port>`; obeys JSON.
"""

import asyncio
import json
import sys
from decimal import Decimal

from drivers import catalogue
from drivers.clock import PacedClock
from drivers.quantity import Quantity
from drivers.twins.line import TcpLine, pty_line
from drivers.twins.settings import TwinSettings
from drivers.twins.twin import Twin


async def main(driver: str, kind: str, pace: str, fault: str = "") -> None:
    settings = TwinSettings(
        max=Quantity.parse("15 kg"),
        d=Quantity.parse("5 g"),
        gain_error=Decimal("0.0004"),
        drift_d_per_s=Decimal(5 if fault == "drifting" else 0),
        settling_s=Decimal("0.05"),
        steady_s=Decimal("0.1"),
    )
    line = pty_line() if kind == "pty" else TcpLine()
    twin = Twin(catalogue.load(driver), settings, PacedClock(float(pace)), line)
    await twin.start()

    async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        standing: tuple[Quantity, str] | None = None
        while order := await reader.readline():
            wanted = json.loads(order)
            match wanted["action"]:
                case "place_load":
                    standing = quantity(wanted["load"]), wanted["position"]
                    twin.place(*standing)
                case "remove_load":
                    standing = None
                    twin.remove()
                case "add_small_weights":
                    twin.add(quantity(wanted["step"]))
                case "remove_small_weights":
                    twin.remove_small()
                case "set_zero":
                    twin.remove()
                    await pressed(twin.zero)
                case "set_tare":
                    twin.place(quantity(wanted["load"]))
                    await pressed(twin.tare)
                case "clear_tare":
                    twin.remove()
                    twin.clear_tare()
            writer.write(b"done\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(obey, "127.0.0.1", 0)
    print(twin.address, server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


def quantity(written: dict[str, str]) -> Quantity:
    return Quantity(written["value"], written["unit"])


async def pressed(key: object) -> None:
    for _ in range(40):
        if key():
            return
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
