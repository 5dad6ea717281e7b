"""How data enters a run: by sends to logs, or by writes to the source of a pipeline."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from harness.model.scenario import Scenario

Entry: TypeAlias = Literal["send", "write"]

OPERATIONS: Mapping[Entry, tuple[str, ...]] = {"send": ("send", "txn"), "write": ("write",)}
"""The operations that bring data in, by their names in a history."""


def entry_of(scenario: Scenario) -> Entry:
    """How data enters a run of `scenario`."""
    return "write" if scenario.pipeline.tables else "send"
