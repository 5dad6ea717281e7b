"""Settings of PostgreSQL's server are refused before anything boots, when it would refuse them."""

import pytest

from harness.engine.validation.server_settings import problems
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Scalar

WHERE = "topology.postgres_settings"


def found(name: str, value: Scalar) -> list[str]:
    """The problems of a scenario with one setting."""
    topology = Topology(postgres=True, postgres_settings={name: value})
    workload = PipelineWorkload(source="postgres", tables=(), writers=())
    return list(problems(Scenario(name="s", about="a", topology=topology, workload=workload)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("synchronous_commit", False),
        ("synchronous_commit", "remote_apply"),
        ("FSYNC", "off"),
        ("wal_level", "logical"),
        ("max_slot_wal_keep_size", "16MB"),
        ("max_slot_wal_keep_size", -1),
        ("wal_writer_delay", "10s"),
        ("shared_buffers", "64MB"),
        ("vacuum_cost_delay", "0.5ms"),
        ("checkpoint_completion_target", 0.9),
        ("application_name", "it's"),
        ("default_transaction_isolation", "repeatable read"),
        ("auto_explain.log_min_duration", "1s"),
    ],
)
def test_what_the_server_takes_is_taken(name: str, value: Scalar) -> None:
    assert found(name, value) == []


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        (
            "max_slot_wal_keep_sise",
            "16MB",
            f"unknown setting 'max_slot_wal_keep_sise' in {WHERE}; did you mean max_slot_wal",
        ),
        ("block_size", 8192, f"unknown setting 'block_size' in {WHERE}"),
        ("fsync", "sometimes", f"fsync of {WHERE}: expected on or off, got 'sometimes'"),
        (
            "wal_level",
            "row",
            f"wal_level of {WHERE}: expected minimal or replica or logical, got 'row'",
        ),
        (
            "wal_writer_delay",
            "11s",
            f"wal_writer_delay of {WHERE}: expected a number from 1 to 10000 (times ms), or one",
        ),
        (
            "wal_writer_delay",
            "1MB",
            f"wal_writer_delay of {WHERE}: expected a number from 1 to 10000 (times ms), or one",
        ),
        ("max_connections", "many", f"max_connections of {WHERE}: expected a number from 1 to"),
        ("max_connections", "10kB", f"max_connections of {WHERE}: expected a number from 1 to"),
    ],
)
def test_what_the_server_refuses_is_refused(name: str, value: Scalar, problem: str) -> None:
    (only,) = found(name, value)
    assert only.startswith(problem)
