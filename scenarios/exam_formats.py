"""The exam's pipelines whose events are shaped, routed or encoded otherwise than ours."""

from harness.api import Legal

FORMATS: tuple[Legal, ...] = ()
