"""Transforms of Connect's own that change a key or a value."""

from collections.abc import Callable
from dataclasses import replace

from harness.backends.fake.connect.data import INT64, TEXT, Part, Record, Schema, TaskError
from harness.backends.fake.connect.reading import listed
from harness.backends.fake.connect.transforms.chain import Apply, transform
from harness.model.pipeline.feed_format import Transform

KEY, VALUE = "key", "value"


def _of(found: Transform, change: Callable[[Part], Part]) -> Apply:
    """Change the part that the name of the class says; one that is not there stays so."""
    name = KEY if found.kind.endswith("$Key") else VALUE

    def apply(record: Record) -> Record:
        part: Part = getattr(record, name)
        if part.value is None:
            return record
        changed = change(part)
        return replace(record, key=changed) if name == KEY else replace(record, value=changed)

    return apply


@transform("ExtractField$Key", "ExtractField$Value")
def extract_field(found: Transform) -> Apply:
    """A field takes the place of the struct that it is in."""
    name = found.text("field")

    def change(part: Part) -> Part:
        schema = None if part.schema is None else part.schema.field(name)
        return Part(schema, part.value.get(name))

    return _of(found, change)


@transform("HoistField$Key", "HoistField$Value")
def hoist_field(found: Transform) -> Apply:
    """Puts a value into a struct, as its only field."""
    name = found.text("field")

    def change(part: Part) -> Part:
        schema = None if part.schema is None else Schema("struct", fields=((name, part.schema),))
        return Part(schema, {name: part.value})

    return _of(found, change)


@transform("ValueToKey")
def value_to_key(found: Transform) -> Apply:
    """Makes a key of fields of the value."""
    names = listed(found.text("fields"))

    def apply(record: Record) -> Record:
        row = record.value.value
        if not isinstance(row, dict):
            raise TaskError("Only Struct objects supported for [copying fields from value to key]")
        schema = None
        if record.value.schema is not None:
            fields = dict(record.value.schema.fields)
            schema = Schema("struct", fields=tuple((name, fields[name]) for name in names))
        return replace(record, key=Part(schema, {name: row[name] for name in names}))

    return apply


@transform("InsertField$Key", "InsertField$Value")
def insert_field(found: Transform) -> Apply:
    """Puts a text into a struct."""
    name, value = found.text("static.field"), found.text("static.value")

    def change(part: Part) -> Part:
        return part.put(name, TEXT, value)

    return _of(found, change)


CASTS: dict[str, tuple[Schema, Callable[[object], object]]] = {
    "string": (TEXT, str),
    "int64": (INT64, lambda value: int(str(value))),
}


@transform("Cast$Key", "Cast$Value")
def cast(found: Transform) -> Apply:
    """Gives a value, as a whole, another type."""
    spec = found.text("spec")
    if spec not in CASTS:
        raise TaskError(f"the fake Connect casts to {', '.join(CASTS)}, and not to {spec}")
    schema, convert = CASTS[spec]
    return _of(found, lambda part: Part(schema, convert(part.value)))
