"""Roles: what a fault hits, by what it does for others; resolved to services when a step begins.

Each kind of role is one class. It says what it names, checks itself against a scenario, finds the
services that have it, and prints itself. `Role` is any of them.
"""

from typing import TypeAlias

from harness.model.roles.brokers import (
    Broker,
    Brokers,
    Controller,
    Coordinator,
    Followers,
    Leader,
    Metadata,
    TransactionCoordinator,
)
from harness.model.roles.others import Member, SameAs, Service, Task

__all__ = [
    "Broker",
    "Brokers",
    "Controller",
    "Coordinator",
    "Followers",
    "Leader",
    "Member",
    "Metadata",
    "Role",
    "SameAs",
    "Service",
    "Task",
    "TransactionCoordinator",
]

Role: TypeAlias = (
    Leader
    | Followers
    | Controller
    | Broker
    | Brokers
    | Metadata
    | Coordinator
    | TransactionCoordinator
    | Member
    | Service
    | Task
    | SameAs
)
