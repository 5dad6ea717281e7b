"""A whole pipeline under way: neither the stack's password nor a user's secret is to be seen."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.api import (
    Copy,
    Feed,
    PipelineWorkload,
    Scenario,
    SourceTable,
    Topology,
    Writers,
    after,
    secret,
    service,
)
from harness.api import Path as Way
from harness.backends.docker import containers, inventory
from harness.backends.docker.engine import connect
from harness.backends.docker.stack import DockerStack
from harness.engine.compile import compile_plan
from harness.engine.run import run_plan
from harness.engine.stacks.opening import open_stacks
from harness.kit import http
from harness.model.verdict import Validity
from harness.systems.mysql.client import USER

pytestmark = [pytest.mark.docker, pytest.mark.slow]

HUSH = 'of-the-sink-"<1234'
SCENARIO = Scenario(
    name="hushed",
    about="a test",
    topology=Topology(registry=True, connect_workers=1, mysql=True, redis=True),
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(Writers(tables=("orders",)),),
        paths=(
            Way(
                name="shop",
                feed=Feed(kind="debezium"),
                copies=(
                    Copy(kind="jdbc", name="own", settings={"my.api.secret": secret("HUSH")}),
                    Copy(kind="redis", name="cache"),
                ),
            ),
        ),
    ),
    # Both a server and a worker read their secrets again when they start.
    steps=(
        after(acks=50).kill(service("mysql"), name="database"),
        after(seconds=2).heal("database"),
        after(acks=50).kill(service("connect-1"), name="worker"),
        after(seconds=2).heal("worker"),
    ),
    baseline_acks=50,
)


def shown(stack: DockerStack, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that others may see, and where."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()
    yield "ps", subprocess.run(["ps", "axww"], capture_output=True, check=True).stdout
    api = connect()
    for each in containers.found(api, stack.identity.stack):
        yield f"inspect {each['Names']}", json.dumps(api.inspect_container(each["Id"])).encode()
        yield f"logs of {each['Names']}", api.logs(each["Id"])


def test_no_secret_is_shown_by_a_run_its_stack_or_its_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUSH", HUSH)
    configurations: list[bytes] = []

    def look(line: str) -> None:
        if line == "chaos":
            address = stack.address("connect-1", "harness")
            asked = http.call(address, "GET", "/connectors?expand=info", limit_s=10)
            configurations.append(json.dumps(asked).encode())

    with open_stacks("docker", kept=False, tell=lambda _line: None) as pool:
        plan = compile_plan(SCENARIO, 1)
        with pool.environment(SCENARIO.topology, seed=1) as environment:
            assert isinstance(environment.stack, DockerStack)
            stack = environment.stack
            run = run_plan(plan, environment, tmp_path, tell=look)
            assert run.verdict.validity is Validity.VALID, run.verdict.unknowns
            password = stack.password()
            assert inventory.look_at(stack.identity.stack).password() == password
            found = dict(shown(stack, run.folder.path))
            found["Connect's answers"] = b"".join(configurations)
    assert len(password) >= 20
    assert password != USER
    assert len(found) > 20
    assert b"my.api.secret" in found["Connect's answers"]
    assert b"${secret:HUSH}" in found["plan.json"]
    for hidden in (password, HUSH, json.dumps(HUSH)[1:-1]):
        for where, data in found.items():
            assert hidden.encode() not in data, where
