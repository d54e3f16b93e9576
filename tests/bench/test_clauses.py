"""Every clause about a mistake in a file of the laboratory is said in the reader's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bench.phrases import translated
from drivers import checking, proposal

ROOT = Path(__file__).parents[2]
FOLDERS = ("drivers", "bench/cli")
TELLERS = {
    "refuse", "usage", "_wrong", "wrong", "_impossible", "_refuse", "_mistake", "mistake",
    "PictureError", "FamilyError", "ValueError", "UnitError", "EntryError", "AddressError",
    "UnknownFlagError", "Miss", "Refused",
}  # fmt: skip
"""functions and errors that take clauses; a class of this module's errors is found by its base"""
TABLES = {"SAID", "_WORDS"}
"""tables of reasons by state or fault"""
FOR_PROGRAMMERS = {
    "the pace of a clock must be above zero, not {x}",
}
"""raised at whoever calls wrongly; no file that a person writes leads there"""


def texts(node: ast.expr, names: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The texts that an expression may be, with `{x}` for what is filled in."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr():
            yield "".join(
                part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "{x}"
                for part in node.values
            )
        case ast.IfExp():
            yield from texts(node.body, names)
            yield from texts(node.orelse, names)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from (a + b for a in texts(left, names) for b in texts(right, names))
        case ast.Name(id=name):
            for value in names.get(name, []):
                yield from texts(value, {})


def tellers(tree: ast.AST) -> set[str]:
    own = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & TELLERS
    }
    return TELLERS | own


def clauses() -> dict[str, str]:
    """Each clause, and where it stands."""
    found = {}
    for file in (file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        names: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                names.setdefault(node.targets[0].id, []).append(node.value)
            named = isinstance(node, ast.AnnAssign) and ast.unparse(node.target) in TABLES
            if named and isinstance(node.value, ast.Dict):
                found |= {text: file.name for value in node.value.values for text in texts(value, {})}
        known = tellers(tree)
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in known:
                reasons = [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
                for argument in (*call.args, *reasons):
                    found |= dict.fromkeys(texts(argument, names), f"{file.name}:{call.lineno}")
        if file.name == "line_entry.py":  # its mistakes are handed over, not raised
            returned = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
            parts = [part for value in returned if isinstance(value, ast.Tuple) for part in value.elts]
            found |= {text: file.name for part in parts for text in texts(part, names)}
    return {text: where for text, where in found.items() if is_clause(text)}


def is_clause(text: str) -> bool:
    bare = text.replace("{x}", "").strip()
    return " " in bare and any(character.isalpha() for character in bare) and text not in FOR_PROGRAMMERS


def test_the_scan_finds_the_clauses_of_driver_files():
    assert len(clauses()) > 100


def test_every_clause_about_a_mistake_in_a_file_is_translated():
    filled = {text: text.replace("{x}", "X7") for text in clauses()}
    assert {
        text: clauses()[text] for text, sample in filled.items() if translated(sample, "id") == sample
    } == {}


def test_what_the_workbench_found_and_what_it_tried_is_translated():
    told = [*checking._TESTS, *proposal._UNSEEN.values(), proposal._NO_REPEAT, proposal._NO_FRAME]
    assert {sentence for sentence in told if translated(sentence, "id") == sentence} == set()


def test_a_part_of_a_clause_is_translated_in_its_turn():
    near = "form 2 of 5 comes nearest; it means overload, so no number is read"
    assert translated(near, "id").startswith("bentuk 2 dari 5 paling mendekati; artinya ")
    sign = "every byte has even parity: the line carries 7 data bits, set it to 7E1"
    assert translated(sign, "id").startswith("tiap byte punya paritas genap: ")


def test_a_network_that_refuses_is_told_in_words():
    assert translated("[Errno 111] Connect call failed ('127.0.0.1', 9)", "id") == "sambungan ditolak"
    assert translated("[Errno 13] Permission denied", "id") == "tidak diizinkan"
