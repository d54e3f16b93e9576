"""The installation is tried on known answers; what is wrong is found, and the report cannot be forged."""

import asyncio
import base64
import hashlib
import json
import py_compile
from importlib.util import cache_from_source
from pathlib import Path

import msgspec
import pytest

from bench.audit import audit
from bench.keyring import bench_key
from bench.laboratory import Folders, load
from bench.libraries import changed_since_installed, library_digest, library_versions
from bench.software import PACKAGES
from bench.validation import answers, whole
from bench.validation.installed import fits, installed_files
from bench.validation.tally import Tally
from drivers.notation import from_json, to_json
from procedures.catalogue import catalogue
from results.envelope import parse, render, sign_as
from results.errors import IntegrityError
from results.keys import FileKey, TrustedKey, read_trusted_keys
from results.naming import RECORD_FILES
from results.statement import VALIDATION_TYPE, ValidationPart, ValidationReport, read_statement
from results.verification import load_record
from tests.bench.lab_bench import tera

pytestmark = pytest.mark.timeout(180)
RECORDS = sorted((Path(whole.__file__).parents[1] / "golden" / "records").rglob(RECORD_FILES))


@pytest.fixture(scope="module")
def validated(tmp_path_factory):
    """A laboratory whose installation was tried."""
    root = tmp_path_factory.mktemp("validated") / "lab"
    assert tera("init", str(root)).returncode == 0
    done = tera("check", "--validate", "--json", lab=root)
    assert done.returncode == 0, done.stdout + done.stderr
    return root, json.loads(done.stdout)


def test_a_sound_installation_gives_all_known_answers_and_a_signed_report(validated):
    root, told = validated
    assert told["valid"] is True
    assert {part["name"] for part in told["parts"]} == {
        *("files", "cryptography", "journal", "drivers", "rules", "cases", "records", "twins")
    }
    assert all(part["held"] for part in told["parts"])
    done = tera("record", "verify", told["report"], "--json", lab=root)
    assert done.returncode == 0, done.stdout
    checks = json.loads(done.stdout)["checks"]
    assert {checks[name] for name in ("signatures", "journaled", "answers")} == {True}


def test_the_report_names_program_libraries_rules_procedures_and_drivers(validated):
    root, told = validated
    data = Path(told["report"]).read_bytes()
    report = read_statement(data, ValidationReport, read_trusted_keys(Folders(root).keys)).content
    assert {f"sha256:{package}" for package in PACKAGES} < report.software.keys()
    assert len(report.software["libraries"]) == 64
    assert set(report.procedures) == set(catalogue())
    assert len(report.rules) > 15
    assert set(report.drivers) == {entry.driver for entry in load(root).instrument}
    assert report.clock["synchronised"] in {"yes", "no", "unknown"}


def test_every_kind_of_test_has_a_golden_case():
    kinds = {line.split('"')[1] for case in answers.golden_cases() for line in case.observed.splitlines()[:1]}
    assert kinds == set(catalogue())
    assert {case.outcome for case in answers.golden_cases()} == {"conforms", "does_not_conform"}


@pytest.mark.parametrize("case", answers.golden_cases(), ids=lambda case: case.name)
def test_a_golden_case_comes_out_as_it_was_worked_out_by_hand(case):
    assert answers.differences(case) == []


def test_a_program_that_decides_otherwise_than_by_hand_is_found():
    case = answers.golden_cases()[0]
    (label,) = case.points
    wrong = msgspec.structs.replace(case.points[label], error="2.4 g")
    assert answers.differences(msgspec.structs.replace(case, points={label: wrong}))
    assert answers.differences(msgspec.structs.replace(case, outcome="does_not_conform"))
    assert answers.differences(msgspec.structs.replace(case, points={"accuracy/up/1 g": case.points[label]}))


@pytest.mark.parametrize("file", RECORDS, ids=lambda file: file.parent.name)
def test_a_golden_record_can_be_audited_from_its_raw_frames(file):
    record = load_record(file, read_trusted_keys(file.parent))
    assert record.signatures_checked
    assert list(whole.rederived(record)) == []
    assert not audit(record, deep=True).unchecked


