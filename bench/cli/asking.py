"""`tera compute` on a single question: figures, formula, source, warnings; and the list of questions."""

from argparse import Namespace
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bench.cli.exit_code import ExitCode, code_of_verdict
from bench.cli.explaining import budget_as_json, print_budget
from bench.cli.output import emit, say, table
from bench.labels import Labels
from drivers import notation
from procedures.explanation import PointBudget
from procedures.questions.catalogue import KINDS, answers, find, outcome_of, questions
from procedures.questions.entry import NEEDED, as_toml
from procedures.questions.question import Answer, Figure, Question


def ask(options: Namespace, content: Mapping[str, Any]) -> int:
    """Answer a case file."""
    found = answers(content)
    outcome = outcome_of(found)
    if options.json:
        emit({"outcome": outcome, "answers": [as_json(one, explain=options.explain) for one in found]})
    else:
        labels = Labels(options.lang)
        for one in found:
            _tell(labels, one, explain=options.explain)
    return ExitCode.DONE if outcome is None else code_of_verdict(outcome)


def as_json(answer: Answer, *, explain: bool) -> dict[str, object]:
    """An answer for a program: `result` is its first figure; `budgets` only when they were asked for."""
    first = answer.figures[0]
    written: dict[str, object] = {
        "kind": answer.kind,
        "quantity": answer.quantity,
        "label": answer.label,
        "given": {name: _plain(value) for name, value in answer.given.items()},
        "result": _measured(first),
        "figures": {one.name: _measured(one) for one in answer.figures},
        "formula": answer.formula,
        "source": answer.source,
        "warnings": notation.to_builtins(answer.warnings),
        "outcome": answer.outcome,
    }
    if explain:
        written["budgets"] = [budget_as_json(one) for one in _budgets(answer)]
    return written


def is_question(kind: str) -> bool:
    """Whether `tera procedures show` was asked for `physics` or `physics/air_density`."""
    return kind.partition("/")[0] in KINDS


def show(options: Namespace) -> int:
    """List the questions of a kind, or one of them; or print filled-in cases, which can be computed."""
    kind, _, quantity = str(options.kind).partition("/")
    known = [find(kind, quantity)] if quantity else list(questions(kind).values())
    if options.case:
        several = len(known) > 1
        cases = [one.example("case" if several else "") for one in known]
        say("\n".join([f'kind = "{kind}"\n', *cases] if several else cases).rstrip())
        return ExitCode.DONE
    labels = Labels(options.lang)
    for one in known:
        if options.json:
            emit(_question_as_json(one))
        else:
            _tell_question(labels, one)
    return ExitCode.DONE


def _question_as_json(one: Question) -> dict[str, object]:
    entries = [
        {"name": e.name, "form": e.form, "needed": e.default is NEEDED, "example": as_toml(e.example)}
        for e in one.entries
    ]
    return {
        "kind": one.kind,
        "quantity": one.id,
        "entries": entries,
        "formula": one.formula,
        "source": one.source,
    }


def _tell_question(labels: Labels, one: Question) -> None:
    say(f"{one.id}: {labels.word('asked', one.id)}")
    say(f"  {one.formula}")
    say(f"  {labels.text('explain.citation', citation=labels.clause(one.source))}")
    table([("   ", e.name, e.form, _by_default(labels, e.default)) for e in one.entries])
    say()


def _tell(labels: Labels, answer: Answer, *, explain: bool) -> None:
    name = labels.word("asked", answer.quantity)
    say(f"{answer.label}: {name}" if answer.label else name)
    if explain:
        table(
            [("  ", entry, _plain(value)) for entry, value in answer.given.items() if not _of_tables(value)]
        )
    table([("  ", _named(labels, one.name), "=", _written(labels, one)) for one in answer.figures])
    if answer.outcome is not None:
        say(f"  {labels.measured(answer.outcome)}")
    say(f"  {answer.formula}")
    say(f"  {labels.text('explain.citation', citation=labels.clause(answer.source))}")
    for warning in answer.warnings:
        say(f"  ▲ {labels.reason(warning)}")
    if explain:
        for one in _budgets(answer):
            print_budget(labels, one)
    say()


def _budgets(answer: Answer) -> list[PointBudget]:
    return [
        PointBudget(
            point=name or answer.quantity, unit=unit, budget=budget, model=str(answer.given.get("model", ""))
        )
        for name, unit, budget in answer.budgets
    ]


def _of_tables(value: object) -> bool:
    """Inputs of a budget stand in its own table."""
    return isinstance(value, list) and isinstance(value[0], dict)


def _named(labels: Labels, name: str) -> str:
    """`band_end 1` → `ujung pita 1`."""
    kind, _, which = name.partition(" ")
    return f"{labels.word('figure', kind)} {which}".rstrip()


def _written(labels: Labels, one: Figure) -> str:
    if isinstance(one.value, str):
        return labels.known(f"figure_value.{one.value}") or one.value
    return f"{labels.number(one.value)} {one.unit}".rstrip()


def _measured(one: Figure) -> dict[str, str]:
    value = f"{one.value:f}" if isinstance(one.value, Decimal) else one.value
    return {"value": value, "unit": one.unit}


def _by_default(labels: Labels, default: object) -> str:
    if default is NEEDED:
        return ""
    return labels.text("asking.optional") if default is None else f"= {as_toml(default)}"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else as_toml(value)
