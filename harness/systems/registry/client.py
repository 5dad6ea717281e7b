"""The schema registry by Confluent's REST interface, version 7, for Avro schemas."""

import json
from typing import Any, TypeAlias
from urllib.parse import quote

from confluent_kafka.schema_registry import SchemaRegistryClient

from harness.kit import http
from harness.kit.errors import UsageError
from harness.kit.http import HttpError

Address: TypeAlias = tuple[str, int]

PATH = "/apis/ccompat/v7"
APICURIO = "/apis/registry/v2"
ANSWER_LIMIT_S = 5.0
READY_LIMIT_S = 1.0
# Some routes of Apicurio take nothing else.
_HEADERS = {"Content-Type": "application/vnd.schemaregistry.v1+json"}


class Registry:
    """The schema registry of one stack, over the client link.

    Every call raises HttpError when the registry refuses (`status` 409: incompatible; 404: there is
    no such thing) and OSError when it does not answer.

    Args:
        address: where it is reached; None when the stack has none.
    """

    def __init__(self, address: Address | None) -> None:
        self._address = address

    def subjects(self) -> tuple[str, ...]:
        """Every subject that is not deleted."""
        return tuple(self._call("GET", "/subjects"))

    def register(self, subject: str, schema: str) -> int:
        """Register an Avro schema; its id, which is the same for the same schema.

        Raises:
            HttpError: with status 409 when it is not compatible with the latest of the subject.
        """
        answer = self._call("POST", f"/subjects/{quote(subject, safe='')}/versions", _as(schema))
        return int(answer["id"])

    def versions(self, subject: str) -> tuple[int, ...]:
        """Versions of a subject."""
        return tuple(self._call("GET", f"/subjects/{quote(subject, safe='')}/versions"))

    def latest(self, subject: str) -> tuple[int, str]:
        """Id and text of the newest schema of a subject."""
        answer = self._call("GET", f"/subjects/{quote(subject, safe='')}/versions/latest")
        return int(answer["id"]), str(answer["schema"])

    def delete_latest(self, subject: str) -> None:
        """Delete the newest version of a subject; the one before it is the newest again."""
        self._call("DELETE", f"/subjects/{quote(subject, safe='')}/versions/latest")

    def delete(self, subject: str) -> None:
        """Delete a subject; its schemas can still be had by id."""
        self._call("DELETE", f"/subjects/{quote(subject, safe='')}")

    def schema(self, schema_id: int) -> str:
        """The schema of that id."""
        return str(self._call("GET", f"/schemas/ids/{schema_id}")["schema"])

    def schema_by(self, name: str, number: int) -> str:
        """The schema that Apicurio's own interface knows by a `contentId` or a `globalId`."""
        answer = http.call(
            self._there, "GET", f"{APICURIO}/ids/{name}s/{number}", limit_s=ANSWER_LIMIT_S
        )
        return json.dumps(answer)

    def compatibility(self, subject: str | None = None) -> str:
        """What changes of schema are let in, for all subjects or for one."""
        answer = self._call("GET", _config(subject))
        return str(answer.get("compatibilityLevel") or answer["compatibility"])

    def set_compatibility(self, level: str, subject: str | None = None) -> None:
        """Let in changes of this level: `NONE`, `BACKWARD`, `FORWARD`, `FULL`, `…_TRANSITIVE`."""
        self._call("PUT", _config(subject), {"compatibility": level})

    def is_compatible(self, subject: str, schema: str) -> bool:
        """Whether the schema would be let in after the latest of the subject."""
        path = f"/compatibility/subjects/{quote(subject, safe='')}/versions/latest"
        return bool(self._call("POST", path, _as(schema))["is_compatible"])

    def client(self) -> Any:  # noqa: ANN401 - the port has no type for it
        """The bare client that confluent-kafka's serializers and deserializers want."""
        host, port = self._there
        return SchemaRegistryClient(
            {"url": f"http://{host}:{port}{PATH}", "timeout": ANSWER_LIMIT_S, "max.retries": 0}
        )

    @property
    def _there(self) -> Address:
        if self._address is None:
            raise UsageError("the stack has no registry; ask for it with Topology(registry=True)")
        return self._address

    def _call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        return http.call(
            self._there, method, PATH + path, body, headers=_HEADERS, limit_s=ANSWER_LIMIT_S
        )


def ready(address: Address) -> str | None:
    """None when the registry lists its subjects, which it does once it has read its journal."""
    try:
        http.call(address, "GET", f"{PATH}/subjects", limit_s=READY_LIMIT_S)
    except (OSError, HttpError) as error:
        return f"no answer: {error}"
    return None


def _config(subject: str | None) -> str:
    return "/config" if subject is None else f"/config/{quote(subject, safe='')}"


def _as(schema: str) -> dict[str, str]:
    json.loads(schema)  # a schema that is no JSON is the caller's mistake, not an answer
    return {"schema": schema, "schemaType": "AVRO"}
