"""Someone's own programs: what they are told, how a function is found and kept running."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Self, cast

import pytest
from docker import APIClient

from harness.backends.docker.function_process import loaded
from harness.backends.docker.programs import Programs
from harness.kit.errors import UsageError
from harness.kit.waits import NotYet, wait_until
from harness.model.pipeline.paths import Copy, Feed
from harness.model.pipeline.paths import Path as Way
from harness.model.pipeline.program import Program
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.powers import OwnPrograms
from harness.model.ports.stack import Stack
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.systems.stores import Stores
from harness.workloads.pipeline.feeds.own_programs import (
    moved_by_programs,
    own_programs,
    run_program,
)
from harness.workloads.pipeline.feeds.wiring import filled, wiring
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.systems import Systems

NAMING = Naming.of("run-1")
CACHE = Copy(kind="program", name="cache", into="redis", settings={"TRIES": 3})
WAY = Way(name="shop", feed=Feed(kind="binlog"), copies=(CACHE,))
WORKLOAD = PipelineWorkload(tables=(), writers=(), paths=(WAY,))


class Wired(Stores):
    """A stack that has addresses and remembers what it was asked to run."""

    def __init__(self) -> None:
        self.topology = Topology(brokers=2, registry=True, mysql=True, redis=True)
        self.asked: dict[str, dict[str, str]] = {}

    def address(self, service: str, traffic: str = "client") -> tuple[str, int]:
        return f"{service}.{traffic}", 7

    def password(self, traffic: str = "client") -> str:
        return f"password for {traffic}"

    def power(self, _kind: type[OwnPrograms]) -> Self:
        return self

    def run(self, name: str, _program: Program, environment: dict[str, str]) -> None:
        self.asked[name] = environment


@pytest.fixture
def programs() -> Iterator[Programs]:
    """Programs that are processes: the engine is not asked."""
    made = Programs(cast("APIClient", SimpleNamespace()), {}, "test", {})
    yield made
    made.remove_all()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(
        "import os, time\n"
        "def run():\n"
        "    print('told', os.environ['TOPICS'], flush=True)\n"
        "    time.sleep(3600)\n"
        "def finishes():\n"
        "    import signal\n"
        "    def told(*_):\n"
        "        print('told to end', os.path.exists(os.environ['STOP_FILE']), flush=True)\n"
        "        raise SystemExit\n"
        "    signal.signal(signal.SIGTERM, told)\n"
        "    print('begun', os.path.exists(os.environ['STOP_FILE']), flush=True)\n"
        "    time.sleep(3600)\n"
        "def ends():\n"
        "    print('ends', flush=True)\n"
    )
    return path


def until(programs: Programs, name: str, text: str) -> None:
    def probe() -> bool | NotYet:
        printed = programs.logs(name).decode()
        return True if text in printed else NotYet(printed)

    wait_until(f"{text!r} to be printed", probe, limit_s=20)


def told(copy: Copy | None, caller: str) -> dict[str, str]:
    stack = cast("Stack", Wired())
    systems = Systems(WORKLOAD, NAMING, stack)
    return wiring(WAY, copy, NAMING, ["orders"], stack=stack, systems=systems, caller=caller)


def runs(copy: Copy, stack: Stack) -> None:
    systems = Systems(WORKLOAD, NAMING, stack)
    run_program(WAY, copy, NAMING, ["orders"], stack=stack, systems=systems)


def test_a_program_is_told_where_clients_find_everything() -> None:
    found = told(CACHE, "client")
    assert found["KAFKA_BOOTSTRAP_SERVERS"] == "broker-1.client:7,broker-2.client:7"
    assert found["TOPICS"] == NAMING.topic(WAY, "orders")
    assert found["MYSQL_DATABASE"] == NAMING.source
    assert found["REDIS_KEY_PREFIX"] == NAMING.entries("shop/cache")


def test_a_connector_is_told_where_connect_finds_everything() -> None:
    found = told(None, "connect")
    assert found["MYSQL_HOST"] == "mysql.connect"
    assert found["MYSQL_DATABASE"] == found["SOURCE_DATABASE"] == NAMING.source
    assert "REDIS_HOST" not in found


def test_a_configuration_is_filled_in() -> None:
    settings: Settings = {"url": "${MYSQL_URL}?x=1", "tasks.max": 1, "secret": "${file:/a:b}"}
    assert filled(settings, {"MYSQL_URL": "jdbc:x"}, "it") == {**settings, "url": "jdbc:x?x=1"}


def test_a_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UsageError, match=r"the feed: \$\{MYSQL\} is unknown; known: MYSQL_U"):
        filled({"url": "${MYSQL}"}, {"MYSQL_URL": "jdbc:x"}, "the feed")


@pytest.mark.parametrize("program", [Program(), Program(image="a", function="b:c")])
def test_a_program_is_one_thing(program: Program) -> None:
    with pytest.raises(UsageError, match="either an image or a function"):
        program.checked("shop-cache")


def test_settings_of_a_program_are_in_its_environment() -> None:
    stack = Wired()
    copy = Copy(kind="program", name="cache", settings={"TRIES": 3}, program=Program(image="x"))
    runs(copy, cast("Stack", stack))
    assert stack.asked["shop-cache"]["TRIES"] == "3"
    assert stack.asked["shop-cache"]["GROUP_ID"] == NAMING.connector(WAY, copy)


def test_a_program_that_is_not_given_is_asked_for() -> None:
    with pytest.raises(UsageError, match="needs program="):
        runs(CACHE, cast("Stack", Wired()))


def test_programs_are_services_by_path_and_copy() -> None:
    feed = Way(name="own", feed=Feed(kind="program"))
    workload = PipelineWorkload(tables=(), writers=(), paths=(WAY, feed))
    assert list(own_programs(workload)) == ["shop-cache", "own-feed"]


def test_a_row_gets_by_programs_to_their_copies_or_to_all_that_their_feed_feeds() -> None:
    ours = Copy(kind="redis", name="pages")
    beside = Way(name="shop", feed=Feed(kind="binlog"), copies=(CACHE, ours))
    behind = Way(name="own", feed=Feed(kind="program"), copies=(ours,))
    alone = Way(name="alone", feed=Feed(kind="program"))
    workload = PipelineWorkload(tables=(), writers=(), paths=(beside, behind, alone))
    assert list(moved_by_programs(workload)) == ["shop/cache", "own/pages", "alone/topics"]


@pytest.mark.parametrize("target", ["{folder}/none.py:run", "{file}:none", "no.such:run", "run"])
def test_a_function_that_is_not_there_is_said_so(target: str, file: Path) -> None:
    named = target.format(folder=file.parent, file=file)
    with pytest.raises(UsageError, match="unknown function"):
        loaded(named)


def test_a_function_runs_until_it_is_killed(programs: Programs, file: Path) -> None:
    programs.run("it", Program(function=f"{file}:run"), {"TOPICS": "a,b"})
    until(programs, "it", "told a,b")
    first = programs.incarnation("it")
    programs.pause("it")
    assert programs.state("it") == "paused"
    programs.resume("it")
    assert programs.state("it") == "running"
    programs.kill("it")
    assert programs.state("it") == "exited"
    assert programs.supervise() == ()  # a fault ended it: its heal starts it
    programs.start("it")
    assert programs.state("it") == "running"
    assert programs.incarnation("it") != first


def test_a_function_that_ends_by_itself_is_started_again(programs: Programs, file: Path) -> None:
    programs.run("it", Program(function=f"{file}:ends"), {})
    wait_until(
        "it to end",
        lambda: True if programs.state("it") == "exited" else NotYet("it runs"),
        limit_s=20,
    )
    assert programs.supervise() == ("it",)
    until(programs, "it", "ends\nends")
    programs.stop("it")


def test_a_function_is_told_to_end_by_a_signal_and_a_file(programs: Programs, file: Path) -> None:
    programs.run("it", Program(function=f"{file}:finishes"), {})
    until(programs, "it", "begun False")
    programs.finish_all()
    assert programs.state("it") == "exited"
    assert "told to end True" in programs.logs("it").decode()
    assert programs.supervise() == ()  # it has nothing to do any more


def test_nothing_is_left_of_programs_that_were_removed(programs: Programs, file: Path) -> None:
    programs.run("it", Program(function=f"{file}:run"), {"TOPICS": ""})
    programs.remove_all()
    assert programs.names == ()
    assert "it" not in programs
