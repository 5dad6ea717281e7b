"""Connect and the registry by their REST interfaces, against servers that answer by script."""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from harness.kit import http
from harness.kit.errors import FaultError, UsageError, WaitTimeout
from harness.kit.http import HttpError
from harness.systems.connect import client as connect
from harness.systems.connect.client import ConnectClients
from harness.systems.kafka import wire
from harness.systems.kafka.wire_answers import GroupView
from harness.systems.registry.client import Registry

Answer = tuple[int, object]


class Script(ThreadingHTTPServer):
    """Gives its answers in order, the last one again and again, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self, answers: list[Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[tuple[str, str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    """Any method."""

    server: Script

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, json.loads(body) if body else None))
        answers = self.server.answers
        status, answer = answers.pop(0) if len(answers) > 1 else answers[0]
        payload = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - as the base class calls them

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def script(*answers: Answer) -> Iterator[Script]:
    with Script(list(answers)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def address(server: Script) -> tuple[str, int]:
    return "127.0.0.1", server.server_port


def closed_port() -> tuple[str, int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return "127.0.0.1", taken.getsockname()[1]


def status(*tasks: str, trace: str = "") -> dict[str, object]:
    rows = [
        {"id": number, "state": state, "worker_id": "connect-2:8083", "trace": trace}
        for number, state in enumerate(tasks)
    ]
    return {"connector": {"state": "RUNNING"}, "tasks": rows}


def test_a_connector_that_is_not_installed_is_refused_at_once() -> None:
    message = "Failed to find any class that implements Connector and which name matches Guess"
    with script((500, {"error_code": 500, "message": message})) as server:
        clients = ConnectClients({"connect-1": address(server)})
        with pytest.raises(UsageError, match="which name matches Guess"):
            clients.create("mine", {"connector.class": "Guess"})
        assert len(server.asked) == 1


def test_a_call_goes_from_worker_to_worker_until_one_does_it() -> None:
    with script((409, {"message": "rebalance"}), (200, ["b", "a"])) as server:
        workers = {"connect-1": closed_port(), "connect-2": address(server)}
        assert ConnectClients(workers).names() == ("a", "b")
    assert [path for _, path, _ in server.asked] == ["/connectors", "/connectors"]


def test_settings_are_sent_as_text_and_a_refusal_is_the_callers_mistake() -> None:
    with script((201, {}), (400, {"error_code": 400, "message": "no such class"})) as server:
        workers = ConnectClients({"connect-1": address(server)})
        workers.create("a/b", {"tasks.max": 1, "enabled": True})
        with pytest.raises(UsageError, match="no such class"):
            workers.create("c", {})
    assert server.asked[0] == (
        "PUT",
        "/connectors/a%2Fb/config",
        {"tasks.max": "1", "enabled": "true"},
    )


def test_a_connector_that_is_not_there_is_deleted() -> None:
    with script((404, {"error_code": 404, "message": "not found"})) as server:
        workers = ConnectClients({"connect-1": address(server)})
        workers.delete("nothing")
        with pytest.raises(HttpError) as caught:
            workers.status("nothing")
    assert caught.value.code == 404


def test_running_is_the_connector_and_at_least_one_task_and_all_of_them() -> None:
    answers = (
        (404, {"message": "no status yet"}),
        (200, status()),
        (200, status("RUNNING", "UNASSIGNED")),
        (200, status("RUNNING", "RUNNING")),
    )
    with script(*answers) as server:
        ConnectClients({"connect-1": address(server)}).wait_running("cdc", limit_s=5)
    assert len(server.asked) == len(answers)


def test_a_failed_task_shows_its_trace() -> None:
    with (
        script((200, status("FAILED", trace="java.lang.Boom"))) as server,
        pytest.raises(WaitTimeout, match="Boom"),
    ):
        ConnectClients({"connect-1": address(server)}).wait_running("cdc", limit_s=0)


def test_the_worker_of_a_task_is_the_service_that_runs_it() -> None:
    with script((200, status("UNASSIGNED", "RUNNING"))) as server:
        workers = ConnectClients({"connect-1": address(server)})
        assert workers.worker_of("cdc", 1) == "connect-2"
        with pytest.raises(FaultError, match="UNASSIGNED"):
            workers.worker_of("cdc", 0)


def test_a_stack_without_connect_says_how_to_get_it() -> None:
    with pytest.raises(UsageError, match="connect_workers"):
        ConnectClients({}).names()


@pytest.mark.parametrize(
    ("group", "missing"),
    [
        (None, "coordinator"),
        (GroupView(state="PreparingRebalance", members={}), "PreparingRebalance"),
        (GroupView(state="Stable", members={}), "no member"),
        (GroupView(state="Stable", members={"m": b"\0\1\0\x16http://connect-12:8083"}), "connect"),
        (GroupView(state="Stable", members={"m": b"\0\1\0\x16http://connect-1:8083/"}), None),
    ],
)
def test_a_worker_is_ready_as_a_member_of_a_stable_group(
    monkeypatch: pytest.MonkeyPatch, group: GroupView | None, missing: str | None
) -> None:
    monkeypatch.setattr(wire, "group_view", lambda *_, **__: group)
    with script((200, {"status": "healthy"})) as server:
        seen = connect.ready(address(server), "connect-1", {})
    assert (seen is None) if missing is None else missing in str(seen)


def test_a_worker_that_starts_is_not_ready() -> None:
    with script((503, {"status": "starting"})) as server:
        assert "starting" in str(connect.ready(address(server), "connect-1", {}))
    assert "not healthy" in str(connect.ready(closed_port(), "connect-1", {}))


def test_what_a_worker_tells_of_itself_begins_with_its_url() -> None:
    url = b"http://connect-1:8083/"
    told = struct.pack(">hh", 2, len(url)) + url + struct.pack(">q", 17)
    assert connect._url(told) == url.decode()


def test_the_registry_speaks_confluents_interface() -> None:
    answers: tuple[Answer, ...] = (
        (200, {"id": 7}),
        (200, {"compatibilityLevel": "BACKWARD"}),
        (200, {"is_compatible": False}),
        (409, {"error_code": 40901, "message": "incompatible"}),
    )
    with script(*answers) as server:
        registry = Registry(address(server))
        assert registry.register("orders", '"int"') == 7
        assert registry.compatibility("orders") == "BACKWARD"
        assert not registry.is_compatible("orders", '"string"')
        with pytest.raises(HttpError) as caught:
            registry.register("orders", '"string"')
    assert (caught.value.status, caught.value.code) == (409, 40901)
    root = "/apis/ccompat/v7"
    assert [path for _, path, _ in server.asked] == [
        f"{root}/subjects/orders/versions",
        f"{root}/config/orders",
        f"{root}/compatibility/subjects/orders/versions/latest",
        f"{root}/subjects/orders/versions",
    ]


def test_a_stack_without_a_registry_says_how_to_get_it() -> None:
    with pytest.raises(UsageError, match="registry=True"):
        Registry(None).subjects()


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(ConnectionError, match="no whole answer"):
            http.call(("127.0.0.1", listener.getsockname()[1]), "GET", "/")
        thread.join()
