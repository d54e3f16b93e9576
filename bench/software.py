"""Software identification: version and digest of the legally relevant packages, and what they run on.

OIML D 31 asks that the software can be identified; a record carries this, so that years later one can say
which program decided it.
"""

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from bench.errors import LaboratoryError
from bench.libraries import DISTRIBUTION, changed_since_installed, library_digest

PACKAGES: Final = ("drivers", "procedures", "results", "bench")
_SHIPPED: Final = (".py", ".toml", ".typ", ".html", ".css", ".mako", ".ini", ".tcss")


@cache
def package_digest(package: str) -> str:
    """SHA-256 over the shipped files of a package: names and contents, in order, whatever the system."""
    total = hashlib.sha256()
    for name, content in sorted(_contents(files(package), "")):
        text = content.replace(b"\r\n", b"\n")
        total.update(f"{name}\0{len(text)}\0".encode())
        total.update(text)
    return total.hexdigest()


def _contents(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for item in folder.iterdir():
        if item.is_dir():
            if item.name != "__pycache__":
                found += _contents(item, f"{prefix}{item.name}/")
        elif item.name.endswith(_SHIPPED):
            found.append((prefix + item.name, item.read_bytes()))
    return found


def package_digests() -> dict[str, str]:
    """The digest of each package, under the name that a record gives it."""
    return {f"sha256:{package}": package_digest(package) for package in PACKAGES}


def identification() -> dict[str, str]:
    """What a record says about the program that made it."""
    try:
        own = version(DISTRIBUTION)
    except PackageNotFoundError:
        own = "not installed"
    return {
        "tera-bench": own,
        **package_digests(),
        "libraries": library_digest(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
    }


def changed_files() -> tuple[str, ...] | None:
    """The files of this program that are not as they were installed; None when it runs from its source."""
    if _is_source():
        return None
    return changed_since_installed(DISTRIBUTION, within=PACKAGES)


def _is_source() -> bool:
    """Whether the program that runs is another than the one that is installed, if there is one."""
    try:
        installed = Path(str(distribution(DISTRIBUTION).locate_file("bench")))
    except PackageNotFoundError:
        return True
    return installed.resolve() != Path(__file__).resolve().parent


def check_unchanged() -> None:
    """See to it that this program is the one that was installed.

    A program that runs from its source cannot be compared; its digests stand in trail and record.

    Raises:
        LaboratoryError: a file was changed, removed or added without an update.
    """
    if changed := changed_files():
        raise LaboratoryError(
            "software.changed",
            "{count} files of this program are not as they were installed: {files}.",
            "Begin no test with it; install the program again, then look at tera audit-trail show.",
            count=len(changed),
            files=", ".join(changed[:3]),
        )
