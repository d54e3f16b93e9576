"""What an audit finds."""

from dataclasses import dataclass
from typing import Any, Final

from drivers import notation

RELEASE: Final = "procedure"
"""where it stands that another release of the procedure sealed: no fault while all else comes out the same"""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that does not come out as it was sealed."""

    where: str
    """journal path, label of a point, or the part of the run's basis"""
    sealed: str
    derived: str


def difference(where: str, sealed: Any, derived: Any) -> Difference:
    """Two values side by side, each written as files write it; a text stands for itself."""
    return Difference(where=where, sealed=_written(sealed), derived=_written(derived))


def _written(value: Any) -> str:
    return value if isinstance(value, str) else notation.to_json(value).decode()
