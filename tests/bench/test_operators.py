"""Operators that answer wrongly are told so; nothing they say becomes a reading."""

import asyncio
import json
import sys

import pytest

from bench.attention import RunInterrupted
from bench.errors import LaboratoryError
from bench.operator import Prompt
from bench.operators.answers import AnswerError, understand
from bench.operators.external import ExternalOperator
from drivers.quantity import Quantity
from procedures.action import Choice, Choose, Done, Inspect, KeyAdded, Keyed, KeyIndication, RemoveLoad

G = Quantity(1, "g")
PROMPTS = {
    "instruct": Prompt.of("p", RemoveLoad(), ""),
    "inspect": Prompt.of("p", Inspect(items=("clean", "level")), ""),
    "choose": Prompt.of("p", Choose(question="adjust", choices=("adjust", "reject")), ""),
    "key": Prompt.of("p", KeyIndication(role="uut"), ""),
    "added": Prompt.of("p", KeyAdded(load=G, indication=G, step=G), ""),
}

RIGHT = {
    "an instruction is done": ("instruct", "done", Done()),
    "a checklist that conforms": ("inspect", "conforms", Choice("conforms")),
    "a checklist agreed to with done": ("inspect", "done", Choice("conforms")),
    "two failing items": ("inspect", "level, clean", Choice("level,clean")),
    "a choice": ("choose", "reject", Choice("reject")),
    "a quantity as an object": ("key", {"value": "5.00", "unit": "g"}, Keyed(Quantity("5.00", "g"))),
    "a quantity as text": ("added", "0.5 g", Keyed(Quantity("0.5", "g"))),
}


@pytest.mark.parametrize(("prompt", "answer", "meant"), RIGHT.values(), ids=RIGHT)
def test_an_answer_that_fits_is_understood(prompt, answer, meant):
    assert understand(PROMPTS[prompt], answer) == meant


WRONG = [
    None,
    True,
    5,
    1.5,
    [],
    ["x"],
    {},
    {"value": "x", "unit": "g"},
    {"value": "1"},
    "",
    "maybe",
    "1,5 g",
    "5",
]


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("answer", WRONG, ids=repr)
def test_an_answer_that_does_not_fit_is_refused(prompt, answer):
    with pytest.raises(AnswerError):
        understand(PROMPTS[prompt], answer)


def spoken(program: str):
    """What the bench makes of a program that answers one prompt like this."""

    async def conversation():
        async with ExternalOperator(f'"{sys.executable}" -c "{program}"') as operator:
            return await operator.answer(PROMPTS["instruct"])

    return asyncio.run(conversation())


def says(line: object) -> str:
    text = line if isinstance(line, str) else json.dumps(line)
    return f"input(); print({text!r})".replace('"', '\\"')


def test_a_program_that_answers_the_prompt_is_heard():
    assert spoken(says({"id": "p", "answer": "done"})) == Done()


PROTOCOL = {
    "no JSON": "hello",
    "no id": {"answer": "done"},
    "another id": {"id": "q", "answer": "done"},
    "no answer": {"id": "p"},
    "a list": [1],
}


@pytest.mark.parametrize("line", PROTOCOL.values(), ids=PROTOCOL)
def test_a_program_that_breaks_the_protocol_is_told_so(line):
    with pytest.raises(LaboratoryError):
        spoken(says(line))


def test_a_line_without_end_is_refused():
    with pytest.raises(LaboratoryError):
        spoken("input(); print('x' * 200000)")


@pytest.mark.parametrize(
    "line", [{"id": "p", "answer": "abort"}, {"answer": "abort"}], ids=["with id", "alone"]
)
def test_abort_leaves_the_run(line):
    with pytest.raises(RunInterrupted):
        spoken(says(line))


def test_a_program_that_ends_leaves_the_run():
    with pytest.raises(RunInterrupted):
        spoken("input()")


@pytest.mark.parametrize("command", ["", "'", "no-such-program-here"])
def test_a_program_that_cannot_be_started_is_told(command):
    async def start():
        async with ExternalOperator(command):
            pass

    with pytest.raises(LaboratoryError):
        asyncio.run(start())


def test_a_program_is_not_told_what_a_person_signs_with(monkeypatch):
    for name in ("TERA_PIN", "TERA_NEW_PIN", "TERA_PASSPHRASE", "TERA_SIGN_ACCOUNT"):
        monkeypatch.setenv(name, "246810")
    monkeypatch.setenv("TERA_LANG", "en")
    told = "input(); import os; print('246810' in os.environ.values(), os.environ['TERA_LANG'])"
    with pytest.raises(LaboratoryError) as caught:
        spoken(told)
    assert "False en" in caught.value.facts["line"]
