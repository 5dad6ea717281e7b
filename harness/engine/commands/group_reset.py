"""Setting where a group goes on: what a reset would change, and doing it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from harness.kit.errors import HarnessError, UsageError
from harness.model.ports.groups import LogPlace, Moment
from harness.model.ports.kafka import Kafka
from harness.workloads.resetting import Offset, let_stand, places


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a reset does to one log."""

    log: LogPlace
    before: int | None
    to: int


def place_of(words: Sequence[str], now_ms: int) -> Moment | Offset:
    """The place that `--to` names.

    Args:
        words: `earliest`; `latest`; `offset N`; `time T`, T a date, in UTC unless it says
            otherwise, or seconds ago.
        now_ms: the wall clock.

    Raises:
        UsageError: it names none.
    """
    match words:
        case ["earliest"]:
            return "earliest"
        case ["latest"]:
            return "latest"
        case ["offset", text] if text.isdecimal():
            return Offset(int(text))
        case ["time", text]:
            return _time_ms(text, now_ms)
        case _:
            raise UsageError(
                f"--to {' '.join(words)} is not a valid offset: use earliest, latest, offset "
                "and a number, or time and a date or seconds ago"
            )


def moves(
    kafka: Kafka, group: str, place: Moment | Offset, topics: Sequence[str]
) -> tuple[Move, ...]:
    """What a reset of `group` to `place` does to each log.

    Args:
        kafka: the cluster.
        group: its name; it must have no members.
        place: where to.
        topics: of all their logs; without any, of those of which the group has committed.

    Raises:
        HarnessError: the group has members; says what to do.
        UsageError: it is not clear of which logs, or there is no such topic.
        KafkaException: no coordinator answers, or a log has no leader.
    """
    members = [each.client or each.member for each in kafka.groups.describe(group).members]
    if members:
        raise HarnessError(
            f"group {group} has {len(members)} members ({', '.join(members)}), and is reset only "
            f"while it has none: end them, wait until `harness groups describe {group}` says "
            "empty, and reset it then"
        )
    stands = kafka.groups.committed(group)
    logs = _logs(kafka, topics) if topics else sorted(stands)
    if not logs:
        raise UsageError(
            f"group {group} has committed nothing: say with --topic of which topics it is to go on"
        )
    found = places(kafka.groups, logs, place)
    return tuple(Move(log=log, before=stands.get(log), to=found[log]) for log in logs)


def execute(kafka: Kafka, group: str, planned: Sequence[Move]) -> None:
    """Do what was planned.

    Raises:
        HarnessError: the coordinator refuses, or the group does not stand there afterwards.
        KafkaException: no coordinator answers.
    """
    let_stand(kafka.groups, group, {move.log: move.to for move in planned})


def _logs(kafka: Kafka, topics: Sequence[str]) -> list[LogPlace]:
    states = kafka.describe(topics)
    if missing := sorted(set(topics) - set(states)):
        raise UsageError(f"unknown topic {', '.join(missing)}")
    return sorted((topic, state.partition) for topic in states for state in states[topic])


def _time_ms(text: str, now_ms: int) -> int:
    try:
        return now_ms - round(float(text) * 1e3)
    except ValueError:
        pass
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text} is not a time: give a date such as 2026-11-22T12:00:00Z, or seconds ago"
        ) from None
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1e3)


def sentences(planned: Sequence[Move]) -> Iterator[str]:
    """Each move in words."""
    for move in planned:
        name = f"{move.log[0]}-{move.log[1]}"
        if move.before is None:
            yield f"{name}: from no offset to {move.to}"
        elif move.to == move.before:
            yield f"{name}: stays at {move.to}"
        else:
            far = abs(move.to - move.before)
            what = f"{far} offsets again" if move.to < move.before else f"skips {far} offsets"
            yield f"{name}: from {move.before} to {move.to}, {what}"
