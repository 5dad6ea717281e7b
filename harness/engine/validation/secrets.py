"""Secrets: the scenario names them, and nobody writes them down."""

from collections.abc import Iterator

import msgspec

from harness.engine.validation.problems import Problems
from harness.kit import secrets
from harness.model.scenario import Scenario

SETTINGS = frozenset({"connector", "consumer", "producer"})
"""Fields that hold settings, beside those that are named so; a table may have a column `token`."""


def problems(scenario: Scenario) -> Problems:
    """A value in clear would be in the plan, and from there in every report."""
    for where, setting, value in _settings(msgspec.to_builtins(scenario), ""):
        if secrets.is_in_clear(setting, value):
            yield (
                f"{where} is a plain-text secret, which plan and reports would show; write "
                f'secret("NAME") and set the environment variable NAME instead'
            )
        elif where.startswith("topology.") and isinstance(value, str) and secrets.named(value):
            yield (
                f"{where} refers to a secret, but Docker shows the settings of a service to every "
                f"user; use secrets for clients, connectors and programs"
            )


def _settings(value: object, where: str) -> Iterator[tuple[str, str, object]]:
    """Of each setting in a part of a scenario where it is, its name, and its value."""
    if isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _settings(each, f"{where}[{number}]")
    if not isinstance(value, dict):
        return
    for field, each in value.items():
        inside = f"{where}.{field}" if where else str(field)
        if isinstance(each, dict) and (field in SETTINGS or str(field).endswith("settings")):
            yield from ((f"{inside}.{name}", name, setting) for name, setting in each.items())
        else:
            yield from _settings(each, inside)
