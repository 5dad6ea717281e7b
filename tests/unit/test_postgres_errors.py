"""Which errors of PostgreSQL say that nothing happened."""

import psycopg
import pytest
from psycopg.errors import lookup

from harness.systems.postgres import errors


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("23505", "fail"),
        ("23514", "fail"),
        ("40001", "fail"),
        ("40P01", "fail"),
        ("40003", "info"),
        ("25006", "fail"),
        ("25P02", "fail"),
        ("55P03", "fail"),
        ("53300", "fail"),
        ("57P03", "fail"),
        ("53100", "info"),
        ("57P01", "info"),
        ("57014", "info"),
        ("58030", "info"),
        ("08006", "info"),
        ("08001", "fail"),
        ("XX000", "info"),
    ],
)
def test_an_error_of_a_commit_is_definite_only_where_the_table_says_so(
    code: str, outcome: str
) -> None:
    error = lookup(code)("said the server")
    assert errors.outcome_of(error, committing=True) == outcome
    assert errors.outcome_of(error, committing=False) == "fail"
    assert errors.name_of(error) == f"postgres:{code}"


@pytest.mark.parametrize(
    ("error", "outcome", "name"),
    [
        (psycopg.OperationalError("server closed the connection"), "info", "08006"),
        (psycopg.InterfaceError("the connection is closed"), "fail", "not-connected"),
        (TimeoutError(), "info", "TimeoutError"),
    ],
)
def test_what_the_client_says_itself_has_a_name_as_well(
    error: BaseException, outcome: str, name: str
) -> None:
    assert errors.outcome_of(error, committing=True) == outcome
    assert errors.name_of(error) == f"postgres:{name}"


def test_every_row_has_its_reason() -> None:
    for row in (*errors.CODES.values(), *errors.CLASSES.values()):
        assert row.reason
