"""Claims: each is known."""

from harness.checkers.verdict.claims import CLAIMS
from harness.engine.validation.problems import Problems, unless_known, used_twice
from harness.model.scenario import Scenario


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the claims of a scenario."""
    for claim in scenario.claims:
        yield from unless_known("claim", claim, "claims", CLAIMS)
    yield from used_twice(scenario.claims, "claims")
