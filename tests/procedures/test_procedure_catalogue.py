"""Procedures are found by id, their own and those of others."""

import doctest
import importlib
import pkgutil
from importlib.metadata import EntryPoint

import pytest

import procedures
from procedures import catalogue as module
from procedures.catalogue import catalogue, find, foreign
from procedures.errors import ProcedureError
from procedures.scales.procedure import SCALES


@pytest.fixture
def announced(monkeypatch):
    def announce(*values: str) -> None:
        found = [EntryPoint(f"foreign{n}", value, module.GROUP) for n, value in enumerate(values)]
        monkeypatch.setattr(module, "entry_points", lambda *, group: found if group == module.GROUP else [])
        foreign.cache_clear()

    yield announce
    foreign.cache_clear()


def test_scales_are_found():
    assert find("scales") is SCALES


def test_an_unknown_procedure_is_refused_with_the_known_ones():
    with pytest.raises(ProcedureError, match="no procedure scale") as refused:
        find("scale")
    assert "scales" in refused.value.remedy


@pytest.mark.parametrize("value", ["procedures.scales.procedure:SCALES", "procedures.catalogue:GROUP"])
def test_an_extension_that_gives_no_new_procedure_is_named(announced, value):
    announced(value)
    with pytest.raises(ProcedureError, match="foreign0") as refused:
        find("scales")
    assert refused.value.code == "procedure.foreign"


def test_a_procedure_of_another_distribution_is_found(announced):
    announced("tests.procedures.foreign_procedure:FOREIGN")
    assert find("foreign").edition == "7"
    assert {"scales", "foreign"} <= set(catalogue())


NAMES = [info.name for info in pkgutil.walk_packages(procedures.__path__, "procedures.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_in_the_documentation_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
