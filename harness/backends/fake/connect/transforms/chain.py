"""The transforms of a connector, one after the other, each where its predicate lets it."""

from collections.abc import Callable
from typing import TypeAlias

from harness.backends.fake.connect.data import Record, TaskError
from harness.backends.fake.connect.reading import listed
from harness.kit.registry import Registry
from harness.model.pipeline.feed_format import Transform
from harness.model.value import Settings

Apply: TypeAlias = Callable[[Record], Record | None]
Make: TypeAlias = Callable[[Transform], Apply]
TRANSFORMS: Registry[Make] = Registry("transform", "harness.backends.fake.connect.transforms")
"""By the name of the class, and the part that it is about: `ExtractField$Key`."""


def transform(*names: str) -> Callable[[Make], Make]:
    """Register a function that makes a transform of its settings."""

    def register(make: Make) -> Make:
        for name in names:
            TRANSFORMS.add(name, make)
        return make

    return register


class Chain:
    """All transforms of a connector.

    Raises:
        TaskError: the fake has not got one of them.
    """

    def __init__(self, settings: Settings) -> None:
        found = [Transform(each, settings) for each in listed(settings.get("transforms", ""))]
        for each in found:
            if each.kind not in set(TRANSFORMS):
                raise TaskError(f"the fake Connect has no transform {each.kind}")
        self._steps = [(each, TRANSFORMS[each.kind](each)) for each in found]

    def apply(self, record: Record) -> Record | None:
        """What becomes of a record; None when nothing does."""
        changed: Record | None = record
        for each, step in self._steps:
            if changed is None:
                return None
            if _applies(each, changed):
                changed = step(changed)
        return changed


def _applies(found: Transform, record: Record) -> bool:
    applies = found.applies(record.topic)
    if applies is not None:
        return applies
    kind = found.predicate
    if kind == "RecordIsTombstone":
        return (record.value.value is None) != found.negated
    raise TaskError(f"the fake Connect has no predicate {kind}")
