"""Transforms that send a record to another topic, or nowhere."""

import re
from collections.abc import Callable
from dataclasses import replace

from harness.backends.fake.connect.data import TEXT, Part, Record
from harness.backends.fake.connect.transforms.chain import Apply, transform
from harness.model.pipeline.feed_format import IDENTIFIER, LOGICAL, Transform, replaced


@transform("RegexRouter")
def regex_router(found: Transform) -> Apply:
    """Replaces the name of a topic."""
    regex, replacement = found.text("regex"), found.text("replacement")
    return lambda record: replace(record, topic=replaced(regex, replacement, record.topic))


@transform(LOGICAL)
def logical_router(found: Transform) -> Apply:
    """Replaces the name of a topic, and says in the key from which it came."""
    regex, replacement = found.text("topic.regex"), found.text("topic.replacement")
    name = found.text("key.field.name", IDENTIFIER)
    of_key, becomes = found.text("key.field.regex"), found.text("key.field.replacement")

    def apply(record: Record) -> Record:
        topic = replaced(regex, replacement, record.topic)
        if re.fullmatch(regex, record.topic) is None or not isinstance(record.key.value, dict):
            return record
        told = replaced(of_key, becomes, record.topic) if of_key else record.topic
        key = record.key.put(name, TEXT, told)
        if key.schema is not None:
            key = Part(replace(key.schema, name=f"{topic}.Key"), key.value)
        return replace(record, topic=topic, key=key)

    return apply


@transform("Filter")
def drop(_: Transform) -> Apply:
    """Drops what its predicate is true of."""
    nothing: Callable[[Record], None] = lambda _record: None  # noqa: E731 - a value of a type
    return nothing
