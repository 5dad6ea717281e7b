"""Whether a value is what its type declares: kinds, ranges, known words, all the way down.

Values are not checked when they are made, so that a scenario can be written as Python allows. What
is checked here is declared on the fields of the model (see `harness.model.ranges`), nothing else.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias

import msgspec
from msgspec import inspect

from harness.engine.validation import scalars

Misfits: TypeAlias = Iterator[str]
_CONTAINERS: dict[type[inspect.Type], tuple[type, ...]] = {
    inspect.VarTupleType: (tuple, list),
    inspect.DictType: (dict,),
}


def misfits(value: object, kind: type) -> Misfits:
    """Every place where `value` is not what `kind` declares: `steps[0].after.acks: expected …`.

    Args:
        value: to be looked at.
        kind: a Struct, as it should be.
    """
    yield from _misfits(value, _declared(kind), "")


@cache
def _declared(kind: type) -> inspect.Type:
    return inspect.type_info(kind)


def _misfits(value: Any, kind: inspect.Type, path: str) -> Misfits:  # noqa: ANN401 - anything
    """Those of `value` itself; when it is of its kind, those of what it holds."""
    chosen = _chosen(value, kind)
    if not _is(value, chosen):
        wanted, seen = _wanted(kind if chosen is kind else chosen), scalars.shown(value)
        yield f"{path or 'it'}: expected {wanted}, got {seen}{_hint(value, chosen)}"
        return
    match chosen:
        case inspect.StructType():
            for field in chosen.fields:
                inner = f"{path}.{field.name}" if path else field.name
                yield from _misfits(getattr(value, field.name), field.type, inner)
        case inspect.VarTupleType():
            for place, item in enumerate(value):
                yield from _misfits(item, chosen.item_type, f"{path}[{_tag(item) or place}]")
        case inspect.DictType():
            for key, item in value.items():
                yield from _misfits(key, chosen.key_type, f"a name in {path}")
                yield from _misfits(item, chosen.value_type, f"{path}[{scalars.shown(key)}]")
        case _:
            pass  # it holds nothing


def _tag(item: object) -> object:
    """The kind of a value that is one of several; None of any other."""
    return item.__struct_config__.tag if isinstance(item, msgspec.Struct) else None


def _chosen(value: object, kind: inspect.Type) -> inspect.Type:
    """The member of a union that `value` was meant to be; any other kind is its own choice."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    right = [member for member in kind.types if _of_kind(value, member)]
    return next((member for member in right if _is(value, member)), right[0] if right else kind)


def _of_kind(value: object, kind: inspect.Type) -> bool:
    """Whether the type of `value` is right, whatever its range or content."""
    if isinstance(kind, inspect.StructType):
        return isinstance(value, kind.cls)
    if isinstance(kind, inspect.UnionType):
        return any(_of_kind(value, member) for member in kind.types)
    if type(kind) in _CONTAINERS:
        return isinstance(value, _CONTAINERS[type(kind)])
    return scalars.of_kind(value, kind)


def _is(value: object, kind: inspect.Type) -> bool:
    """Whether `value` itself is right: its kind and, for what holds nothing, its range."""
    held = isinstance(kind, inspect.StructType | inspect.UnionType) or type(kind) in _CONTAINERS
    return _of_kind(value, kind) if held else scalars.fits(value, kind)


def _wanted(kind: inspect.Type) -> str:
    """What a type asks for, in words."""
    match kind:
        case inspect.StructType():
            return f"a {kind.cls.__name__}"
        case inspect.VarTupleType():
            return f"a tuple, each item {_wanted(kind.item_type)}"
        case inspect.DictType():
            return "a dict"
        case inspect.UnionType():
            return " or ".join(_wanted(member) for member in kind.types)
        case _:
            return scalars.wanted(kind)


def _hint(value: object, kind: inspect.Type) -> str:
    if isinstance(kind, inspect.VarTupleType) and _of_kind(value, kind.item_type):
        return " (a tuple of one ends with a comma: `(x,)`)"
    return ""
