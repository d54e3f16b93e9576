"""Change the deciding code in small ways and see that its tests notice: `python -m tests.mutation [MODULE…]`.

Each comparison, operator, constant, condition, return and raise is changed once, in a copy of the project,
and the module's own tests run against it. A change that no test notices is printed with its line.
"""

import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
TESTS: Final = {
    "procedures/conformity.py": (
        "tests/procedures/test_conformity.py",
        "tests/procedures/test_scale_case.py",
    ),
    "procedures/tolerance.py": (
        "tests/procedures/test_conformity.py",
        "tests/procedures/test_rule_tables.py",
        "tests/procedures/test_scale_case.py",
    ),
    "results/chain.py": ("tests/results/test_chain.py",),
    "results/envelope.py": ("tests/results/test_envelope.py", "tests/results/test_verification.py"),
}
"""the modules on which every verdict and its proof rest, and the tests that must notice"""

OTHER: Final[dict[type, type]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitOr: ast.BitAnd,
    ast.Pow: ast.Mult,
}

Change = Callable[[Any, ast.AST], None]


def changes(node: ast.AST) -> Iterator[tuple[str, Change]]:  # noqa: C901, PLR0912 - a table of kinds
    """The changes of one node: a name, and what makes it in a copy of the tree."""
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                if new := OTHER.get(type(op)):
                    yield new.__name__, lambda n, _, place=place, new=new: n.ops.__setitem__(place, new())
        case ast.BinOp(op=op) | ast.BoolOp(op=op) if new := OTHER.get(type(op)):
            yield new.__name__, lambda n, _: setattr(n, "op", new())
        case ast.UnaryOp(op=ast.USub()):
            yield "no minus", lambda n, _: setattr(n, "op", ast.UAdd())
        case ast.Constant(value=bool() as value):
            yield f"{not value}", lambda n, _: setattr(n, "value", not value)
        case ast.Constant(value=int() as value):
            yield f"{value + 1}", lambda n, _: setattr(n, "value", value + 1)
        case ast.Constant(value=bytes() as value):
            yield "other bytes", lambda n, _: setattr(n, "value", value + b"X")
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            yield "return None", lambda n, _: setattr(n, "value", ast.Constant(None))
        case ast.Raise():
            yield "no raise", _remove
        case ast.If() | ast.IfExp() | ast.While():
            for always in (True, False):
                yield f"if {always}", lambda n, _, always=always: setattr(n, "test", ast.Constant(always))
        case _:
            pass


def _remove(node: ast.stmt, tree: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(parent, name, None)
            if isinstance(statements, list) and node in statements:
                statements[statements.index(node)] = ast.Pass()


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, name and text of each changed module."""
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        for name, change in changes(node):
            changed = copy.deepcopy(tree)
            change(list(ast.walk(changed))[number], changed)
            yield node.lineno, name, ast.unparse(changed)


def noticed(project: Path, tests: tuple[str, ...]) -> bool:
    """Whether a test fails in this copy of the project."""
    line = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(project)}
    try:
        done = subprocess.run(
            line, cwd=project, capture_output=True, timeout=300, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main(wanted: list[str]) -> int:
    """Try every change of the wanted modules; the exit code says whether nine in ten were noticed."""
    seen = total = 0
    with tempfile.TemporaryDirectory() as room:
        project = Path(room, "project")
        shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", "dist"))
        for module in wanted or TESTS:
            file = project / module
            source = file.read_text("utf-8")
            if noticed(project, TESTS[module]):
                print(f"{module}: its tests fail as it stands")
                return 2
            for lineno, name, text in mutants(source):
                file.write_text(text, "utf-8")
                total += 1
                if noticed(project, TESTS[module]):
                    seen += 1
                else:
                    print(f"not noticed: {module}:{lineno} {name}", flush=True)
            file.write_text(source, "utf-8")
    print(f"{seen} of {total} changes noticed, {100 * seen / max(1, total):.0f} %")
    return 0 if 10 * seen >= 9 * total else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
