"""The command `tera`: runs one command line and gives its exit code."""

import os
import sys
from collections.abc import Sequence

from bench.cli.entry import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit code."""
    # No matrix here is large: the threads for such would spin a fifth of a second at each start, no more.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return run(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
