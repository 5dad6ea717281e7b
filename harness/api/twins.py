"""Known-bad twins: the known-good scenario with one worse setting."""

from collections.abc import Mapping

import msgspec

from harness.model.scenario import Scenario
from harness.model.value import Scalar, Settings
from harness.model.workload import Consumers, Producers, Topic

OF_CONSUMERS = frozenset(Consumers.__struct_fields__) - frozenset(Producers.__struct_fields__)
OF_PROCESSORS = {"progress", "lanes", "deduplicated", "versioned"}


def worse(
    scenario: Scenario,
    name: str,
    about: str,
    *,
    producers: Settings | None = None,
    topics: Settings | None = None,
    consumers: Settings | None = None,
    processors: Settings | None = None,
    **changes: object,
) -> Scenario:
    """The known-bad twin of `scenario`: same traffic, faults and claims, one worse setting.

    Args:
        scenario: the known-good one.
        name: the twin's own name.
        about: what is wrong with the twin, in one sentence.
        producers: client settings to override in every producer.
        topics: settings to override in every topic.
        consumers: client settings to override in every consumer.
        processors: settings to override in the consumer of every processor.
        changes: fields of every producer (`ending`), topic (`replicas`), consumer (`static`) or
            processor (`progress`, `versioned`) to replace.
    """
    workload = scenario.log_workload
    of_topic = {key: value for key, value in changes.items() if key in Topic.__struct_fields__}
    of_consumer = {key: value for key, value in changes.items() if key in OF_CONSUMERS}
    of_processor = {key: value for key, value in changes.items() if key in OF_PROCESSORS}
    known = {**of_topic, **of_consumer, **of_processor}
    of_producer = {key: value for key, value in changes.items() if key not in known}
    replace = msgspec.structs.replace
    log = replace(
        workload,
        consumers=tuple(
            replace(each, settings={**each.settings, **(consumers or {})}, **of_consumer)
            for each in workload.consumers
        ),
        topics=tuple(
            replace(each, settings={**each.settings, **(topics or {})}, **of_topic)
            for each in workload.topics
        ),
        producers=tuple(
            replace(each, settings={**each.settings, **(producers or {})}, **of_producer)
            for each in workload.producers
        ),
        processors=tuple(
            replace(each, consumer={**each.consumer, **(processors or {})}, **of_processor)
            for each in workload.processors
        ),
    )
    twin = replace(scenario, name=name, about=about, twin_of=scenario.name)
    return twin.with_log(log)


def worse_path(
    scenario: Scenario,
    name: str,
    about: str,
    *,
    feed: Settings | None = None,
    copies: Mapping[str, Settings] | None = None,
    compatibility: str | None = None,
    workers: Settings | None = None,
) -> Scenario:
    """The known-bad twin of a pipeline: same traffic, faults and claims, one worse setting.

    Args:
        scenario: the known-good one.
        name: the twin's own name.
        about: what is wrong with the twin, in one sentence.
        feed: settings laid over those of every feed.
        copies: settings laid over those of the copies of that name.
        compatibility: what the registry asks of new schemas of every path, when given.
        workers: settings laid over those of the Connect workers: it needs a stack of its own.
    """
    replace = msgspec.structs.replace
    paths = tuple(
        replace(
            path,
            feed=replace(
                path.feed,
                settings={**path.feed.settings, **(feed or {})},
                compatibility=compatibility or path.feed.compatibility,
            ),
            copies=tuple(
                replace(each, settings={**each.settings, **(copies or {}).get(each.name, {})})
                for each in path.copies
            ),
        )
        for path in scenario.pipeline.paths
    )
    topology = replace(
        scenario.topology,
        connect_settings={**scenario.topology.connect_settings, **(workers or {})},
    )
    twin = replace(scenario, name=name, about=about, twin_of=scenario.name, topology=topology)
    return twin.with_pipeline(replace(scenario.pipeline, paths=paths))


def worse_cache(scenario: Scenario, name: str, about: str, **settings: Scalar) -> Scenario:
    """The known-bad twin of a scenario with caches of the application: one worse setting.

    Args:
        scenario: the known-good one.
        name: the twin's own name.
        about: what is wrong with the twin, in one sentence.
        settings: laid over those of every such cache.
    """
    replace = msgspec.structs.replace
    caches = tuple(
        replace(each, settings={**each.settings, **settings}) for each in scenario.pipeline.caches
    )
    twin = replace(scenario, name=name, about=about, twin_of=scenario.name)
    return twin.with_pipeline(replace(scenario.pipeline, caches=caches))
