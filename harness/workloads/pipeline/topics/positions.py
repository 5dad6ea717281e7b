"""How far copies say that they have come: the offsets that their groups have committed."""

from collections.abc import Iterator, Mapping

from harness.model.facts import Standing
from harness.model.pipeline.hops import copy_place
from harness.model.pipeline.paths import Copy, Path
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.naming import Naming

OF_CONNECT = "connect-"
"""Before the name of a sink connector, in the name of its group."""


def positions(
    path: Path, copy: Copy, naming: Naming, topics: Mapping[str, str], stack: Stack
) -> Iterator[Standing]:
    """Where a copy that commits only what it has applied stands now, in each log.

    None when nobody coordinates its group, or when what it commits says nothing of what it applied.

    Args:
        path: of the copy.
        copy: any.
        naming: of the run.
        topics: real name of each topic → the scenario's.
        stack: a running one.
    """
    names = {"jdbc": f"{OF_CONNECT}{naming.connector(path, copy)}"}
    names["table"] = naming.connector(path, copy)
    if copy.kind not in names or any(name.endswith("group.id") for name in copy.settings):
        return
    committed = stack.kafka.group_views.committed(names[copy.kind]) or {}
    for (topic, partition), position in sorted(committed.items()):
        if topic in topics:
            log = f"{topics[topic]}-{partition}"
            yield Standing(place=copy_place(path, copy), log=log, position=position)