def test_golden_records_show_a_pass_and_a_failure():
    outcomes = {load_record(file).record.verdict.outcome.value for file in RECORDS}
    assert outcomes == {"conforms", "does_not_conform"}


def test_a_part_in_which_nothing_was_tried_is_a_finding():
    assert Tally("cases").part().findings


def test_one_finding_does_not_hide_the_others():
    tally = Tally("cases")
    with tally.tried("first"):
        raise ValueError("broken")
    tally.expect("second", holds=True)
    assert (tally.part().held, len(tally.part().findings)) == (1, 1)


# ---------------------------------------------------------------------- the report under attack


def forged(validated, **changes):
    root, told = validated
    report = from_json(parse(Path(told["report"]).read_bytes(), [VALIDATION_TYPE]).content, ValidationReport)
    return root, to_json(msgspec.structs.replace(report, **changes))


def test_every_kind_of_changed_byte_in_a_report_is_found(validated):
    root, told = validated
    keys, data = read_trusted_keys(Folders(root).keys), Path(told["report"]).read_bytes()
    for place in range(0, len(data), 97):
        spoilt = bytearray(data)
        spoilt[place] ^= 1
        with pytest.raises(IntegrityError):
            read_statement(bytes(spoilt), ValidationReport, keys)


def test_a_report_that_a_stranger_signed_is_refused(validated, tmp_path):
    root, content = forged(validated)
    stranger = FileKey.open(tmp_path / "bench.pem")
    with pytest.raises(IntegrityError) as caught:
        read_statement(
            render(sign_as(VALIDATION_TYPE, content, [stranger])),
            ValidationReport,
            read_trusted_keys(Folders(root).keys),
        )
    assert caught.value.code == "envelope.unknown_key"


def test_a_penera_cannot_sign_that_the_installation_is_sound(validated, tmp_path):
    _, content = forged(validated)
    key = FileKey.open(tmp_path / "officer-x.pem")
    with pytest.raises(IntegrityError, match="its bench has not signed"):
        read_statement(
            render(sign_as(VALIDATION_TYPE, content, [key])),
            ValidationReport,
            {key.keyid: TrustedKey(key.public, "x")},
        )


def test_a_report_that_calls_a_finding_valid_is_refused_also_with_the_benchs_own_key(validated):
    root, content = forged(validated, parts=(ValidationPart("cases", 1, ("wrong",)),))
    key = bench_key(Folders(root))
    with pytest.raises(IntegrityError, match="does not follow"):
        read_statement(
            render(sign_as(VALIDATION_TYPE, content, [key])),
            ValidationReport,
            read_trusted_keys(Folders(root).keys),
        )


def test_a_report_without_any_part_is_refused(validated):
    root, content = forged(validated, parts=())
    sealed = render(sign_as(VALIDATION_TYPE, content, [bench_key(Folders(root))]))
    with pytest.raises(IntegrityError, match="does not follow"):
        read_statement(sealed, ValidationReport, read_trusted_keys(Folders(root).keys))


def test_a_report_that_the_journal_does_not_have_is_no_report_of_this_bench(validated, tmp_path):
    root, content = forged(validated, at="2025-01-01T08:00:00+07:00")
    file = tmp_path / "x.validation.json"
    file.write_bytes(render(sign_as(VALIDATION_TYPE, content, [bench_key(Folders(root))])))
    assert tera("record", "verify", str(file), lab=root).returncode == 5


def test_a_report_is_no_record_and_a_record_is_no_report(validated, tmp_path):
    root, told = validated
    file = tmp_path / "000001.tera.json"
    file.write_bytes(Path(told["report"]).read_bytes())
    assert tera("record", "verify", str(file), lab=root).returncode == 5
    with pytest.raises(IntegrityError):
        read_statement(RECORDS[0].read_bytes(), ValidationReport, None)


# ---------------------------------------------------------------------- a changed installation


