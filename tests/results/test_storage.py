"""Files are written whole: who reads or writes the same one meanwhile finds one content or another."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from results.errors import StorageError
from results.storage import replace_file, write_once

CONTENTS = [bytes([65 + count]) * 100_000 for count in range(4)]


def test_of_several_that_write_one_file_at_once_each_puts_it_there_whole(tmp_path):
    """As when the screens and `tera push --watch` deliver the same record."""
    path = tmp_path / "000001.pdf"
    replace_file(path, CONTENTS[0])

    def write(count: int) -> None:
        replace_file(path, CONTENTS[count % len(CONTENTS)])
        assert path.read_bytes() in CONTENTS

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(200)))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "000001.pdf"  # no file takes the name of a folder
    (folder / "x").mkdir(parents=True)
    with pytest.raises(StorageError):
        replace_file(folder, b"x")
    assert [file.name for file in tmp_path.iterdir()] == [folder.name]


def test_a_file_that_is_there_is_never_written_over(tmp_path):
    path = tmp_path / "000001.h5"
    write_once(path, b"one")
    write_once(path, b"one")
    with pytest.raises(StorageError):
        write_once(path, b"two")
    assert path.read_bytes() == b"one"
