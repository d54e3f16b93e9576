"""The libraries that this program runs on: which there are, and whether they are as they were installed."""

import base64
import csv
import hashlib
import re
import tomllib
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from functools import cache
from importlib.metadata import Distribution, PackageMetadata, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

DISTRIBUTION: Final = "tera-bench"
_WRITTEN_LATER: Final = (".pyc", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
"""what an installer or Python writes beside what was delivered"""
_KEEP_THE_LIST: Final = {"debian", "rpm"}
"""installers of a system, which keep the list of files in a database of their own"""


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
        Their names, or that of the list itself when it is missing or lists nothing; None when nothing tells
        how it was installed, as for a program run from its source or a library of the system.
    """
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return None
    listed = {
        name: hashed for name, hashed in _recorded(installed) if not within or name.split("/")[0] in within
    }
    if not listed:
        # An installation that leads to a checkout puts none of its own folders among the libraries.
        there = any(Path(str(installed.locate_file(top))).is_dir() for top in within or (".",))
        return ("RECORD",) if there and _had_a_list(installed) else None
    places = {name: Path(str(installed.locate_file(name))) for name in listed}
    changed = [name for name, hashed in listed.items() if _hashed(places[name], hashed) != hashed]
    known = {place.resolve() for place in places.values()}
    changed += sorted(_added(installed, within, known))
    return tuple(changed)


def _had_a_list(installed: Distribution) -> bool:
    """Whether the installer left a list of files: each does with METADATA, and older ways had neither."""
    if installed.read_text("METADATA") is None:
        return False
    return (installed.read_text("INSTALLER") or "").strip() not in _KEEP_THE_LIST


def _recorded(installed: Distribution) -> Iterator[tuple[str, str]]:
    """The files that were installed, each with its hash as the installer wrote it: `sha256=…`.

    Read from the list itself: `Distribution.files` leaves out, from Python 3.12 on, those that are gone.
    """
    for row in csv.reader((installed.read_text("RECORD") or "").splitlines()):
        if len(row) > 1 and row[1]:
            yield row[0], row[1]


def _hashed(file: Path, like: str) -> str:
    """The hash of a file, written in the same way as another; nothing when it is gone."""
    mode = like.partition("=")[0]
    try:
        digest = hashlib.new(mode, file.read_bytes()).digest()
    except (OSError, ValueError):
        return ""
    return f"{mode}={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def _added(installed: Distribution, within: tuple[str, ...], known: set[Path]) -> Iterator[str]:
    for top in within:
        folder = Path(str(installed.locate_file(top))).resolve()
        for file in folder.rglob("*"):
            if file.is_file() and file not in known and not file.name.endswith(_WRITTEN_LATER):
                yield f"{top}/{file.relative_to(folder).as_posix()}"
