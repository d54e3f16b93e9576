"""A laboratory whose files stand on the disk already, carried through in virtual time by one person."""

from dataclasses import dataclass

from bench import demo
from bench.operator import Operator
from bench.operators.twin_hands import AutomaticOperator
from bench.workplace import read_assignment
from procedures.point import Conclusion
from results.keys import read_trusted_keys
from results.verification import VerifiedRecord, load_record
from tests.bench.twin_lab import Bench
from tests.bench.virtual_time import run


@dataclass(frozen=True)
class Carried:
    """What a run came to."""

    conclusion: Conclusion
    verified: VerifiedRecord
    paper: bytes

    def errors(self) -> dict[str, float]:
        """By label, in the unit of the point."""
        points = self.verified.record.points
        return {
            one.label: float(one.error.value) for one in points if one.section == "accuracy" and one.error
        }

    def drivers(self) -> dict[str, str]:
        return {one.role: one.driver for one in self.verified.record.instruments}


def carried_through(laboratory: demo.DemoLaboratory, operator: Operator | None = None) -> Carried:
    """From the order to the sealed record."""

    async def worked() -> Carried:
        async with Bench(laboratory.root, "").open() as place:
            begun = await place.begin(read_assignment(laboratory.order))
            conclusion = await place.take_up(begun, operator or AutomaticOperator(), ()).conduct()
            sealed = place.seal(begun, demo.PIN).sealed
            verified = load_record(sealed.record, read_trusted_keys(place.folders.keys))
            return Carried(conclusion, verified, sealed.certificate.read_bytes())

    return run(worked())
