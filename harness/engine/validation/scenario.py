"""Check a scenario: its shape, then every rule; the first problem is the error."""

from pathlib import Path

import msgspec

from harness.engine.validation import (
    caches,
    claims,
    client_settings,
    ddl,
    dialects,
    evidence,
    faults,
    formats,
    logs,
    mixes,
    pipelines,
    processors,
    secrets,
    server_settings,
    steps,
    tails,
    targets,
    transactions,
)
from harness.engine.validation.problems import Rule
from harness.engine.validation.scalars import shown
from harness.engine.validation.shape import misfits
from harness.kit.errors import UsageError
from harness.model.scenario import Scenario

RULES: tuple[Rule, ...] = (
    claims.problems,
    evidence.problems,
    logs.problems,
    dialects.problems,
    transactions.problems,
    processors.problems,
    pipelines.problems,
    ddl.problems,
    caches.problems,
    mixes.problems,
    secrets.problems,
    tails.problems,
    formats.problems,
    steps.problems,
    faults.problems,
    targets.problems,
    client_settings.problems,
    server_settings.problems,
)


def validated(scenario: Scenario, *, file: Path | None = None) -> Scenario:
    """`scenario` as its plan will have it on disk: lists are tuples, text of enums is text.

    Args:
        scenario: as somebody wrote it.
        file: where, if that is known; it is named in the error.

    Raises:
        UsageError: it cannot be run; says which field, what was expected, and what to do.
    """
    scenario = shaped(scenario, file=file)
    problem = next((each for rule in RULES for each in rule(scenario)), None)
    if problem is not None:
        raise _refused(scenario, file, problem)
    return scenario


def shaped(scenario: Scenario, *, file: Path | None = None) -> Scenario:
    """`scenario` as above, of which only the shape was checked: what follows may read all of it."""
    problem = next(misfits(scenario, Scenario), None)
    if problem is not None:
        raise _refused(scenario, file, problem)
    return msgspec.convert(msgspec.to_builtins(scenario), Scenario)


def _refused(scenario: object, file: Path | None, problem: str) -> UsageError:
    where = "" if file is None else f" ({file})"
    name = getattr(scenario, "name", None)
    named = shown(name).strip("'") if isinstance(name, str) else "?"
    return UsageError(f"scenario {named}{where}: {problem}")
