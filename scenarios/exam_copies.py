"""The exam's pipelines whose sinks, caches, programs and readers differ from ours."""

from harness.api import Legal

COPIES: tuple[Legal, ...] = ()
