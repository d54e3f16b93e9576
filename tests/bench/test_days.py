"""Seeded days on the simulated bench: a few here, thousands with `python -m tests.bench.days`."""

import os
import sys

import pytest

from tests.bench.days import one_day, told
from tests.bench.simulated_bench import prepare

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only on systems with /proc"),
    pytest.mark.timeout(600),
]
DAYS = 200 if os.environ.get("TERA_LONG") == "1" else 4


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    prepare(folder)
    return folder


@pytest.mark.parametrize("seed", range(1, DAYS + 1))
def test_whatever_happens_in_a_day_nothing_acknowledged_is_lost_and_nothing_passes_that_should_not(
    template, seed
):
    assert one_day(template, seed)["runs"] > 0


def test_a_seed_gives_the_same_day_again(template):
    assert one_day(template, 5) == one_day(template, 5)


def test_a_disk_that_lies_about_its_syncs_is_noticed_by_these_checks(template):
    """Were it not, the checks above could not fail."""
    found = []
    for seed in range(40):
        _, outcome = told(template, seed, lying=True)
        if isinstance(outcome, str):
            found.append(outcome)
            break
    assert found
