"""Reads the sources: every id that the code names has its words, every translated problem its facts."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.labels import catalogue

ROOT = Path(__file__).parents[2]
PACKAGES = ("bench", "results", "procedures", "drivers")


def calls(*folders: str) -> Iterator[ast.Call]:
    for folder in folders:
        for file in (ROOT / folder).rglob("*.py"):
            yield from (
                node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)
            )


def constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_every_message_that_the_bench_names_exists():
    named = {
        name
        for call in calls("bench")
        if (isinstance(call.func, ast.Attribute) and call.func.attr == "text")
        or (isinstance(call.func, ast.Name) and call.func.id == "text")
        for argument in call.args[:1]
        for name in (
            [constant(argument)]
            if constant(argument)
            else [constant(part) for part in ast.walk(argument) if isinstance(part, ast.Constant)]
        )
        if name and re.fullmatch(r"[a-z_]+(\.[a-z_]*[a-z])+", name)
    }
    assert len(named) > 50
    assert named - catalogue("id").keys() == set()


def facts_in_code() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for call in calls(*PACKAGES):
        code = constant(call.args[0]) if len(call.args) > 2 else None
        if (
            code
            and ast.unparse(call.func).lower().endswith("error")
            and all(keyword.arg for keyword in call.keywords)
        ):
            found.setdefault(code, set()).update(keyword.arg for keyword in call.keywords if keyword.arg)
    return found


def translated() -> set[str]:
    return {
        name.removeprefix("problem.").rpartition(".")[0]
        for name in catalogue("id")
        if name.startswith("problem.")
    }


@pytest.mark.parametrize("part", ["sentence", "remedy"])
def test_a_translated_problem_uses_only_facts_that_its_error_carries(part: str):
    facts = facts_in_code()
    wrong = {}
    for code in translated() & facts.keys():
        wanted = set(re.findall(r"\{(\w+)\}", catalogue("id")[f"problem.{code}.{part}"]))
        if wanted - facts[code]:
            wrong[code] = wanted - facts[code]
    assert wrong == {}


def test_no_problem_is_translated_that_no_code_raises():
    sources = "".join(
        file.read_text("utf-8") for folder in PACKAGES for file in (ROOT / folder).rglob("*.py")
    )
    built = {"standard", "unsettled"}
    assert {
        code for code in translated() if f'"{code}"' not in sources and code.split(".")[0] not in built
    } == set()
