"""Questions of uncertainty beyond one budget: trials (GUM S1), and several results of the same inputs."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from procedures.questions.budgets import CORRELATION, PROBABILITY, SIMULTANEOUS, UNIT, inputs
from procedures.questions.entry import Entry, choice, count, flag, mistaken_form, text
from procedures.questions.models import (
    Correlations,
    Inputs,
    covariance_of,
    finite,
    fit_together,
    readings_table,
    understood,
)
from procedures.questions.question import Figure, Found, Question, figure
from procedures.uncertainty import monte_carlo, sampling
from procedures.uncertainty.covariance import correlation_of, covariance_of_means, propagate
from procedures.uncertainty.expression import Expression, expression


def _trials(
    *,
    model: str,
    unit: str,
    input: Inputs,  # noqa: A002 - the table is called so
    correlation: Correlations | None,
    probability: float,
    interval: str,
    trials: int,
    seed: int,
    adaptive: bool,
    digits: int,
) -> Found:
    formula = understood(model, input)
    names = [one.name for one in input]
    evaluated = [one.evaluated() for one in input]
    estimates = [one.estimate for one in input]

    def of_arrays(*drawn: Any) -> Any:
        return np.broadcast_to(finite(formula(dict(zip(names, drawn, strict=True))), model), drawn[0].shape)

    sampler = sampling.independent(estimates, evaluated)
    if correlation:
        sampler = sampling.gaussian(estimates, covariance_of(input, evaluated, correlation))
    which: monte_carlo.Interval = "symmetric" if interval == "symmetric" else "shortest"
    generator = np.random.default_rng(seed)
    if adaptive:
        found = monte_carlo.propagate_adaptively(
            of_arrays, sampler, generator, digits=digits, probability=probability, interval=which
        )
    else:
        found = monte_carlo.propagate(
            of_arrays, sampler, generator, trials=trials, probability=probability, interval=which
        )
    figures = (
        figure("value", found.estimate, unit, 8),
        figure("standard_uncertainty", found.standard, unit, 5),
        figure("lower", found.lower, unit, 8),
        figure("upper", found.upper, unit, 8),
        figure("trials", float(found.trials), digits=10),
        Figure(name="converged", value="yes" if found.converged else "no"),
    )
    return Found(figures=figures)


def _several(
    *,
    models: Mapping[str, Expression],
    input: Inputs,  # noqa: A002 - the table is called so
    correlation: Correlations | None,
    simultaneous: bool,
) -> Found:
    fit_together(list(models.values()), input)
    names = [one.name for one in input]
    estimates = [one.estimate for one in input]
    evaluated = [one.evaluated() for one in input]
    covariance = covariance_of(input, evaluated, correlation or ())
    if simultaneous:
        covariance = covariance_of_means(readings_table(input))[1]

    def all_models(at: Any) -> Any:
        values = dict(zip(names, at, strict=True))
        return np.array([float(finite(one(values), one.text)) for one in models.values()])

    results, spread = propagate(all_models, estimates, covariance)
    standards, r = np.sqrt(np.diag(spread)), correlation_of(spread)
    figures: list[Figure] = []
    for place, name in enumerate(models):
        figures += [
            figure(name, float(results[place]), digits=10),
            figure(f"u({name})", float(standards[place]), digits=8),
        ]
    labels = list(models)
    figures += [
        figure(f"r({labels[a]}, {labels[b]})", float(r[a, b]), digits=7)
        for a in range(len(labels))
        for b in range(a + 1, len(labels))
    ]
    return Found(figures=tuple(figures))


def _models(written: object, name: str) -> dict[str, Expression]:
    if (
        not isinstance(written, dict)
        or not written
        or not all(isinstance(one, str) for one in written.values())
    ):
        raise mistaken_form(written, name, 'a table of texts, { R = "V / I" }')
    return {label: expression(one) for label, one in written.items()}


QUESTIONS: Final = (
    Question(
        kind="uncertainty",
        id="monte_carlo",
        entries=(
            text("model", "a + b"),
            UNIT,
            inputs({"name": "a", "value": 1, "half_width": 1}, {"name": "b", "value": 2, "standard": 1}),
            CORRELATION,
            PROBABILITY,
            choice("interval", ("shortest", "symmetric"), "shortest"),
            count("trials", 1_000_000, 1_000_000, least=1000, most=10_000_000),
            count("seed", 1, 1, most=2**63),
            flag("adaptive", default=False),
            count("digits", 2, 2, least=1, most=3),
        ),
        answer=_trials,
        formula="the model of draws of its inputs; interval: shortest, or with equal tails",
        source="JCGM 101:2008, 5.9 and 7",
    ),
    Question(
        kind="uncertainty",
        id="several_results",
        entries=(
            Entry(
                name="models",
                takes=_models,
                form="{ name = model }",
                example={"R": "V / I * cos(phi)", "X": "V / I * sin(phi)"},
            ),
            inputs(
                {"name": "V", "value": "4.9990 V", "standard": "0.0032 V"},
                {"name": "I", "value": "19.661e-3 A", "standard": "9.5e-6 A"},
                {"name": "phi", "value": 1.04446, "standard": 7.5e-4},
            ),
            CORRELATION,
            SIMULTANEOUS,
        ),
        answer=_several,
        formula="U_y = J U_x Jᵀ",
        source="JCGM 102:2011, 6.2; JCGM 100:2008, H.2",
    ),
)
