"""Lines of `test_decoding`: what PostgreSQL 17 wrote, and what is not understood."""

import pytest

from harness.model.ports.source import UnreadableLogError
from harness.systems.postgres.log_lines import Line, lines_of

TABLE = "table shop.orders:"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"{TABLE} INSERT: id[bigint]:1 version[bigint]:10 note[text]:'it''s new-tuple: x'",
            Line(
                "INSERT",
                "shop",
                "orders",
                new={"id": "1", "version": "10", "note": "it's new-tuple: x"},
            ),
        ),
        (
            f"{TABLE} UPDATE: id[bigint]:1 version[bigint]:11 big[text]:unchanged-toast-datum",
            Line(
                "UPDATE",
                "shop",
                "orders",
                new={"id": "1", "version": "11", "big": None},
                unchanged=frozenset({"big"}),
            ),
        ),
        (
            f"{TABLE} UPDATE: old-key: id[bigint]:1 new-tuple: id[bigint]:2 version[bigint]:12",
            Line("UPDATE", "shop", "orders", {"id": "1"}, {"id": "2", "version": "12"}),
        ),
        (f"{TABLE} DELETE: id[bigint]:1", Line("DELETE", "shop", "orders", {"id": "1"})),
        (f"{TABLE} DELETE: (no-tuple-data)", Line("DELETE", "shop", "orders")),
        (
            (
                'table "of me"."a ""b""": INSERT: "the id"[bigint]:1 f[double precision]:-1e-05 '
                "n[numeric]:NaN t[timestamp with time zone]:'2026-01-01 00:00:00+00' b[bit]:B'101' "
                "l[integer[]]:'{1,2}' k[\"of me\".\"kind of\"]:'x' o[boolean]:true z[text]:null"
            ),
            Line(
                "INSERT",
                "of me",
                'a "b"',
                new={
                    "the id": "1",
                    "f": "-1e-05",
                    "n": "NaN",
                    "t": "2026-01-01 00:00:00+00",
                    "b": "B'101'",
                    "l": "{1,2}",
                    "k": "x",
                    "o": "true",
                    "z": None,
                },
            ),
        ),
    ],
)
def test_a_change_is_read(text: str, expected: Line) -> None:
    assert list(lines_of(text)) == [expected]


def test_a_truncation_is_one_change_of_each_table() -> None:
    text = 'table shop.orders, shop."of me": TRUNCATE: restart_seqs cascade'
    assert list(lines_of(text)) == [
        Line("TRUNCATE", "shop", "orders"),
        Line("TRUNCATE", "shop", "of me"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "table shop.orders: MERGE: id[bigint]:1",
        f"{TABLE} INSERT: id[bigint]:1 and more",
        f"{TABLE} UPDATE: old-key: id[bigint]:1",
        f"{TABLE} INSERT: id[bigint]:'1",
    ],
)
def test_what_is_not_understood_is_an_error(text: str) -> None:
    with pytest.raises(UnreadableLogError):
        list(lines_of(text))
