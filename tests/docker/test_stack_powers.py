"""Every power over a real stack takes effect, is idempotent, and can be undone."""

import socket
from collections.abc import Iterator

import pytest

from harness.backends.docker.engine import connect
from harness.backends.docker.one_shot import OneShot
from harness.backends.docker.stack import DockerStack
from harness.kit.errors import FaultError
from harness.kit.waits import NotYet, wait_until
from harness.model.ports.powers import Disks, Links, Network
from harness.model.roles import Followers, Leader
from harness.model.workload import Topic
from harness.systems.blueprint import CLIENT

pytestmark = [pytest.mark.docker, pytest.mark.slow]

BROKER = "broker-2"
OTHERS = ("broker-1", "broker-3")


def wait_healthy(stack: DockerStack) -> None:
    wait_until(
        "the stack to be healthy",
        lambda: NotYet(missing) if (missing := stack.unhealthy()) else True,
        limit_s=60,
        interval_s=0.2,
    )


def reaches(stack: DockerStack, source: str, target: str) -> bool:
    """Whether a connection gets through; a refused one does as well, since nobody dropped it."""
    script = f"timeout 1 bash -c ': </dev/tcp/{target}/9092'; test $? -ne 124"
    return stack.exec_in(source, ["bash", "-c", script], lambda _stream, _data: None) == 0


@pytest.fixture(autouse=True)
def _left_as_found(stack: DockerStack) -> Iterator[None]:
    yield
    wait_healthy(stack)


@pytest.fixture
def topic(stack: DockerStack, request: pytest.FixtureRequest) -> Iterator[str]:
    name = request.node.name.replace("[", "-").replace("]", "")
    stack.kafka.create_topic(Topic(name=name))
    yield name
    wait_healthy(stack)
    stack.kafka.delete_topic(name)


def test_a_killed_broker_is_gone_and_comes_back_as_another_process(stack: DockerStack) -> None:
    before = stack.services.incarnation(BROKER)
    stack.services.kill(BROKER)
    stack.services.kill(BROKER)
    assert stack.services.state(BROKER) == "exited"
    assert stack.services.ready(BROKER) == "it is exited"
    assert BROKER in (stack.unhealthy() or "")
    stack.services.start(BROKER)
    stack.services.start(BROKER)
    assert stack.services.state(BROKER) == "running"
    assert stack.services.incarnation(BROKER) != before


def test_a_paused_broker_is_frozen_and_the_same_process_goes_on(stack: DockerStack) -> None:
    before = stack.services.incarnation(BROKER)
    stack.services.pause(BROKER)
    stack.services.pause(BROKER)
    assert stack.services.state(BROKER) == "paused"
    stack.services.resume(BROKER)
    stack.services.resume(BROKER)
    assert stack.services.state(BROKER) == "running"
    assert stack.services.incarnation(BROKER) == before


def test_a_stopped_broker_shuts_down_in_order_even_when_paused(stack: DockerStack) -> None:
    stack.services.pause(BROKER)
    stack.services.stop(BROKER)
    stack.services.stop(BROKER)
    assert stack.services.state(BROKER) == "exited"
    assert b"shut down completed" in stack.services.logs(BROKER)
    stack.services.start(BROKER)


def test_the_logs_of_a_run_leave_out_what_was_printed_before_it(stack: DockerStack) -> None:
    def printed() -> bytes:
        return stack.services.logs(BROKER)

    stack.turn_page()
    assert b"started (kafka.server.KafkaServer)" not in printed()
    stack.services.kill(BROKER)
    stack.services.start(BROKER)
    wait_until(
        "the broker to say that it has started",
        lambda: (
            b"started (kafka.server.KafkaServer)" in printed() or NotYet(f"{printed()[-200:]!r}")
        ),
        limit_s=30,
    )


def test_a_wiped_broker_starts_from_nothing_and_catches_up(stack: DockerStack, topic: str) -> None:
    assert stack.kafka.describe([topic])[topic][0].isr
    stack.services.kill(BROKER)
    assert stack.power(Disks).stored_files(BROKER) > 0
    stack.power(Disks).wipe(BROKER)
    assert stack.power(Disks).stored_files(BROKER) == 0
    stack.services.start(BROKER)


def test_data_of_a_running_service_is_not_touched(stack: DockerStack) -> None:
    with pytest.raises(FaultError, match="running"):
        stack.power(Disks).wipe(BROKER)
    with pytest.raises(FaultError, match="stores nothing"):
        stack.power(Disks).wipe("toxiproxy")


