"""From the observations of energy meters to points. Pure: same sheets, same points.

Starting and no-load tests are decided in fractions: the times that they are compared with have no end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from drivers.quantity import Quantity
from procedures.energy_meters.energies import Energies, at_row, energies_of
from procedures.energy_meters.instrument import EnergyMarks, PowerFactor, marked, voltage_of
from procedures.energy_meters.observation import Comparison, MeterSheet, NoLoad, Registered, Starting
from procedures.energy_meters.row_checks import check_no_load, check_register, check_starting
from procedures.energy_meters.rules import EnergyMeterRules, permitted_error
from procedures.meters.relative_error import percent_of
from procedures.point import Activity, Method, Point, Reason, Tolerance
from procedures.subjects.judging import C, I, Judged, N, cut, decided, few, part, stated, visual_points
from procedures.tolerance import symmetric
from procedures.uncertainty.budget import Component, component
from procedures.uncertainty.evaluation import Evaluated, rectangular, resolution

_MODEL = "e = (E − Es) / Es"
_WATT_SECONDS = 3_600_000


@dataclass(frozen=True)
class Judging:
    """Meters of one make, one table, one activity."""

    marks: EnergyMarks
    rules: EnergyMeterRules
    activity: Activity

    def points(self, sheets: Sequence[MeterSheet]) -> list[Judged]:
        """All points of all meters.

        Raises:
            ProcedureError: a row cannot be judged; names it.
        """
        return [point for sheet in sheets for point in self._sheet(sheet)]

    def permitted(self, current: Quantity, factor: PowerFactor, phases: str) -> Fraction:
        """The permitted error at a load, in %."""
        single = phases != "all" and self.marks.systems > 1
        return permitted_error(self.rules, self.marks, current, factor, self.activity, single=single)

    def starting_current(self) -> Fraction | None:
        """In A; None: neither marked nor known by rule."""
        share = self.rules.starting.share_of_ib.get(self.marks.accuracy_class)
        if self.marks.ist is not None or self.marks.ib is None or share is None:
            return self.marks.current("ist")
        return marked(self.marks, "ib") * Fraction(share)

    def spacing(self, current: Fraction) -> Fraction:
        """Longest time to the next pulse at a starting current, in s."""
        expected = _WATT_SECONDS / (
            self.marks.systems * Fraction(self.marks.constant) * voltage_of(self.marks) * current
        )
        return expected * Fraction(self.rules.starting.spacing_factor)

    def no_load_seconds(self) -> Fraction:
        """Least duration of the test without load, in s.

        Raises:
            ProcedureError: a mark is missing, or the table does not say it for this class.
        """
        rule, marks = self.rules.no_load, self.marks
        product = Fraction(marks.constant) * marks.systems * voltage_of(marks)
        if marks.marking == "r46":
            amperes = marked(marks, "imin")
            lowest = marks.imin or Quantity(0, "A")
            limit = permitted_error(self.rules, marks, lowest, PowerFactor(), self.activity)
            return Fraction(rule.hours) * 3600 / (limit * product * amperes)
        minutes = rule.minutes.get(marks.accuracy_class)
        if minutes is None:
            minutes = max(rule.minutes.values())
        return Fraction(minutes) * 60 / (product * marked(marks, "imax"))

    def notices(self, sheets: Sequence[MeterSheet]) -> Iterator[Reason]:
        """What is odd about the rows, though it decides nothing."""
        judged = [one.point for one in self.points(sheets) if one.point.section == "accuracy"]
        beyond = self.rules.methods.implausible
        wild = [one.label for one in judged if one.error is not None and abs(one.error.value) > beyond]
        if wild:
            yield Reason(code="implausible_error", facts={"points": few(wild), "limit": f"{beyond} %"})
        coarse = [
            label
            for sheet in sheets
            for label, row in self._rows(sheet)
            if (step := self._step(row)) is not None and step > self._share(row)
        ]
        if coarse:
            share = part(self.rules.standards.resolution_share)
            yield Reason(code="resolution_too_coarse", facts={"points": few(coarse), "share": share})

    def _share(self, row: Comparison) -> Fraction:
        limit = self.permitted(row.current, PowerFactor.parse(row.power_factor), row.phases)
        return limit * Fraction(self.rules.standards.resolution_share)

    def _step(self, row: Comparison) -> Fraction | None:
        """One step of what was counted or read, in % of the energy; None: the row does not say it."""
        if row.reference_pulses:
            return 100 / Fraction(row.reference_pulses)
        if row.time is not None:
            return Fraction(percent_of(self.rules.methods.stopwatch, row.time).value)
        if row.reference_energy is not None and self.marks.d is not None:
            return Fraction(percent_of(self.marks.d, row.reference_energy).value)
        return None

    def _rows(self, sheet: MeterSheet) -> Iterator[tuple[str, Comparison]]:
        counts: dict[str, int] = {}
        for row in sheet.comparison:
            alone = "" if row.phases == "all" else f" {row.phases}"
            name = row.at or f"{row.current} cos {row.power_factor}{alone}"
            counts[name] = counts.get(name, 0) + 1
            yield f"accuracy/{sheet.id}/{name}/{counts[name]}", row

    def _sheet(self, sheet: MeterSheet) -> Iterator[Judged]:
        yield from visual_points(sheet, self.rules, self.activity)
        found = []
        at = f"$.meter[{sheet.id}]"
        if sheet.no_load is not None:
            with at_row(f"{at}.no_load"):
                check_no_load(sheet.no_load, f"{at}.no_load")
                found.append(Judged(point=self._no_load(sheet.id, sheet.no_load)))
        if sheet.starting is not None:
            with at_row(f"{at}.starting"):
                check_starting(sheet.starting, f"{at}.starting")
                found.append(Judged(point=self._starting(sheet.id, sheet.starting)))
        for index, (label, row) in enumerate(self._rows(sheet)):
            with at_row(f"{at}.comparison[{index}]"):
                found.append(self._accuracy(sheet.id, label, row, f"{at}.comparison[{index}]"))
        if sheet.register is not None:
            with at_row(f"{at}.register"):
                check_register(sheet.register, f"{at}.register")
                found.append(Judged(point=self._register(sheet.id, sheet.register)))
        yield from found

    def _accuracy(self, meter: str, label: str, row: Comparison, path: str) -> Judged:
        found = energies_of(row, self.marks, path)
        error = found.error()
        limit = self.permitted(row.current, PowerFactor.parse(row.power_factor), row.phases)
        tolerance = symmetric(cut(limit, "%"), self.rules.limits_citation)
        doubt = self._doubt(row, found)
        coarse = ("step_too_coarse",) if (self._step(row) or 0) > limit else ()
        faults = (*row.faults, *coarse)
        outcome, reason = decided(error, tolerance, doubt, self.rules.standards.least_ratio, faults)
        if outcome is not I:  # the limit below Imin has no end: its stated digits are cut off
            outcome = C if abs(found.ratio - 1) * 100 <= limit else N
        return Judged(
            point=Point(
                section="accuracy",
                label=label,
                subject=meter,
                nominal=row.current,
                indication=row.shown if found.indicated is None else _energy(found.indicated),
                reference=_energy(found.reference),
                error=error,
                tolerance=tolerance,
                method=Method.RELATIVE,
                outcome=outcome,
                reason=reason,
                readings=row.readings,
            ),
            parts=() if doubt is None else tuple(self._parts(row, doubt)),
            model=_MODEL,
            group=f"{label.split('/')[2]} {_method(row)}",
        )

    def _doubt(self, row: Comparison, found: Energies) -> Quantity | None:
        if row.uncertainty is None or row.uncertainty.unit == "%":
            return row.uncertainty
        reference = _energy(found.reference)
        return None if reference is None else percent_of(row.uncertainty, reference)

    def _parts(self, row: Comparison, doubt: Quantity) -> Iterator[Component]:
        certificate = Evaluated(float(doubt.value) / 2)
        yield component("certificate", certificate, unit="%", source="certificate of the standard")
        step = self._step(row)
        if step is None:
            return
        if row.reference_pulses:
            yield component("pulses", rectangular(float(step)), unit="%", source="± 1 pulse of the reference")
        elif row.time is not None:
            yield component("time", rectangular(float(step)), unit="%", source="stop watch by hand")
        else:
            one = resolution(float(step))
            twice = Evaluated(one.standard * sqrt(2), one.degrees_of_freedom, one.distribution)
            yield component("register", twice, unit="%", source="smallest step, read twice")

    def _starting(self, meter: str, row: Starting) -> Point:
        marked_current = self.starting_current()
        current = Fraction(row.current.to("A").value) if row.current is not None else marked_current
        if current is None:
            current = marked(self.marks, "ist")
        longest = self.spacing(current)
        times = [Fraction(one.to("s").value) for one in row.intervals]
        waited = Fraction(row.waited.to("s").value) if row.waited is not None else Fraction(0)
        enough = len(times) >= self.rules.starting.pulses
        late = any(time > longest for time in times) or (not enough and waited > longest)
        above = marked_current is not None and current > marked_current
        outcome = N if late else C if enough and not above else I
        missing = "starting_current_above" if above else "pulses_missing"
        slowest = max([*times, waited])
        return Point(
            section="starting",
            label=f"starting/{meter}",
            subject=meter,
            nominal=stated(current, "A"),
            indication=stated(slowest, "s", 3),
            tolerance=Tolerance(
                lower=Quantity(0, "s"), upper=cut(longest, "s", 3), citation=self.rules.starting.citation
            ),
            method=Method.DIRECT,
            outcome=outcome,
            reason={C: "", N: "does_not_start", I: missing}[outcome],
            readings=row.readings,
        )

    def _no_load(self, meter: str, row: NoLoad) -> Point:
        rule = self.rules.no_load
        long_enough = Fraction(row.duration.to("s").value) >= self.no_load_seconds()
        outcome = N if row.pulses > rule.pulses else C if long_enough else I
        return Point(
            section="no_load",
            label=f"no_load/{meter}",
            subject=meter,
            nominal=row.duration,
            indication=Quantity(row.pulses, "pcs"),
            tolerance=Tolerance(
                lower=Quantity(0, "pcs"), upper=Quantity(rule.pulses, "pcs"), citation=rule.citation
            ),
            method=Method.DIRECT,
            outcome=outcome,
            reason={C: "", N: "runs_without_load", I: "no_load_too_short"}[outcome],
            readings=row.readings,
        )

    def _register(self, meter: str, row: Registered) -> Point:
        counted = Fraction(row.pulses) * 1000 / Fraction(self.marks.constant)
        shown = row.end.to("Wh") - row.start.to("Wh")
        step = self.marks.d or row.end.last_digit
        limit = self.rules.register.limit(step, self.marks.constant)
        difference = Fraction(shown.value) - counted
        within = abs(difference) <= limit
        outcome, reason = (C, "") if within else (N, "register_disagrees")
        if within and counted <= limit:  # one that stood still would have agreed as well
            outcome, reason = I, "step_too_coarse"
        return Point(
            section="register",
            label=f"register/{meter}",
            subject=meter,
            indication=shown,
            reference=stated(counted, "Wh"),
            error=stated(difference, "Wh"),
            tolerance=symmetric(cut(limit, "Wh"), self.rules.register.citation),
            method=Method.COMPARISON,
            outcome=outcome,
            reason=reason,
            readings=row.readings,
        )


def _method(row: Comparison) -> str:
    """Runs by different methods do not repeat one another."""
    told = (row.shown, row.reference_pulses, row.time, row.reference_energy)
    return "".join("-" if one is None else "x" for one in told)


def _energy(wh: Fraction | None) -> Quantity | None:
    return None if wh is None else stated(wh, "Wh", 6)
