"""Programs that the rights of files bind, also where the tests are run by root, whom they do not bind."""

import os
import shutil
import subprocess
import sys

import pytest

_BOUND = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override", "--")


def bound(*arguments: str) -> subprocess.CompletedProcess:
    """Run Python with these arguments, and be bound by what the files' rights say."""
    if sys.platform == "win32":
        pytest.skip("the rights of a folder say something else there")
    root = os.geteuid() == 0
    if root and (
        shutil.which("setpriv") is None or subprocess.run([*_BOUND, "true"], check=False).returncode
    ):
        pytest.skip("root cannot give up its rights here")
    command = [*(_BOUND if root else ()), sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)
