"""Consumer groups of a cluster, for people: who is in them, how far they are, where they go on.

All that asks a cluster raises HarnessError, or KafkaException when it does not answer.
"""

from collections.abc import Iterable, Iterator, Sequence

from harness.engine.commands.group_lag import Lag, lags_of, written_of
from harness.engine.commands.group_reset import execute, moves, sentences
from harness.kit.clock import REAL, Clock
from harness.kit.errors import UsageError
from harness.model.ports.groups import GroupState, LogPlace, Moment
from harness.model.ports.kafka import Kafka
from harness.workloads.resetting import Offset


def listing(kafka: Kafka) -> Iterator[str]:
    """Every group, with its state."""
    for group, state in kafka.groups.states().items():
        yield f"{group}: {state}"


def description(kafka: Kafka, group: str, clock: Clock = REAL) -> Iterator[str]:
    """What a group is, line by line: its coordinator, its generation, who is in it."""
    state = _known(kafka, group)
    written = written_of(kafka, group, clock)
    number = None if written is None else written.generation
    generation = "generation unknown" if number is None else f"generation {number}"
    yield f"{group}: {state.state}, {generation}, {len(state.members)} members"
    yield f"  coordinator {state.coordinator}, strategy {state.strategy or 'none'}"
    for member in state.members:
        static = f", instance {member.instance}" if member.instance else ""
        yield f"  {member.client} ({member.member}{static}): {_listed(member.logs)}"


def lag(kafka: Kafka, group: str, clock: Clock = REAL) -> tuple[Lag, ...]:
    """Where a group stands in each of its logs."""
    return tuple(lags_of(kafka, group, _known(kafka, group), clock))


def lag_lines(group: str, lags: Sequence[Lag]) -> Iterator[str]:
    """The same in words; where coordinator and log disagree, what both say."""
    behind = [each.behind for each in lags if each.behind is not None]
    yield f"{group}: {sum(behind)} behind in {len(behind)} logs"
    for each in lags:
        committed = "nothing committed" if each.committed is None else f"at {each.committed}"
        end = "its topic does not exist" if each.end is None else f"of {each.end}"
        distance = "" if each.behind is None else f", {each.behind} behind"
        told = "" if each.agrees else f"; yet __consumer_offsets says {_said(each.written)}"
        yield f"  {_name(each.log)}: {committed} {end}{distance}{told}"


def reset(
    kafka: Kafka, group: str, place: Moment | Offset, topics: Sequence[str], *, really: bool
) -> Iterator[str]:
    """Reset a group that has no members, or only say what that would do; line by line."""
    planned = moves(kafka, group, place, topics)
    if really:
        execute(kafka, group, planned)
    done = "done" if really else "plan only; --execute carries it out"
    yield f"{group}: {done}"
    yield from (f"  {sentence}" for sentence in sentences(planned))


def _known(kafka: Kafka, group: str) -> GroupState:
    state = kafka.groups.describe(group)
    if state.state == "dead":
        raise UsageError(f"unknown group {group}; `harness groups list` lists all groups")
    return state


def _listed(logs: Iterable[LogPlace]) -> str:
    return ", ".join(map(_name, logs)) or "nothing"


def _name(log: LogPlace) -> str:
    return f"{log[0]}-{log[1]}"


def _said(offset: int | None) -> str:
    return "nothing" if offset is None else str(offset)
