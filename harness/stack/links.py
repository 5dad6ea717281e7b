"""Power over the links of one stack: packets between containers, and the proxy's client links."""

import logging
import threading
from collections.abc import Sequence

from harness.clients import wire
from harness.kit.errors import FaultError
from harness.kit.waits import NotYet, wait_until
from harness.network import partition
from harness.network.proxy import Proxy, ProxyTimeout
from harness.stack.one_shot import OneShot
from harness.stack.processes import Processes
from harness.stack.services import toxiproxy
from harness.stack.specs import CONTROL_PORT_NAME, HOST, Blueprint, link_name

ROUND_TRIP_LIMIT_S = 15.0
PROXY_LIMIT_S = 20.0
_CLIENT = "client"
_LOG = logging.getLogger(__name__)


class Links:
    """The links of one stack. Every call is idempotent.

    It remembers what is cut and delayed, because rules die with the process they were made for and
    a restarted service may have another address: `restarted` puts all of it in force again.
    """

    def __init__(self, blueprint: Blueprint, processes: Processes, beside: OneShot) -> None:
        self._blueprint = blueprint
        self._processes = processes
        self._beside = beside
        self.proxy = Proxy(HOST, blueprint.ports[CONTROL_PORT_NAME])
        self._lock = threading.RLock()
        self._cuts: dict[str, set[str]] = {}
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
        link = self._client_link(service)
        with self._lock:
            self._delays_ms[link] = latency_ms
            try:
                self.proxy.delay(link, latency_ms)
            except ProxyTimeout as error:
                _LOG.warning("%s; the proxy is replaced, which closes every connection", error)
                self._replace_proxy()

    def round_trip_ms(self, service: str) -> float:
        """Measured round trip of one request through the client link of `service`.

        Raises:
            FaultError: there was no answer.
        """
        self._client_link(service)
        try:
            return wire.round_trip_ms(
                self._blueprint.address(_CLIENT, service), limit_s=ROUND_TRIP_LIMIT_S
            )
        except OSError as error:
            raise FaultError(f"no answer through the client link of {service}: {error}") from error

    def restarted(self, service: str) -> None:
        """Put what is cut and delayed in force again after a start of `service`."""
        with self._lock:
            if service == toxiproxy.NAME:
                self._delay_again()
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

    def _client_link(self, service: str) -> str:
        name = link_name(_CLIENT, service)
        if name not in self._blueprint.ports:
            raise FaultError(f"{service} has no client link")
        return name

    def _replace_proxy(self) -> None:
        self._processes.kill(toxiproxy.NAME)
        self._processes.start(toxiproxy.NAME)
        self._delay_again()

    def _delay_again(self) -> None:
        delays = {link: latency for link, latency in self._delays_ms.items() if latency}
        if not delays:
            return
        wait_until(
            "the restarted proxy to have its listeners",
            lambda: True if (lacking := self._lacking()) is None else NotYet(lacking),
            limit_s=PROXY_LIMIT_S,
        )
        for link, latency_ms in delays.items():
            self.proxy.delay(link, latency_ms)

    def _lacking(self) -> str | None:
        return self.proxy.missing([link.name for link in self._blueprint.links])
