"""The start without tools, each time in a process of its own and a folder of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench import start

ASKED = "import sys; print('asked', *sys.argv[1:]); sys.exit(3)"
"""stands for the program in the folder made here: says what it was asked, ends with a code of its own"""


def started(
    folder: Path, *words: str, python: str | Path = sys.executable
) -> subprocess.CompletedProcess[str]:
    line = [str(python), "-m", "bench.start", *words]
    return subprocess.run(line, cwd=folder, capture_output=True, check=False, text=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder like the project's, with the real start and nothing installed."""
    (tmp_path / "bench").mkdir()
    for name in ("bench/__init__.py", "bench/start.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(start.CHECKOUT / name, tmp_path / name)
    (tmp_path / "bench" / "__main__.py").write_text(ASKED)
    return tmp_path


def finish(checkout: Path) -> None:
    """Give it an environment, and the stamp that its own start would give."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(checkout / ".venv")], check=True)
    line = [sys.executable, "-c", "from bench import start; start.STAMP.write_text(start.fingerprint())"]
    subprocess.run(line, cwd=checkout, check=True)


def test_a_finished_environment_is_used_as_it_is(checkout):
    finish(checkout)
    told = started(checkout, "demo", "--seed", "7")
    assert (told.stdout.strip(), told.stderr, told.returncode) == ("asked demo --seed 7", "", 3)


def test_the_python_of_the_environment_finds_it_finished_too(checkout):
    finish(checkout)
    inside = checkout / start.PYTHON.relative_to(start.CHECKOUT)
    told = started(checkout, "check", python=inside)
    assert (told.stdout.strip(), told.returncode) == ("asked check", 3)


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_file_asks_for_a_new_environment(checkout, name):
    finish(checkout)
    with (checkout / name).open("a") as file:
        file.write("\n# changed\n")
    line = [
        sys.executable,
        "-c",
        "from bench import start; print(start.STAMP.read_text() == start.fingerprint())",
    ]
    told = subprocess.run(line, cwd=checkout, capture_output=True, check=True, text=True)
    assert told.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("codes", "options", "asked", "ends"),
    [
        ((0, 0), (), [f"-n {start.AT_ONCE}"], 0),
        ((1, 0), (), [f"-n {start.AT_ONCE}", "--last-failed --last-failed-no-failures=none"], 0),
        ((1, 1), (), [f"-n {start.AT_ONCE}", "--last-failed --last-failed-no-failures=none"], 1),
        ((2, 0), (), [f"-n {start.AT_ONCE}"], 2),
        ((1, 0), ("-x",), [f"-n {start.AT_ONCE} -x"], 1),
    ],
    ids=["all pass", "fails only beside others", "fails alone too", "interrupted", "a person's own choice"],
)
def test_what_fails_beside_others_is_run_again_alone(checkout, codes, options, asked, ends):
    finish(checkout)
    (checkout / "pytest.py").write_text(
        "import sys\n"
        "with open('asked', 'a+') as file:\n"
        "    file.seek(0)\n"
        "    count = len(file.readlines())\n"
        "    print(*sys.argv[1:], file=file)\n"
        f"sys.exit({codes}[count])\n"
    )
    told = started(checkout, "test", *options)
    assert (checkout / "asked").read_text().splitlines() == asked
    assert told.returncode == ends


def test_a_python_without_pip_is_told_what_to_do(checkout, tmp_path_factory):
    bare = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    told = started(checkout, "demo", python=bare / start.PYTHON.relative_to(start.ENVIRONMENT))
    assert told.returncode == 2
    assert "has no pip" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (checkout / ".venv").exists()


def test_an_installed_package_sends_you_to_its_own_command(checkout):
    (checkout / "requirements.lock").unlink()
    told = started(checkout, "demo")
    assert told.returncode == 2
    assert "tera demo" in told.stderr


def test_no_word_at_all_prints_the_words_there_are(checkout):
    told = started(checkout)
    assert told.returncode == 2
    assert "bench.start demo" in told.stderr
