"""A disk with a cache that can be lost: real files, of which only what was synced is sure to stay.

An SQLite VFS. Writes go to memory, as into the cache of an operating system; a sync brings them into the real
file. Losing power drops what was not synced, or lets some of it through in another order, torn at sectors.
Real SIGKILL of a process that uses it is a loss of power too: the cache dies with the process.
"""

import random
import threading
from collections.abc import Callable
from pathlib import Path

import apsw

SECTOR = 512
BELOW = apsw.vfs_names()[0]
"""the system's own files"""


class LossyDisk(apsw.VFS):
    """Files by path; several connections of one process see one cache."""

    def __init__(
        self, name: str, seed: int, *, early: float = 0.0, tick: Callable[[], None] = lambda: None
    ) -> None:
        """Become a VFS of SQLite under `name`.

        Args:
            name: as in `vfs=name`.
            seed: of what a loss of power does.
            early: share of the writes of which a piece reaches the disk before any sync asks for it.
            tick: called at every write and sync, before and after it; may raise.
        """
        self.name = name
        self.chance = random.Random(seed)  # noqa: S311 -- reproducible, no secret
        self.early = early
        self.tick = tick
        self.fault = ""
        """`full`, `sync` or `write`: how the disk refuses from now on"""
        self.dead = False
        self.lying = False
        """a sync is acknowledged and not done: no program can survive this disk"""
        self._cached: dict[str, _Cached] = {}
        self._guard = threading.RLock()
        super().__init__(name, BELOW)

    def xOpen(self, name, flags):  # noqa: N802 -- SQLite's name
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        return _File(self, path, name, flags)

    def xDelete(self, filename, syncdir):  # noqa: N802 -- SQLite's name
        self.check()
        with self._guard:
            self._cached.pop(str(filename), None)
        super().xDelete(filename, syncdir)

    def excepthook(self, *_) -> None:
        """SQLite goes its own way after a refusal; what matters is raised where it was called."""

    def check(self) -> None:
        """Nothing goes to or comes from a disk without power."""
        if self.dead:
            raise apsw.IOError

    def cached(self, path: str) -> "_Cached":
        with self._guard:
            if path not in self._cached:
                self._cached[path] = _Cached(Path(path))
            return self._cached[path]

    def lose_power(self, *, all_kept: bool = False) -> None:
        """Nothing more reaches the files.

        Args:
            all_kept: only the program was killed; the operating system writes its cache in its own time.
        """
        with self._guard:
            for cached in self._cached.values():
                cached.settle(self.chance, all_kept=all_kept)
            self._cached.clear()
            self.dead = True

    def power_on(self) -> None:
        """The computer starts again; every file holds what reached the disk."""
        with self._guard:
            self._cached.clear()
            self.dead, self.fault = False, ""


class _Cached:
    """One file: how programs see it, and the writes that the disk has not been told to keep."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.view = bytearray(path.read_bytes()) if path.exists() else bytearray()
        self.pending: list[tuple[int, bytes] | int] = []
        """a write at an offset, or the size to which it is cut"""

    def write(self, data: bytes, offset: int) -> None:
        if len(self.view) < offset:
            self.view.extend(bytes(offset - len(self.view)))
        self.view[offset : offset + len(data)] = data
        self.pending.append((offset, data))

    def truncate(self, size: int) -> None:
        del self.view[size:]
        self.pending.append(size)

    def sync(self) -> None:
        self._apply(self.pending)
        self.pending.clear()

    def leak(self, chance: random.Random) -> None:
        """The disk writes a piece of something before it was asked."""
        if self.pending:
            self._apply([_torn(chance.choice(self.pending), chance)])

    def settle(self, chance: random.Random, *, all_kept: bool) -> None:
        if not all_kept:
            self.pending = [
                _torn(one, chance) for one in self.pending if chance.random() < chance.choice((0, 0, 0.5))
            ]
            chance.shuffle(self.pending)
        if self.path.exists():
            self._apply(self.pending)

    def _apply(self, changes) -> None:
        if not changes:
            return
        with self.path.open("r+b") as file:
            for change in changes:
                if isinstance(change, int):
                    file.truncate(change)
                else:
                    file.seek(change[0])
                    file.write(change[1])


def _torn(change, chance: random.Random):
    """Whole sectors from the beginning of a write; what is smaller is written or not."""
    if isinstance(change, int) or len(change[1]) <= SECTOR:
        return change
    offset, data = change
    return offset, data[: SECTOR * chance.randint(1, len(data) // SECTOR)]


class _File(apsw.VFSFile):
    def __init__(self, disk: LossyDisk, path: str | None, name, flags) -> None:
        super().__init__(BELOW, name, flags)
        self._disk = disk
        self._path = path
        self._gone = path is None or bool(flags[0] & apsw.SQLITE_OPEN_DELETEONCLOSE)

    def excepthook(self, *_) -> None:
        """See `LossyDisk.excepthook`."""

    @property
    def _cached(self):
        return self._disk.cached(self._path)

    def xRead(self, amount, offset):  # noqa: N802 -- SQLite's name
        self._disk.check()
        if self._gone:
            return super().xRead(amount, offset)
        return bytes(self._cached.view[offset : offset + amount])

    def xWrite(self, data, offset):  # noqa: N802 -- SQLite's name
        disk = self._disk
        disk.check()
        if disk.fault == "full":
            raise apsw.FullError
        if disk.fault == "write":
            raise apsw.IOError
        if self._gone:
            super().xWrite(data, offset)
            return
        disk.tick()
        self._cached.write(bytes(data), offset)
        if disk.early and disk.chance.random() < disk.early:
            self._cached.leak(disk.chance)
        disk.tick()

    def xSync(self, flags):  # noqa: N802 -- SQLite's name
        disk = self._disk
        disk.check()
        if disk.fault == "sync":
            # What a failed sync did to the disk nobody knows: some of it was written, and the cache is clean.
            cached = self._cached
            cached.settle(disk.chance, all_kept=False)
            cached.pending.clear()
            raise apsw.IOError
        disk.tick()
        if not self._gone and not disk.lying:
            self._cached.sync()
        disk.tick()

    def xTruncate(self, size):  # noqa: N802 -- SQLite's name
        self._disk.check()
        if self._gone:
            super().xTruncate(size)
        else:
            self._cached.truncate(size)

    def xFileSize(self):  # noqa: N802 -- SQLite's name
        self._disk.check()
        return super().xFileSize() if self._gone else len(self._cached.view)
