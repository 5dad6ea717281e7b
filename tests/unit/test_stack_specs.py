"""Blueprints: what a topology turns into."""

import msgspec
import pytest

from harness.backends.docker.labels import Identity, made_of
from harness.backends.docker.published import fixed_ports
from harness.kit.errors import UsageError
from harness.kit.owner import this_process
from harness.model.topology import Metadata, Topology
from harness.systems.blueprint import Blueprint, ServiceSpec, links_of, listeners_of, properties
from harness.systems.mysql.service import REPLICATE

EVERYTHING = Topology(
    zookeepers=3,
    registry=True,
    connect_workers=2,
    mysql=True,
    mysql_replica=True,
    postgres=True,
    redis=True,
    redis_replica=True,
)

HUSH = "hush-hush-1"


def blueprint(topology: Topology) -> Blueprint:
    return Blueprint(topology=topology, ports=fixed_ports(topology))


def settings(
    spec: ServiceSpec, variable: str = "SERVER_PROPERTIES", between: str = "="
) -> dict[str, str]:
    lines = spec.environment[variable].splitlines()
    return {name: value for name, _, value in (line.partition(between) for line in lines)}


def test_every_broker_advertises_the_published_port_of_its_own_client_link() -> None:
    topology = Topology(brokers=3)
    ports = {name: 40000 + place for place, name in enumerate(listeners_of(topology))}
    services = Blueprint(topology=topology, ports=ports).services
    for name in topology.broker_names:
        advertised = settings(services[name])["advertised.listeners"]
        assert f"CLIENT://127.0.0.1:{ports[f'client-{name}']}" in advertised
        assert f"INTERNAL://{name}:" in advertised


def test_the_password_is_where_nobody_sees_it_from_outside() -> None:
    whole = Blueprint(topology=EVERYTHING, ports=fixed_ports(EVERYTHING), password=HUSH)
    told = {name for name, spec in whole.services.items() if HUSH in str(spec.secrets)}
    assert told == {
        *("mysql", "mysql-replica", "postgres", "connect-1", "connect-2", "toxiproxy"),
    }
    for spec in whole.services.values():
        seen = (spec.command, spec.environment, spec.files, spec.sysctls)
        assert HUSH not in str(seen)
    assert HUSH not in repr(whole)
    identity = Identity(stack="chaos-1", owner=this_process(), kept=True, topology="t", made_of="x")
    assert HUSH not in str(identity.labels(whole))


def test_stacks_that_differ_in_their_password_alone_are_made_of_the_same() -> None:
    tags = dict.fromkeys(blueprint(EVERYTHING).services, "image")
    other = Blueprint(topology=EVERYTHING, ports=fixed_ports(EVERYTHING), password=HUSH)
    assert made_of(other, tags) == made_of(blueprint(EVERYTHING), tags)


def test_a_provider_of_ones_own_stands_beside_the_harnesss() -> None:
    topology = Topology(connect_workers=1, connect_settings={"config.providers": "env"})
    worker = settings(blueprint(topology).services["connect-1"], "WORKER_PROPERTIES")
    assert worker["config.providers"] == "harness,env"


def test_links_end_at_the_listener_that_advertises_the_proxy() -> None:
    services = blueprint(Topology()).services
    for link in links_of(Topology()):
        if link.service.startswith("broker"):
            assert f"CLIENT://0.0.0.0:{link.port}" in settings(services[link.service])["listeners"]


def test_only_what_a_topology_asks_for_is_started() -> None:
    plain = ["broker-1", "toxiproxy", "zookeeper"]
    assert sorted(blueprint(Topology(brokers=1)).services) == plain
    assert sorted(blueprint(Topology(brokers=1, redis=True)).services) == sorted([*plain, "redis"])
    without_kafka = Topology(brokers=0, mysql=True, redis=True)
    assert sorted(blueprint(without_kafka).services) == ["mysql", "redis", "toxiproxy"]
    assert len(blueprint(EVERYTHING).services) == 3 + 3 + 1 + 1 + 2 + 2 + 1 + 2


def test_a_replica_wants_what_it_copies() -> None:
    with pytest.raises(UsageError, match="mysql=True"):
        Topology(mysql_replica=True)
    with pytest.raises(UsageError, match="redis=True"):
        Topology(redis_replica=True)
    with pytest.raises(UsageError, match="need brokers"):
        Topology(brokers=0, registry=True)


