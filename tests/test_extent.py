"""What is left out of a day's tests, and what never is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TABLE = """
import pytest

@pytest.mark.one_in(5)
@pytest.mark.parametrize("case", range(20))
def test_table(case):
    assert case < 0
"""


@pytest.fixture
def failed(tmp_path):
    """Runs a table of twenty failing cases with some words, and tells how many failed."""
    (tmp_path / "conftest.py").write_text(
        "from tests.conftest import pytest_collection_modifyitems, pytest_configure\n"
    )
    (tmp_path / "test_table.py").write_text(TABLE)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("TERA_", "PYTEST_"))
    }

    def run(*words: str, **more: str) -> int:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", *words],
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(ROOT)} | more,
            capture_output=True,
            text=True,
            check=False,
        )
        return sum(line.startswith("FAILED") for line in done.stdout.splitlines())

    return run


def test_of_a_long_table_a_day_runs_a_part_and_ci_all(failed):
    assert (failed(), failed(TERA_CI="1"), failed(TERA_LONG="1")) == (4, 20, 20)
    assert failed("-p", "no:cacheprovider") == 4  # which remembers no failures


def test_every_case_that_failed_is_run_again(failed):
    first = failed()
    assert failed("--last-failed") == first


def test_a_case_that_is_named_is_run(failed):
    assert failed("test_table.py::test_table") == 20
