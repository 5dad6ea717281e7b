"""Settings of topics, brokers and Connect workers: by names that these know, in their ranges."""

from harness.engine.validation.kafka_names import misnamed
from harness.engine.validation.problems import Problems
from harness.model.cleanup import CONFIGURE
from harness.model.scenario import Scenario


def problems(scenario: Scenario) -> Problems:
    """What is wrong with what a scenario sets of Kafka's own servers and topics."""
    for topic in scenario.log_workload.topics:
        yield from misnamed("topic", topic.settings, f"topic {topic.name!r}")
    for path in scenario.pipeline.paths:
        where = f"topic_settings of path {path.name!r}"
        yield from misnamed("topic", path.feed.topic_settings, where)
    for step in scenario.steps:
        for spec in step.faults:
            if spec.kind == CONFIGURE and {"setting", "value"} <= set(spec.settings):
                changed = {str(spec.settings["setting"]): spec.settings["value"]}
                yield from misnamed("topic", changed, f"step {step.name!r}")
    topology = scenario.topology
    yield from misnamed("broker", topology.broker_settings, "topology.broker_settings")
    yield from misnamed("connect-worker", topology.connect_settings, "topology.connect_settings")
