"""What the harness's own sink has to be told of the records that a feed writes."""

import re
from collections.abc import Sequence

from harness.model.pipeline.feed_format import LOGICAL, FeedFormat
from harness.model.pipeline.paths import Path
from harness.model.value import Settings
from harness.workloads.pipeline.naming import Naming

WRITERS_ONLY = ("auto-register", "find-latest", "if-exists")
"""Settings of a converter that are for those who write."""
TRANSFORMS = "org.apache.kafka.connect.transforms"


def like_the_feed(path: Path, naming: Naming, tables: Sequence[str]) -> Settings:
    """Converters, and how a record leads to a row of a table, where the usual ones will not do."""
    found = naming.format(path)
    settings: Settings = {
        name: value
        for name, value in found.settings.items()
        if name.startswith(("key.converter", "value.converter")) and not name.endswith(WRITERS_ONLY)
    }
    for part in ("key", "value"):
        if found.converter(part):
            settings[f"{part}.converter"] = found.converter(part)
    if found.transform(LOGICAL):
        settings["primary.key.fields"] = "id"
    steps: dict[str, Settings] = {}
    if _has_bare_key(found):
        steps["key"] = {"type": f"{TRANSFORMS}.HoistField$Key", "field": "id"}
    if found.flat:
        steps |= _named_by_topic(path, naming, tables)
        settings["collection.name.format"] = "${topic}"
    if steps:
        settings["transforms"] = ",".join(steps)
    for alias, each in steps.items():
        settings |= {f"transforms.{alias}.{name}": value for name, value in each.items()}
    return settings


def laid_over(own: Settings, path: Path, naming: Naming, tables: Sequence[str]) -> Settings:
    """A copy's own settings; its transforms see a row after those that the harness needs."""
    if "transforms" not in own or "collection.name.format" in own:
        return own
    ours = like_the_feed(path, naming, tables).get("transforms")
    return {**own, "transforms": f"{ours},{own['transforms']}"} if ours else own


def _has_bare_key(found: FeedFormat) -> bool:
    bare = found.transform("ExtractField$Key") is not None
    return bare or found.wire("key") in {"number", "text"}


def _named_by_topic(path: Path, naming: Naming, tables: Sequence[str]) -> dict[str, Settings]:
    """Transforms that give a row's topic the name of its table; each touches one topic."""
    return {
        f"table{number}": {
            "type": f"{TRANSFORMS}.RegexRouter",
            "regex": re.escape(naming.topic(path, table)),
            "replacement": table,
        }
        for number, table in enumerate(tables)
    }
