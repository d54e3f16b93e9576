"""Every single sample is of the instrument that the run was begun with, wherever it stands in its entry."""

from dataclasses import replace

import msgspec
import pytest

from drivers.reading import Origin
from results.entry import Done
from results.errors import IntegrityError
from results.evidence import make_evidence
from results.evidence_held import Evidence
from results.journal import Journal
from results.provenance import check_readings
from tests.results.made_run import write_run


@pytest.fixture
def evidence(tmp_path) -> Evidence:
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal, samples=3)
        return make_evidence(list(journal.entries("run-1")), called="evidence")


def test_the_readings_of_a_run_are_its_instruments(evidence):
    check_readings(evidence)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
@pytest.mark.parametrize("change", [{"name": "meja"}, {"driver": "x"}, {"origin": Origin.TWIN}])
def test_one_strange_sample_among_good_ones_is_found(evidence, place, change):
    sequence, readings = next((k, one) for k, one in evidence.readings.items() if len(one) == 4)
    said = list(readings.said)
    said[place] = said[place]._replace(**change)
    strange = replace(
        evidence, readings={**evidence.readings, sequence: msgspec.structs.replace(readings, said=said)}
    )
    with pytest.raises(IntegrityError) as found:
        check_readings(strange)
    path = next(kept.entry.path for kept in evidence.entries if kept.sequence == sequence)
    assert path in found.value.message


@pytest.mark.parametrize("first", ["kamar", "uut"])
def test_readings_of_two_roles_in_one_entry_are_each_compared_with_their_own(evidence, first):
    """An instrument that is none of the run's may not hide behind one that is, nor before it."""
    kept = next(one for one in evidence.entries if one.sequence in evidence.readings)
    other = "uut" if first == "kamar" else "zz"
    counts = {role: {"start": 1, "during": 1, "end": 0} for role in (first, other)}
    watched = Done(path="fill/watched", verb="watched", arguments={}, result=counts, samples=())
    entries = (evidence.entries[0], type(kept)(**{**_fields(kept), "entry": watched}))
    strange = replace(evidence, entries=entries)
    with pytest.raises(IntegrityError) as found:
        check_readings(strange)
    assert "fill/watched" in found.value.message


def _fields(kept) -> dict:
    return {name: getattr(kept, name) for name in kept.__struct_fields__}
