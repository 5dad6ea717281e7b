"""Settings of topics, brokers, Connect workers and PostgreSQL: by their names, in their ranges."""

from harness.engine.validation.kafka_names import misnamed
from harness.engine.validation.problems import Problems, unknown
from harness.model.cleanup import CONFIGURE
from harness.model.scenario import Scenario
from harness.model.value import Settings
from harness.systems.postgres.settings import expected, known


def problems(scenario: Scenario) -> Problems:
    """What is wrong with what a scenario sets of servers and of topics."""
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
    yield from _of_postgres(topology.postgres_settings, "topology.postgres_settings")


def _of_postgres(settings: Settings, where: str) -> Problems:
    for name, value in settings.items():
        if "." in name:
            continue  # of an extension, or a variable of one's own: the server takes any
        if name.lower() not in known():
            yield unknown("setting", name, where, known())
        elif wanted := expected(name, value):
            yield f"{name} of {where}: expected {wanted}, got {value!r}"
