"""What the settings of a feed say of its records: their bytes, their shape, and their topics."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, TypeAlias

from harness.model.pipeline.paths import CONNECTORS, Feed
from harness.model.value import Settings

Wire: TypeAlias = Literal["avro", "json", "text", "number", "any"]
"""How a part of a record is written; `any`: it says so itself."""
Nulls: TypeAlias = Literal["tombstone", "removal", "either"]
"""What a record without a value is: it follows a removal, or it is one, or what came before it
in its partition tells."""

CONVERTERS: dict[str, Wire] = {
    "AvroConverter": "avro",
    "JsonConverter": "json",
    "StringConverter": "text",
    "ByteArrayConverter": "text",
    "BinaryDataConverter": "text",
    **dict.fromkeys(("LongConverter", "IntegerConverter", "ShortConverter"), "number"),
}
"""By the name of the class of a converter of Connect's, Confluent's, Apicurio's or Debezium's."""
UNWRAP, OUTBOX, LOGICAL = "ExtractNewRecordState", "EventRouter", "ByLogicalTableRouter"
REWRITES = ("rewrite", "rewrite-with-tombstone")
DELETES = "delete.tombstone.handling.mode"
IDENTIFIER = "__dbz__physicalTableIdentifier"
OWN_WAYS = ("column.", "message.key.", "topic.delimiter", "topic.naming.", "topic.prefix")
"""Settings of a source by which its records, or the names of its topics, are not as usual."""
UNFORESEEN = (OUTBOX, "TimestampRouter", "ContentBasedRouter", "ExtractTopic", "ExtractTopic$Value")
"""Transforms that send a record where only its contents, or the clock, tell."""
FILTERS = ("Filter", "SchemaChangeEventFilter")
KNOWN = (
    *(UNWRAP, OUTBOX, LOGICAL, "RegexRouter", *UNFORESEEN, *FILTERS),
    *(f"{name}${part}" for part in ("Key", "Value") for name in (
        "InsertField", "ReplaceField", "MaskField", "Cast", "SetSchemaMetadata", "Flatten",
        "HoistField", "ExtractField", "TimestampConverter",
    )),
    *("ValueToKey", "InsertHeader", "DropHeaders", "HeaderFrom$Value", "HeaderFrom$Key"),
    *("HeaderToValue", "ExtractChangedRecordState", "ExtractSchemaToNewRecord"),
    *("TimezoneConverter", "ComputePartition", "PartitionRouting", "ExcludeTransactionComponents"),
)  # fmt: skip
"""Transforms of Connect's and of Debezium's of which it is known what becomes of an event."""
_GROUP = re.compile(r"\\(.)|\$(\d)|\$\{(\w+)\}")


class Transform:
    """One transform of a connector, with its own settings.

    Args:
        alias: as `transforms` lists it.
        settings: all of the connector's.
    """

    def __init__(self, alias: str, settings: Settings) -> None:
        self.alias = alias
        self.settings = _below(settings, f"transforms.{alias}.")
        self.kind = str(self.settings.get("type", "")).rpartition(".")[2]
        name = str(self.settings.get("predicate", ""))
        self._predicate = _below(settings, f"predicates.{name}.") if name else {}
        self.predicate = str(self._predicate.get("type", "")).rpartition(".")[2]
        """The class of the predicate that says what it touches; empty where it touches all."""
        self.negated = str(self.settings.get("negate", False)).lower() == "true"

    def text(self, name: str, default: str = "") -> str:
        """A setting as text."""
        return str(self.settings.get(name, default))

    def applies(self, topic: str) -> bool | None:
        """Whether it touches the records of a topic; None where the record decides."""
        if not self._predicate:
            return True
        if not str(self._predicate.get("type", "")).endswith("TopicNameMatches"):
            return None
        matches = re.fullmatch(_python(str(self._predicate.get("pattern", ""))), topic) is not None
        return matches != self.negated

    def moved(self, topic: str) -> str | None:
        """Where a record of `topic` goes; None where only the record tells."""
        if self.kind in UNFORESEEN or self.settings.get("route.by.field"):
            return None
        names = {
            "RegexRouter": ("regex", "replacement"),
            LOGICAL: ("topic.regex", "topic.replacement"),
        }.get(self.kind)
        if names is None:
            return topic
        return replaced(self.text(names[0]), self.text(names[1]), topic)


class FeedFormat:
    """What is known of the records of a feed before any is read.

    Args:
        feed: whose.
        filled: its own settings, with names filled in where they stand for values of the run.
    """

    def __init__(self, feed: Feed, filled: Settings | None = None) -> None:
        self.kind = feed.kind
        self.settings = own_settings(feed) if filled is None else filled
        self._connected = feed.kind in CONNECTORS
        self._ours = feed.connector is None
        aliases = str(self.settings.get("transforms", "")) if self._connected else ""
        self.transforms = tuple(
            Transform(alias.strip(), self.settings) for alias in aliases.split(",") if alias.strip()
        )

    @classmethod
    def named(cls, feed: Feed, prefix: str, database: str) -> "FeedFormat":
        """What is known of a feed's records where `${...}` stand for these names."""
        told = {"${TOPIC_PREFIX}": prefix, "${SOURCE_DATABASE}": database}
        filled: Settings = {}
        for name, value in own_settings(feed).items():
            text = value
            for sign, meaning in told.items():
                text = text.replace(sign, meaning) if isinstance(text, str) else text
            filled[name] = text
        return cls(feed, filled)

    def converter(self, part: str) -> str:
        """The class that writes the `key` or the `value`; empty for the harness's own."""
        if not self._connected:
            return ""
        own = self.settings.get(f"{part}.converter")
        return str(own or ("" if self._ours else "org.apache.kafka.connect.json.JsonConverter"))

    def wire(self, part: str) -> Wire | None:
        """How a part is written; None where no reader here knows its converter."""
        if self.kind == "program":
            return "any"
        name = self.converter(part).rpartition(".")[2]
        return CONVERTERS.get(name) if name else "avro"

    def transform(self, *kinds: str) -> Transform | None:
        """The first transform of one of these kinds."""
        return next((each for each in self.transforms if each.kind in kinds), None)

    @property
    def customised(self) -> bool:
        """Whether records, or names of topics, may look otherwise than a bare connector's."""
        if not self._connected:
            return False
        own = any(name.startswith(OWN_WAYS) for name in self.settings)
        return bool(self.transforms) or own or not self._ours

    @property
    def shaped(self) -> bool:
        """Whether somebody's own settings, or programs, decide what a record says."""
        return self.customised or self.kind == "program"

    @cached_property
    def flat(self) -> bool:
        """Whether records are rows, which say neither what a row was nor what happened to it."""
        return self.kind in {"jdbc", "polling"} or self.transform(UNWRAP) is not None

    @cached_property
    def deletes(self) -> str:
        """What unwrapping makes of a removal; empty where events are not unwrapped."""
        unwrap = self.transform(UNWRAP)
        return unwrap.text(DELETES, "tombstone") if unwrap else ""

    @cached_property
    def nulls(self) -> Nulls:
        """What a record without a value is."""
        unwrap = self.transform(UNWRAP)
        if self.kind == "program" or (unwrap is not None and unwrap.settings.get("predicate")):
            return "either"
        return "removal" if self.deletes == "tombstone" else "tombstone"

    @property
    def scatters(self) -> bool:
        """Whether events of one row may go to several topics or partitions."""
        keyed = bool(self.settings.get("message.key.columns"))
        return keyed or any(each.moved("") is None for each in self.transforms)

    def boxed(self, prefix: str, database: str, table: str) -> bool:
        """Whether a table is an outbox, whose rows become events of their own."""
        router = self.transform(OUTBOX)
        topic = self.unrouted(prefix, database, table)
        return router is not None and router.applies(topic) is not False

    @property
    def snapshots_again(self) -> bool:
        """Whether signals may ask it for snapshots, which show again what was shown before."""
        return self.kind == "debezium" and bool(
            self.settings.get("signal.data.collection")
            or self.settings.get("signal.enabled.channels")
        )

    @property
    def tells_operations(self) -> bool:
        """Whether a row says what happened to it, in a field or in a header."""
        unwrap = self.transform(UNWRAP)
        added = (unwrap.text("add.fields"), unwrap.text("add.headers")) if unwrap else ()
        return any("op" in re.split(r"[\s,:]+", each) for each in added)

    def topic(self, prefix: str, database: str, table: str) -> str | None:
        """The topic that the changes of a table go to; None where only the records tell.

        Args:
            prefix: of the path's topics.
            database: of the source.
            table: of the source.
        """
        moved: str | None = self.unrouted(prefix, database, table)
        for transform in self.transforms:
            applies = transform.applies(moved or "")
            if moved is None or applies is False:
                continue
            to = transform.moved(moved)
            moved = None if applies is None and to != moved else to
        return moved

    def unrouted(self, prefix: str, database: str, table: str) -> str:
        """The topic of a table before any transform."""
        if self.kind == "jdbc":
            return f"{self.settings.get('topic.prefix', f'{prefix}.{database}.')}{table}"
        if self.kind != "debezium":
            return f"{prefix}.{database}.{table}"
        delimiter = str(self.settings.get("topic.delimiter", "."))
        return delimiter.join((str(self.settings.get("topic.prefix", prefix)), database, table))

    def own_topics(self, prefix: str) -> tuple[str, ...]:
        """Topics that a connector writes to for itself: heartbeats, transactions, schemas."""
        if self.kind != "debezium":
            return ()
        name = str(self.settings.get("topic.prefix", prefix))
        delimiter = str(self.settings.get("topic.delimiter", "."))
        heartbeat = self.settings.get("topic.heartbeat.prefix", "__debezium-heartbeat")
        transaction = self.settings.get("topic.transaction", "transaction")
        return name, f"{heartbeat}{delimiter}{name}", f"{name}{delimiter}{transaction}"

    def identifiers(self, prefix: str, database: str, tables: tuple[str, ...]) -> dict[str, str]:
        """By what a key says of its table, where tables share a topic: the table."""
        router = self.transform(LOGICAL)
        if router is None:
            return {}
        regex, replacement = router.text("key.field.regex"), router.text("key.field.replacement")
        topics = {table: self.unrouted(prefix, database, table) for table in tables}
        return {
            replaced(regex, replacement, topic) if regex else topic: table
            for table, topic in topics.items()
        }

    @property
    def identifier(self) -> str:
        """The field of a key that says which table it is of."""
        router = self.transform(LOGICAL)
        return router.text("key.field.name", IDENTIFIER) if router else IDENTIFIER


def own_settings(feed: Feed) -> Settings:
    """What somebody set for a feed, all together."""
    return {**(feed.connector or {}), **feed.settings}


def replaced(regex: str, replacement: str, text: str) -> str:
    """`text` as Java replaces it, where the expression matches all of it."""
    found = re.fullmatch(_python(regex), text)
    if found is None:
        return text

    def group(part: re.Match[str]) -> str:
        escaped, number, name = part.groups()
        if name and name not in found.re.groupindex:
            return part[0]  # `${TOPIC_PREFIX}` and its like stand until the harness fills them in
        return escaped or found[int(number) if number else name] or ""

    return _GROUP.sub(group, replacement)


def _python(regex: str) -> str:
    """A regular expression of Java's as Python spells it."""
    return regex.replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!")


def _below(settings: Mapping[str, object], prefix: str) -> Settings:
    return dict(_own(settings, prefix))


def _own(settings: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in settings.items():
        if name.startswith(prefix):
            yield name.removeprefix(prefix), str(value)
