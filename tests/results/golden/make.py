"""Makes the golden records: `python -m tests.results.golden.make FOLDER`."""

import hashlib
import sys
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from results.amendment import changed_assignment
from results.entry import Amended
from results.journal import Journal
from results.keys import FileKey, read_trusted_keys
from results.sealing import SealedRun, seal
from results.storage import write_once
from tests.results.made_run import write_run

AT = "2026-11-21T10:00:00+07:00"
KINDS = {
    "conforms": {},
    "fails": {"failing": True},
    "adjusted": {"adjusted": True},
    "voided": {"end": "voided"},
    "interrupted": {"end": "interrupted"},
    "training": {"training": True},
}


def fixed_key(name):
    """A key that everybody can make."""
    return FileKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"golden {name}".encode()).digest()))


def make(folder: Path, scratch: Path) -> dict[str, SealedRun]:
    """Make all of them; gives each with its files, by what it shows.

    Args:
        folder: where keys, records and evidence go.
        scratch: where the journal goes.
    """
    seals = [fixed_key(name) for name in ("bench", "officer-budi")]
    for name, key in zip(("bench", "officer-budi"), seals, strict=True):
        write_once(folder / f"{name}.pub", key.public.hex().encode() + b"\n")
    keys = read_trusted_keys(folder)
    with Journal(scratch / "journal.db") as journal:

        def sealed(run):
            return seal(journal, run, folder=folder, seals=seals, keys=keys, at=AT, elapsed=5.0)

        found = {}
        for name, how in KINDS.items():
            write_run(journal, name, **how)
            found[name] = sealed(name)
        _amend(journal, found["conforms"])
        found["amendment"] = sealed("amendment")
    return found


def _amend(journal, old):
    before, conclusion = old.verified.evidence.begun, old.verified.evidence.entries[-1].entry
    begun = msgspec.structs.replace(
        before,
        number="",
        assignment=changed_assignment(before.assignment, {"identity.serial": "A123465"}),
        supersedes=old.verified.record.record_id,
    )
    amended = Amended(
        reason="Salah ketik",
        by="Budi Contoh",
        changes={"identity.serial": {"old": "A123456", "new": "A123465"}},
        envelope=old.verified.envelope,
        evidence=old.verified.evidence.content,
    )
    journal.begin("amendment", begun, at=AT, elapsed=9.0, then=(amended, conclusion))


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[1]))