def test_a_compiled_file_of_another_source_is_found(tmp_path):
    """Python trusts a compiled file whose header names time and size of the source, whatever is in it."""
    source = tmp_path / "limit.py"
    source.write_text("LIMIT = 10\n")
    py_compile.compile(str(source))
    compiled = Path(cache_from_source(str(source)))
    assert fits(compiled, source)
    evil = tmp_path / "evil.py"
    evil.write_text("LIMIT = 99\n")
    py_compile.compile(str(evil), cfile=str(evil) + "c")
    compiled.write_bytes(compiled.read_bytes()[:16] + Path(f"{evil}c").read_bytes()[16:])
    assert not fits(compiled, source)
    compiled.write_bytes(compiled.read_bytes()[:20])
    assert not fits(compiled, source)


def test_a_compiled_file_that_is_older_than_its_source_is_passed_over_as_python_does(tmp_path):
    source = tmp_path / "limit.py"
    source.write_text("LIMIT = 10\n")
    py_compile.compile(str(source))
    source.write_text("LIMIT = 1000\n")
    assert fits(Path(cache_from_source(str(source))), source)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A distribution with one package, installed in a folder of its own."""
    package, information = tmp_path / "toy_scale", tmp_path / "toy_scale-1.0.dist-info"
    package.mkdir()
    information.mkdir()
    (package / "__init__.py").write_text("LIMIT = 10\n")
    digest = base64.urlsafe_b64encode(hashlib.sha256((package / "__init__.py").read_bytes()).digest())
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-scale\nVersion: 1.0\n")
    line = f"toy_scale/__init__.py,sha256={digest.rstrip(b'=').decode()},11"
    (information / "RECORD").write_text(f"{line}\ntoy_scale-1.0.dist-info/RECORD,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return package


def test_an_installation_as_it_was_made_has_no_changes(installed):
    assert changed_since_installed("toy-scale", within=("toy_scale",)) == ()


CHANGES = {
    "a limit is changed": lambda package: (package / "__init__.py").write_text("LIMIT = 99\n"),
    "a file is gone": lambda package: (package / "__init__.py").unlink(),
    "a module is added": lambda package: (package / "extra.py").write_text("import os\n"),
    "a library is put before the system's": lambda package: (package / "fast.so").write_bytes(b"\x7fELF"),
    "the list of files is gone": lambda package: recorded(package).unlink(),
    "the list of files is empty": lambda package: recorded(package).write_bytes(b""),
}


def recorded(package):
    return package.with_name("toy_scale-1.0.dist-info") / "RECORD"


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_since_the_installation_is_named(installed, change):
    change(installed)
    assert len(changed_since_installed("toy-scale", within=("toy_scale",))) == 1


def test_an_installation_that_leads_to_a_checkout_runs_from_its_source(installed):
    """As `python -m bench.start` makes one: its list names a path file and no package."""
    package = installed.rename(installed.with_name("checkout"))
    assert package.is_dir()
    recorded(installed).write_text("_toy_scale.pth,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n")
    assert changed_since_installed("toy-scale", within=("toy_scale",)) is None
    recorded(installed).unlink()
    assert changed_since_installed("toy-scale", within=("toy_scale",)) is None


@pytest.mark.parametrize("installer", ["debian", "rpm"])
def test_a_library_of_the_system_whose_list_the_system_keeps_cannot_be_compared(installed, installer):
    recorded(installed).with_name("INSTALLER").write_text(f"{installer}\n")
    recorded(installed).unlink()
    assert changed_since_installed("toy-scale", within=("toy_scale",)) is None


def test_what_is_not_installed_cannot_be_compared():
    assert changed_since_installed("no-such-distribution") is None


def test_the_libraries_are_all_that_the_program_asks_for_and_what_those_ask_for():
    versions = library_versions()
    assert {"msgspec", "cryptography", "numpy", "cffi"} <= versions.keys()
    assert "pytest" not in versions


def test_the_files_of_this_installation_hold():
    assert not installed_files().findings


def test_a_twin_that_is_wrong_must_not_pass(tmp_path):
    record = asyncio.run(whole.twin_test(tmp_path, "0.0016"))
    assert record.record.verdict.outcome.value == "does_not_conform"
    assert record.record.training
    assert record.record.clock["begun"]["synchronised"] in {"yes", "no", "unknown"}
    assert record.record.software["libraries"] == library_digest()
