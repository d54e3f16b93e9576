"""Runs for the tests of `results`: journals with the real structs, as a conductor would write them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from drivers.notation import to_builtins
from drivers.quantity import Quantity
from drivers.reading import DriverMark, Origin, Reading, Stability
from procedures.assignment import Assignment, Identity, Owner
from procedures.point import Activity, Conclusion, Method, Outcome, Phase, Point, Reason, Tolerance, Verdict
from procedures.standard import StandardUse
from results.entry import (
    Abandoned,
    Begun,
    Closed,
    Concluded,
    Done,
    Entry,
    Reported,
    Resumed,
    RunBegun,
    SeriesClosed,
    SeriesOpened,
)
from results.gathered import gather
from results.journal import Journal
from results.keys import FileKey, TrustedKey, read_trusted_keys
from results.record import Office, Signer
from results.sealing import SealedRun, seal

DRIVER_TEXT = '[driver]\nid = "example-ascii"\n# °C and other letters must survive\n'
DRIVER = DriverMark(id="example-ascii", digest=hashlib.sha256(DRIVER_TEXT.encode()).hexdigest())
RULE = "scales-example"
LOADS = (40, 1000, 2000, 3000, 4000, 6000)
OFFICE = Office(
    name="UPTD Metrologi Legal Kabupaten Contoh",
    regency="Kabupaten Contoh",
    letterhead=(
        "PEMERINTAH KABUPATEN CONTOH",
        "DINAS PERDAGANGAN DAN PERINDUSTRIAN",
        "UPTD METROLOGI LEGAL",
    ),
    address="Jalan Timbangan Nomor 1, Contoh 12345",
    capability_certificate="SKKPTTU 01/CONTOH/2025",
    head=Signer("Siti Contoh, S.T., M.Si.", "19700101 199503 2 001", "Kepala UPTD Metrologi Legal"),
    certificate_number="500.2.3.15/{sequence:04d}/CONTOH/{month_roman}/{year}",
)


def keys_in(folder: Path) -> tuple[list[FileKey], Mapping[str, TrustedKey]]:
    """The bench's and the officer's key, made when there are none; and what is trusted."""
    seals = [FileKey.open(folder / name) for name in ("bench.pem", "officer-budi.pem")]
    return seals, read_trusted_keys(folder)


def seal_with(journal: Journal, keys: Path, folder: Path, run: str = "run-1") -> SealedRun:
    """Seal a run with the keys of a folder, which is the one that is trusted."""
    seals, trusted = keys_in(keys)
    at = "2026-11-21T10:00:00+07:00"
    return seal(journal, run, folder=folder, seals=seals, keys=trusted, at=at, elapsed=5.0)


def grams(value: str | int | Decimal) -> Quantity:
    return Quantity(value, "g")


class Pen:
    """Writes entries at a made-up pace."""

    def __init__(self, journal: Journal, run: str, start: datetime) -> None:
        self.journal, self.run, self.now, self.elapsed = journal, run, start, 100.0

    def at(self) -> str:
        return self.now.isoformat()

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.elapsed = round(self.elapsed + seconds, 6)

    def keep(self, entry: Entry) -> None:
        self.pass_time(2.75)
        self.journal.append(self.run, entry, at=self.at(), elapsed=self.elapsed)

    def reading(
        self, path: str, indication: Quantity, *, training: bool, samples: int, **strange: Any
    ) -> None:
        taken = []
        for _ in range(samples + 1):
            self.pass_time(0.1)
            frame = f"ST,GS,{indication.value:+09.1f} g \r\n".encode()
            said: dict[str, Any] = {
                "instrument": "timbangan",
                "origin": Origin.TWIN if training else Origin.INSTRUMENT,
                "driver": DRIVER,
                "elapsed": self.elapsed,
            }
            taken.append(
                Reading(
                    **(said | strange),
                    indication=indication,
                    stability=Stability.STABLE,
                    frame=frame,
                    received_at=self.now.astimezone(UTC),
                )
            )
        arguments = {"role": "uut", "high_resolution": False}
        self.keep(
            Done(
                path=path,
                verb="settled",
                arguments=arguments,
                result=to_builtins(taken[-1]),
                samples=gather([to_builtins(one) for one in taken[:-1]]),
            )
        )


def begun(*, training: bool = False, office: Office = OFFICE, bench: str = "BENCH-02") -> RunBegun:
    return RunBegun(
        number="",
        procedure="scales",
        edition="1",
        procedure_digest="ab" * 32,
        assignment=to_builtins(
            Assignment(
                kind="scales",
                activity=Activity.SUBSEQUENT_VERIFICATION,
                uut={"class": "III", "max": "6000 g", "min": "40 g", "e": "2 g", "d": "2 g"},
                identity=Identity("Contoh Jaya", "CJ-6K", "A123456", "", "2021"),
                owner=Owner("Toko Sari Laut", "Pasar Contoh Blok A No. 11"),
                order="0231/SCD/XI/2026",
                place="Sidang tera Pasar Contoh",
            )
        ),
        task={
            "rules": {
                "id": RULE,
                "regulation": "Keputusan contoh untuk pengujian program",
                "citation": "Contoh 1/2026",
                "verified": False,
            },
            "rules_digest": "cd" * 32,
        },
        standards=(
            to_builtins(
                StandardUse(
                    id="S-07",
                    description="Anak timbangan 1 g – 5 kg",
                    accuracy_class="M1",
                    certificate="K-0107/2026",
                    due=date(2027, 3, 14),
                    owner="UPTD Metrologi Legal Kabupaten Contoh",
                    traceability="SI melalui laboratorium acuan",
                )
            ),
        ),
        instruments={
            "uut": {
                "name": "timbangan",
                "driver": DRIVER.id,
                "driver_digest": DRIVER.digest,
                "port": "COM5",
                "serial": "A123456",
                "origin": "twin" if training else "instrument",
            }
        },
        drivers={DRIVER.digest: DRIVER_TEXT},
        office=to_builtins(office),
        officer=to_builtins(Signer("Budi Contoh", "19900101 201503 1 002", "Penera Ahli Pertama")),
        officer_id="budi",
        bench=bench,
        registry="https://register.example",
        training=training,
        software={"tera-bench": "0.1.0", "sha256:results": "ef" * 32, "python": "3.11.7"},
    )


def weigh_points(*, failing: bool = False) -> tuple[Point, ...]:
    found = []
    for direction, loads in (("up", LOADS), ("down", LOADS[-2::-1])):
        for load in loads:
            error = Decimal(load) / 4000
            tolerance = Decimal(2) if load <= 1000 else Decimal(4) if load <= 4000 else Decimal(6)
            if failing and load == LOADS[-1]:
                error = Decimal("6.2")
            fails = abs(error) > tolerance
            found.append(
                Point(
                    section="accuracy",
                    label=f"accuracy/{direction}/{load} g",
                    nominal=grams(load),
                    indication=grams(load),
                    added=grams("0.8"),
                    reference=grams(load),
                    error=grams(error),
                    corrected_error=grams(error - Decimal("0.2")) if not fails else grams(error),
                    tolerance=Tolerance(lower=grams(-tolerance), upper=grams(tolerance)),
                    uncertainty=grams("0.31"),
                    method=Method.CHANGEOVER,
                    outcome=Outcome.DOES_NOT_CONFORM if fails else Outcome.CONFORMS,
                    readings=(f"accuracy/{direction}/{load} g/settled",),
                )
            )
    found += [
        Point(
            section="eccentricity",
            label=f"eccentricity/{position}",
            nominal=grams(2000),
            indication=grams(2000 + 2 * (position == 3)),
            error=grams(2 * (position == 3)),
            tolerance=Tolerance(lower=grams(-4), upper=grams(4)),
            method=Method.DIRECT,
            outcome=Outcome.CONFORMS,
        )
        for position in range(1, 5)
    ]
    found.append(
        Point(
            section="repeatability",
            label="repeatability/range",
            nominal=grams(3000),
            error=grams(1),
            tolerance=Tolerance(lower=grams(0), upper=grams(4)),
            method=Method.COMPARISON,
            outcome=Outcome.CONFORMS,
        )
    )
    found.append(
        Point(section="visual", label="visual/marking", method=Method.INSPECTION, outcome=Outcome.CONFORMS)
    )
    return tuple(found)


def conclusion(points: Sequence[Point], *, adjusted: bool = False) -> Conclusion:
    failing = tuple(point.label for point in points if point.outcome is Outcome.DOES_NOT_CONFORM)
    outcome = Outcome.DOES_NOT_CONFORM if failing else Outcome.CONFORMS
    sections = dict.fromkeys((point.section for point in points), Outcome.CONFORMS)
    sections |= {point.section: point.outcome for point in points if point.label in failing}
    verdict = Verdict(outcome=outcome, rule=RULE, failing=failing, sections=sections)
    return Conclusion(
        points=tuple(points),
        verdict=verdict,
        as_found=Phase(points=weigh_points(failing=True), verdict=verdict) if adjusted else None,
        valid_until=None if failing else date(2027, 11, 21),
        notices=(Reason(code="unverified_rules", facts={"rules": RULE, "topics": "zero"}),),
    )


def write_run(
    journal: Journal,
    run: str = "run-1",
    *,
    training: bool = False,
    failing: bool = False,
    samples: int = 3,
    end: str = "concluded",
    points: Sequence[Point] | None = None,
    adjusted: bool = False,
    office: Office = OFFICE,
    strange: Mapping[str, Any] | None = None,
    start: str = "2026-11-21T09:14:00+07:00",
    **beginning: Any,
) -> Pen:
    """Write a run with a retake and a break; `end` is concluded, voided, interrupted or open.

    `strange` changes what the readings say of themselves, `beginning` the entry that begins the run.
    """
    pen = Pen(journal, run, datetime.fromisoformat(start))
    first = msgspec.structs.replace(begun(training=training, office=office), **beginning)
    journal.begin(run, first, at=pen.at(), elapsed=pen.elapsed)
    chosen = weigh_points(failing=failing) if points is None else tuple(points)
    pen.keep(SeriesOpened(path="accuracy"))
    for place, point in enumerate(chosen):
        load: dict[str, Any] = {"action": "place_load", "load": to_builtins(point.nominal)}
        path = f"{point.label}/place_load"
        pen.keep(Begun(path=path, verb="instruct", arguments=load))
        pen.keep(Done(path=path, verb="instruct", arguments=load, result={"type": "done"}))
        if point.indication is not None:
            path = f"{point.label}/settled"
            pen.reading(path, point.indication, training=training, samples=samples, **(strange or {}))
        if place == 2:
            pen.keep(Abandoned(path=point.label, reason="wrong_load", by="Budi Contoh"))
            again = f"{point.label}~2/settled"
            pen.reading(again, point.indication or grams(0), training=training, samples=1, **(strange or {}))
        if place == 4:
            pen.pass_time(14 * 60)
            pen.elapsed = 3.0
            pen.keep(Resumed(gap_s=840.0, last_path=point.label))
        pen.keep(Reported(path=f"{point.label}/point", point=to_builtins(point)))
    pen.keep(SeriesClosed(path="accuracy"))
    if end == "concluded":
        pen.keep(Concluded(conclusion=to_builtins(conclusion(chosen, adjusted=adjusted))))
    elif end != "open":
        pen.keep(Closed(how=end, reason="Listrik padam", by="Budi Contoh"))
    return pen
