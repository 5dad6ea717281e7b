"""The protocol of a schema registry, beside those of `harness.model.ports.stack`."""

from typing import Any, Protocol


class SchemaRegistry(Protocol):
    """The schema registry of one stack, over the client link."""

    def subjects(self) -> tuple[str, ...]: ...

    def register(self, subject: str, schema: str) -> int:
        """Register an Avro schema; its id."""

    def versions(self, subject: str) -> tuple[int, ...]: ...

    def latest(self, subject: str) -> tuple[int, str]:
        """Id and text of the newest schema of a subject."""

    def delete_latest(self, subject: str) -> None:
        """Delete the newest version of a subject."""

    def schema(self, schema_id: int) -> str: ...

    def schema_by(self, name: str, number: int) -> str:
        """The schema that Apicurio's own interface knows by a `contentId` or a `globalId`."""

    def compatibility(self, subject: str | None = None) -> str:
        """What changes of schema are let in, for all subjects or for one."""

    def set_compatibility(self, level: str, subject: str | None = None) -> None: ...

    def is_compatible(self, subject: str, schema: str) -> bool:
        """Whether the schema would be let in after the latest of the subject."""

    def client(self) -> Any:  # noqa: ANN401 - confluent_kafka.schema_registry.SchemaRegistryClient
        """The bare client that serializers and deserializers want."""
