"""A file of answers as operator: for training, for tests, and for repeating a session exactly.

```toml
inspect = "conforms"                      # by action, or by the question of a choice or quantity
adjust = "reject"
water_temperature = "27.4 °C"
[path]                                    # by journal path; wins over the above
"accuracy/up/5000 g/settled" = "5000 g"
```
Instructions are done without being listed; a question without an answer stops the run, which can be resumed.
"""

import tomllib
from pathlib import Path
from typing import Any

from bench.errors import LaboratoryError
from bench.operator import Prompt
from bench.operators.answers import understand
from drivers.notation import read_toml, to_plain
from drivers.whole_file import read_text
from procedures.action import Answer, Choose, KeyQuantity


class ScriptOperator:
    """Answers from a table."""

    def __init__(self, answers: dict[str, Any]) -> None:
        """Take the table."""
        self._answers = answers
        self._by_path: dict[str, Any] = answers.get("path", {})

    @classmethod
    def from_file(cls, file: Path) -> "ScriptOperator":
        """Read the table from a TOML file.

        Raises:
            LaboratoryError: not readable.
        """
        try:
            return cls(read_toml(read_text(file)))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            raise LaboratoryError(
                "operator.script",
                "The script {file} cannot be read: {problem}.",
                "Correct the file and try again.",
                file=str(file),
                problem=str(problem),
            ) from None

    async def answer(self, prompt: Prompt) -> Answer:
        """Look the answer up.

        Raises:
            LaboratoryError: a question that the table does not answer; the run is kept.
        """
        asked = prompt.action
        name = asked.question if isinstance(asked, Choose | KeyQuantity) else to_plain(asked)["action"]
        answer = self._by_path.get(prompt.id, self._answers.get(name))
        if answer is None:
            if prompt.kind == "ask":
                raise LaboratoryError(
                    "operator.script_silent",
                    "The script has no answer to {question} at {path}.",
                    "Add it to the script; what was read so far is kept and the run can be resumed.",
                    question=name,
                    path=prompt.id,
                )
            answer = "done"
        return understand(prompt, answer)
