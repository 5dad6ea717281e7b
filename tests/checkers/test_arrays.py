"""Numbers find their rows, and places their cells, however they are spread."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.checkers.evidence.arrays import NONE, Numbering
from harness.checkers.evidence.cells import cells_for

numbers = st.lists(
    st.integers(-(2**63), 2**63 - 1) | st.integers(0, 40) | st.integers(7 << 40, (7 << 40) + 40),
    unique=True,
    max_size=30,
)


@given(numbers, numbers)
def test_each_number_has_its_row_and_no_other(known: list[int], asked: list[int]) -> None:
    found = Numbering(np.array(known, dtype=np.int64)).rows_of(np.array(asked, dtype=np.int64))
    assert found.tolist() == [known.index(each) if each in known else NONE for each in asked]


def test_numbers_too_sparse_for_a_table_are_found_too() -> None:
    known = np.arange(1000, dtype=np.int64) << 44
    numbering = Numbering(known[::-1].copy())
    assert numbering.rows_of(known[[0, 999, 5]]).tolist() == [999, 0, 994]
    assert numbering.rows_of(known[:2] + 1).tolist() == [NONE, NONE]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 9) | st.integers(2**61, 2**62)), max_size=30
    )
)
def test_cells_are_dense_and_in_log_order(places: list[tuple[int, int]]) -> None:
    logs = np.array([log for log, _ in places], dtype=np.int32)
    offsets = np.array([offset for _, offset in places], dtype=np.int64)
    cells = cells_for(4, (logs, offsets))
    of = cells.of(logs, offsets)
    assert [(int(cells.log(of)[n]), int(cells.offset(of)[n])) for n in range(len(of))] == places
    order = np.lexsort((offsets, logs))
    assert (np.diff(of[order]) >= 0).all()
    assert of.max(initial=-1) < cells.size
