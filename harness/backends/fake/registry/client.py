"""Clients of the registry in memory: the harness's own, and the one that serializers want."""

import json
from typing import Any

import httpx2
from confluent_kafka.schema_registry import SchemaRegistryClient

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.data.connection import SILENCE_S
from harness.backends.fake.door import Door
from harness.backends.fake.registry.server import RegistryServer
from harness.kit.http import HttpError
from harness.systems.registry.client import PATH, Registry

OK_BELOW = 300


class MemoryRegistry(Registry):
    """The registry of a stack in memory; requests go to its process and not over a socket."""

    def __init__(self, server: RegistryServer, door: Door, clock: VirtualClock) -> None:
        super().__init__(None)
        self._server = server
        self._door = door
        self._clock = clock

    def schema_by(self, name: str, number: int) -> str:  # noqa: ARG002 - as it says
        """Ids of either kind are the same here."""
        return self.schema(number)

    def client(self) -> SchemaRegistryClient:
        """Confluent's client, whose requests go to the process as well."""
        client = SchemaRegistryClient({"url": f"http://registry{PATH}", "max.retries": 0})
        client._rest_client.session = httpx2.Client(transport=httpx2.MockTransport(self._answer))  # noqa: SLF001 - it takes no transport
        return client

    def _call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """As over HTTP.

        Raises:
            HttpError: the registry refuses.
            OSError: it does not answer.
        """
        if not self._reached():
            raise ConnectionRefusedError("the registry does not answer")
        status, answer = self._server.call(method, path.removeprefix(PATH), body)
        if status >= OK_BELOW:
            raise HttpError(f"{method} {path}", status, json.dumps(answer))
        return answer

    def _reached(self) -> bool:
        if self._door.is_silent:
            self._clock.pause_until(lambda: not self._door.is_silent, SILENCE_S)
        return not self._door.is_shut and not self._door.is_silent

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if not self._reached():
            raise httpx2.ConnectError("the registry does not answer", request=request)
        body = json.loads(request.content) if request.content else None
        path = request.url.raw_path.decode().partition("?")[0].removeprefix(PATH)
        status, answer = self._server.call(request.method, path, body)
        return httpx2.Response(status, json=answer, request=request)
