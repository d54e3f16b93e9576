"""Make inquiries from the `[[setting]]` entries of a driver file: what the instrument tells of itself.

An answer that could pass for a reading, or for the answer to another question, is a mistake of the file.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from drivers.description import AskedEntry, refuse
from drivers.errors import DescriptionError
from drivers.protocols.escape import typed_to_bytes
from drivers.protocols.inquiry import Inquiry, form_of
from drivers.protocols.interview import Interview
from drivers.protocols.picture import PictureError
from drivers.protocols.query import Refusal
from drivers.query_description import QueryDescription


@dataclass(frozen=True)
class InquiryAssembly:
    """The entries of one file become inquiries."""

    file: str
    send: Callable[[str, str], bytes]
    """a question as it is typed, and its place in the file, to what is sent"""
    taken: Iterable[bytes]
    """what is sent besides"""
    start: bytes
    end: bytes
    """what stands before and behind each line of an answer"""
    reads: Callable[[bytes], bool]
    """whether a whole answer passes for something else that the instrument says"""

    def inquiries(self, entries: Sequence[AskedEntry]) -> tuple[Inquiry, ...]:
        """All of them.

        Raises:
            DescriptionError: a mistake in an entry.
        """
        made = tuple(self._inquiry(at, entry) for at, entry in enumerate(entries))
        sent = [*self.taken, *(one.send for one in made)]
        for at, one in enumerate(made):
            path = f"setting[{at}]"
            if sent.count(one.send) > 1:
                raise self._wrong(f"{path}.send", "the same is sent for something else", "Ask it once.")
            for other in made:
                if other is one:
                    continue
                if other.tells == one.tells:
                    raise self._wrong(f"{path}.tells", f"{one.tells} is told twice", "Keep one of them.")
                if other.told(one.answer(one.played)):
                    sentence = "Draw what only its own answer has."
                    raise self._wrong(f"{path}.answer", f"it passes for that of {other.name!r}", sentence)
        return made

    def _inquiry(self, at: int, entry: AskedEntry) -> Inquiry:
        path = f"setting[{at}]"
        pictures = (entry.answer,) if isinstance(entry.answer, str) else entry.answer
        try:
            forms = tuple(form_of(picture) for picture in pictures)
            refused = frozenset(typed_to_bytes(line) for line in entry.refused)
        except (PictureError, ValueError) as mistake:
            raise self._wrong(f"{path}.answer", str(mistake), "Draw it as in 'I4 A \"{told}\"'.") from None
        if not forms:
            raise self._wrong(f"{path}.answer", "no form of its answer is drawn", "Draw it from the manual.")
        one = Inquiry(
            name=entry.name,
            tells=entry.tells,
            send=self.send(entry.send, f"{path}.send"),
            forms=forms,
            played=entry.twin,
            refused=refused,
            start=self.start,
            end=self.end,
        )
        answer = one.answer(entry.twin)
        if not entry.twin or one.told(answer) != entry.twin:
            found = f"{entry.twin!r} written as the answer is read as {one.told(answer)!r}"
            raise self._wrong(f"{path}.twin", found, "Write what the manual shows in that place.")
        if one.told(one.send) or any(one.told(line) for line in refused):
            sentence = "Draw what only the answer has."
            raise self._wrong(f"{path}.answer", "the question or a refusal passes for it", sentence)
        if self.reads(answer):
            sentence = "Draw a [[reply]] for it whose state is not_a_weight."
            raise self._wrong(f"{path}.answer", "it passes for a reading or for another answer", sentence)
        return one

    def _wrong(self, path: str, mistake: str, correction: str) -> DescriptionError:
        return refuse(self.file, path, mistake, correction)


def asked_of_itself(
    said: QueryDescription, file: str, interview: Interview, send: Callable[[str, str], bytes]
) -> tuple[Inquiry, ...]:
    """What an instrument that is asked in several questions can be asked of itself.

    Raises:
        DescriptionError: a mistake in an entry.
    """
    end = interview.manner.end

    def reads(answer: bytes) -> bool:
        lines = (answer.removesuffix(end).decode("latin-1"),)
        return any(not isinstance(query.read(lines), Refusal) for query in interview.queries)

    return InquiryAssembly(
        file=file,
        send=send,
        taken=[
            *(query.question.send for query in interview.queries),
            *(send(entry.send, f"do.{name}") for name, entry in said.do.items()),
        ],
        start=b"",
        end=end,
        reads=reads,
    ).inquiries(said.setting)
