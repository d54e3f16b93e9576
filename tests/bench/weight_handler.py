"""An operator program over JSON lines: moves loads on the scale process, answers questions, and nothing else.

Usage: weight_handler.py CONTROL_PORT [LOG]  → every prompt that was answered is a line of LOG.
"""

import json
import socket
import sys
from pathlib import Path


def main(port: str, log: str | None = None) -> None:
    with socket.create_connection(("127.0.0.1", int(port))) as control:
        hands = control.makefile("rw")
        for line in sys.stdin:
            prompt = json.loads(line)
            if prompt["kind"] == "instruct":
                hands.write(line)
                hands.flush()
                hands.readline()
            if log:
                with Path(log).open("a", encoding="utf-8") as kept:
                    kept.write(prompt["id"] + "\n")
            answer = {"inspect": "conforms", "choose": (prompt["choices"] or [""])[-1]}.get(
                prompt["action"], "done"
            )
            print(json.dumps({"id": prompt["id"], "answer": answer}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
