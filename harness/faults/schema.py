"""The schema registry: a new version of a schema, which it may refuse."""

import json
from collections.abc import Callable
from typing import ClassVar, Literal

from harness.faults.fault import Fault, Injection, fault
from harness.kit.http import HttpError
from harness.kit.waits import NotYet, wait_until
from harness.model.avro import Schema, columns_reversed, version_as_text
from harness.model.value import Value

REFUSED, GONE = 409, 404
SUBJECT_LIMIT_S = 10.0
MARK = "changed"
"""An attribute that Avro does not know: it tells the new version from the one before it."""


class RegisterSettings(Value, frozen=True, kw_only=True):
    """Of which topic's values, and what becomes of their rows."""

    topic: str
    change: Literal["version-as-text", "columns-reversed"]


@fault("schema.register")
class Register(Fault[RegisterSettings]):
    """Register a new version of a topic's value schema, as the deployment of a producer does.

    Producers that write by the newest schema follow. A refusal is an effect as well: the witness
    says what the registry answered.
    """

    settings: ClassVar[type[Value]] = RegisterSettings
    speaks_to: ClassVar[str] = "registry"

    def inject(self, injection: Injection[RegisterSettings]) -> None:
        """Register it, and keep the answer."""
        registry, subject = injection.stack.registry, _subject(injection)
        schema = json.loads(_newest(injection, subject))
        CHANGES[injection.settings.change](schema)
        try:
            number = registry.register(subject, json.dumps({**schema, MARK: True}))
        except HttpError as error:
            if error.status != REFUSED:
                raise
            injection.seen[subject] = f"refused it with {error.status}"
        else:
            injection.seen[subject] = f"gave it id {number}"

    def witness(self, injection: Injection[RegisterSettings]) -> str | NotYet:
        """What the registry answered, and which schema is the newest now."""
        subject = _subject(injection)
        number, _ = injection.stack.registry.latest(subject)
        return f"the registry {injection.seen[subject]}; the newest of {subject} has id {number}"

    def heal(self, injection: Injection[RegisterSettings]) -> None:
        """Delete the newest version when it is the new one."""
        registry, subject = injection.stack.registry, _subject(injection)
        try:
            if json.loads(registry.latest(subject)[1]).get(MARK):
                registry.delete_latest(subject)
        except HttpError as error:
            if error.status != GONE:
                raise


def _newest(injection: Injection[RegisterSettings], subject: str) -> str:
    """The newest schema; a registry that has just started may still be waiting for its producer."""
    registry = injection.stack.registry
    _, text = wait_until(
        f"{subject} to be registered",
        lambda: registry.latest(subject),
        limit_s=SUBJECT_LIMIT_S,
        retry_on=(HttpError, OSError),
        clock=injection.clock,
    )
    return text


def _subject(injection: Injection[RegisterSettings]) -> str:
    return f"{injection.settings.topic}-value"


CHANGES: dict[str, Callable[[Schema], None]] = {
    "version-as-text": version_as_text,
    "columns-reversed": columns_reversed,
}
