"""A few of the random kills; a thousand with `python -m tests.bench.random_kills 1000`."""

import os
import subprocess
import sys

import pytest

from tests.bench.forked import ENVIRONMENT, ROOT
from tests.extent import EVERY

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only on systems with /proc and fork"),
    pytest.mark.timeout(1800),
]
TRIALS = "500" if os.environ.get("TERA_LONG") == "1" else "4" if EVERY else "2"


@pytest.mark.parametrize("disk", ["plain", "lossy"])
def test_a_run_killed_at_a_random_moment_keeps_what_it_acknowledged_and_ends_with_the_same_verdict(disk):
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.random_kills", TRIALS, "--disk", disk, "--jobs", "1"],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{TRIALS} kills on the {disk} disk, 0 broken" in done.stdout
