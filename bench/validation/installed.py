"""Whether program and libraries are as they were installed, down to what Python compiled of them.

A list of digests that lies beside the files can be rewritten with them: this finds what was changed by
mistake, by a failing disk, or by somebody in a hurry. Who rewrites all is found by the digests in the trail.
"""

import marshal
from importlib.resources import files
from importlib.util import cache_from_source
from pathlib import Path
from types import CodeType
from typing import Final

from bench.libraries import changed_since_installed, library_versions
from bench.software import PACKAGES, changed_files
from bench.validation.tally import Tally
from results.statement import ValidationPart

_HEADER: Final = 16
"""bytes before the code in a compiled file (PEP 552): magic number, flags, time and size of its source"""
_MOST_NAMED: Final = 5


def installed_files() -> ValidationPart:
    """Every file of the program and of its libraries, and every compiled file that Python would load."""
    tally = Tally("files")
    own = changed_files()
    if own is not None:
        tally.expect(", ".join(own[:_MOST_NAMED]), holds=not own)
    for package in PACKAGES:
        for source in sorted(Path(str(files(package))).rglob("*.py")):
            compiled = Path(cache_from_source(str(source)))
            if compiled.exists():
                tally.expect(f"{compiled.name} is not what {source.name} gives", holds=fits(compiled, source))
    for name in library_versions():
        changed = changed_since_installed(name)
        if changed is not None:
            tally.expect(f"{name}: {', '.join(changed[:_MOST_NAMED])}", holds=not changed)
    return tally.part()


def fits(compiled: Path, source: Path) -> bool:
    """Whether a compiled file holds what its source gives; one that Python would pass over is no matter."""
    data, text, known = compiled.read_bytes(), source.read_bytes(), source.stat()
    flags = int.from_bytes(data[4:8], "little")
    of_source = (int(known.st_mtime) & 0xFFFFFFFF).to_bytes(4, "little")
    of_source += (known.st_size & 0xFFFFFFFF).to_bytes(4, "little")
    if flags == 0 and data[8:_HEADER] != of_source:
        return True  # older than its source: Python compiles that again
    try:
        code = marshal.loads(data[_HEADER:])  # noqa: S302 -- compared and never run
    except (ValueError, EOFError, TypeError):
        return False
    return isinstance(code, CodeType) and code == compile(text, str(source), "exec", dont_inherit=True)
