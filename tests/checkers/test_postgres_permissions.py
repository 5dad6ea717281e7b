"""What tables of PostgreSQL, their publications and the connector that reads them permit."""

import pytest

from harness.checkers.verdict.promises import permissions
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.pipeline.traffic import SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Settings

KEYED = "id BIGINT PRIMARY KEY, version BIGINT NOT NULL"
PLAIN = f"CREATE TABLE orders ({KEYED})"
OWN: Settings = {"publication.name": "shop", "publication.autocreate.mode": "disabled"}
FILTERED: Settings = {**OWN, "publication.autocreate.mode": "filtered"}


def permitted(ddl: str | None, settings: Settings, columns: str = "") -> dict[str, set[str]]:
    """By setting what it permits, beside what every feed of that kind does."""
    table = SourceTable(name="orders", ddl=ddl, columns={"note": columns} if columns else {})
    path = Path(
        name="main",
        feed=Feed(kind="debezium", settings=settings),
        copies=(Copy(kind="jdbc", name="warehouse"),),
    )
    workload = PipelineWorkload(
        source="postgres",
        tables=(SourceTable(name="items"), table),
        writers=(Writers(tables=("orders",)),),
        paths=(path,),
        auto_restart=True,
    )
    topology = Topology(connect_workers=1, registry=True, postgres=True)
    scenario = Scenario(name="s", about="a", topology=topology, workload=workload)
    return {
        each.setting: {*each.kinds}
        for each in permissions(scenario)
        if "repeated-snapshot" not in each.kinds
    }


@pytest.mark.parametrize(
    ("ddl", "settings"),
    [
        (None, {}),
        (PLAIN, {}),
        (f"CREATE TABLE orders ({KEYED}, n TEXT); ALTER TABLE orders REPLICA IDENTITY FULL", {}),
        (f"CREATE TABLE orders ({KEYED}, n TEXT)", {"replica.identity.autoset.values": ".*:FULL"}),
        (f"{PLAIN} PARTITION BY HASH (id)", {"publish.via.partition.root": "true"}),
        (f"{PLAIN}; CREATE PUBLICATION shop FOR ALL TABLES", OWN),
        (f"{PLAIN}; CREATE PUBLICATION shop FOR TABLE items, public.orders", OWN),
        (f"{PLAIN}; CREATE PUBLICATION shop FOR TABLES IN SCHEMA public", OWN),
        (f"{PLAIN}; CREATE PUBLICATION other FOR TABLE items", OWN),
        (f"{PLAIN}; CREATE PUBLICATION shop FOR TABLE items", FILTERED),
        (PLAIN, {"slot.drop.on.stop": False, "offset.mismatch.strategy": "trust_offset"}),
    ],
)
def test_what_is_right_permits_nothing(ddl: str | None, settings: Settings) -> None:
    assert permitted(ddl, settings) == {}


@pytest.mark.parametrize(
    ("publication", "kinds"),
    [
        ("FOR TABLE items", {"missed-change", "missing-row", "resurrected-row"}),
        ("FOR TABLE ONLY items, orders WHERE (id % 2 = 0)", {"missed-change", "missing-row"}),
        ("FOR TABLE items, orders (id, version)", {"altered-row"}),
        (
            "FOR TABLE items, orders WITH (publish = 'insert, update')",
            {"missed-change", "resurrected-row"},
        ),
        ("FOR ALL TABLES WITH (publish = 'insert,delete')", {"missed-change", "stale-row"}),
    ],
)
def test_a_publication_is_taken_as_it_is(publication: str, kinds: set[str]) -> None:
    found = permitted(f'{PLAIN}; CREATE PUBLICATION "shop" {publication};', OWN)
    assert list(found) == ["publication shop of main"]
    assert kinds <= found["publication shop of main"]
    assert "failed-task" not in found["publication shop of main"]


@pytest.mark.parametrize(
    ("ddl", "settings", "setting", "kinds"),
    [
        (
            PLAIN.replace("TABLE", "UNLOGGED TABLE"),
            {},
            "UNLOGGED of table orders",
            {"unlogged-change", "lost-change"},
        ),
        (
            f"{PLAIN} PARTITION BY HASH (id)",
            {},
            "publish.via.partition.root=false of main",
            {"missed-change"},
        ),
        (
            f"CREATE TABLE orders ({KEYED}, n JSONB)",
            {},
            "REPLICA IDENTITY DEFAULT of table orders of main",
            {"altered-row"},
        ),
        (
            PLAIN,
            {"slot.drop.on.stop": True},
            "slot.drop.on.stop=true of main",
            {"failed-task", "missed-change"},
        ),
        (
            PLAIN,
            {"offset.mismatch.strategy": "trust_slot"},
            "offset.mismatch.strategy=trust_slot of main",
            {"missed-change", "missing-row"},
        ),
    ],
)
def test_a_setting_permits(ddl: str, settings: Settings, setting: str, kinds: set[str]) -> None:
    found = permitted(ddl, settings)
    assert list(found) == [setting]
    assert kinds <= found[setting]


def test_an_identity_that_is_set_later_counts() -> None:
    settings: Settings = {"replica.identity.autoset.values": ".*:DEFAULT"}
    assert list(permitted(None, settings, columns="TEXT")) == [
        "REPLICA IDENTITY DEFAULT of table orders of main"
    ]
    assert permitted(None, settings, columns="BIGINT") == {}
