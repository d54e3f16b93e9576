"""The libraries that this program runs on: which there are, and whether they are as they were installed."""

import base64
import hashlib
import re
import tomllib
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from functools import cache
from importlib.metadata import (
    Distribution,
    PackageMetadata,
    PackageNotFoundError,
    PackagePath,
    distribution,
)
from pathlib import Path
from typing import Final

DISTRIBUTION: Final = "tera-bench"
_WRITTEN_LATER: Final = (".pyc", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
"""what an installer or Python writes beside what was delivered"""


@cache
def library_versions() -> dict[str, str]:
    """Every library that this program asks for, and those that they ask for, with the version installed."""
    found: dict[str, str] = {}
    waiting = [_plain(wish) for wish in _wishes()]
    while waiting:
        name = waiting.pop()
        try:
            known = distribution(name)
        except PackageNotFoundError:
            continue  # not wanted on this system; one that is missing stops the program at its import
        told = _told(known)
        plain = _plain(told["Name"])
        if plain not in found:
            found[plain] = told["Version"]
            waiting += [_plain(wish) for wish in told.get_all("Requires-Dist", ()) if "extra ==" not in wish]
    return dict(sorted(found.items()))


def _told(known: Distribution) -> PackageMetadata | Message:
    """What a library says of itself, without the long text below it, which is most of the file."""
    text = known.read_text("METADATA")
    if text is None:
        return known.metadata  # installed in an older way
    return HeaderParser().parsestr(text.replace("\r\n", "\n").partition("\n\n")[0])


def _wishes() -> list[str]:
    """What this program asks for: as it was installed, or as its source says."""
    try:
        asked = distribution(DISTRIBUTION).requires or []
    except PackageNotFoundError:
        source = Path(__file__).parent.parent / "pyproject.toml"
        asked = tomllib.loads(source.read_text("utf-8"))["project"]["dependencies"] if source.exists() else []
    return [wish for wish in asked if "extra ==" not in wish]


def library_digest() -> str:
    """SHA-256 over names and versions of all libraries: another set is another digest."""
    text = "".join(f"{name}=={version}\n" for name, version in library_versions().items())
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(wish: str) -> str:
    """The name in a requirement, spelled the one way."""
    return re.split(r"[^\w.-]", wish)[0].lower().replace("_", "-").replace(".", "-")


def changed_since_installed(name: str, *, within: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """The files of a distribution that are not as it was installed, or were put into its folders since.

    Args:
        name: of the distribution.
        within: its top-level folders in which no other files may lie.

    Returns:
        Their names; None when nothing tells how it was installed, as for a program run from its source.
    """
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return None
    listed = [
        file
        for file in installed.files or ()
        if file.hash is not None and (not within or file.parts[0] in within)
    ]
    if not listed:
        return None
    changed = [str(file) for file in listed if _digest_of(file) != file.hash.value]  # type: ignore[union-attr]  # filtered above
    known = {Path(str(file.locate())).resolve() for file in listed}
    changed += sorted(_added(installed, within, known))
    return tuple(changed)


def _digest_of(file: PackagePath) -> str:
    try:
        content = Path(str(file.locate())).read_bytes()
    except OSError:
        return ""
    digest = hashlib.new(file.hash.mode if file.hash is not None else "sha256", content).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _added(installed: Distribution, within: tuple[str, ...], known: set[Path]) -> Iterator[str]:
    for top in within:
        folder = Path(str(installed.locate_file(top))).resolve()
        for file in folder.rglob("*"):
            if file.is_file() and file not in known and not file.name.endswith(_WRITTEN_LATER):
                yield f"{top}/{file.relative_to(folder).as_posix()}"
