"""A source table whose DDL cannot do is refused before anything boots, and no other is."""

import pytest

from harness.engine.catalogue.scenarios import scenarios
from harness.engine.compile import compile_plan
from harness.engine.validation.ddl import problems
from harness.kit.errors import UsageError
from harness.model.pipeline.paths import Feed, Path
from harness.model.pipeline.traffic import SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario
from harness.model.topology import Topology


def scenario(columns: str) -> Scenario:
    """A scenario whose one table has these columns."""
    return Scenario(
        name="theirs",
        about="a table of their own",
        topology=Topology(mysql=True, connect_workers=1, registry=True),
        workload=PipelineWorkload(
            tables=(SourceTable(name="orders", ddl=f"CREATE TABLE orders ({columns})"),),
            writers=(Writers(tables=("orders",)),),
            paths=(Path(name="shop", feed=Feed(kind="debezium")),),
        ),
    )


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ("id CHAR(36) PRIMARY KEY, version BIGINT", r"column id must be INT or BIGINT and is CHAR"),
        ("`id` binary(16) primary key, version bigint", "column id must be .* and is binary"),
        ("id BIGINT PRIMARY KEY, version INT", "column version must be BIGINT and is INT"),
        ("id BIGINT, version BIGINT, PRIMARY KEY (tenant, `id`)", r"is \(tenant, id\)"),
        ("id BIGINT, version BIGINT, CONSTRAINT k PRIMARY KEY USING BTREE (code)", r"is \(code\)"),
    ],
)
def test_what_is_plain_in_a_ddl_is_refused_in_one_sentence(columns: str, why: str) -> None:
    with pytest.raises(UsageError, match=rf"the DDL of table 'orders': .*{why}.*CREATE TABLE"):
        compile_plan(scenario(columns), 1)


@pytest.mark.parametrize(
    "columns",
    [
        "id BIGINT PRIMARY KEY AUTO_INCREMENT, version BIGINT, amount DECIMAL(5,2)",
        "id int unsigned not null, version bigint not null, primary key (id desc)",
        "id BIGINT PRIMARY KEY CHECK (id > 0), version BIGINT",
        "id BIGINT PRIMARY KEY COMMENT 'once (a, id CHAR(36))', version BIGINT -- , id CHAR(36)",
        "code CHAR(3), paid_id CHAR(36), version BIGINT, id SERIAL PRIMARY KEY",
        "`version` BIGINT, `id` BIGINT, UNIQUE KEY (code, version), PRIMARY KEY (`id`)",
    ],
)
def test_a_ddl_that_will_do_is_not_refused(columns: str) -> None:
    compile_plan(scenario(columns), 1)


def test_no_scenario_of_ours_is_refused() -> None:
    assert [why for each in scenarios().values() for why in problems(each)] == []
