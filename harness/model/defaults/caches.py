"""What Redis runs with: the settings of its image, under the harness's and those of a topology."""

from harness.model.topology import Topology
from harness.model.value import Settings

IMAGE: Settings = {
    "save": '""',
    "appendonly": "no",
    "appendfsync": "everysec",
    "maxmemory": 0,
    "maxmemory-policy": "noeviction",
}
"""What the image says, as far as a promise depends on it, and Redis's own where it is silent."""


def redis_settings(topology: Topology) -> Settings:
    """What the Redis servers of `topology` run with, by Redis's names."""
    return {**IMAGE, **topology.redis_settings}
