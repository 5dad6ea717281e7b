"""The process of the registry: subjects, ids and levels, by Confluent's REST interface."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import unquote

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.data.seams import DataSeams
from harness.backends.fake.process import Process
from harness.backends.fake.registry.compatibility import compatible
from harness.kit.waits import NS_PER_S

Answer: TypeAlias = tuple[int, Any]
"""The status of HTTP, and what is sent as JSON."""
NOT_FOUND, REFUSED = 404, 409


@dataclass(slots=True)
class _Subject:
    """The ids of its versions; a version that was deleted has none."""

    versions: list[int | None] = field(default_factory=list)

    def number(self, version: str) -> int:
        """The number of a version, from 1; raises LookupError when there is none."""
        left = [place for place, each in enumerate(self.versions, start=1) if each is not None]
        if version == "latest":
            return left[-1]
        if int(version) not in left:
            raise LookupError
        return int(version)


class RegistryServer(Process):
    """The process `registry`. What it knows is in its journal in Kafka, and survives it there.

    A schema has one id, whatever its subjects.

    Args:
        name: of the service.
        clock: of the stack.
        seams: where bugs step in.
        kept_s: for how long the journal keeps what it holds.
    """

    def __init__(self, name: str, clock: VirtualClock, seams: DataSeams, kept_s: float) -> None:
        super().__init__(name)
        self._clock = clock
        self._seams = seams
        self._kept_s = kept_s
        self._written_ns = 0
        """When the journal was written to last."""
        self._schemas: list[str] = []
        self._subjects: dict[str, _Subject] = {}
        self._levels: dict[str, str] = {}

    def start(self) -> None:
        """Start the process unless it is there, with what its journal still holds."""
        held_s = (self._clock.now_ns() - self._written_ns) / NS_PER_S
        if self.state == "exited" and not (self._seams.restores and held_s <= self._kept_s):
            self._schemas.clear()
            self._subjects.clear()
            self._levels.clear()
        super().start()

    def call(self, method: str, path: str, body: Any) -> Answer:  # noqa: ANN401 - parsed JSON
        """Answer a request.

        Args:
            method: of HTTP.
            path: below the interface's own, without its query.
            body: of the request.
        """
        room, *rest = [unquote(part) for part in path.strip("/").split("/")]
        rooms: dict[str, Callable[..., Answer]] = {
            "subjects": self._of_subjects,
            "schemas": self._of_schemas,
            "config": self._of_levels,
            "compatibility": self._of_compatibility,
        }
        try:
            return rooms[room](method, rest, body)
        except LookupError:
            return NOT_FOUND, {"error_code": 40401, "message": f"{path} does not exist"}

    def schema(self, number: int) -> str:
        """The text of an id; raises LookupError when there is none."""
        if not 1 <= number <= len(self._schemas) or not self._seams.knows(number):
            raise LookupError
        return self._schemas[number - 1]

    def _of_subjects(self, method: str, rest: list[str], body: Any) -> Answer:  # noqa: ANN401
        if not rest:
            return 200, [name for name, each in self._subjects.items() if any(each.versions)]
        name, *versions = rest
        if method == "POST":
            return self._register(name, body) if versions else self._look_up(name, body)
        subject = self._subjects[name]
        if method == "DELETE":
            return 200, self._delete(name, subject, versions[1:])
        if len(versions) == 1:
            return 200, [n for n, each in enumerate(subject.versions, start=1) if each is not None]
        return 200, self._told(name, subject, subject.number(versions[1]))

    def _told(self, name: str, subject: _Subject, version: int) -> dict[str, Any]:
        number = subject.versions[version - 1]
        assert number is not None  # noqa: S101 - the version is there
        schema = self.schema(number)
        return {"subject": name, "version": version, "id": number, "schema": schema}

    def _register(self, name: str, body: Any) -> Answer:  # noqa: ANN401
        schema = str(body["schema"])
        subject = self._subjects.setdefault(name, _Subject())
        number = self._id_of(schema)
        if number is None or number not in subject.versions:
            if not self._lets_in(name, subject, schema):
                return REFUSED, {"error_code": REFUSED, "message": "incompatible schema"}
            if number is None:
                self._schemas.append(schema)
                self._written_ns = self._clock.now_ns()
                number = len(self._schemas)
            subject.versions.append(number)
        version = subject.versions.index(number) + 1
        return 200, self._told(name, subject, version)

    def _look_up(self, name: str, body: Any) -> Answer:  # noqa: ANN401
        subject, number = self._subjects[name], self._id_of(str(body["schema"]))
        if number not in subject.versions:
            raise LookupError
        return 200, self._told(name, subject, subject.versions.index(number) + 1)

    def _delete(self, name: str, subject: _Subject, versions: list[str]) -> Any:  # noqa: ANN401
        if not versions:
            del self._subjects[name]
            return list(range(1, len(subject.versions) + 1))
        version = subject.number(versions[0])
        subject.versions[version - 1] = None
        return version

    def _of_schemas(self, _method: str, rest: list[str], _body: Any) -> Answer:  # noqa: ANN401
        return 200, {"schema": self.schema(int(rest[1]))}

    def _of_levels(self, method: str, rest: list[str], body: Any) -> Answer:  # noqa: ANN401
        name = rest[0] if rest else ""
        if method == "PUT":
            self._levels[name] = str(body["compatibility"])
            return 200, body
        return 200, {"compatibilityLevel": self._level(name)}

    def _of_compatibility(self, _method: str, rest: list[str], body: Any) -> Answer:  # noqa: ANN401
        name = rest[1]
        lets_in = self._lets_in(name, self._subjects[name], str(body["schema"]))
        return 200, {"is_compatible": lets_in}

    def _level(self, subject: str) -> str:
        return self._levels.get(subject, self._levels.get("", "NONE"))

    def _lets_in(self, name: str, subject: _Subject, schema: str) -> bool:
        level, new = self._level(name), json.loads(schema)
        olds = [each for each in subject.versions if each is not None]
        if not level.endswith("_TRANSITIVE"):
            olds = olds[-1:]
        right = all(compatible(level, new, json.loads(self.schema(each))) for each in olds)
        return self._seams.lets_in(right)

    def _id_of(self, schema: str) -> int | None:
        canonical = json.loads(schema)
        for number, each in enumerate(self._schemas, start=1):
            if each == schema or json.loads(each) == canonical:
                return number
        return None
