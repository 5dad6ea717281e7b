"""The exam's pipelines whose tables, keys, types and source servers differ from ours."""

from harness.api import Legal

TABLES: tuple[Legal, ...] = ()