def test_a_cut_drops_packets_and_a_mend_ends_that(stack: DockerStack) -> None:
    assert stack.power(Network).dropped(BROKER, OTHERS) == 0
    stack.power(Network).cut(BROKER, OTHERS)
    stack.power(Network).cut(BROKER, OTHERS)
    assert not reaches(stack, "broker-1", BROKER)
    assert not reaches(stack, BROKER, "broker-3")
    assert stack.power(Network).dropped(BROKER, ["broker-1"]) > 0
    assert stack.power(Network).dropped(BROKER, ["broker-3"]) > 0
    # Clients and the harness still reach it.
    assert stack.power(Links).round_trip_ms(BROKER) > 0
    stack.power(Network).mend(BROKER, OTHERS)
    stack.power(Network).mend(BROKER, OTHERS)
    assert reaches(stack, "broker-1", BROKER)
    assert stack.power(Network).dropped(BROKER, OTHERS) == 0
    left = OneShot(connect(), stack.identity.labels(stack.blueprint)).in_network_of(
        stack.identity.container(BROKER), "iptables -S"
    )
    assert "CHAOS" not in left


def test_a_cut_outlives_a_restart_on_both_of_its_ends(stack: DockerStack) -> None:
    stack.power(Network).cut(BROKER, OTHERS)
    try:
        for service in (BROKER, "broker-1"):
            stack.services.kill(service)
            stack.services.start(service)
            assert not reaches(stack, "broker-1", BROKER)
            assert stack.power(Network).dropped(BROKER, ["broker-1"]) > 0
    finally:
        stack.power(Network).mend(BROKER, OTHERS)


def test_a_link_gives_a_connection_up_whose_packets_vanish(stack: DockerStack) -> None:
    # Else it holds up every later one: the proxy connects to a service for one client at a time.
    stack.power(Network).cut(BROKER, ["toxiproxy"])
    try:
        with socket.create_connection(stack.blueprint.address(CLIENT, BROKER), timeout=20) as held:
            assert held.recv(1) == b""
    finally:
        stack.power(Network).mend(BROKER, ["toxiproxy"])


def test_a_delay_is_seen_in_a_round_trip_and_on_no_other_link(stack: DockerStack) -> None:
    stack.power(Links).delay(BROKER, 400)
    stack.power(Links).delay(BROKER, 400)
    assert stack.power(Links).round_trip_ms(BROKER) >= 400
    assert stack.power(Links).round_trip_ms("broker-1") < 400
    assert stack.unhealthy() is None  # the harness's own link is not delayed
    stack.power(Links).delay(BROKER, 0)
    stack.power(Links).delay(BROKER, 0)
    assert stack.power(Links).round_trip_ms(BROKER) < 400


def test_a_delay_outlives_a_restart_of_the_proxy(stack: DockerStack) -> None:
    stack.power(Links).delay(BROKER, 400)
    stack.services.kill("toxiproxy")
    stack.services.start("toxiproxy")
    assert stack.power(Links).round_trip_ms(BROKER) >= 400
    stack.power(Links).delay(BROKER, 0)


def test_leadership_moves_when_the_leader_dies(stack: DockerStack, topic: str) -> None:
    (leader,) = stack.resolve(Leader(topic=topic))
    assert leader not in stack.resolve(Followers(topic=topic))
    stack.services.kill(leader)

    def successor() -> str | NotYet:
        (now,) = stack.resolve(Leader(topic=topic))
        return NotYet(now) if now == leader else now

    after = wait_until("another leader", successor, limit_s=30, retry_on=(FaultError,))
    assert stack.kafka.describe([topic])[topic][0].leader == int(after.rpartition("-")[2])
    stack.services.start(leader)


def test_a_restarted_zookeeper_is_found_again(stack: DockerStack) -> None:
    stack.services.stop("zookeeper")
    assert "zookeeper" in (stack.unhealthy() or "")
    stack.services.start("zookeeper")


def test_zookeeper_does_not_wait_for_the_disk(stack: DockerStack, topic: str) -> None:
    assert topic in stack.kafka.topics.names()  # so there is something that it has written
    printed: list[bytes] = []
    ask = "exec 3<>/dev/tcp/localhost/2181; printf mntr >&3; cat <&3"
    stack.exec_in("zookeeper", ["bash", "-c", ask], lambda _stream, data: printed.append(data))
    assert b"zk_cnt_fsynctime\t0\n" in b"".join(printed)


def test_commands_run_inside_a_service(stack: DockerStack) -> None:
    printed: list[tuple[str, bytes]] = []
    script = "echo out; echo err >&2; exit 3"
    status = stack.exec_in(
        BROKER, ["sh", "-c", script], lambda stream, data: printed.append((stream, data))
    )
    assert status == 3
    assert sorted(printed) == [("stderr", b"err\n"), ("stdout", b"out\n")]
