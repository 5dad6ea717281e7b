"""The virtual clock: order, cancelling, and time that passes inside an action."""

from functools import partial

from harness.backends.fake.clock import VirtualClock


def test_what_is_due_is_done_in_order_of_time_then_of_asking() -> None:
    clock, done = VirtualClock(), list[tuple[str, int]]()

    def note(name: str) -> None:
        done.append((name, clock.now_ns()))

    for name, after_s in (("late", 0.3), ("first", 0.1), ("second", 0.1)):
        clock.call_after(after_s, partial(note, name))
    clock.pause(0.2)
    assert done == [("first", 100_000_000), ("second", 100_000_000)]
    clock.pause(0.1)
    assert done[2:] == [("late", 300_000_000)]
    assert clock.now_ns() == 300_000_000


def test_a_cancelled_timer_does_nothing() -> None:
    clock, done = VirtualClock(), list[int]()
    clock.call_after(0.1, lambda: done.append(1)).cancel()
    clock.pause(1)
    assert done == []


def test_an_action_may_ask_for_more_within_the_same_pause() -> None:
    clock, done = VirtualClock(), list[int]()
    clock.call_after(0.1, lambda: clock.call_after(0.1, lambda: done.append(clock.now_ns())))
    clock.pause(0.25)
    assert done == [200_000_000]
    assert clock.now_ns() == 250_000_000


def test_time_that_passes_inside_an_action_is_not_taken_back() -> None:
    clock, seen = VirtualClock(), list[int]()
    clock.call_after(0.1, lambda: clock.pause(0.5))
    clock.call_after(0.2, lambda: seen.append(clock.now_ns()))
    clock.pause(0.3)
    assert seen == [200_000_000]
    assert clock.now_ns() == 600_000_000


def test_a_wait_ends_with_its_condition_or_its_limit() -> None:
    clock, done = VirtualClock(), list[int]()
    clock.call_after(0.1, lambda: done.append(1))
    clock.pause_until(lambda: bool(done), 5)
    assert clock.now_ns() == 100_000_000
    clock.pause_until(lambda: False, 5)
    assert clock.now_ns() == 5_100_000_000
