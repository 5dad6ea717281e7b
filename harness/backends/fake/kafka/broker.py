"""A broker: a process with replicas, whose socket holds what comes while it is frozen."""

from functools import partial

from confluent_kafka import KafkaError

from harness.backends.fake.clock import Action, VirtualClock
from harness.backends.fake.kafka.record import Log
from harness.backends.fake.kafka.replica import Replica
from harness.backends.fake.kafka.request import ProduceRequest
from harness.backends.fake.process import Process

BOOT_S = 1.5


class Broker(Process):
    """Broker `number`; its service is `broker-<number>`."""

    def __init__(self, number: int, clock: VirtualClock, on_boot: Action) -> None:
        super().__init__(f"broker-{number}")
        self.number = number
        self._clock = clock
        self._on_boot = on_boot
        self.booted = True
        self.wiped = False
        self.replicas: dict[Log, Replica] = {}
        self.told: dict[Log, int] = {}
        """The version of each partition's state that the controller sent last."""
        self.unable_since_ns: int | None = None
        """Since when it fetches nothing; None while it runs."""
        self._socket: list[Action] = []
        # A dict for its order: what a dead broker leaves unanswered fails in order of arrival.
        self._unanswered: dict[ProduceRequest, None] = {}

    @property
    def active(self) -> bool:
        """Whether it answers right now."""
        return self.booted and self.state == "running"

    def post(self, action: Action) -> None:
        """Let a message arrive: done now, held while frozen, lost on a dead process."""
        if self.state == "paused":
            self._socket.append(action)
        elif self.active:
            action()

    def accept(self, request: ProduceRequest, handle: Action) -> None:
        """Let a client's request arrive; without a process the client sees a broken connection."""
        if self.state == "exited" or not self.booted:
            request.answer(KafkaError._TRANSPORT)  # noqa: SLF001 - librdkafka's own errors
            return
        self._unanswered[request] = None
        self.post(handle)

    def answer(self, request: ProduceRequest, error: int) -> None:
        """Answer a request; 0 is success."""
        self._unanswered.pop(request, None)
        request.answer(error)

    def replica(self, log: Log) -> Replica:
        """The copy of `log` here, made when there is none."""
        if log not in self.replicas:
            self.replicas[log] = Replica(log, self.number)
        return self.replicas[log]

    def kill(self) -> None:
        """Let the process be gone; logs stay, connections break."""
        super().kill()
        self.booted = False
        self._note_unable()
        self._socket.clear()
        self.told.clear()
        for replica in self.replicas.values():
            replica.forget_role()
        unanswered, self._unanswered = self._unanswered, {}
        for request in unanswered:
            request.answer(KafkaError._TRANSPORT)  # noqa: SLF001 - librdkafka's own errors

    def pause(self) -> None:
        """Freeze it; its connections stay open."""
        super().pause()
        self._note_unable()

    def resume(self) -> None:
        """Let it run on: first it does what its socket held, believing what it last knew."""
        super().resume()
        if self.state != "running":
            return
        self.unable_since_ns = None
        held, self._socket = self._socket, []
        for action in held:
            action()

    def start(self) -> None:
        """Start the process; it answers when it has booted."""
        if self.state != "exited":
            return
        super().start()
        self.wiped = False
        self._clock.call_after(BOOT_S, partial(self._boot, self.starts))

    def wipe(self) -> None:
        """Empty its disk."""
        super().wipe()
        self.replicas.clear()
        self.wiped = True

    def _boot(self, starts: int) -> None:
        if starts == self.starts and self.state != "exited":
            self.booted = True
            self.unable_since_ns = None
            self._on_boot()

    def _note_unable(self) -> None:
        if self.unable_since_ns is None:
            self.unable_since_ns = self._clock.now_ns()
