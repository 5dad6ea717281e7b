"""A client's connections to the brokers: what is in flight on each, and how long the way is."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from confluent_kafka import KafkaError

from harness.backends.fake.clock import Action, Timer
from harness.backends.fake.kafka.broker import Broker
from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.kafka.settings import ClientSettings

ONE_WAY_S = (0.000_2, 0.000_8)


@dataclass(slots=True, eq=False)
class Flight:
    """A request on its way to `broker` or back."""

    broker: int
    fail: Callable[[int], None]
    limit: Timer | None = None


class Connections:
    """All connections of the producer number `client`.

    Args:
        caller: by what name links to brokers are cut; None where none of its are.
    """

    def __init__(
        self,
        client: int,
        cluster: Cluster,
        settings: ClientSettings,
        random: Random,
        caller: str | None = None,
    ) -> None:
        self.client = client
        self._cluster = cluster
        self._caller = caller
        if caller is not None:
            cluster.links.watch(caller, self._cut_off)
        self._clock = cluster.clock
        self._random = random
        self._backoff_s = settings.seconds("retry.backoff.ms")
        self._backoff_limit_s = settings.seconds("retry.backoff.max.ms")
        self._one_way_s = {number: random.uniform(*ONE_WAY_S) for number in cluster.brokers}
        self._flights: dict[Flight, None] = {}
        self._broken: set[int] = set()

    def open(self, broker: Broker) -> bool:
        """Whether something can be sent to `broker`: a frozen one accepts no new connection."""
        if self._caller is not None and not self._cluster.links.works(self._caller, broker.name):
            return False
        if broker.active:
            self._broken.discard(broker.number)
        elif broker.state == "exited" or not broker.booted:
            self._broken.add(broker.number)
        return broker.number not in self._broken

    def launch(self, flight: Flight, limit_s: float) -> None:
        """Something is on its way; without an answer within `limit_s` the connection is closed."""
        self._flights[flight] = None
        flight.limit = self._clock.call_after(limit_s, lambda: self._close(flight.broker))

    def land(self, flight: Flight) -> None:
        """Nobody waits for it any more."""
        if self._flights.pop(flight, True) is None and flight.limit is not None:
            flight.limit.cancel()

    def deliver(self, broker: Broker, arrive: Action) -> None:
        """Let something arrive at `broker` after its way."""
        self._clock.call_after(self._one_way_s[broker.number], arrive)

    def answer(self, flight: Flight, arrive: Action) -> None:
        """Let an answer arrive here after its way, unless nobody waits for it."""
        if flight in self._flights:
            delay_s = self._cluster.links.delay_ms(f"broker-{flight.broker}") / 1e3
            self._clock.call_after(self._one_way_s[flight.broker] + delay_s, arrive)

    def backoff_s(self, tries: int) -> float:
        """How long to wait before another try."""
        grown_s = self._backoff_s * 2.0 ** min(max(tries - 1, 0), 10)
        return float(min(grown_s, self._backoff_limit_s) * self._random.uniform(0.8, 1.2))

    def _cut_off(self, service: str) -> None:
        """A link has been cut: its listener is closed, and connections over it end."""
        for number, broker in self._cluster.brokers.items():
            if broker.name == service:
                self._close(number)

    def _close(self, broker: int) -> None:
        """Too long without an answer: everything in flight on this connection is given up."""
        self._broken.add(broker)
        for flight in [each for each in self._flights if each.broker == broker]:
            flight.fail(KafkaError._TRANSPORT)  # noqa: SLF001 - librdkafka's own errors
