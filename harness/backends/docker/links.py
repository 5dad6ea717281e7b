"""Power over the links of one stack: packets between containers, and links through the proxy."""

import logging
import threading
from collections.abc import Callable, Sequence

from harness.backends.docker.one_shot import OneShot
from harness.backends.docker.processes import Processes
from harness.kit.errors import FaultError
from harness.kit.waits import NotYet, wait_until
from harness.network import partition
from harness.network.proxy import Proxy, ProxyTimeout
from harness.systems.blueprint import CLIENT, CONTROL_PORT_NAME, HOST, Blueprint, LinkSpec
from harness.systems.toxiproxy import service as toxiproxy

ROUND_TRIP_LIMIT_S = 15.0
PROXY_LIMIT_S = 20.0
# Run beside the proxy: whether its listener takes a connection.
_KNOCK = "bash -c ': </dev/tcp/127.0.0.1/{port}' 2>/dev/null && echo open || echo refused"
# Run beside a caller, so that there is a packet to drop: at a port where nobody listens.
_KNOCK_ANYWHERE = "timeout 1 bash -c ': </dev/tcp/{address}/1' 2>/dev/null; true"
_LOG = logging.getLogger(__name__)


class DockerLinks:
    """The links of one stack. Every call is idempotent.

    It remembers what is cut, closed and delayed, because rules die with the process they were made
    for and a restarted service may have another address: `restarted` puts all of it in force again.
    """

    def __init__(self, blueprint: Blueprint, processes: Processes, beside: OneShot) -> None:
        self._blueprint = blueprint
        self._processes = processes
        self._beside = beside
        self.proxy = Proxy(HOST, blueprint.ports[CONTROL_PORT_NAME])
        self._lock = threading.RLock()
        self._cuts: dict[str, set[str]] = {}
        self._closed: set[str] = set()
        self._delays_ms: dict[str, int] = {}

    def cut(self, service: str, peers: Sequence[str]) -> None:
        """Drop every packet between `service` and each of `peers`, in both directions."""
        with self._lock:
            self._cut_now(service, peers)
            self._cuts.setdefault(service, set()).update(peers)

    def mend(self, service: str, peers: Sequence[str]) -> None:
        """Undo `cut`; nothing to do for a service that does not run, its rules are gone."""
        with self._lock:
            self._cuts.get(service, set()).difference_update(peers)
            if peers and self._has_network(service):
                self._run(service, partition.mend_script(peers))

    def dropped(self, service: str, peers: Sequence[str]) -> int:
        """Packets that the cut dropped since `service` was last started or mended."""
        if not self._has_network(service):
            return 0
        return partition.dropped_packets(self._run(service, partition.count_script()), peers)

    def delay(self, service: str, latency_ms: int) -> None:
        """Delay what clients receive from `service`; 0 undoes it."""
        link = self._client_link(service).name
        with self._lock:
            self._delays_ms[link] = latency_ms
            self._tell_proxy(lambda: self.proxy.delay(link, latency_ms))

    def round_trip_ms(self, service: str) -> float:
        """Measured round trip of one request through the client link of `service`.

        Raises:
            FaultError: there was no answer.
        """
        self._client_link(service)
        measure = self._blueprint.services[service].round_trip_ms
        try:
            return measure(self._blueprint.address(CLIENT, service), ROUND_TRIP_LIMIT_S)
        except OSError as error:
            raise FaultError(f"no answer through the client link of {service}: {error}") from error

    def cut_link(self, caller: str, callee: str) -> None:
        """Close the proxy's listener of this link, or drop packets where none is between."""
        link = self._blueprint.link(caller, callee)
        if link is None:
            self.cut(caller, [callee])
            return
        with self._lock:
            self._closed.add(link.name)
            self._tell_proxy(lambda: self.proxy.enable(link.name, enabled=False))

    def mend_link(self, caller: str, callee: str) -> None:
        """Undo `cut_link`."""
        link = self._blueprint.link(caller, callee)
        if link is None:
            self.mend(caller, [callee])
            return
        with self._lock:
            self._closed.discard(link.name)
            self._tell_proxy(lambda: self.proxy.enable(link.name, enabled=True))

    def link_fails(self, caller: str, callee: str) -> str | None:
        """Knock at the proxy's listener, or send packets and count; None when something passes."""
        link = self._blueprint.link(caller, callee)
        if link is None:
            for address in self._processes.addresses(callee):
                self._run(caller, _KNOCK_ANYWHERE.format(address=address))
            lost = self.dropped(caller, [callee])
            return f"{lost} packets between {caller} and {callee} dropped" if lost else None
        answer = self._run(toxiproxy.NAME, _KNOCK.format(port=link.listen)).strip()
        return None if answer == "open" else f"{caller} is refused a connection to {callee}"

    def restarted(self, service: str) -> None:
        """Put what is cut, closed and delayed in force again after a start of `service`."""
        with self._lock:
            if service == toxiproxy.NAME:
                self._impair_again()
            for cut_off, peers in self._cuts.items():
                affected = peers if cut_off == service else peers & {service}
                if affected and self._has_network(cut_off):
                    self._run(cut_off, partition.mend_script(sorted(affected)))
                    self._cut_now(cut_off, sorted(affected))

    def _cut_now(self, service: str, peers: Sequence[str]) -> None:
        if not self._has_network(service):
            raise FaultError(f"cannot cut {service} off: it does not run")
        addresses = {peer: self._processes.addresses(peer) for peer in peers}
        self._run(service, partition.cut_script(addresses))

    def _has_network(self, service: str) -> bool:
        return self._processes.state(service) in ("running", "paused")

    def _run(self, service: str, script: str) -> str:
        return self._beside.in_network_of(self._processes.name(service), script)

    def _client_link(self, service: str) -> LinkSpec:
        link = self._blueprint.link(CLIENT, service)
        if link is None:
            raise FaultError(f"{service} has no client link")
        return link

    def _tell_proxy(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except ProxyTimeout as error:
            _LOG.warning("%s; the proxy is replaced, which closes every connection", error)
            self._processes.kill(toxiproxy.NAME)
            self._processes.start(toxiproxy.NAME)
            self._impair_again()

    def _impair_again(self) -> None:
        delays = {link: latency for link, latency in self._delays_ms.items() if latency}
        if not delays and not self._closed:
            return
        wait_until(
            "the restarted proxy to have its listeners",
            lambda: True if (lacking := self._lacking()) is None else NotYet(lacking),
            limit_s=PROXY_LIMIT_S,
        )
        for link, latency_ms in delays.items():
            self.proxy.delay(link, latency_ms)
        for link in sorted(self._closed):
            self.proxy.enable(link, enabled=False)

    def _lacking(self) -> str | None:
        return self.proxy.missing([link.name for link in self._blueprint.links])
