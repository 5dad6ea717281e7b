"""The whole pipeline, both paths at once: what MySQL committed is in every copy, whatever broke."""

from collections.abc import Iterator

import pytest

from harness.api import (
    Copy,
    Feed,
    Path,
    PipelineWorkload,
    Role,
    Scenario,
    SourceTable,
    Step,
    Writers,
    after,
    leader,
    service,
    task,
    worse_path,
)
from harness.plugin import RunScenario, nightly

from . import test_connect_path as connect_path

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

# A cache that is flushed lacks entries until they change again; it must never hold wrong ones.
CACHE = Copy(kind="redis", name="cache", holds="cached")
BOTH_PATHS = PipelineWorkload(
    tables=(
        SourceTable(name="orders", columns=connect_path.COLUMNS, rows=50),
        SourceTable(name="items", columns=connect_path.COLUMNS),
    ),
    writers=(
        Writers(
            tables=("orders", "items"),
            count=2,
            mix={
                "insert": 4,
                "update": 4,
                "delete": 2,
                "upsert": 2,
                "key-update": 1,
                "multi-row": 1,
                "multi-table": 1,
                "rollback": 1,
            },
        ),
    ),
    paths=(
        Path(
            name="connect",
            feed=Feed(kind="debezium"),
            copies=(Copy(kind="jdbc", name="warehouse"), CACHE),
        ),
        Path(
            name="python",
            feed=Feed(kind="binlog"),
            copies=(Copy(kind="table", name="copy", settings={"threads": 4}), CACHE),
        ),
    ),
    # What Connect gives up on, an operator restarts; that alone must lose nothing.
    auto_restart=True,
)


def gold(name: str, about: str, *steps: Step) -> Scenario:
    """The pipeline as it should be set up, under `steps`."""
    return Scenario(
        name=name,
        about=about,
        claims=(*connect_path.CLAIMS, "running"),
        topology=connect_path.FULL,
        workload=BOTH_PATHS,
        steps=steps,
        baseline_acks=200,
        aftermath_acks=100,
    )


def for_a_while(fault: Step, *, seconds: float = 4.0) -> tuple[Step, Step]:
    """A fault, and its heal after some seconds: the source may be what is broken."""
    return fault, after(seconds=seconds, spread=0.5).heal(fault.name)


now = after(acks=100, spread=0.5)
WORKERS = (service("connect-1"), service("connect-2"))
LEADER = leader("connect/orders")
LEADER_DIES = gold("e-leader", "A leader is killed", *for_a_while(now.kill(LEADER)))
EACH_FAULT = (
    gold("e-calm", "Nothing breaks"),
    LEADER_DIES,
    gold(
        "e-worker-pause", "A Connect worker freezes", *for_a_while(now.pause(WORKERS[0]), seconds=8)
    ),
    gold("e-task", "A source task is restarted", now.restart_task("connect/topics")),
    gold("e-mysql", "MySQL is killed", *for_a_while(now.kill(service("mysql")))),
    gold(
        "e-redis",
        "Redis is flushed, then killed, and comes back with nothing",
        now.flush(service("redis")),
        *for_a_while(now.kill(service("redis"))),
    ),
    gold(
        "e-registry", "The schema registry is killed", *for_a_while(now.kill(service("registry")))
    ),
    gold(
        "e-links",
        "Connect loses MySQL, then a broker; the Python path loses Redis",
        *for_a_while(now.cut_link(service("mysql"), caller="connect", name="cut-mysql")),
        *for_a_while(now.cut_link(LEADER, caller="connect", name="cut-broker")),
        *for_a_while(now.cut_link(service("redis"), caller="client", name="cut-redis")),
    ),
)


def mishaps(rounds: int) -> Iterator[Step]:
    """One fault after the other on whatever the seed draws, each healed before the next."""
    victims: tuple[Role, ...] = (
        LEADER,
        task("connect/topics"),
        task("connect/warehouse"),
        service("mysql"),
        service("redis"),
        service("registry"),
    )
    faults = [
        *(now.kill(victim) for victim in victims),
        *(now.pause(victim) for victim in victims),
        now.cut_link(service("mysql"), caller="connect"),
        now.cut_link(service("redis"), caller="client"),
        now.cut_link(LEADER, caller="connect"),
    ]
    whole = after(acks=100, spread=0.5, whole=True, limit_s=60)
    for number in range(1, rounds + 1):
        yield from for_a_while(whole.one_of(*faults, name=f"mishap-{number}"))


GOLD = gold("e-gold", "Three of everything that can break, whichever the seed draws", *mishaps(3))


RESURRECTING = worse_path(
    LEADER_DIES,
    "e-leader-bad",
    "delete.enabled=false: the sink never deletes",
    copies={"warehouse": {"delete.enabled": False}},
)

SCENARIOS = (LEADER_DIES, GOLD, RESURRECTING, *EACH_FAULT)


@pytest.mark.parametrize(
    "scenario",
    [LEADER_DIES, *(nightly(each) for each in EACH_FAULT if each is not LEADER_DIES)],
    ids=lambda scenario: scenario.name,
)
def test_changes_arrive_everywhere_whatever_breaks(
    scenario: Scenario, run_scenario: RunScenario
) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.nightly
def test_changes_arrive_everywhere_under_a_mix_of_faults(run_scenario: RunScenario) -> None:
    run_scenario(GOLD).must_be_valid()


def test_the_hop_that_resurrects_rows_is_named(run_scenario: RunScenario) -> None:
    hop = "connect/topics → connect/warehouse (jdbc)"
    run_scenario(RESURRECTING).must_show("resurrected-row", hop=hop)