def test_services_are_reached_over_listeners_of_the_proxy_that_their_caller_can_reach() -> None:
    whole = blueprint(EVERYTHING)
    assert whole.address("client", "mysql") == ("127.0.0.1", 13306)
    assert whole.address("connect", "mysql") == ("toxiproxy", 33306)
    assert whole.address("connect", "postgres") == ("toxiproxy", 35432)
    with pytest.raises(UsageError, match="nothing links connect to redis"):
        whole.address("connect", "redis")
    inner = {link.listen for link in whole.links if not link.from_host}
    assert inner.isdisjoint(whole.services["toxiproxy"].published)


def test_connect_is_sent_to_the_proxy_by_every_broker() -> None:
    whole = blueprint(EVERYTHING)
    worker = settings(whole.services["connect-1"], "WORKER_PROPERTIES")
    for name in EVERYTHING.broker_names:
        host, port = whole.address("connect", name)
        broker = settings(whole.services[name])
        assert f"CONNECT://{host}:{port}" in broker["advertised.listeners"].split(",")
        assert f"{host}:{port}" in worker["bootstrap.servers"].split(",")
    assert "CONNECT" not in settings(blueprint(Topology()).services["broker-1"])["listeners"]


def test_workers_are_told_apart_by_the_name_that_they_advertise() -> None:
    services = blueprint(EVERYTHING).services
    for name in EVERYTHING.worker_names:
        worker = settings(services[name], "WORKER_PROPERTIES")
        assert worker["rest.advertised.host.name"] == name


def test_replicas_copy_through_the_proxy() -> None:
    whole = blueprint(EVERYTHING)
    host, port = whole.address("redis-replica", "redis")
    replica = settings(whole.services["redis-replica"], "REDIS_SETTINGS", " ")
    assert replica["replicaof"] == f"{host} {port}"
    host, port = whole.address("mysql-replica", "mysql")
    statements = whole.services["mysql-replica"].secrets[REPLICATE]
    assert f"SOURCE_HOST = '{host}', SOURCE_PORT = {port}," in statements


def test_settings_are_written_in_the_language_of_each_service() -> None:
    topology = Topology(
        connect_workers=1,
        mysql=True,
        postgres=True,
        redis=True,
        connect_settings={"offset.flush.interval.ms": 60000},
        mysql_settings={"sync_binlog": 0, "innodb_log_writer_threads": False},
        postgres_settings={"fsync": False, "application_name": "it's", "max_connections": 9},
        redis_settings={"appendonly": True, "repl-timeout": 9},
    )
    services = blueprint(topology).services
    worker = settings(services["connect-1"], "WORKER_PROPERTIES")
    assert worker["offset.flush.interval.ms"] == "60000"
    database = settings(services["mysql"], "MYSQL_SETTINGS", " = ")
    assert database == {"sync_binlog": "0", "innodb_log_writer_threads": "OFF"}
    database = settings(services["postgres"], "POSTGRES_SETTINGS", " = ")
    assert database == {"fsync": "'off'", "application_name": "'it''s'", "max_connections": "'9'"}
    cache = settings(services["redis"], "REDIS_SETTINGS", " ")
    assert cache["appendonly"] == "yes"
    assert cache["repl-timeout"] == "9"


def test_an_ensemble_knows_its_members_and_brokers_know_all_of_it() -> None:
    services = blueprint(EVERYTHING).services
    for number, name in enumerate(EVERYTHING.zookeeper_names, start=1):
        member = settings(services[name])
        assert [member[f"server.{peer}"].partition(":")[0] for peer in (1, 2, 3)] == [
            "zookeeper-1",
            "zookeeper-2",
            "zookeeper-3",
        ]
        assert f"echo {number} >{member['dataDir']}/myid" in " ".join(services[name].command)
        connected = settings(services["broker-1"])["zookeeper.connect"]
        assert f"{name}:{member['clientPort']}" in connected.split(",")


