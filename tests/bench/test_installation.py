"""An installation whose files were changed begins no test, and an update waits until no run is open."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.software import PACKAGES
from tests.bench.signing_lab import PINS, made

pytestmark = pytest.mark.timeout(180)
ROOT = Path(__file__).parents[2]


class Installation:
    """The program as an installer leaves it: files, and beside them the list of their digests."""

    def __init__(self, site: Path, lab: Path) -> None:
        self.site, self.lab = site, lab
        for package in PACKAGES:
            shutil.copytree(ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
        self.information = site / "tera_bench-0.1.0.dist-info"
        self.information.mkdir()
        (self.information / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: tera-bench\nVersion: 0.1.0\n"
        )
        self.listed()

    def listed(self) -> None:
        """What an installer does last: write down every file with its digest."""
        lines = []
        for file in sorted(file for package in PACKAGES for file in (self.site / package).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest = base64.urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest()).rstrip(b"=")
                lines.append(f"{file.relative_to(self.site).as_posix()},sha256={digest.decode()},")
        (self.information / "RECORD").write_text("\n".join(lines) + "\n")

    def tera(self, *arguments):
        environment = {**os.environ, "PYTHONPATH": str(self.site), "PYTHONDONTWRITEBYTECODE": "1"}
        line = [sys.executable, "-m", "bench", *arguments, "--lab", str(self.lab)]
        return subprocess.run(
            line,
            cwd=self.site,
            env=environment,
            input="",
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def begin(self):
        return self.tera("run", "scales", "--uut", str(self.lab / "orders/contoh.toml"))

    def runs(self):
        return [json.loads(line)["record"] for line in self.tera("runs", "--json").stdout.splitlines()]


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    fresh = Installation(folder / "site", folder / "lab")
    assert fresh.tera("init", str(fresh.lab)).returncode == 0
    assert fresh.begin().returncode == 3
    assert fresh.runs() == ["000001"]
    return fresh


CHANGES = {
    "a limit of a rule table": ("procedures/rules/oiml-r76-1-2006.toml", b"\n# x\n"),
    "a module that decides": ("procedures/conformity.py", b"\n# x\n"),
    "a driver file": ("drivers/models/st-gs.toml", b"\n# x\n"),
    "a module that nobody installed": ("results/extra.py", b"import os\n"),
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("name", "more"), CHANGES.values(), ids=CHANGES)
def test_a_changed_file_is_noticed_before_a_run_starts_and_no_number_is_consumed(installation, name, more):
    file = installation.site / name
    before = file.read_bytes() if file.exists() else None
    file.write_bytes((before or b"") + more)
    try:
        refused = installation.begin()
        assert refused.returncode == 2
        assert name in refused.stderr
        assert installation.runs() == ["000001"]
    finally:
        file.write_bytes(before) if before is not None else file.unlink()


def test_an_installation_whose_list_of_files_is_gone_begins_no_test(installation):
    installation.information.joinpath("RECORD").unlink()
    try:
        refused = installation.begin()
        assert refused.returncode == 2
        assert "RECORD" in refused.stderr
        assert installation.runs() == ["000001"]
    finally:
        installation.listed()


def test_nothing_is_amended_with_a_changed_file_and_no_number_is_consumed(
    installation, tmp_path, monkeypatch
):
    monkeypatch.setattr(installation, "lab", made(tmp_path / "lab"))
    monkeypatch.setenv("TERA_PIN", PINS["budi"])
    order = ("amend", "000001", "--serial", "A-17", "--reason", "salah ketik")
    file = installation.site / "results" / "amendment.py"
    before = file.read_bytes()
    file.write_bytes(before + b"\n# x\n")
    try:
        refused = installation.tera(*order)
        assert refused.returncode == 2
        assert "results/amendment.py" in refused.stderr
        assert installation.runs() == ["000001"]
    finally:
        file.write_bytes(before)
    assert installation.tera(*order).returncode == 0
    assert installation.runs() == ["000001", "000002"]


@pytest.mark.parametrize("name", ["drivers/models/st-gs.toml", "bench/templates/laboratory.toml"])
def test_the_check_of_the_laboratory_names_a_changed_file(installation, name):
    file = installation.site / name
    before = file.read_bytes()
    file.write_bytes(before + b"\n# x\n")
    try:
        told = installation.tera("check")
        assert told.returncode == 1
        assert [line for line in told.stdout.splitlines() if line.startswith("✘") and name in line]
    finally:
        file.write_bytes(before)


@pytest.mark.parametrize("name", ["procedures/conformity.py", "procedures/rules/oiml-r76-1-2006.toml"])
def test_a_file_that_is_gone_is_told_as_a_changed_installation(installation, name):
    file = installation.site / name
    before = file.read_bytes()
    file.unlink()
    try:
        refused = installation.begin()
        assert refused.returncode == 2
        assert name in refused.stderr
    finally:
        file.write_bytes(before)
    assert installation.runs() == ["000001"]


def test_a_run_is_not_resumed_with_another_release_and_the_change_stands_in_the_trail(installation):
    file = installation.site / "procedures" / "conformity.py"
    before = file.read_bytes()
    file.write_bytes(before + b"\n# another release\n")
    installation.listed()
    try:
        refused = installation.tera("resume", "000001")
        assert refused.returncode == 2
        assert "pembaruan harus menunggu" in refused.stderr
        told = installation.tera("audit-trail", "show").stdout
        assert "yang berubah sha256:procedures" in told
        assert installation.tera("audit-trail", "verify").returncode == 0
    finally:
        file.write_bytes(before)
        installation.listed()
    # The old release is back, and with it the run: nothing was lost by the attempt.
    assert installation.tera("resume", "000001").returncode == 3


def test_the_check_of_the_laboratory_names_program_and_packages(installation):
    told = [json.loads(line) for line in installation.tera("check", "--json").stdout.splitlines()]
    names = {line["check"]: line["detail"] for line in told}
    assert names["tera-bench"] == "0.1.0"
    assert all(len(names[f"sha256:{package}"]) == 64 for package in PACKAGES)
    assert len(names["libraries"]) == 64
