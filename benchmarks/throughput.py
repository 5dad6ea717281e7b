"""What synchronous writes cost, and what more partitions and consumers bring, on one real cluster.

Every round measures every line in turn, and what counts is the ratio to the first line of its group
within the round; these machines are noisy. Beside each rate stands who used the processors
meanwhile: the client (this process), the brokers, the proxy that clients go through, and whatever
else runs here. The plot is a page that loads nothing.
"""

import os
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir

from confluent_kafka import OFFSET_BEGINNING, TopicPartition
from docker import APIClient

from benchmarks.throughput_page import Line, page
from harness.backends.docker import lifecycle
from harness.backends.docker.stack import DockerStack
from harness.kit.clock import REAL
from harness.kit.counts import counted
from harness.kit.waits import Deadline
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.workload import Topic

ROUNDS = 3
ASYNCHRONOUS, SYNCHRONOUS = 1_000_000, 500
READ = 1_000_000
PARTITIONS = (1, 2, 6, 12)
VALUE = b"x" * 100
KEYS = [b"%08x" % key for key in range(1_000)]
SETTINGS: Settings = {"acks": "all", "enable.idempotence": True}
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
LIMIT_S = 120.0
PAGE = Path(gettempdir()) / "throughput.html"


@dataclass
class Measured:
    """Rates of one line, a round each, and the seconds of processor time that they took."""

    name: str
    group: str
    rates: list[float] = field(default_factory=list)
    used_s: list[dict[str, float]] = field(default_factory=list)


def main() -> str:
    """Run all rounds on a stack of its own, write the page, and return the table."""
    lines = _lines()
    stack = lifecycle.boot(Topology(), kept=False)
    try:
        # Brokers that have just started are slower, and that would fall on the first lines alone.
        _round(stack, "benchmark-throughput-cold", _lines())
        for number in range(ROUNDS):
            _round(stack, f"benchmark-throughput-{number}", lines)
    finally:
        stack.remove()
    told = [_told(line, lines) for line in lines.values()]
    PAGE.write_bytes(page(told))
    rows = [f"{each.name:<28}{each.rate:>12,.0f}{each.ratio:>9.3g}  {each.limit}" for each in told]
    head = f"{'line':<28}{'records/s':>12}{'ratio':>9}  what limits it"
    return "\n".join([f"throughput: {ROUNDS} rounds, acks=all, RF 3", head, *rows, str(PAGE)])


def _lines() -> dict[str, Measured]:
    return {
        name: Measured(name, group)
        for group, names in (
            ("writes", ("asynchronous", "synchronous")),
            ("partitions", tuple(map(_named, PARTITIONS))),
        )
        for name in names
    }


def _named(partitions: int) -> str:
    return f"{counted(partitions, 'partition')}, {counted(partitions, 'reader')}"


def _round(stack: DockerStack, topic: str, lines: dict[str, Measured]) -> None:
    _measure(stack, lines["asynchronous"], f"{topic}-async", 3, ASYNCHRONOUS, _asynchronous)
    _measure(stack, lines["synchronous"], f"{topic}-sync", 3, SYNCHRONOUS, _synchronous)
    for partitions in PARTITIONS:
        line = lines[_named(partitions)]
        _measure(stack, line, f"{topic}-{partitions}", partitions, READ, _written_and_read)


def _measure(
    stack: DockerStack,
    line: Measured,
    topic: str,
    partitions: int,
    records: int,
    work: Callable[[DockerStack, str, int, int], None],
) -> None:
    stack.kafka.create_topic(Topic(name=topic, partitions=partitions))
    try:
        # The engine takes its time to answer; what the machine does meanwhile is no part of this.
        before = _of_services(stack)
        before |= _of_machine()
        began_ns = REAL.now_ns()
        work(stack, topic, partitions, records)
        took_s = (REAL.now_ns() - began_ns) / 1e9
        after = _of_machine()
        after |= _of_services(stack)
    finally:
        stack.kafka.delete_topic(topic)
    used = {who: after[who] - before[who] for who in after}
    used["others"] = max(0.0, used.pop("machine") - sum(used.values()))
    line.rates.append(records / took_s)
    line.used_s.append({**used, "took": took_s})


