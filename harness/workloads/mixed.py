"""A pipeline, and producers and consumers beside it, as one traffic."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from harness.kit.clock import Clock
from harness.kit.waits import Deadline
from harness.model.ports.groups import Members
from harness.workloads.traffic import Condition, FinalRead, Traffic
from harness.workloads.worker import Worker


class MixedTraffic:
    """Both at once: counts are added up, conditions of both must hold.

    Args:
        log: producers, consumers and their topics.
        pipeline: whose topics are named after its paths, so no name is of both.
        clock: whose time the limit of the final read counts in.
    """

    def __init__(self, log: Traffic, pipeline: Traffic, clock: Clock) -> None:
        self._log = log
        self._pipeline = pipeline
        self._clock = clock
        self._both = (log, pipeline)

    @property
    def topics(self) -> Mapping[str, str]:
        """Topics of both."""
        return {**self._log.topics, **self._pipeline.topics}

    @property
    def connectors(self) -> Mapping[str, str]:
        """Those of the pipeline."""
        return self._pipeline.connectors

    @property
    def groups(self) -> Mapping[str, str]:
        """Those of consumers that stand for themselves."""
        return self._log.groups

    @property
    def members(self) -> Members:
        """Members of these groups."""
        return self._log.members

    @property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """What steps may name, of both."""
        log, pipeline = (each.names for each in self._both)
        return {
            kind: {**log.get(kind, {}), **pipeline.get(kind, {})}
            for kind in sorted({*log, *pipeline})
        }

    @property
    def workers(self) -> tuple[Worker, ...]:
        """Movers of the pipeline first, so that they are there when anything is written."""
        return (*self._pipeline.workers, *self._log.workers)

    @property
    def sent(self) -> int:
        """Sends, and transactions of writers, begun so far."""
        return sum(each.sent for each in self._both)

    @property
    def acked(self) -> int:
        """Sends, and transactions of writers, acknowledged so far."""
        return sum(each.acked for each in self._both)

    @property
    def results(self) -> int:
        """Results of processors."""
        return self._log.results

    @property
    def reads(self) -> int:
        """Records that consumers were done with."""
        return self._log.reads

    @property
    def changes(self) -> int:
        """Changes of topics."""
        return self._log.changes

    def ready(self) -> Iterator[Condition]:
        """Both are."""
        return self._all(lambda each: each.ready())

    def underway(self) -> Iterator[Condition]:
        """Both are, and both are answered."""
        yield from self._all(lambda each: each.underway())
        yield "sends to be acknowledged", partial(_unanswered, self._log)
        yield "writes to the source to be acknowledged", partial(_unanswered, self._pipeline)

    def bounds(self) -> tuple[int, int]:
        """Of the logs of both, added up."""
        (start, end), (other_start, other_end) = (each.bounds() for each in self._both)
        return start + other_start, end + other_end

    def uncleaned(self) -> Callable[[], str | None]:
        """A probe of the topics that may be compacted."""
        return self._log.uncleaned()

    def quiet(self) -> None:
        """Begin no more writes."""
        for each in self._both:
            each.quiet()

    def reported(self) -> Iterator[Condition]:
        """Every write of both is answered."""
        return self._all(lambda each: each.reported())

    def processed(self) -> Iterator[Condition]:
        """Nothing more is sent by either."""
        return self._all(lambda each: each.processed())

    def sends_ended(self) -> None:
        """Tell the readers of both."""
        for each in self._both:
            each.sends_ended()

    def caught_up(self) -> Iterator[Condition]:
        """Readers of both have."""
        return self._all(lambda each: each.caught_up())

    def final_read(self, limit_s: float) -> FinalRead:
        """Read everything of both, within one limit."""
        deadline = Deadline(limit_s, self._clock)
        log = self._log.final_read(limit_s)
        pipeline = self._pipeline.final_read(max(deadline.left_s, 1.0))
        return FinalRead(
            logs=(*log.logs, *pipeline.logs),
            places=pipeline.places,
            standings=pipeline.standings,
            unread=pipeline.unread,
        )

    def forget(self) -> None:
        """Delete what belongs to either."""
        for each in self._both:
            each.forget()

    def _all(self, of: Callable[[Traffic], Iterator[Condition]]) -> Iterator[Condition]:
        for each in self._both:
            yield from of(each)


def _unanswered(traffic: Traffic) -> str | None:
    return None if traffic.acked else "none is"
