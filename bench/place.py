"""Where a script is: the path under which its next effect is kept.

Effects are named by where they stand in the script, never by a count over the whole run; what runs at the
same time needs a step of its own.
"""

from dataclasses import dataclass, field

from procedures.errors import ProcedureError


@dataclass
class Place:
    """A node of the path: the run itself, a series, or a step."""

    path: str = ""
    last_reading: str = ""
    """path of the last reading taken in this step"""
    _uses: dict[str, int] = field(default_factory=dict)

    def inside(self, name: str) -> str:
        """The path of a series or step of this name within this place.

        Raises:
            ProcedureError: the script uses the name twice here; it could not be told apart on replay.
        """
        path = self._joined(name)
        if self._used(name) > 1:
            raise ProcedureError(
                "procedure.path_used_twice",
                "The procedure uses the path {path} twice.",
                "Report this to the author of the procedure; the run is kept.",
                path=path,
            )
        return path

    def effect(self, verb: str) -> str:
        """The path of the next effect of this kind: `settled`, then `settled#2`."""
        count = self._used(verb)
        return self._joined(verb if count == 1 else f"{verb}#{count}")

    def _used(self, name: str) -> int:
        """How often it was used, with this time."""
        count = self._uses[name] = self._uses.get(name, 0) + 1
        return count

    def _joined(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name
