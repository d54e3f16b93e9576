"""The examples of a driver file with `[[query]]`: answers with their meaning, run each time it is loaded."""

from collections.abc import Mapping, Sequence

from drivers.description import Meant, refuse
from drivers.example import differences
from drivers.protocols import Indicated, Measured, Refused
from drivers.protocols.escape import typed_to_bytes
from drivers.protocols.interview import Interview
from drivers.protocols.interview_writing import Shown, by_channel, meaning
from drivers.protocols.questions import Answer
from drivers.query_description import QueryExample


def shown_examples(interview: Interview, examples: Sequence[QueryExample], file: str) -> tuple[Shown, ...]:
    """Every example with what it means.

    Raises:
        DescriptionError: an example means something else, or a reading or a refusal is not shown.
    """
    shown: list[Shown] = []
    usual: dict[bytes, Answer] = {}
    for at, example in enumerate(examples):
        path = f"example[{at}]"
        answers = usual | _answers(interview, example.answers, f"{path}.answers", file)
        _complete(interview, answers, path, file)
        usual = usual or answers
        event = meaning(interview, answers, usual)
        if isinstance(event, Indicated | Refused | Measured):
            _compare(example, by_channel(event), path, file)
        elif example.are or example.meant != Meant(then="wait"):
            correction = 'Write is = { then = "wait" }.'
            raise refuse(file, path, "the answers repeat what was given before", correction)
        shown.append(Shown(answers, event))
    _judge(shown, file)
    return tuple(shown)


def _answers(interview: Interview, said: Mapping[str, str], path: str, file: str) -> dict[bytes, Answer]:
    sent = {query.question.send.rstrip(b"\r\n"): query.question.send for query in interview.queries}
    if interview.errors is not None:
        send = interview.errors.query.question.send
        sent[send.rstrip(b"\r\n")] = send
    answers: dict[bytes, Answer] = {}
    for typed, text in said.items():
        try:
            question, answer = typed_to_bytes(typed), typed_to_bytes(text).decode("latin-1")
        except ValueError as mistake:
            raise refuse(file, path, str(mistake), "Correct the escape.") from None
        if question not in sent:
            known = ", ".join(name.decode("latin-1") for name in sent)
            raise refuse(file, path, f"{typed!r} is never asked", f"Asked are {known}.")
        answers[sent[question]] = tuple(answer.split("\n")) if answer else ()
    return answers


def _complete(interview: Interview, answers: Mapping[bytes, Answer], path: str, file: str) -> None:
    asked = [query.question.send for query in interview.queries]
    if interview.errors is not None:
        asked.append(interview.errors.query.question.send)
    for send in asked:
        if send not in answers:
            question = send.rstrip(b"\r\n").decode("latin-1")
            correction = "Write all answers in the first [[example]]."
            raise refuse(file, path, f"the answer to {question!r} is missing", correction)


def _compare(example: QueryExample, values: Mapping[str, Indicated | Refused], path: str, file: str) -> None:
    meant = dict(example.are) if example.are else {"": example.meant}
    if not example.are and len(values) > 1:
        if example.meant.state is None:
            names = ", ".join(values)
            raise refuse(
                file, path, "it is not said which quantity is meant", f"Write are = {{…}} with {names}."
            )
        meant = dict.fromkeys(values, example.meant)
    for name, wanted in meant.items():
        if name not in values:
            raise refuse(file, path, f"there is no quantity {name!r}", f"There are {', '.join(values)}.")
        for what, want, got in differences(wanted, values[name]):
            of = f" of {name}" if name else ""
            raise refuse(
                file,
                path,
                f"the answers give {what}{of} {got}, but {want} is meant",
                "Correct the example or the form that reads it.",
            )
        if wanted == Meant():
            raise refuse(file, path, "it is not said what it means", "Write is = { value = '…' } or a state.")


def _judge(shown: Sequence[Shown], file: str) -> None:
    values = [one for example in shown for one in by_channel(example.event).values()]
    first = by_channel(shown[0].event).values() if shown else []
    if not first or not all(isinstance(one, Indicated) for one in first):
        correction = "Begin with an [[example]] in which every quantity has a value."
        raise refuse(file, "example", "the first example does not show every quantity", correction)
    if sum(isinstance(one, Indicated) for one in values) <= len(first):
        raise refuse(file, "example", "one reading is shown", "Add an [[example]] with another value.")
    if not any(isinstance(one, Refused) for one in values):
        correction = "Add an [[example]] in which the instrument has no value."
        raise refuse(file, "example", "no refused reading is shown", correction)
