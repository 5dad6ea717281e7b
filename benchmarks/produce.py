"""How much of a bare producer's rate is left when every send is recorded.

All three write the same number of records of the same size to the same topic, in turn, in one run
on one cluster: the bare confluent-kafka producer without delivery callbacks, our recording
producer, and kafka-producer-perf-test. What counts is the ratio within a round; these machines are
noisy.
"""

import re
import statistics
import tempfile
from pathlib import Path

from confluent_kafka import Producer as BareProducer

from harness.backends.docker import lifecycle
from harness.backends.docker.stack import DockerStack
from harness.history.journal import Journal
from harness.kit.clock import REAL
from harness.kit.memory import rare_collections
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.workload import Producers, Topic
from harness.workloads.producing import ProducerWorker
from harness.workloads.workplace import Workplace

RECORDS = 500_000
ROUNDS = 5
VALUE_BYTES = 100
POLL_EVERY = 1_000
SETTINGS: Settings = {
    "acks": "all",
    "linger.ms": 5,
    "queue.buffering.max.messages": 1_000_000,
    "queue.buffering.max.kbytes": 1_048_576,
}


def main() -> str:
    """Run all rounds on a stack of its own and return the table."""
    stack = lifecycle.boot(Topology(), kept=False)
    try:
        rounds = [_round(stack, f"benchmark-produce-{number}") for number in range(ROUNDS)]
    finally:
        stack.remove()
    lines = [
        f"produce: {RECORDS:,} records of {VALUE_BYTES} bytes, acks=all, RF 3, {ROUNDS} rounds",
        f"{'producer':<28}{'records/s':>12}{'of bare':>10}",
    ]
    for place, name in enumerate(("bare confluent-kafka", "recorded", "kafka-producer-perf-test")):
        rate = statistics.median(each[place] for each in rounds)
        ratio = statistics.median(each[place] / each[0] for each in rounds)
        lines.append(f"{name:<28}{rate:>12,.0f}{ratio:>10.2f}")
    return "\n".join(lines)


def _round(stack: DockerStack, topic: str) -> tuple[float, float, float]:
    stack.kafka.create_topic(Topic(name=topic, partitions=3))
    try:
        return _bare(stack, topic), _recorded(stack, topic), _perf_test(stack, topic)
    finally:
        stack.kafka.delete_topic(topic)


def _bare(stack: DockerStack, topic: str) -> float:
    client = stack.kafka.producer(SETTINGS)
    assert isinstance(client, BareProducer)  # noqa: S101 - no adapter stands between
    value = b"x" * VALUE_BYTES
    keys = [b"%08x" % key for key in range(16)]
    produce, poll = client.produce, client.poll
    began_ns = REAL.now_ns()
    for number in range(RECORDS):
        produce(topic, value, keys[number % 16])
        if number % POLL_EVERY == 0:
            poll(0)
    client.flush(60)
    return RECORDS * 1e9 / (REAL.now_ns() - began_ns)


def _recorded(stack: DockerStack, topic: str) -> float:
    spec = Producers(
        topic="benchmark",
        settings=dict(SETTINGS),
        rate_per_s=0,
        batch=POLL_EVERY,
        value_bytes=VALUE_BYTES,
    )
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder), origin_ns=0)
        journal.topic("benchmark", 3)
        workplace = Workplace(stack.kafka, journal, REAL)
        worker = ProducerWorker(spec, 0, topic, workplace, seed=1)
        began_ns = REAL.now_ns()
        with rare_collections():
            while worker.sent < RECORDS:
                worker.step()
            worker.quiet()
            worker.close()
        took_ns = REAL.now_ns() - began_ns
        journal.close()
    if worker.acked != worker.sent:
        raise RuntimeError(f"only {worker.acked} of {worker.sent} sends were acknowledged")
    return worker.sent * 1e9 / took_ns


def _perf_test(stack: DockerStack, topic: str) -> float:
    printed: list[bytes] = []
    stack.exec_in(
        "broker-1",
        [
            "kafka-producer-perf-test.sh", "--topic", topic, "--num-records", str(RECORDS),
            "--record-size", str(VALUE_BYTES), "--throughput", "-1", "--producer-props",
            "bootstrap.servers=broker-1:9092", "acks=all", "linger.ms=5",
        ],
        lambda _stream, text: printed.append(text),
    )  # fmt: skip
    said = b"".join(printed).decode()
    rates = re.findall(r"([\d.]+) records/sec", said)
    if not rates:
        raise RuntimeError(f"kafka-producer-perf-test did not say its rate:\n{said}")
    return float(rates[-1])
