"""The one adapter around toxiproxy-python.

The library keeps host and port in class attributes, sends requests without a time-out, and hands
back nothing from `add_toxic`; so its request layer is used, one subclass per proxy, with a deadline
on every call.
"""

from collections.abc import Sequence
from typing import Any

import requests
from toxiproxy.api import APIConsumer
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

from harness.kit.errors import HarnessError

DEADLINE_S = 3.0
_LATENCY = "harness-latency"


class ProxyError(HarnessError):
    """The proxy's control interface did not do what it was asked."""


class ProxyTimeout(ProxyError):  # noqa: N818 - as WaitTimeout
    """The control interface hangs; known to happen while a toxic is removed under load."""


class Proxy:
    """One Toxiproxy process, by its control interface.

    Args:
        host: where its control interface is reached.
        port: the same.
        deadline_s: how long each call may take.
    """

    def __init__(self, host: str, port: int, *, deadline_s: float = DEADLINE_S) -> None:
        # A subclass of its own: the class attributes of APIConsumer are shared by all stacks.
        self._api: Any = type("Api", (APIConsumer,), {"host": host, "port": port})
        self._deadline_s = deadline_s

    def missing(self, links: Sequence[str]) -> str | None:
        """None when the proxy answers and has all `links`; otherwise what is missing."""
        try:
            present = self._call("get", "/proxies")
        except ProxyError as error:
            return str(error)
        absent = sorted(set(links) - set(present))
        return f"no listener for {', '.join(absent)}" if absent else None

    def version(self) -> str:
        """The proxy's version."""
        return str(self._call("get", "/version")["version"])

    def delay(self, link: str, latency_ms: int) -> None:
        """Delay what comes back over `link` by `latency_ms`; 0 undoes it.

        Raises:
            ProxyTimeout: the control interface hangs; the process has to be replaced.
            ProxyError: it refuses.
        """
        self._remove(link, _LATENCY)
        if latency_ms == 0:
            return
        toxic = {
            "name": _LATENCY,
            "type": "latency",
            "stream": "downstream",
            # No dice in the proxy: whatever is random is drawn into the plan.
            "toxicity": 1.0,
            "attributes": {"latency": latency_ms, "jitter": 0},
        }
        self._call("post", f"/proxies/{link}/toxics", json=toxic)

    def enable(self, link: str, *, enabled: bool) -> None:
        """Open or close the listener of `link`; closing drops its connections.

        Raises:
            ProxyError: it refuses or hangs.
        """
        self._call("post", f"/proxies/{link}", json={"enabled": enabled})

    def _remove(self, link: str, toxic: str) -> None:
        try:
            self._call("delete", f"/proxies/{link}/toxics/{toxic}")
        except _NotThereError:
            return

    def _call(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401 - parsed JSON
        what = f"toxiproxy on port {self._api.port}: {method} {path}"
        try:
            # An empty proxy setting keeps requests from sending loopback calls through HTTP_PROXY.
            response = getattr(self._api, method)(
                path, timeout=self._deadline_s, proxies={"http": ""}, **options
            )
        except requests.Timeout as error:
            raise ProxyTimeout(f"{what}: no answer within {self._deadline_s:g} s") from error
        except requests.RequestException as error:
            raise ProxyError(f"{what}: {error}") from error
        except NotFound as error:
            raise _NotThereError(f"{what}: {error}") from error
        except (InvalidToxic, ProxyExists) as error:
            raise ProxyError(f"{what}: {error}") from error
        if not response.ok:
            raise ProxyError(f"{what}: {response.status_code} {response.text}")
        return response.json() if response.content else None


class _NotThereError(ProxyError):
    """What was asked about is not there."""
