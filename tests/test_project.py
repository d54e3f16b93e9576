"""House rules: what holds for every module, file and command of the project, whoever wrote it."""

import argparse
import ast
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from bench.cli import parser

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bench", "drivers", "procedures", "results")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST = 350
MEDIAN = 150
TOP_LEVEL = {
    *("bench", "drivers", "procedures", "results", "tests", ".ci"),
    *("pyproject.toml", "requirements.lock", "justfile", ".gitignore"),
    *("README.md", "LICENSE", "CHANGELOG.md"),
}
MEANINGLESS = {"utils", "util", "helpers", "helper", "manager", "handler", "base", "common", "core", "misc"}
HEAVY = {"numpy", "scipy", "h5py", "pymodbus", "textual", "sqlalchemy", "fastapi", "typst", "cryptography"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def kept_files() -> list[Path]:
    """The files that are, or would be, taken into the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout, so nothing tells which files belong to it")
    line = ("git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(line, capture_output=True, check=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def commands(command: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The command and all below it."""
    yield command
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from commands(below)


def test_every_module_says_what_it_is():
    silent = [relative(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_bytes()))]
    assert not silent


def test_modules_are_of_a_size_one_can_hold_in_the_head(record_property):
    sizes = {relative(path): len(path.read_bytes().splitlines()) for path in MODULES}
    median = statistics.median(size for size in sizes.values() if size > 1)
    record_property("median_lines_of_a_module", median)
    assert not {name: size for name, size in sizes.items() if size > LONGEST}
    assert median <= MEDIAN


def test_no_module_is_named_for_nothing():
    assert not [relative(path) for path in (*MODULES, *TESTS) if {path.stem, path.parent.name} & MEANINGLESS]


def test_the_top_level_is_as_agreed():
    assert {path.relative_to(ROOT).parts[0] for path in kept_files()} == TOP_LEVEL


def test_every_folder_at_the_top_has_a_readme():
    assert not [name for name in (*PACKAGES, "tests") if not (ROOT / name / "README.md").is_file()]


def test_there_is_no_save_and_no_delete():
    """Whatever is measured is kept by itself (L7), and no command takes anything of it away (L8)."""
    named = {command.prog.split()[-1] for command in commands(parser())}
    assert not named & {"save", "simpan", "delete", "remove", "hapus", "purge", "prune"}
    keys = {path: path.read_text("utf-8") for path in (ROOT / "bench" / "tui").rglob("*.py")}
    assert not [relative(path) for path, text in keys.items() if re.search(r"Binding\(.*(save|delete)", text)]


REMOVERS = {
    "bench/cli/output.py": "the beginning of a file that was asked for, where the disk had no room",
    "bench/keyring.py": "tries of a PIN that was right",
    "bench/start.py": "the environment of a checkout",
    "drivers/twins/line.py": "a twin's own link",
    "results/key_rotation.py": "the private half and the name of a key that was replaced, and its tries; "
    "a new key that never came to be used",
    "results/storage.py": "evidence that is let go: after its retention, with verified copies on two disks; "
    "an empty folder that a restored one takes the place of; what a writing that was killed left half done",
}


def test_nothing_in_the_program_removes_what_is_kept():
    """Each place that removes a file is known; none removes a record or an entry, and one evidence."""
    calls = {
        relative(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"unlink", "rmtree", "rmdir", "removedirs"}
    }
    assert calls == REMOVERS.keys()


