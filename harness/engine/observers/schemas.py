"""An observer of the schema registry: what it answers for each id, over the time of a run."""

import hashlib
import json
from collections.abc import Iterable

from harness.engine.notes import Notes
from harness.kit.http import HttpError
from harness.model.facts import SchemaEvent
from harness.model.ports.registry import SchemaRegistry

GONE = 404


class SchemaObserver:
    """Asks the registry for every id that a topic's values had, and records every change.

    Args:
        registry: the stack's.
        topics: their real names.
        notes: where every change is noted.
    """

    name = "schema-observer"
    EVERY_S = 0.5

    def __init__(self, registry: SchemaRegistry, topics: Iterable[str], notes: Notes) -> None:
        self._registry = registry
        self._subjects = [f"{topic}-value" for topic in topics]
        self._notes = notes
        self._known: dict[int, str] = {}

    def step(self) -> float:
        """Ask once; while the registry does not answer there is nothing to record."""
        try:
            for subject in self._subjects:
                self._learn(subject)
            for number in sorted(self._known):
                self._note(number, self._asked(number))
        except (HttpError, OSError):
            return self.EVERY_S
        return self.EVERY_S

    def close(self) -> None:
        """Nothing to hand back."""

    def _learn(self, subject: str) -> None:
        try:
            number, text = self._registry.latest(subject)
        except HttpError as error:
            if error.status != GONE:
                raise
        else:
            self._note(number, fingerprint(text))

    def _asked(self, number: int) -> str:
        try:
            return fingerprint(self._registry.schema(number))
        except HttpError as error:
            if error.status != GONE:
                raise
            return ""

    def _note(self, number: int, schema: str) -> None:
        if self._known.get(number) == schema:
            return
        self._known[number] = schema
        time_ns = self._notes.since_start_ns()
        self._notes.schemas.append(SchemaEvent(time_ns=time_ns, number=number, schema=schema))


def fingerprint(text: str) -> str:
    """The same for the same schema, however it is written down; order is a part of it."""
    return hashlib.sha256(json.dumps(json.loads(text)).encode()).hexdigest()[:12]
