"""A log that the server does not keep is taken over as it grows, and handed out whole."""

from collections.abc import Generator

from harness.model.rows import Committed, Position
from harness.workloads.pipeline.source.kept_log import KeptLog, LogKeeper


class Log:
    """A follower of transactions that have names alone; the server forgets what is confirmed."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.away = False
        self.deaf = False
        self._handed_out = self._confirmed = 0

    @property
    def position(self) -> Position:
        return "", self._handed_out

    def read(self, *, answer_limit_s: float = 5.0) -> Generator[Committed]:  # noqa: ARG002
        for number in range(self._confirmed, len(self.names)):
            if self.away:
                raise ConnectionError("away")
            self._handed_out = number + 1
            yield Committed((), self.names[number])

    def confirm(self) -> None:
        self._confirmed = self._handed_out
        if self.deaf:
            raise ConnectionError("away")

    def close(self) -> None:
        self.names.clear()


def names(kept: KeptLog) -> list[str | None]:
    return [each.name for each in kept.read()]


def test_what_was_taken_over_is_handed_out_each_time_with_what_came_after() -> None:
    log = Log()
    kept = KeptLog(log, (ConnectionError,))
    keeper = LogKeeper(kept)
    log.names += ["a", "b"]
    keeper.step()
    log.names.append("c")
    keeper.step()
    assert kept.position == ("", 3)
    log.names.append("d")
    assert names(kept) == names(kept) == ["a", "b", "c", "d"]


def test_a_source_that_is_away_is_asked_again() -> None:
    log = Log()
    kept = KeptLog(log, (ConnectionError,))
    log.names.append("a")
    log.away = True
    kept.take_over()
    log.away, log.deaf = False, True
    kept.take_over()
    log.deaf = False
    log.names.append("b")
    kept.take_over()
    assert names(kept) == ["a", "b"]


def test_nothing_is_taken_over_once_somebody_reads() -> None:
    log = Log()
    kept = KeptLog(log, (ConnectionError,))
    log.names.append("a")
    assert names(kept) == ["a"]
    kept.take_over()
    assert kept.position == ("", 1)
    assert names(kept) == ["a"]