def test_only_one_place_lets_evidence_go():
    """Whoever calls it has read the copies again; see tests/bench/test_retention.py."""
    callers = {
        relative(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "let_go"
    }
    assert callers == {"bench/retention.py"}


def test_the_import_contracts_hold():
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert program, "import-linter belongs to the environment of the tests"
    told = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, check=False, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


LIGHT = {
    "the help of the command": "from bench.__main__ import main; main(['--help'])",
    "the start without tools": "import bench.start",
    "the package drivers": "import drivers",
    "the port of a device": "import drivers.instrument",
    "the package procedures": "import procedures",
    "the outbox, which delivers while a screen runs": "import results.outbox",
    "a screen's port": "import bench.desk",
}


@pytest.mark.parametrize("code", LIGHT.values(), ids=LIGHT)
def test_what_must_be_quick_loads_nothing_heavy(code):
    """Which modules are loaded can be tested; milliseconds on a shared machine cannot."""
    heavy = HEAVY - {"cryptography"} if "outbox" in code else HEAVY
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint('loaded', *sys.modules)"
    line = [sys.executable, "-W", "error", "-c", script]
    told = subprocess.run(line, cwd=ROOT, capture_output=True, check=False, text=True)
    assert told.returncode == 0, told.stderr
    loaded = told.stdout.splitlines()[-1].split()
    assert not heavy & set(loaded)


def test_only_the_standard_library_starts_the_project():
    tree = ast.parse((ROOT / "bench" / "start.py").read_bytes())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert not ast.parse((ROOT / "bench" / "__init__.py").read_bytes()).body[1:]


def test_every_command_and_option_is_documented():
    """An option stands in the section of its command, or among the words for all commands."""
    text = (ROOT / "bench" / "README.md").read_text("utf-8")
    sections = [
        {span.strip() for span in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", section)}
        for section in text.split("\n## ")
    ]
    for_all = next(section for section in sections if "tera --version" in section)
    missing = []
    for command in commands(parser()):
        begin = f"{command.prog} "
        own = [section for section in sections if any(f"{span} ".startswith(begin) for span in section)]
        words = {word for section in (*own, for_all) for span in section for word in span.split()}
        asked = [name for action in command._actions for name in action.option_strings]
        missing += [] if own else [command.prog]
        missing += [f"{command.prog} {name}" for name in asked if name not in {*words, "-h", "--help"}]
    assert not missing


def test_every_command_shows_an_example_of_itself():
    leaves = [command for command in commands(parser()) if not command._subparsers]
    assert leaves
    assert not [command.prog for command in leaves if command.prog not in (command.epilog or "")]


def test_the_two_commands_of_the_readme_are_there():
    text = (ROOT / "README.md").read_text("utf-8")
    shell = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in shell for line in block.splitlines()]
    assert lines == ["python3 -m bench.start demo", "python3 -m bench.start test"]


def test_links_between_documents_lead_somewhere():
    pages = [page for page in kept_files() if page.suffix == ".md"]
    links = [(page, to) for page in pages for to in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))]
    assert links
    broken = [
        f"{relative(page)} -> {to}"
        for page, to in links
        if "://" not in to and not (page.parent / to).exists()
    ]
    assert not broken


def test_every_driver_file_has_a_source_and_examples():
    files = sorted((ROOT / "drivers" / "models").glob("*.toml"))
    assert files
    poor = []
    for path in files:
        driver = tomllib.loads(path.read_text("utf-8"))
        if not driver.get("source") or not (driver.get("example") or driver.get("keyed")):
            poor.append(relative(path))
    assert not poor


def test_every_rule_table_cites_its_source_and_says_what_was_not_compared_with_it():
    files = sorted((ROOT / "procedures" / "rules").glob("*.toml"))
    assert files
    poor = []
    for path in files:
        rule = tomllib.loads(path.read_text("utf-8"))
        poor += [
            f"{path.name}: {name}" for name in ("regulation", "edition", "citation") if not rule.get(name)
        ]
        if rule.get("by_date", True) and not isinstance(rule.get("valid_from"), date):
            poor.append(f"{path.name}: valid_from")
        if rule.get("verified") is not True and not rule.get("unverified"):
            poor.append(f"{path.name}: what is unverified")
        poor += [f"{path.name}: a note" for gap in rule.get("unverified", ()) if not gap.get("note")]
    assert not poor


def plain(requirement: str) -> str:
    """The name in a requirement, spelled the one way."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


@pytest.mark.parametrize("name", ["requirements.lock", ".ci/foreign.lock"])
def test_a_lock_holds_all_that_the_project_asks_for_and_no_address(name):
    """Mends with `just lock`."""
    lock = (ROOT / name).read_text("utf-8")
    entries = [entry for entry in re.split(r"\n(?=\w)", lock) if entry.strip()]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    wanted = [*groups.pop("foreign")]
    if name == "requirements.lock":
        wanted = [*project["project"]["dependencies"]]
        for some in (groups, project["project"]["optional-dependencies"]):
            wanted += [entry for group in some.values() for entry in group if isinstance(entry, str)]
    assert {plain(entry) for entry in wanted} <= {plain(entry) for entry in entries}
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock


def test_what_the_program_imports_it_also_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {plain(entry) for entry in project["dependencies"]}
    asked |= {plain(entry) for group in project["optional-dependencies"].values() for entry in group}
    offered = packages_distributions()
    missing = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) and not node.level else []
            for top in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - set(PACKAGES):
                if not asked & {plain(name) for name in offered.get(top, ())}:
                    missing.add(f"{relative(path)}: {top}")
    assert not missing


FORBIDDEN = {
    # Written so that no pattern finds itself.
    "a path of the machine it was made on": r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/[\w.]",
    "the host of a package registry": r"p[y]pi\.org|pythonhosted\.or[g]|deb\.debian\.or[g]|npmjs\.or[g]",
    "a program that wrote code": r"(?i)\b(?:cl[a]ude|anthro[p]ic|cop[i]lot|chat[g]pt)\b|co-authored-b[y]",
    "a mark of unfinished work": r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b",
}


@pytest.mark.parametrize("pattern", FORBIDDEN.values(), ids=FORBIDDEN)
def test_no_file_of_the_project_holds(pattern):
    found = []
    for path in kept_files():
        if path.suffix in {".md", ".py", ".toml", ".lock", ".html", ".typ", ".svg", ""}:
            text = path.read_text("utf-8")
            found += [f"{relative(path)}: {match[0]}" for match in re.finditer(pattern, text)]
    assert not found
