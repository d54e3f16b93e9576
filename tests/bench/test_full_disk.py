"""A full disk is told as one, with one exit code, wherever it is met: behind a file or behind the output."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli.exit_code import code_of
from bench.errors import unwritable
from bench.validation import whole
from results.errors import StorageError
from results.storage import plain_faults

SEALED = str(Path(whole.__file__).parents[1] / "golden/records/conforms/L-000001.tera.json")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
@pytest.mark.parametrize(
    "command", [("record", "show", SEALED), ("record", "export", SEALED, "--keys", str(Path(SEALED).parent))]
)
def test_a_full_disk_behind_the_output_is_told_as_such(tmp_path, command):
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-m", "bench", *command, "--lab", str(tmp_path)]
        told = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (told.returncode, "disk penuh" in told.stderr) == (3, True), told.stderr
    assert "tak terduga" not in told.stderr


def test_a_full_disk_has_one_exit_code(tmp_path):
    full = OSError(errno.ENOSPC, "No space left on device")
    assert code_of(unwritable(tmp_path, full)) == 3
    assert code_of(unwritable(tmp_path, PermissionError(errno.EACCES, "Permission denied"))) == 2
    with pytest.raises(StorageError) as told, plain_faults(tmp_path):
        raise full
    assert code_of(told.value) == 3
