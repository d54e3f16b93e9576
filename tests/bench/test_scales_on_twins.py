"""Bridge, multi-interval and multiple range scales as twins: from the order to a sealed record, audited."""

from datetime import date

import pytest

from bench.audit import audit
from bench.workplace import read_assignment
from procedures.action import Exchange, PlaceLoad, SetTare
from procedures.point import Method, Outcome
from procedures.scales.task import plan, prepare
from bench.laboratory import load
from results.certificate.rendering import render_certificate
from tests.bench.scale_bench import Penera, sealed_run, settings

pytestmark = pytest.mark.timeout(240)
BLOCKS = "20 kg*1000, 10 kg*2, 5 kg*2, 2 kg*5, 1 kg*2, 500 g, 200 g*2, 100 g*2"
SET = (
    "10 kg*2, 5 kg, 2 kg*2, 1 kg, 500 g, 200 g*2, 100 g, 50 g, 20 g*2, 10 g, 5 g, 2 g*2, 1 g, "
    "500 mg, 200 mg*2, 100 mg*2, 50 mg"
)


def order(plate: str, *, activity: str = "subsequent_verification", rules: str = "") -> str:
    return f"""
kind = "scales"
activity = "{activity}"
order = "0007"
{f'rules = "{rules}"' if rules else ""}
[uut]
class = "III"
{plate}
[identity]
maker = "Contoh"
serial = "J-1"
"""


BRIDGE = 'max = "60 t"\nmin = "400 kg"\ne = "20 kg"\nfeatures = ["bridge"]\n'


def in_order(sealed, root) -> None:
    """The points were reported in the order of the plan; the record is as the run was."""
    task = prepare(read_assignment(root / "order.toml"), date(2026, 11, 23), tuple(load(root).standard))
    planned = [step.label for step in plan(task)]
    assert sorted(sealed.labels()) == sorted(planned)
    found = audit(sealed.verified, deep=True)
    assert (found.differences, found.unchecked) == ((), ())
    assert render_certificate(sealed.verified).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("gain", "outcome"), [("0.0003", Outcome.CONFORMS), ("0.0015", Outcome.DOES_NOT_CONFORM)]
)
def test_a_bridge_scale_with_sections_and_ballast(tmp_path, gain, outcome):
    twin = settings(max="60 t", d="20 kg", gain_error=gain)
    sealed = sealed_run(
        tmp_path, order(BRIDGE + "sections = 3"), BLOCKS, twin, penera=Penera({"adjust": "reject"})
    )
    assert sealed.conclusion.verdict.outcome is outcome
    in_order(sealed, tmp_path)
