"""What a registry is told at its start."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from drivers.clock import Clock, SystemClock
from results.errors import RecordError
from results.keys import FileKey, is_lost
from results.receipt import is_public_address
from results.registry.admission import MAXIMUM_BYTES

KEY_FILE: Final = "registry.pem"
"""in the folder of every registry, whatever its database"""
_BEGUN_FILE: Final = "registry.begun"
"""beside it, once the log has begun"""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One registry."""

    database: str
    """`sqlite:///path/registry.db` or `postgresql://…`"""
    key: FileKey
    """signs the checkpoints"""
    base_url: str
    """public address, as in the QR codes"""
    origin: str = "tera-registry/log"
    """name of the log, for ever; no spaces, no plus signs"""
    begun: Path | None = None
    """a file that says that the log has begun, apart from the database: its key begins no second one"""
    training: bool = False
    """take training records, and only those"""
    clock: Clock = field(default_factory=SystemClock)
    maximum_bytes: int = MAXIMUM_BYTES
    burst: int = 60
    """pages that one address may open at once"""
    per_second: float = 2.0
    """pages a second that it may open from then on"""
    floor_s: float = 0.05
    """no answer about a code comes sooner, so that time does not tell whether the code exists"""

    @classmethod
    def in_folder(
        cls,
        folder: Path,
        *,
        base_url: str,
        database: str | None = None,
        training: bool = False,
        clock: Clock | None = None,
    ) -> Self:
        """Keep the key, and the SQLite file when no other database is named, in a folder; made when missing.

        A training registry signs under another name, so its checkpoints never serve for the true one.

        Raises:
            RecordError: the key is lost, or cannot be read; the address is not fit for a QR code.
            StorageError: the disk refuses.
        """
        if not is_public_address(base_url):
            raise RecordError(
                "registry.base_url",
                "What stands behind --base-url is no address, or holds a name or a password.",
                "Write it as in https://registry.example: it stands in every QR code.",
            )
        key = folder / KEY_FILE
        _check_not_lost(key)
        return cls(
            database=database or f"sqlite:///{folder / 'registry.db'}",
            key=FileKey.open(key),
            base_url=base_url,
            origin="tera-registry/training" if training else "tera-registry/log",
            begun=folder / _BEGUN_FILE,
            training=training,
            clock=clock or SystemClock(),
        )


def _check_not_lost(key: Path) -> None:
    if is_lost(key):
        raise RecordError(
            "registry.key_lost",
            "The registry's key {path} is gone, and its public half {public} is there: no other was made.",
            "Put it back from where it is kept apart. If it is lost for good, this log cannot go on: keep "
            "its folder, begin another one with --folder, and give its key to every bench: "
            "`tera registry key`.",
            path=str(key),
            public=key.with_suffix(".pub").name,
        )
