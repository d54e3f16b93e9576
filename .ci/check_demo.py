"""Judge the answer of `tera demo --headless --json` on standard input; exit 1 if anything is amiss."""

import json
import sys
from pathlib import Path
from typing import Any


def faults(answer: dict[str, Any]) -> list[str]:
    """Return what is wrong, one sentence each."""
    found = []
    if answer["outcome"] not in {"conforms", "does_not_conform"}:
        found.append(f"The verdict is {answer['outcome']!r}.")
    if not answer["points"]:
        found.append("No point was measured.")
    if answer["training"] is not True:
        found.append("A record made on twins is not marked as training.")
    if answer["registry"]["state"] != "diterima" or answer["registry"]["proof_verified"] is not True:
        found.append(f"The registry's receipt was not proved: {answer['registry']}.")
    found += [f"No {kind} at {name}." for kind, name in answer["files"].items() if not Path(name).is_file()]
    return found


def main() -> int:
    """Read, judge, tell."""
    answer = json.load(sys.stdin)
    found = faults(answer)
    for fault in found:
        sys.stderr.write(f"{fault}\n")
    sys.stdout.write(f"{answer['record']}: {answer['outcome']}, {len(answer['points'])} points\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
