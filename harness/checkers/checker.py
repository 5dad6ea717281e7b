"""What a checker is, and the registry of all of them."""

from typing import Protocol

from harness.history.history import History
from harness.kit.registry import Registry
from harness.model.facts import Facts
from harness.model.scenario import Scenario
from harness.model.verdict import CheckResult


class Checker(Protocol):
    """A pure judge of one claim over a history."""

    def __call__(self, history: History, facts: Facts, scenario: Scenario) -> CheckResult:
        """Find every anomaly of the checker's kinds; never raises for a strange history."""


CHECKERS: Registry[Checker] = Registry("checker", "harness.checkers")
