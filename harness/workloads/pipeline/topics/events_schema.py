"""Avro schemas of what Python feeds write: Debezium's envelope, and flat rows as JDBC has them."""

import json

_NUMBER = {"type": "long"}
_ROW = {
    "type": "record",
    "name": "Row",
    "fields": [{"name": "id", **_NUMBER}, {"name": "version", **_NUMBER}],
}
_ORIGIN = {
    "type": "record",
    "name": "Origin",
    "fields": [
        {"name": "gtid", "type": ["null", "string"], "default": None},
        {"name": "file", "type": "string"},
        {"name": "pos", **_NUMBER},
    ],
}

KEY = json.dumps({"type": "record", "name": "Key", "fields": [{"name": "id", **_NUMBER}]})
FLAT_ROW = json.dumps(_ROW)
ENVELOPE = json.dumps(
    {
        "type": "record",
        "name": "Envelope",
        "fields": [
            {"name": "before", "type": ["null", _ROW], "default": None},
            {"name": "after", "type": ["null", "Row"], "default": None},
            {"name": "source", "type": _ORIGIN},
            {"name": "op", "type": "string"},
        ],
    }
)
