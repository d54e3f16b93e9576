"""What several tests of this folder stand on."""

import sys

import pytest


@pytest.fixture
def hasty_threads():
    """Threads take turns as often as they can."""
    every_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(every_s)
