"""What servers and topics run with, asked of them before chaos: nobody believes a template."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from harness.engine.notes import Notes
from harness.model.defaults.brokers import topic_settings
from harness.model.defaults.deciding import deciding_settings
from harness.model.facts import RunSettings
from harness.model.ports.stack import Stack
from harness.model.value import Settings, as_text
from harness.model.workload import Topic

ATTEMPTS = 3
"""A client of Kafka waits longer with a broker that it has lost before than a request may take."""


def read_settings(
    stack: Stack, topics: Iterable[Topic], real: Mapping[str, str], notes: Notes
) -> None:
    """Note the settings of servers and `topics` that decide a promise.

    Args:
        stack: whose servers are asked.
        topics: as the scenario declares them.
        real: the scenario's name of each topic → its real name.
        notes: where they are noted; one that does not answer makes the run UNKNOWN.
    """
    notes.settings = tuple(_answers(stack, topics, real, notes))


def _answers(
    stack: Stack, topics: Iterable[Topic], real: Mapping[str, str], notes: Notes
) -> Iterator[RunSettings]:
    kafka, services = stack.kafka, stack.services
    numbers = {name: number for number, name in stack.topology.broker_ids.items()}
    for service, names in deciding_settings(stack.topology).items():
        if service in numbers:
            ask = partial(kafka.settings, numbers[service])
        else:
            ask = partial(services.settings, service, names)
        yield from _asked(service, names, ask, notes)
    for topic in topics:
        names = tuple(topic_settings(stack.topology, topic.settings))
        ask = partial(kafka.topics.effective, real[topic.name])
        yield from _asked(f"topic {topic.name}", names, ask, notes)


def _asked(
    of: str, names: Iterable[str], ask: Callable[[], Settings], notes: Notes
) -> Iterator[RunSettings]:
    found = _answer(of, ask, notes)
    values = {name: as_text(found[name]) for name in names if name in found}
    if values:
        yield RunSettings(of=of, values=values)


def _answer(of: str, ask: Callable[[], Settings], notes: Notes) -> Settings:
    """What is answered, nothing where nobody answers."""
    why = ""
    for _ in range(ATTEMPTS):
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 - each system's client raises its own
            why = f"{type(error).__name__}: {error}"
    notes.unknown(f"{of} does not say what it runs with: {why}")
    return {}
