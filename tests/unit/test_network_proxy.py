"""The adapter around toxiproxy-python, against a server that answers as told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from harness.network.proxy import Proxy, ProxyError, ProxyTimeout


class Server(ThreadingHTTPServer):
    """Remembers requests; answers with `status` and `body`, or not at all."""

    def __init__(self, status: int, body: object, *, hangs: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = status
        self.body = body
        self.release = threading.Event()
        if not hangs:
            self.release.set()
        self.requests: list[tuple[str, str, Any]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def _answer(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.command, self.path, json.loads(data) if data else None))
        self.server.release.wait(10)
        body = json.dumps(self.server.body).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the library's names

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def serving(status: int = 200, body: object = None, *, hangs: bool = False) -> Iterator[Server]:
    server = Server(status, body or {}, hangs=hangs)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


def proxy(server: Server, deadline_s: float = 5.0) -> Proxy:
    return Proxy("127.0.0.1", server.server_port, deadline_s=deadline_s)


def test_a_delay_is_a_toxic_without_dice() -> None:
    with serving() as server:
        proxy(server).delay("client-broker-1", 250)
    (_, _, _), (method, path, toxic) = server.requests
    assert (method, path) == ("POST", "/proxies/client-broker-1/toxics")
    assert toxic["stream"] == "downstream"
    assert toxic["toxicity"] == 1.0
    assert toxic["attributes"] == {"latency": 250, "jitter": 0}


def test_taking_off_a_delay_that_is_not_there_is_no_error() -> None:
    with serving(status=404) as server:
        proxy(server).delay("client-broker-1", 0)
    assert [request[0] for request in server.requests] == ["DELETE"]


def test_a_hanging_control_interface_is_told_from_a_refusal() -> None:
    with serving(hangs=True) as server, pytest.raises(ProxyTimeout):
        proxy(server, deadline_s=0.1).delay("client-broker-1", 0)
    with serving(status=500) as server, pytest.raises(ProxyError, match="500"):
        proxy(server).delay("client-broker-1", 0)


def test_two_proxies_in_one_process_do_not_share_an_address() -> None:
    with serving(body={"version": "1"}) as one, serving(body={"version": "2"}) as two:
        first, second = proxy(one), proxy(two)
        assert (first.version(), second.version(), first.version()) == ("1", "2", "1")


def test_missing_listeners_are_named() -> None:
    with serving(body={"client-broker-1": {}}) as server:
        assert proxy(server).missing(["client-broker-1"]) is None
        assert proxy(server).missing(["client-broker-2"]) == "no listener for client-broker-2"


def test_a_proxy_that_does_not_answer_is_missing_and_not_an_exception() -> None:
    with serving() as server:
        gone = proxy(server)
    assert "toxiproxy" in (gone.missing([]) or "")


def test_calls_on_loopback_do_not_go_through_a_web_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(body={"version": "1"}) as server:
        assert proxy(server).version() == "1"
