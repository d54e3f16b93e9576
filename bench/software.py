"""Software identification: version and digest of the legally relevant packages, and what they run on.

OIML D 31 asks that the software can be identified; a record carries this, so that years later one can say
which program decided it.
"""

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

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
        own = version("tera-bench")
    except PackageNotFoundError:
        own = "not installed"
    return {
        "tera-bench": own,
        **package_digests(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
    }
