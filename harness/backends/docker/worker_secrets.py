"""Secrets of a scenario's connectors: Connect's workers have the values, connectors references."""

from collections.abc import Mapping, Sequence

from harness.backends.docker import archive
from harness.backends.docker.engine import Api
from harness.kit import secrets
from harness.systems.connect.service import SECRETS, reference

READABLE = 0o644
"""By the user that a worker runs as."""


class WorkerSecrets:
    """Puts values where the workers' provider of configuration finds them.

    Args:
        api: the engine.
        workers: containers of the workers.
    """

    def __init__(self, api: Api, workers: Sequence[str]) -> None:
        self._api = api
        self._workers = workers

    def __call__(self, config: Mapping[str, str]) -> dict[str, str]:
        """The configuration with references that every worker can resolve from now on.

        Raises:
            UsageError: the value of a secret is not known here.
            HarnessError: the engine refuses, or does not answer.
        """
        names = secrets.named("\n".join(config.values()))
        if names:
            lines = "".join(f"{name}={_escaped(secrets.value_of(name))}\n" for name in names)
            for worker in self._workers:
                there = archive.read(self._api, worker, SECRETS) or b""
                # Of two lines of one name the last counts.
                if lines.encode() not in there:
                    whole = there + lines.encode()
                    archive.write(self._api, worker, SECRETS, whole, mode=READABLE)
        return {name: secrets.replaced(value, reference) for name, value in config.items()}


def _escaped(value: str) -> str:
    """A value as Java's properties write it."""
    plain = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return "".join(
        each if " " < each < "\x7f" else "".join(f"\\u{unit:04x}" for unit in _units(each))
        for each in plain
    )


def _units(character: str) -> list[int]:
    """The UTF-16 code units of a character."""
    data = character.encode("utf-16-be")
    return [int.from_bytes(data[place : place + 2]) for place in range(0, len(data), 2)]
