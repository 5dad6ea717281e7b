"""What connectors of a scenario need that Connect in memory has not got."""

from collections.abc import Iterator

from harness.backends.fake.connect.converters import MAKERS
from harness.backends.fake.connect.debezium.options import SNAPSHOTS
from harness.backends.fake.connect.kinds import KINDS
from harness.backends.fake.connect.reading import listed
from harness.backends.fake.connect.transforms.chain import TRANSFORMS
from harness.model.pipeline.feed_format import Transform
from harness.model.pipeline.paths import Path
from harness.model.value import Settings

PREDICATES = ("TopicNameMatches", "RecordIsTombstone")


def lacking(path: Path) -> Iterator[str]:
    """What the connectors of a path need, in words."""
    feed = path.feed
    yield from _of({**(feed.connector or {}), **feed.settings})
    if feed.settings.get("signal.data.collection"):
        yield "incremental snapshots"
    for copy in path.copies:
        if copy.kind == "jdbc":
            yield from _of({**(copy.connector or {}), **copy.settings})


def _of(settings: Settings) -> Iterator[str]:
    kind = settings.get("connector.class")
    if kind is not None and kind not in KINDS:
        yield f"connector {kind}"
    for part in ("key", "value"):
        name = str(settings.get(f"{part}.converter", "")).rpartition(".")[2]
        if name and name not in MAKERS:
            yield f"converter {name}"
    mode = str(settings.get("snapshot.mode", SNAPSHOTS[0]))
    if mode not in SNAPSHOTS:
        yield f"snapshot.mode {mode}"
    for alias in listed(settings.get("transforms", "")):
        found = Transform(alias, settings)
        if found.kind not in set(TRANSFORMS):
            yield f"transform {found.kind}"
        if found.predicate and found.predicate not in PREDICATES:
            yield f"predicate {found.predicate}"
