"""Every requirement on software that decides what is legal for trade has its row, and every row its tests."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "results" / "README.md"
LINES = {
    *("SW-1", "SW-2", "SEP-1", "SEP-3", "IF-1", "IF-2", "IF-3", "IF-4"),
    *("FR-1", "FR-2", "FR-3", "ALG-1", "ALG-2", "ALG-3"),
    *("AT-1", "AT-2", "AT-3", "AT-4", "AT-5"),
    *("L1", "L2/3", "L4", "L5", "L6", "L7", "L8", "DS-1"),
    *("T1-4", "T6", "T7", "T8", "TX-1"),
    *("D1", "D4", "CFG-1", "PAR-1", "PAR-2", "TM-1", "TM-2", "TM-3"),
    *("AC-1", "AC-2", "AC-3", "AC-4", "REC-1", "REC-4", "REC-5", "CERT-1", "CERT-2", "CERT-3"),
    *("PUB-1", "PUB-2", "PUB-3", "CMP-1", "CMP-2", "CMP-3"),
}


def rows() -> dict[str, str]:
    """The cells that name tests, by the ids of their row."""
    text = README.read_text("utf-8").partition("## Requirement → test")[2]
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] != "line":
            for one in cells[0].split(", "):
                found[one] = found.get(one, "") + " " + cells[2]
    return found


def references(text: str) -> list[tuple[str, str]]:
    """Each test that a text names, as file and function; no function where the whole file is meant."""
    found, file = [], ""
    for span in re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        name, _, function = span.partition("::")
        if name.startswith("…test_"):
            name, function = file, name.removeprefix("…")
        elif not re.fullmatch(r"(tests/(\S+/)?)?test_\w+", name):
            continue
        file = name
        found.append((name, function))
    return found


def path_of(name: str) -> Path:
    return ROOT / f"{name if name.startswith('tests/') else f'tests/results/{name}'}.py"


def test_every_requirement_has_a_row_and_no_row_an_unknown_requirement():
    assert rows().keys() == LINES


@pytest.mark.parametrize("line", sorted(LINES))
def test_a_row_names_at_least_one_test(line):
    assert references(rows().get(line, ""))


def test_every_test_that_the_document_names_is_there():
    functions: dict[Path, set[str]] = {}
    named = references(README.read_text("utf-8"))
    assert len(named) > 100
    missing = []
    for name, function in named:
        file = path_of(name)
        if not file.is_file():
            missing.append(f"{name} (no such file)")
            continue
        if file not in functions:
            tree = ast.walk(ast.parse(file.read_bytes()))
            functions[file] = {node.name for node in tree if isinstance(node, ast.FunctionDef)}
        if function and function not in functions[file]:
            missing.append(f"{name}::{function}")
    assert not missing


def test_the_requirements_beside_the_project_are_these():
    """Where the distilled requirements lie beside the project, no id of theirs is left out here."""
    beside = ROOT.parent / "shared" / "design" / "requirements.md"
    if not beside.is_file():
        pytest.skip("shared data is not there")
    text = beside.read_text("utf-8").partition("**Identification")[2]
    ids = set(
        re.findall(r"(?<![\w.])((?:SW|SEP|IF|FR|ALG|AT|DS|CFG|PAR|TM|AC|REC|CERT|PUB|CMP|TX)-\d)\b", text)
    )
    ids |= set(re.findall(r"(?<![\w.])(L\d(?:/\d)?|D\d|T1-4|T\d)(?= )", text))
    assert ids <= LINES
