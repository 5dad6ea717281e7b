"""The journal on disk and the history that is loaded from it."""

import shutil
from pathlib import Path

import pytest

from harness.history.history import NOTHING
from harness.history.journal import FUNCTIONS, OUTCOMES, SEQUENCE_BITS, Journal
from harness.history.load import load
from harness.kit.errors import RunFolderError

OK, FAIL, INFO = (OUTCOMES.index(word) for word in ("ok", "fail", "info"))
POLL = FUNCTIONS.index("poll")


def journal_in(folder: Path) -> Journal:
    journal = Journal(folder, origin_ns=1_000)
    journal.process("producer-0", "producer", "producer")
    journal.process("reader-0", "consumer", "reader", "group-a")
    journal.topic("orders", 2)
    return journal


def send(journal: Journal, sequence: int, time_ns: int) -> int:
    journal.append(
        "sends",
        {
            "value": [sequence],
            "operation": [sequence],
            "topic": [0],
            "key": [5],
            "time_ns": [time_ns],
        },
    )
    return sequence


def report(journal: Journal, value: int, log: int, offset: int, outcome: int, time_ns: int) -> None:
    error = journal.error("kafka:_MSG_TIMED_OUT") if outcome != OK else 0
    row = {
        "value": [value], "log": [log], "offset": [offset],
        "outcome": [outcome], "error": [error], "time_ns": [time_ns],
    }  # fmt: skip
    journal.append("deliveries", row)


def test_operations_are_indexed_in_order_of_invocation_over_all_processes(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    send(journal, 0, 3_000)
    poll = 1 << SEQUENCE_BITS
    journal.append("operations", {"id": [poll], "f": [POLL], "time_ns": [2_000]})
    journal.append("completions", {"id": [poll], "outcome": [OK], "error": [0], "time_ns": [9_000]})
    journal.append(
        "reads",
        {
            "operation": [poll, poll],
            "log": [1, 1],
            "offset": [7, 8],
            "key": [5, 5],
            "value": [0, 9],
        },
    )
    report(journal, 0, 1, 7, OK, 4_000)
    journal.close()
    history = load(tmp_path)
    assert history.operations.select(
        "op", "process", "f", "invoke_ns", "complete_ns", "outcome"
    ).rows() == [
        (0, 1, "poll", 1_000, 8_000, "ok"),
        (1, 0, "send", 2_000, 3_000, "ok"),
    ]
    assert history.sends.rows() == [(1, 0, 5, 0, 1, 7)]
    assert history.reads.rows() == [(0, 1, 7, 5, 0), (0, 1, 8, 5, 9)]
    assert history.logs["name"].to_list() == ["orders-0", "orders-1"]
    assert history.processes["group"].to_list() == [None, "group-a"]


def test_what_never_completed_is_info_and_what_was_not_told_is_null(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    send(journal, 0, 2_000)
    send(journal, 1, 2_000)
    report(journal, 1, NOTHING, NOTHING, INFO, 3_000)
    journal.close()
    history = load(tmp_path)
    assert history.operations.select("outcome", "complete_ns").rows() == [
        ("info", None),
        ("info", 2_000),
    ]
    assert history.sends.select("log", "offset").rows() == [(None, None), (None, None)]
    assert history.errors[history.operations["error"][1]] == "kafka:_MSG_TIMED_OUT"


def test_of_two_completions_the_first_counts(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    send(journal, 0, 2_000)
    report(journal, 0, NOTHING, NOTHING, FAIL, 3_000)
    report(journal, 0, 1, 7, OK, 4_000)
    journal.close()
    history = load(tmp_path)
    assert history.operations["outcome"].to_list() == ["fail"]
    assert history.operations.height == history.sends.height == 1


def test_an_empty_journal_is_an_empty_history(tmp_path: Path) -> None:
    journal_in(tmp_path).close()
    history = load(tmp_path)
    assert history.operations.is_empty()
    assert history.reads.is_empty()


@pytest.mark.parametrize("missing_bytes", [1, 40, 200])
def test_a_killed_writer_costs_its_last_batch_at_most(tmp_path: Path, missing_bytes: int) -> None:
    alive, killed = tmp_path / "alive", tmp_path / "killed"
    alive.mkdir()
    journal = journal_in(alive)
    for value in range(50):
        send(journal, value, 2_000 + value)
    # Copied before it is closed: as a killed writer leaves it, and then cut inside its last batch.
    shutil.copytree(alive, killed)
    journal.close()
    with (killed / "sends.arrows").open("r+b") as sends:
        sends.truncate(sends.seek(0, 2) - missing_bytes)
    with (killed / "names.jsonl").open("ab") as names:
        names.write(b'{"what":"log","lo')
    assert load(killed).operations.height == 49


def test_no_journal_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"cannot read the journal .*names\.jsonl"):
        load(tmp_path)


def test_a_journal_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "names.jsonl").write_text('{"what":"cake"}\n')
    with pytest.raises(RunFolderError, match="does not fit its format"):
        load(tmp_path)
