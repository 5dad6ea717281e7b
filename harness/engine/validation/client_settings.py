"""Settings of clients: the client that they are for takes them, by name and by value.

librdkafka is asked itself: a client is made with them and thrown away, which takes half a
millisecond and no broker. So the fakes refuse what the real client refuses.
"""

from harness.engine.validation.kafka_names import misnamed
from harness.engine.validation.problems import Problems
from harness.model.scenario import Scenario
from harness.model.value import Settings
from harness.systems.kafka.client_check import Kind, refusal
from harness.workloads.transactions.producing import with_transactional_id

GROUP: Settings = {"group.id": "checked"}
OURS = "bootstrap.servers"
TRANSACTIONAL: Settings = {"transactional.id": "checked"}


def problems(scenario: Scenario) -> Problems:
    """What clients of a log workload refuse or would ignore."""
    workload = scenario.log_workload
    for producers in workload.producers:
        where = f"producer {producers.name!r}"
        if producers.client == "console":
            yield from misnamed("console-producer", producers.settings, where)
            continue
        settings = producers.settings
        if producers.transactions:
            settings = with_transactional_id(settings, "checked")
        yield from _refused("producer", settings, where)
    for consumers in workload.consumers:
        where = f"consumer {consumers.name!r}"
        if consumers.mode == "console":
            yield from misnamed("console-consumer", consumers.settings, where)
            continue
        yield from _refused("consumer", {**GROUP, **consumers.settings}, where)
    for spec in workload.processors:
        own = TRANSACTIONAL if spec.is_transactional else {}
        where = f"processor {spec.name!r}"
        yield from _refused("consumer", {**GROUP, **spec.consumer}, f"the consumer of {where}")
        yield from _refused("producer", {**spec.producer, **own}, f"the producer of {where}")


def _refused(kind: Kind, settings: Settings, where: str) -> Problems:
    if OURS in settings:
        yield f"settings of {where}: leave out {OURS}; the harness sets it, so that faults apply"
        return
    problem = refusal(kind, settings)
    if problem is not None:
        yield f"settings of {where}: {problem}"
