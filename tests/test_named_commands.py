"""Every command and option that a message, a remedy or a document names is one that the program has."""

import argparse
import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cli.parser import parser
from bench.cli.usage import UsageMistake

ROOT = Path(__file__).parents[1]
PACKAGES = ("bench", "results", "procedures", "drivers")
IN_WORDS = {"ulang", "sungguhan", "terakhir", "tercampur", "dengan", "pada"}
"""words that follow "tera" where the verification is meant"""


def texts_of_code(file: Path) -> Iterator[str]:
    """All strings but docstrings; of one that is put together, a 7 for what the program fills in."""
    tree = ast.parse(file.read_bytes())
    inside = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            inside.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def texts_of_table(table: object) -> Iterator[str]:
    match table:
        case str():
            yield table
        case dict():
            for name, value in table.items():
                yield name
                yield from texts_of_table(value)
        case list():
            for value in table:
                yield from texts_of_table(value)


def texts() -> Iterator[tuple[str, str]]:
    for folder in PACKAGES:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield from ((file.name, text) for text in texts_of_code(file))
    for file in sorted((ROOT / "bench" / "messages").glob("*.toml")):
        yield from ((file.name, text) for text in texts_of_table(tomllib.loads(file.read_text("utf-8"))))
    for file in (
        ROOT / "README.md",
        *(file for folder in PACKAGES for file in (ROOT / folder).rglob("*.md")),
    ):
        yield from ((file.name, line) for line in re.findall(r"`(tera [^`]+)`", file.read_text("utf-8")))


def lines_in(text: str) -> Iterator[tuple[str, bool]]:
    """What of a text begins with the command, and whether it certainly ends where the line does."""
    for found in re.finditer(r"(?<![\w-])tera (?=[a-z-])", text):
        quoted = text[: found.start()].endswith(("`", "$ "))
        rest = text[found.end() :]
        end = re.search("[`\n]" if quoted else r"[`\n,;()]|\.(?=\s|$)|: ", rest)
        yield rest[: end.start()] if end else rest, quoted


def mistake_in(line: str, *, quoted: bool) -> str:
    """Why the program would not understand it; arguments may be missing, and stand for others."""
    words = [re.sub(r"\{\w*\}", "7", word) for word in line.split()]
    if not words or words[0] in IN_WORDS or words[0].startswith("…"):
        return ""
    command, left = found = leaf(words)
    if command is None:
        return f"no such command: {found}"
    known = {name for action in command._actions for name in action.option_strings} | {"--version"}
    options = [found[0] for word in left if (found := re.match(r"--?[a-z][a-z0-9-]*", word))]
    if unknown := [option for option in options if option not in known]:
        return f"no such option: {unknown}"
    return unparsed(line) if quoted and "…" not in line and "[" not in line else ""


def leaf(words: list[str]) -> tuple[argparse.ArgumentParser | None, list[str]]:
    """The command that these words lead to, None when they name none, and the words that are left."""
    command: argparse.ArgumentParser = parser()
    while words and not words[0].startswith(("-", "…", "7", "COMMAND")):
        below = [action for action in command._actions if isinstance(action, argparse._SubParsersAction)]
        if not below:
            break
        if words[0] not in below[0].choices:
            return None, words
        command, words = below[0].choices[words[0]], words[1:]
    return command, words


def unparsed(line: str) -> str:
    try:
        parser().parse_args(shlex.split(line))
    except UsageMistake as mistake:
        return mistake.message if re.match("unrecognized|.*not allowed with", mistake.message) else ""
    except SystemExit:
        pass
    return ""


def test_every_command_that_is_named_is_there():
    lines = [(name, line, quoted) for name, text in texts() for line, quoted in lines_in(text)]
    assert len(lines) > 300
    mistakes = {
        (name, line, mistake) for name, line, quoted in lines if (mistake := mistake_in(line, quoted=quoted))
    }
    assert not mistakes


def test_every_option_that_a_message_names_is_one_of_some_command():
    known = {
        name
        for command in commands(parser())
        for action in command._actions
        for name in action.option_strings
    }
    assert len(known) > 50
    told = {
        (name, option)
        for name, text in texts()
        if not name.endswith(".md") and " " in text
        for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*[a-z0-9](?![\w=])", text)
    }
    assert len(told) > 50
    assert {(name, option) for name, option in told if option not in known} == set()


def commands(command: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The command and all below it."""
    yield command
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from commands(below)


MISTAKEN = {
    "no such command": ("Coba `tera key renew X`.", True),
    "no such option": ("Jalankan: tera push --now, lalu tunggu.", True),
    "a word too many": ("Run `tera push 000017`.", True),
    "a command": ("Jalankan `tera key rotate {whose} --by ID`.", False),
    "the verification": ("Untuk tera ulang, pilih jenisnya.", False),
}


@pytest.mark.parametrize(("text", "mistaken"), MISTAKEN.values(), ids=MISTAKEN)
def test_a_command_that_is_not_there_would_be_noticed(text, mistaken):
    ((line, quoted),) = lines_in(text)
    assert bool(mistake_in(line, quoted=quoted)) is mistaken
