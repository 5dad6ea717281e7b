"""Which errors of MySQL and Redis say that nothing happened."""

import pymysql
import pytest
import redis

from harness.systems.error_table import Row
from harness.systems.mysql import errors as mysql_errors
from harness.systems.redis import errors as redis_errors
from harness.systems.redis.client import NotConnectedError


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (pymysql.err.IntegrityError(1062, "duplicate"), "fail"),
        (pymysql.err.OperationalError(1213, "deadlock"), "fail"),
        (pymysql.err.OperationalError(1205, "lock wait timeout"), "fail"),
        (pymysql.err.OperationalError(2003, "no connection"), "fail"),
        (pymysql.err.InterfaceError(0, ""), "fail"),
        (pymysql.err.OperationalError(1290, "read-only"), "fail"),
        (pymysql.err.OperationalError(2013, "lost connection"), "info"),
        (pymysql.err.OperationalError(2006, "gone away"), "info"),
        (pymysql.err.OperationalError(1053, "shutdown"), "info"),
        (pymysql.err.InternalError("Packet sequence number wrong"), "info"),
        (pymysql.err.OperationalError(9999, "never heard of"), "info"),
        (TimeoutError(), "info"),
    ],
)
def test_an_error_of_a_commit_is_definite_only_where_the_table_says_so(
    error: BaseException, outcome: str
) -> None:
    assert mysql_errors.outcome_of(error, committing=True) == outcome


def test_whatever_comes_before_the_commit_leaves_nothing() -> None:
    lost = pymysql.err.OperationalError(2013, "lost connection")
    assert mysql_errors.outcome_of(lost, committing=False) == "fail"


def test_errors_of_mysql_are_named_by_number() -> None:
    assert mysql_errors.name_of(pymysql.err.OperationalError(1213, "deadlock")) == "mysql:1213"
    assert mysql_errors.name_of(pymysql.err.InterfaceError(0, "")) == "mysql:not-connected"
    assert mysql_errors.name_of(TimeoutError()) == "mysql:TimeoutError"


@pytest.mark.parametrize(
    ("error", "outcome", "name"),
    [
        (NotConnectedError("refused"), "fail", "NotConnectedError"),
        (redis.ReadOnlyError("You can't write", status_code="READONLY"), "fail", "READONLY"),
        (redis.ResponseError("MISCONF Redis is configured"), "fail", "MISCONF"),
        (redis.ResponseError("NOREPLICAS Not enough good replicas"), "fail", "NOREPLICAS"),
        (redis.ConnectionError("Connection closed by server."), "info", "ConnectionError"),
        (redis.TimeoutError("Timeout reading"), "info", "TimeoutError"),
        (redis.ResponseError("NEWWORD what is this"), "info", "NEWWORD"),
        (redis.ResponseError("lower case"), "info", "ResponseError"),
        (ValueError(), "info", "ValueError"),
    ],
)
def test_an_error_of_redis_is_definite_only_where_the_table_says_so(
    error: BaseException, outcome: str, name: str
) -> None:
    assert redis_errors.outcome_of(error) == outcome
    assert redis_errors.name_of(error) == f"redis:{name}"


def test_a_script_that_was_refused_half_way_may_have_written() -> None:
    full = redis.ResponseError("OOM command not allowed")
    assert redis_errors.outcome_of(full) == "fail"
    assert redis_errors.outcome_of(full, scripted=True) == "info"
    unknown = redis.ResponseError("NOSCRIPT No matching script")
    assert redis_errors.outcome_of(unknown, scripted=True) == "fail"


@pytest.mark.parametrize("table", [mysql_errors.TABLE, redis_errors.TABLE])
def test_every_row_gives_its_reason(table: dict[object, Row]) -> None:
    assert all(row.outcome in {"fail", "info"} and row.reason for row in table.values())
