"""Files are written whole: who reads or writes the same one meanwhile finds one content or another."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from results import storage
from results.errors import StorageError
from results.storage import clear_unfinished, replace_file, write_once

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


class Killed(BaseException):
    """The program ends here."""


def aged(path, hours):
    at = (datetime.now(UTC) - timedelta(hours=hours)).timestamp()
    os.utime(path, (at, at), follow_symlinks=False)
    return path


def test_what_a_killed_writing_left_is_taken_away_when_it_is_old(tmp_path, monkeypatch):
    class Dying:
        """The part of `os` that writes: the first sync is the last thing that happens."""

        O_RDONLY, open, name = os.O_RDONLY, staticmethod(os.open), os.name

        def fsync(self, _):
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(storage, "os", Dying())
        with pytest.raises(Killed):
            write_once(tmp_path / "officer-ani.pem", b"x", private=True)
    (left,) = tmp_path.iterdir()
    clear_unfinished((tmp_path, tmp_path / "no such folder"), now=datetime.now(UTC))
    assert left.exists(), "another program may be writing it"
    clear_unfinished((tmp_path,), now=datetime.now(UTC) - timedelta(days=1))
    assert left.exists(), "a clock that is behind takes nothing away"
    aged(left, 2)
    clear_unfinished((tmp_path,), now=datetime.now(UTC))
    assert list(tmp_path.iterdir()) == []


def test_nothing_else_is_taken_away_however_old(tmp_path):
    folder = tmp_path / "records"
    (folder / "000001.h5.01234567.part").mkdir(parents=True)
    names = (
        "000001.h5",
        "film.part",
        "000001.h5.part",
        "000001.h5.0123456x.part",
        "000001.h5.01234567.part2",
    )
    for name in (*names, "elsewhere"):
        (folder / name).write_bytes(b"x")
        aged(folder / name, 99)
    (folder / "000002.h5.89abcdef.part").symlink_to(folder / "elsewhere")
    aged(folder / "000002.h5.89abcdef.part", 99)
    before = sorted(folder.iterdir())
    clear_unfinished((tmp_path, folder), now=datetime.now(UTC))
    assert sorted(folder.iterdir()) == before
