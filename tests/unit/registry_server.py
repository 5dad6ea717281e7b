"""A schema registry in memory that speaks Confluent's interface, as far as clients here ask."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from harness.systems.registry.client import PATH, Registry

GONE, REFUSED = 404, 409


class RegistryServer(ThreadingHTTPServer):
    """Takes every schema, or none but the first of a subject when it is strict."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.strict = False
        self.starting = False
        """Does not show what it has yet, and refuses to take it again."""
        self.ids: dict[str, int] = {}
        """By the text of the schema."""
        self.subjects: dict[str, list[str]] = {}

    @property
    def client(self) -> Registry:
        """The harness's own client of it."""
        return Registry(("127.0.0.1", self.server_port))

    def forget(self) -> None:
        """Lose everything, as a restart without a journal does."""
        self.ids.clear()
        self.subjects.clear()

    def answer(self, method: str, path: str, body: Any) -> tuple[int, object]:
        """Status and answer of one request."""
        if found := re.fullmatch(r"/schemas/ids/(\d+)", path):
            texts = {number: text for text, number in self.ids.items()}
            text = texts.get(int(found[1]))
            return (GONE, {"error_code": 40403}) if text is None else (200, {"schema": text})
        if self.starting:
            return (REFUSED if method == "POST" else GONE), {"error_code": 0}
        subject = path.split("/")[2]
        versions = self.subjects.get(subject, [])
        if method == "POST":
            return self._register(subject, str(body["schema"]), looks=path.endswith(subject))
        if not versions:
            return GONE, {"error_code": 40401}
        if method == "DELETE":
            versions.pop()
            return 200, 1
        return 200, {"id": self.ids[versions[-1]], "schema": versions[-1]}

    def _register(self, subject: str, text: str, *, looks: bool) -> tuple[int, object]:
        versions = self.subjects.get(subject, [])
        if text not in versions:
            if looks:
                return GONE, {"error_code": 40403}
            if self.strict and versions:
                return REFUSED, {"error_code": 409}
            self.ids.setdefault(text, len(self.ids) + 1)
            self.subjects.setdefault(subject, []).append(text)
        return 200, {"id": self.ids[text], "schema": text, "version": 1, "subject": subject}


class Handler(BaseHTTPRequestHandler):
    """Any method."""

    server: RegistryServer

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.removeprefix(PATH).partition("?")[0]
        status, answer = self.server.answer(self.command, path, json.loads(body) if body else None)
        payload = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - as the base class calls them

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def registry_server() -> Iterator[RegistryServer]:
    """One that serves while the block lasts."""
    with RegistryServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