def _asynchronous(stack: DockerStack, topic: str, _partitions: int, records: int) -> None:
    producer = stack.kafka.producer({**SETTINGS, "queue.buffering.max.messages": 1_000_000})
    for number in range(records):
        producer.produce(topic, VALUE, KEYS[number % len(KEYS)])
        if number % 1_000 == 0:
            producer.poll(0)
    _require(producer.flush(LIMIT_S) == 0, "every record to be acknowledged")


def _synchronous(stack: DockerStack, topic: str, _partitions: int, records: int) -> None:
    # What is sent by itself must not wait for company.
    producer = stack.kafka.producer({**SETTINGS, "linger.ms": 0})
    for number in range(records):
        producer.produce(topic, VALUE, KEYS[number % len(KEYS)])
        _require(producer.flush(LIMIT_S) == 0, "a record to be acknowledged")


def _written_and_read(stack: DockerStack, topic: str, partitions: int, records: int) -> None:
    """Write asynchronously while every partition has a reader of its own, until all is read."""
    deadline = Deadline(LIMIT_S)
    counts = [0] * partitions

    def read(partition: int) -> None:
        reader = stack.kafka.consumer({"group.id": topic, "enable.auto.commit": False})
        reader.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
        while sum(counts) < records and not deadline.passed:
            counts[partition] += len(reader.consume(5_000, 0.1))
        reader.close()

    readers = [threading.Thread(target=read, args=(each,)) for each in range(partitions)]
    for each in readers:
        each.start()
    _asynchronous(stack, topic, partitions, records)
    for each in readers:
        each.join()
    _require(sum(counts) >= records, f"{records} records to be read, not {sum(counts)}")


def _require(holds: bool, what: str) -> None:  # noqa: FBT001 - a condition, read as one
    if not holds:
        raise RuntimeError(f"waited {LIMIT_S:g} s for {what}")


def _of_machine() -> dict[str, float]:
    """Seconds of processor time that this process and everybody, `machine`, used so far."""
    busy = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    idle = int(busy[3]) + int(busy[4])
    return {
        "client": time.process_time(),
        "machine": (sum(map(int, busy)) - idle) / TICKS_PER_S,
    }


def _of_services(stack: DockerStack) -> dict[str, float]:
    """Seconds of processor time that services used so far."""
    return {
        "brokers": sum(_of_service(stack, name) for name in stack.topology.broker_names),
        "proxy": _of_service(stack, "toxiproxy"),
    }


def _of_service(stack: DockerStack, service: str) -> float:
    """What a container has used, as `docker stats` reckons it."""
    with closing(APIClient()) as engine:
        stats = engine.stats(f"{stack.identity.stack}-{service}", stream=False, one_shot=True)
    return float(stats["cpu_stats"]["cpu_usage"]["total_usage"]) / 1e9


def _told(line: Measured, lines: dict[str, Measured]) -> Line:
    first = next(each for each in lines.values() if each.group == line.group)
    ratios = [mine / theirs for mine, theirs in zip(line.rates, first.rates, strict=True)]
    return Line(
        name=line.name,
        group=line.group,
        rate=statistics.median(line.rates),
        ratio=statistics.median(ratios),
        ratios=tuple(ratios),
        limit=_limit(line.used_s),
    )


def _limit(rounds: Sequence[dict[str, float]]) -> str:
    """A sentence on what limits a line: whose processor time it is, or that nobody uses it."""
    cores = os.cpu_count() or 1
    shares = {
        who: statistics.median(each[who] / each["took"] for each in rounds)
        for who in ("client", "brokers", "proxy", "others")
    }
    told = ", ".join(f"{who} {share:.2f}" for who, share in shares.items())
    used = sum(shares.values())
    if used >= 0.9 * cores:
        most = max(shares, key=lambda who: shares[who])
        return f"all {cores} cores are busy, {most} most of all ({told} cores)"
    if shares["client"] >= 0.9:
        return f"the client, which has one core for its Python code ({told} cores)"
    return f"waiting for answers: {cores - used:.2f} of {cores} cores are idle ({told})"
