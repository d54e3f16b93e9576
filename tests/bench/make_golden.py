"""Makes the records that every installation is tried on: `python -m tests.bench.make_golden`.

Made anew only when a new edition of a procedure can no longer derive the old ones; the change of edition says
why. Their keys are made for them and thrown away: they sign nothing else.
"""

import asyncio
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

from bench.laboratory import Folders
from bench.validation.whole import GOLDEN, twin_test
from results.naming import EVIDENCE_SUFFIX, RECORD_SUFFIX

NAMES = {"0.0004": "conforms", "0.0016": "fails"}


def main(target: Path) -> None:
    """Test a sound and a wrong twin, and keep what was sealed with the public keys."""
    for gain, name in NAMES.items():
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch)
            asyncio.run(twin_test(root, gain))
            folder = target / name
            folder.mkdir(parents=True, exist_ok=True)
            for suffix in (RECORD_SUFFIX, EVIDENCE_SUFFIX):
                for file in Folders(root).records.glob(f"*{suffix}"):
                    shutil.copy(file, folder / file.name)
            for key in Folders(root).keys.glob("*.pub"):
                shutil.copy(key, folder / key.name)


if __name__ == "__main__":
    main(Path(str(files("bench") / GOLDEN / "records")))
