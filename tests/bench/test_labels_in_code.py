"""Reads the sources: every id that the code names has its words, every translated problem its facts."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.catalogue import catalogue
from bench.phrases import translated as translated_clause
from drivers.protocols import State
from drivers.settling import Unrest
from procedures import reference_standard, standards_gate
from procedures.scales import classification
from results import sqlite_fault

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
            and ast.unparse(call.func) not in {"EntryError", "DivergenceError"}
            and ast.unparse(call.func).lower().endswith("error")
            and all(keyword.arg for keyword in call.keywords)
        ):
            found.setdefault(code, set()).update(keyword.arg for keyword in call.keywords if keyword.arg)
    return found


def spelled_out() -> set[str]:
    """Codes that are put together where they are raised, or stand in tables, read off their makings."""
    tables = {
        *classification._SENTENCES,
        *(code for code, _, _ in sqlite_fault._REMEDIES.values()),
        *(f"{code}{end}" for code in standards_gate._SENTENCES for end in ("", ".no_other")),
        *(f"{code}{end}" for code in reference_standard._SENTENCES for end in ("", ".no_other")),
    }
    unsettled = {f"unsettled.{unrest.value}" for unrest in Unrest}
    receipt = {f"receipt.{argument}" for argument in arguments_of("_mismatch", "results/receipt.py")}
    forked = {f"registry.{argument}" for argument in arguments_of("_forked", "results/delivery.py")}
    refusals = {
        f"registry.{constant(call.args[1])}"
        for call in calls("results")
        if ast.unparse(call.func) == "RefusalError"
    }
    assert all((tables, unsettled, receipt, forked, refusals))
    return tables | unsettled | receipt | forked | refusals | {"run.diverged"}


def arguments_of(function: str, file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {
        text
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == function
        for text in [constant(call.args[0])]
        if text
    }


PUT_TOGETHER = {
    "bench/finishing.py": "a problem that the outbox kept",
    "bench/instruction_words.py": "a problem that an instrument had, from the facts of a question",
    "drivers/silence.py": "unsettled",
    "procedures/scales/classification.py": "its table",
    "procedures/reference_standard.py": "its table, with and without .no_other",
    "procedures/standards_gate.py": "its table, with and without .no_other",
    "results/delivery.py": "_forked",
    "results/receipt.py": "_mismatch",
    "results/registry/refusal.py": "RefusalError",
    "results/registry_client.py": "what a registry answered",
    "results/sqlite_fault.py": "its table",
}


def plain_errors() -> set[str]:
    """The names of all classes that descend from PlainError, however deep."""
    bases = {
        node.name: {ast.unparse(base) for base in node.bases}
        for folder in PACKAGES
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    found = {"PlainError"}
    while more := {name for name, parents in bases.items() if parents & found} - found:
        found |= more
    return found


def raises_with_a_code_put_together(file: Path, errors: set[str]) -> bool:
    """Whether an error of this file has a code that is no literal."""
    return any(
        ast.unparse(call.func) in errors - {"RefusalError", "DivergenceError", "BeyondEvidenceError"}
        and bool(call.args)
        and constant(call.args[0]) is None
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
    )


def test_every_problem_has_its_indonesian_sentence_and_remedy():
    codes = facts_in_code().keys() | spelled_out()
    assert len(codes) > 150
    missing = {
        f"{code}.{part}"
        for code in codes
        for part in ("sentence", "remedy")
        if f"problem.{code}.{part}" not in catalogue("id")
    }
    assert missing == set()


def test_the_codes_that_are_put_together_are_known():
    errors = plain_errors()
    files = {
        str(file.relative_to(ROOT).as_posix())
        for folder in PACKAGES
        for file in (ROOT / folder).rglob("*.py")
        if raises_with_a_code_put_together(file, errors)
    }
    assert files - PUT_TOGETHER.keys() == set()


def test_an_english_problem_of_the_catalogue_is_the_sentence_of_the_source():
    literal = {
        node.value
        for folder in PACKAGES
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    own_words = {f"receipt.{part}" for part in ("form", "record", "root", "proof", "address")}
    kept = {name: text for name, text in catalogue("en").items() if name.startswith("problem.")}
    assert len(kept) > 20
    assert {
        name
        for name, text in kept.items()
        if text not in literal and name.removeprefix("problem.").rpartition(".")[0] not in own_words
    } == set()


DELIVERING = (
    "delivery",
    "stick",
    "storage",
    "envelope",
    "payload",
    "chain",
    "evidence",
    "evidence_held",
    "amendment",
)
NEVER_KEPT = {"stick.link"}
"""raised on the way to the stick, not on the way back"""


def test_every_problem_that_the_outbox_may_keep_has_its_english_words():
    """It keeps code and facts: without a row here a person would read the code."""
    codes = {
        code
        for name in DELIVERING
        for call in ast.walk(ast.parse((ROOT / f"results/{name}.py").read_text("utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("Error") and len(call.args) > 2
        for code in [constant(call.args[0])]
        if code
    }
    assert len(codes) > 10
    assert {code for code in codes - NEVER_KEPT if f"problem.{code}.sentence" not in catalogue("en")} == set()


def test_every_reason_of_a_verdict_has_its_words():
    codes = {
        constant(keyword.value)
        for call in calls(*PACKAGES)
        if ast.unparse(call.func) == "Reason"
        for keyword in call.keywords
        if keyword.arg == "code"
    } - {None}
    assert len(codes) > 5
    assert {code for code in codes if f"reason.{code}" not in catalogue("id")} == set()


@pytest.mark.parametrize(
    ("function", "file"),
    [
        ("_impossible", "procedures/scales/instrument.py"),
        ("_malformed", "results/envelope.py"),
        ("unsound", "results/verification.py"),
        ("unsound", "results/payload.py"),
    ],
)
def test_every_clause_of_a_check_has_its_translation(function: str, file: str):
    assert {text for text in arguments_of(function, file) if translated_clause(text, "id") == text} == set()


def test_every_clause_of_a_chain_or_an_evidence_has_its_translation():
    clauses = {
        text
        for file, function in (("results/chain.py", "_broken"), ("results/evidence.py", "_unsound"))
        for call in ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == function
        for text in [constant(call.args[-1])]
        if text
    }
    assert clauses
    assert {text for text in clauses if translated_clause(text, "id") == text} == set()


def test_every_state_of_a_reading_has_its_word():
    assert {state for state in State if f"fact.state.{state}" not in catalogue("id")} == set()


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
    built = spelled_out()
    assert {code for code in translated() if f'"{code}"' not in sources and code not in built} == set()


REFUSING = {"unsound", "_unsound", "_broken", "_refused", "Refused"}
"""what is called with a clause that a person reads: why a file is not genuine, why a frame is no reading"""
READ_FROM_FILES = ("gathered", "kept_reading", "evidence_shape", "evidence_table", "outbox", "number")
"""modules of results/ whose ValueError is told as the reason for which a file is not sound"""


def clauses(node: ast.expr) -> Iterator[str]:
    """What a person may read of an argument, with a 7 wherever the program fills something in."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from clauses(one)
            yield from clauses(other)


def test_every_reason_for_which_a_file_or_a_frame_is_refused_has_indonesian_words():
    told = {
        text
        for call in calls(*PACKAGES)
        if ast.unparse(call.func).rpartition(".")[2] in REFUSING
        for argument in (*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "reason"))
        for text in clauses(argument)
    } | {
        text
        for name in READ_FROM_FILES
        for node in ast.walk(ast.parse((ROOT / f"results/{name}.py").read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ValueError"
        for argument in node.args
        for text in clauses(argument)
    }
    sentences = {text for text in told if re.search("[a-z]+ [a-z]", text)}
    assert len(sentences) > 90
    assert {text for text in sentences if translated_clause(text, "id") == text} == set()
