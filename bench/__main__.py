"""The command `tera`: runs one command line and gives its exit code."""

import sys
from collections.abc import Sequence

from bench.cli.entry import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit code."""
    return run(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
