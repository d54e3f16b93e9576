"""Why the registry does not take a record: a status for programs, two sentences for people."""

from typing import Any

from results.errors import RecordError


class RefusalError(RecordError):
    """The registry takes nothing and changes nothing."""

    def __init__(
        self, status: int, code: str, message: str, remedy: str, *, alarm: bool = False, **facts: Any
    ) -> None:
        """Fill the sentences.

        Args:
            status: of the HTTP answer.
            code: `registry.` and the reason.
            message: what is wrong.
            remedy: what to do.
            alarm: this never happens between honest parties: keep a row of it.
            facts: the placeholders; they go out with the answer.
        """
        super().__init__(f"registry.{code}", message, remedy, **facts)
        self.status = status
        self.alarm = alarm

    def answer(self) -> dict[str, Any]:
        """The body of the HTTP answer."""
        return {**self.facts, "code": self.code, "message": self.message, "remedy": self.remedy}
