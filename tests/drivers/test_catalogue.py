"""A name or a file becomes a driver, or a sentence that says what to do."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from drivers import catalogue
from drivers.errors import DescriptionError, InstrumentError

MODELS = Path(catalogue.__file__).parent / "models"


@pytest.fixture
def own(tmp_path):
    text = (MODELS / "st-gs.toml").read_text("utf-8")
    (tmp_path / "pasar.toml").write_text(text.replace('id = "st-gs"', 'id = "pasar"'), "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", catalogue.names())
def test_every_driver_of_the_program_loads_with_the_digest_of_its_file(name):
    driver = catalogue.load(name)
    file = MODELS / f"{name}.toml"
    data = file.read_bytes() if file.exists() else driver.text.encode("utf-8")  # a driver in Python
    assert driver.mark.id == name
    assert driver.mark.digest == hashlib.sha256(driver.text.encode("utf-8")).hexdigest()
    assert driver.text.encode("utf-8").startswith(data)  # what it is like stands behind it


def test_the_laboratory_adds_its_own_drivers(own):
    assert "pasar" in catalogue.names(folder=own)
    assert catalogue.load("pasar", folder=own).mark.id == "pasar"
    assert catalogue.load(str(own / "pasar.toml")).mark.id == "pasar"


def test_the_laboratory_s_own_file_comes_before_the_program_s(own):
    text = (MODELS / "st-gs.toml").read_text("utf-8") + "\n# ours\n"
    (own / "st-gs.toml").write_text(text, "utf-8")
    assert catalogue.load("st-gs", folder=own).text.endswith("# ours\n")


MISSPELLED = {
    "one letter": ("mt-sic", "mt-sics"),
    "capitals": ("CAS-22", "cas-22"),
    "half": ("toledo", "toledo"),
}


@pytest.mark.parametrize("why", MISSPELLED)
def test_a_misspelled_driver_is_answered_with_the_nearest_one(why):
    wrong, right = MISSPELLED[why]
    with pytest.raises(InstrumentError, match="Did you mean") as caught:
        catalogue.load(wrong)
    assert right in caught.value.remedy


@pytest.mark.parametrize("name", ["", "zzzzzz", "../models/st-gs", "models/st-gs"])
def test_what_is_no_driver_is_said_to_be_none(name):
    with pytest.raises(InstrumentError, match="There is no driver"):
        catalogue.load(name)


def test_a_file_that_is_not_there_is_a_sentence():
    with pytest.raises(InstrumentError, match=r"absent\.toml cannot be read"):
        catalogue.load(Path("absent.toml"))


def test_a_file_must_carry_its_driver_s_id_as_its_name(own):
    (own / "pasar.toml").rename(own / "lain.toml")
    with pytest.raises(DescriptionError, match=r"Name the file pasar\.toml"):
        catalogue.load("lain", folder=own)


PLUG_IN = """
from pathlib import Path
from drivers import catalogue
def driver():
    return catalogue.load(Path(__file__).parent / "pasar.toml")
def broken():
    raise RuntimeError("no licence")
"""


@pytest.fixture
def installed(own, monkeypatch):
    """A package with two plug-ins, as an installer leaves it on the path."""
    (own / "pasar_driver.py").write_text(PLUG_IN, "utf-8")
    info = own / "pasar_driver-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pasar-driver\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(
        "[tera_bench.drivers]\npasar = pasar_driver:driver\nrusak = pasar_driver:broken\n", "utf-8"
    )
    monkeypatch.syspath_prepend(str(own))
    yield
    sys.modules.pop("pasar_driver", None)


@pytest.mark.usefixtures("installed")
def test_an_installed_plug_in_is_a_driver_like_any_other():
    assert "pasar" in catalogue.names()
    assert catalogue.load("pasar").mark.id == "pasar"


@pytest.mark.usefixtures("installed")
def test_a_plug_in_that_fails_is_a_sentence():
    with pytest.raises(InstrumentError, match=r"rusak .* does not load: no licence"):
        catalogue.load("rusak")


def test_the_catalogue_is_imported_without_the_heavy_libraries():
    code = (
        "import sys, drivers.catalogue as c; c.load('mt-sics');"
        "heavy = {'numpy', 'scipy', 'h5py', 'pymodbus', 'textual', 'serial', 'asyncio'} & set(sys.modules);"
        "sys.exit(' '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
