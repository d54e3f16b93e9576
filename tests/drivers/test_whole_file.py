"""A file is read whole or not at all, and never more of it than such a file can have."""

import os
from pathlib import Path

import pytest

from drivers.whole_file import NoFileError, TooLargeError, read_bytes

MOST = 100


@pytest.mark.parametrize("size", [0, 1, 99, 100])
def test_a_file_is_read_whole(tmp_path: Path, size: int):
    path = tmp_path / "file"
    path.write_bytes(bytes(range(size)))
    assert read_bytes(path, most=MOST) == bytes(range(size))


def test_a_file_that_is_larger_is_refused(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(bytes(MOST + 1))
    with pytest.raises(TooLargeError):
        read_bytes(path, most=MOST)


ENDLESS = Path("/proc/self/maps")
"""says of itself that it is empty, as a file does that is longer by the time it is read"""


@pytest.mark.skipif(not ENDLESS.exists(), reason="this system has no such file")
def test_a_file_that_is_longer_than_it_said_is_read_whole_and_no_further_than_it_may_be():
    assert ENDLESS.stat().st_size == 0
    assert read_bytes(ENDLESS, most=10_000_000).endswith(b"\n")
    with pytest.raises(TooLargeError):
        read_bytes(ENDLESS, most=MOST)


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path):
    with pytest.raises(IsADirectoryError if os.name == "posix" else OSError):
        read_bytes(tmp_path, most=1_000_000)
    with pytest.raises(IsADirectoryError if os.name == "posix" else OSError):
        read_bytes(tmp_path, most=1)  # however large it says that it is
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(NoFileError):
            read_bytes(tmp_path / "pipe", most=MOST)