def test_with_kraft_controllers_take_the_place_of_zookeeper() -> None:
    topology = Topology(metadata="kraft", broker_settings={"num.partitions": 7})
    services = blueprint(topology).services
    controllers = ["controller-1", "controller-2", "controller-3"]
    assert sorted(services) == ["broker-1", "broker-2", "broker-3", *controllers, "toxiproxy"]
    voters = "101@controller-1:9095,102@controller-2:9095,103@controller-3:9095"
    for node, name in topology.nodes.items():
        found = settings(services[name])
        assert found["node.id"] == str(node)
        assert found["controller.quorum.voters"] == voters
        assert found["num.partitions"] == "7", "controllers decide for the brokers"
        assert not [setting for setting in found if setting.startswith("zookeeper")]
        assert services[name].environment["CLUSTER_ID"]
    for name in controllers:
        assert settings(services[name])["listeners"] == f"CONTROLLER://{name}:9095"
    assert len({services[name].environment["CLUSTER_ID"] for name in controllers}) == 1


def test_brokers_are_of_the_kafka_that_the_topology_asks_for_and_workers_of_the_pinned_one() -> (
    None
):
    topology = Topology(metadata="kraft", kafka_version="4.1.2", connect_workers=1, registry=True)
    services = blueprint(topology).services
    for name in topology.nodes.values():
        assert services[name].versions == {"KAFKA_VERSION": "4.1.2"}
    assert services["connect-1"].versions == services["registry"].versions == {}
    assert blueprint(Topology()).services["broker-1"].versions == {}


@pytest.mark.parametrize(
    ("metadata", "version", "advice"),
    [
        ("zookeeper", "4.3.1", "use metadata kraft"),
        ("kraft", "2.8.2", "use metadata zookeeper"),
        ("kraft", "four", "not a valid Kafka version"),
    ],
)
def test_a_kafka_that_does_not_keep_its_metadata_so_is_refused(
    metadata: Metadata, version: str, advice: str
) -> None:
    with pytest.raises(UsageError, match=advice):
        Topology(metadata=metadata, kafka_version=version)


def test_the_proxy_is_the_only_way_in_from_the_host() -> None:
    publishing = [spec.name for spec in blueprint(EVERYTHING).services.values() if spec.published]
    assert publishing == ["toxiproxy"]


def test_listeners_of_the_proxy_are_unique() -> None:
    kraft = msgspec.structs.replace(EVERYTHING, metadata="kraft")
    listening = [link.listen for link in {*links_of(EVERYTHING), *links_of(kraft)}]
    assert len(set(listening)) == len(listening)


def test_settings_of_the_topology_are_laid_over_the_baseline() -> None:
    topology = Topology(broker_settings={"min.insync.replicas": 1, "log.segment.bytes": 1_000_000})
    found = settings(blueprint(topology).services["broker-2"])
    assert found["min.insync.replicas"] == "1"
    assert found["log.segment.bytes"] == "1000000"
    assert found["unclean.leader.election.enable"] == "false"


@pytest.mark.parametrize(("brokers", "replicas", "in_sync"), [(1, "1", "1"), (2, "2", "2")])
def test_a_small_cluster_asks_for_no_more_replicas_than_it_has(
    brokers: int, replicas: str, in_sync: str
) -> None:
    found = settings(blueprint(Topology(brokers=brokers)).services["broker-1"])
    assert found["offsets.topic.replication.factor"] == replicas
    assert found["transaction.state.log.min.isr"] == in_sync


def test_every_stored_directory_lies_under_its_data_directory() -> None:
    services = blueprint(Topology()).services
    assert settings(services["broker-1"])["log.dirs"].startswith(str(services["broker-1"].data))
    assert settings(services["zookeeper"])["dataDir"] == services["zookeeper"].data


def test_properties_are_written_as_java_reads_them() -> None:
    assert properties({"a.b": True, "c": 3, "d": "x y"}) == "a.b=true\nc=3\nd=x y\n"


@pytest.mark.parametrize("metadata", ["zookeeper", "kraft"])
def test_only_brokers_mount_disks_and_only_where_that_is_asked_for(metadata: Metadata) -> None:
    topology = Topology(metadata=metadata, own_disks=True)
    services = blueprint(topology).services
    assert {name for name, spec in services.items() if spec.own_disk} == set(topology.broker_names)
    broker = services["broker-1"]
    mounted = broker.command[-1].partition("mount -o loop ")[2].split()
    assert mounted[0].startswith(f"{broker.data}/")
    assert settings(broker)["log.dirs"].startswith(f"{mounted[1]}/")
    assert not any(
        spec.own_disk for spec in blueprint(Topology(metadata=metadata)).services.values()
    )
