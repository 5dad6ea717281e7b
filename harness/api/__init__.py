"""The few names that a scenario file imports.

    from harness.api import *   # or by name

A scenario is a value; `after(...)` begins a step and a fault's name ends it:

    steps = (
        after(acks=100).pause(followers("orders")),
        after(sends=200, limit_s=2).kill(leader("orders")),
        after(seconds=0).heal("pause"),
    )
"""

from harness.api.moments import after, after_election, after_rebalance, after_shrink
from harness.api.roles import (
    broker,
    brokers,
    controller,
    coordinator,
    follower,
    followers,
    leader,
    member,
    metadata,
    same_as,
    service,
    task,
    transaction_coordinator,
    worker,
)
from harness.api.twins import worse, worse_cache, worse_path
from harness.engine.run import Run
from harness.kit.secrets import secret
from harness.model.administration import Administrators
from harness.model.control import Control
from harness.model.fault import Step
from harness.model.legal import Legal
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.pipeline.program import Program
from harness.model.pipeline.traffic import Cache, Race, Readers, SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.roles import Role
from harness.model.scenario import Floor, Limits, MixedWorkload, Scenario
from harness.model.semantics import Line
from harness.model.topology import Topology
from harness.model.workload import (
    Consumers,
    LogWorkload,
    Processors,
    Producers,
    Stall,
    Topic,
    Transactions,
)

__all__ = [
    "Administrators",
    "Cache",
    "Consumers",
    "Control",
    "Copy",
    "Feed",
    "Floor",
    "Legal",
    "Limits",
    "Line",
    "LogWorkload",
    "MixedWorkload",
    "Path",
    "PipelineWorkload",
    "Processors",
    "Producers",
    "Program",
    "Race",
    "Readers",
    "Role",
    "Run",
    "Scenario",
    "SourceTable",
    "Stall",
    "Step",
    "Topic",
    "Topology",
    "Transactions",
    "Writers",
    "after",
    "after_election",
    "after_rebalance",
    "after_shrink",
    "broker",
    "brokers",
    "controller",
    "coordinator",
    "follower",
    "followers",
    "leader",
    "member",
    "metadata",
    "same_as",
    "secret",
    "service",
    "task",
    "transaction_coordinator",
    "worker",
    "worse",
    "worse_cache",
    "worse_path",
]
