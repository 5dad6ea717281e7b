"""Settings of Python feeds and copies: ours, and those of the Kafka client inside."""

from typing import TypeVar

import msgspec

from harness.model.codec import convert
from harness.model.value import Settings, Value

T = TypeVar("T", bound=Value)
OVERRIDES = ("producer.override.", "consumer.override.")
"""What Connect wants before a client's setting; here it may be there or not."""


def split(kind: type[T], settings: Settings, owner: str) -> tuple[T, Settings]:
    """Our own settings as `kind` has them, and the rest, which is the client's.

    Args:
        kind: the value that ours become.
        settings: both, as a scenario says them.
        owner: whose settings they are, in words.

    Raises:
        UsageError: one of ours does not fit.
    """
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    client: Settings = {}
    for name, value in settings.items():
        if name not in known:
            for prefix in OVERRIDES:
                name = name.removeprefix(prefix)  # noqa: PLW2901 - the name without its prefix
            client[name] = value
    own = {name: value for name, value in settings.items() if name in known}
    return convert(own, kind, what=owner, strict=True), client
