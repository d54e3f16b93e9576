"""The whole way from an order to a sealed record, on twins and on records that were sealed before.

A sound twin must pass and a wrong one must fail; a golden record must hold, come out again from its raw
frames, and be refused with a single bit changed.
"""

import shutil
import string
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.audit import audit
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.operators.twin_hands import AutomaticOperator
from bench.validation.tally import Tally
from bench.workplace import open_workplace, read_assignment
from drivers.clock import PatientClock
from procedures.point import Outcome
from results.errors import IntegrityError
from results.journal import Journal
from results.keys import read_trusted_keys
from results.naming import EVIDENCE_SUFFIX, RECORD_FILES, RECORD_SUFFIX, beside
from results.statement import ValidationPart
from results.verification import VerifiedRecord, load_record

GOLDEN: Final = "golden"
_PACE: Final = 30.0
_TWINS: Final = {"0.0004": Outcome.CONFORMS, "0.0016": Outcome.DOES_NOT_CONFORM}
"""relative error of the twin's span, and what a test of it must say: the limit at Max is 0.001"""
_DUE: Final = "2099-12-31"


def journal_answers(journal: Journal) -> ValidationPart:
    """The journal of this bench holds: every entry, every link, the order rules, the numbers."""
    tally = Tally("journal")
    with tally.tried("journal"):
        heads = [one.sealed.record_digest for one in journal.runs() if one.sealed is not None]
        journal.verify()
        tally.held += len(heads)
    return tally.part()


def record_answers() -> ValidationPart:
    """Golden records hold and come out again; with one bit changed in record or evidence they are refused."""
    tally = Tally("records")
    folder = Path(str(files("bench") / GOLDEN / "records"))
    for file in sorted(folder.rglob(RECORD_FILES)):
        name = file.parent.name
        with tally.tried(name):
            for difference in rederived(load_record(file, read_trusted_keys(file.parent))):
                tally.expect(f"{name}: {difference}", holds=False)
        for suffix in (RECORD_SUFFIX, EVIDENCE_SUFFIX):
            tally.expect(f"{name}{suffix}: a changed bit was not found", holds=_refused(file, suffix))
    return tally.part()


def rederived(record: VerifiedRecord) -> Iterator[str]:
    """What comes out otherwise when a record is derived again from its raw frames by this release."""
    found = audit(record, deep=True)
    for one in found.differences:
        yield f"{one.where}: {one.sealed[:40]} → {one.derived[:40]}"


def _refused(file: Path, suffix: str) -> bool:
    with TemporaryDirectory() as scratch:
        for part in (RECORD_SUFFIX, EVIDENCE_SUFFIX):
            shutil.copy(beside(file, part), scratch)
        copy = Path(scratch) / file.name
        spoilt = beside(copy, suffix)
        content = bytearray(spoilt.read_bytes())
        content[len(content) // 2] ^= 1
        spoilt.write_bytes(content)
        try:
            load_record(copy, read_trusted_keys(file.parent))
        except IntegrityError:
            return True
    return False


async def twin_answers() -> ValidationPart:
    """A sound twin passes, a wrong one fails; what was sealed holds and comes out again."""
    tally = Tally("twins")
    for gain, wanted in _TWINS.items():
        with tally.tried(f"twin {gain}"), TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            record = await twin_test(Path(scratch), gain)
            verdict = record.record.verdict
            tally.expect(f"twin {gain}: {verdict}", holds=verdict is not None and verdict.outcome is wanted)
            tally.expect(f"twin {gain}: not marked as training", holds=record.record.training)
            for difference in rederived(record):
                tally.expect(f"twin {gain}: {difference}", holds=False)
    return tally.part()


async def twin_test(root: Path, gain: str) -> VerifiedRecord:
    """A test of a twin from its order to its sealed record, in a folder of its own.

    Raises:
        PlainError: anything on the way fails.
    """
    templates = files("bench") / "templates"
    twin = string.Template((templates / "demo-scales.toml").read_text("utf-8")).substitute(
        seed=1, gain_error=gain, eccentric="-0.0002", due=_DUE
    )
    laboratory = (files("bench") / GOLDEN / FILE_NAME).read_text("utf-8")
    (root / FILE_NAME).write_text(f"{laboratory}\n{twin}", encoding="utf-8")
    order = root / "order.toml"
    order.write_text((templates / "demo-scales-order.toml").read_text("utf-8"), encoding="utf-8")
    async with open_workplace(root, Labels("en"), clock=PatientClock(_PACE)) as place:
        run = await place.begin(read_assignment(order))
        await place.take_up(run, AutomaticOperator(), ()).conduct()
        return place.seal(run, "").sealed.verified
