"""Clock, waits, randomness, registry."""

import pytest

from harness.kit.errors import UsageError, WaitTimeout
from harness.kit.registry import Registry
from harness.kit.rng import stream
from harness.kit.waits import NS_PER_S, Deadline, NotYet, wait_until


class ManualClock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.time_ns = 0

    def now_ns(self) -> int:
        return self.time_ns

    def pause(self, seconds: float) -> None:
        self.time_ns += round(seconds * NS_PER_S)


def test_a_wait_returns_the_first_answer_that_is_not_a_not_yet() -> None:
    clock = ManualClock()
    answers = iter([NotYet("none"), NotYet("one"), "two"])
    assert wait_until("two", lambda: next(answers), limit_s=5, clock=clock) == "two"
    assert clock.time_ns == 2 * NS_PER_S // 20


def test_a_wait_that_times_out_says_what_it_waited_for_and_last_saw() -> None:
    with pytest.raises(WaitTimeout, match=r"waited 3 s for a leader; last seen: broker 2 is down"):
        wait_until("a leader", lambda: NotYet("broker 2 is down"), limit_s=3, clock=ManualClock())


def test_an_expected_exception_means_not_yet_and_another_one_passes() -> None:
    def refuse() -> str:
        raise ConnectionRefusedError("port 1")

    with pytest.raises(WaitTimeout, match="ConnectionRefusedError: port 1"):
        wait_until("a port", refuse, limit_s=1, retry_on=(OSError,), clock=ManualClock())
    with pytest.raises(ConnectionRefusedError):
        wait_until("a port", refuse, limit_s=1, clock=ManualClock())


def test_a_wait_never_oversleeps_its_limit() -> None:
    clock = ManualClock()
    with pytest.raises(WaitTimeout):
        wait_until("x", lambda: NotYet("y"), limit_s=1, interval_s=30, clock=clock)
    assert clock.time_ns <= 1.1 * NS_PER_S


def test_a_deadline_counts_down_to_zero() -> None:
    clock = ManualClock()
    deadline = Deadline(2, clock)
    clock.pause(1.5)
    assert deadline.left_s == pytest.approx(0.5)
    assert not deadline.passed
    clock.pause(1)
    assert deadline.left_s == 0
    assert deadline.passed


def test_streams_repeat_and_do_not_disturb_one_another() -> None:
    first = [stream(7, "keys").random() for _ in range(3)]
    assert first == [stream(7, "keys").random() for _ in range(3)]
    assert stream(7, "keys").random() != stream(7, "steps").random()
    assert stream(7, "keys").random() != stream(8, "keys").random()


def test_a_registry_refuses_a_second_of_a_name_and_lists_what_it_knows() -> None:
    registry: Registry[int] = Registry("number", "harness.kit")
    registry.add("two", 2)
    registry.add("one", 1)
    assert list(registry) == ["one", "two"]
    with pytest.raises(ValueError, match="two numbers are named 'one'"):
        registry.add("one", 3)
    with pytest.raises(UsageError, match="unknown number 'three'; known: one, two"):
        registry["three"]
