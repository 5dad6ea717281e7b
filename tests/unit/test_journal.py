"""The journal on disk and the history that is loaded from it."""

import dataclasses
import resource
import signal
from pathlib import Path

import pytest

from harness.history.frames import HEADER, NOTE, FrameWriter, read_frames
from harness.history.history import NOTHING
from harness.history.journal import Journal
from harness.history.load import load
from harness.history.recording import read_recording
from harness.history.tables import FUNCTIONS, HISTORY, OUTCOMES, SEQUENCE_BITS, TABLES, Column
from harness.kit.errors import DamagedError, RunFolderError

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
    assert history.reads.select("op", "log", "offset", "key", "value").rows() == [
        (0, 1, 7, 5, 0),
        (0, 1, 8, 5, 9),
    ]
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


def small_journal(folder: Path) -> Path:
    """A closed journal; answers with its file."""
    journal = journal_in(folder)
    for value in range(5):
        send(journal, value, 2_000 + value)
        report(journal, value, 1, value, FAIL if value == 3 else OK, 3_000 + value)
    assert journal.close()
    return folder / "journal"


def test_a_closed_journal_is_whole(tmp_path: Path) -> None:
    small_journal(tmp_path)
    assert load(tmp_path).incomplete is None


def test_a_killed_writer_costs_its_last_batch_at_most(tmp_path: Path) -> None:
    file = small_journal(tmp_path)
    *frames, end = frames_of(file)
    whole, seen = b"".join(frames), 0
    ends = [sum(map(len, frames[:number])) for number in range(len(frames) + 1)]
    cuts = {at + more for at in ends for more in (-1, 0, 1, HEADER, HEADER + 1)}
    for length in sorted(each for each in cuts if 0 <= each < len(whole + end)):
        file.write_bytes((whole + end)[:length])
        if length < len(frames[0]):
            with pytest.raises(RunFolderError, match="recorded nothing"):
                read_recording(tmp_path)
            continue
        recording = read_recording(tmp_path)
        assert not recording.closed
        rows = sum(map(len, recording.tables.values()))
        assert rows - seen in {0, 1}
        seen = rows
    assert seen == 10
    history = load(tmp_path)
    assert history.incomplete is not None
    assert "never closed" in history.incomplete
    assert history.operations.height == 5


def test_no_flipped_bit_passes(tmp_path: Path) -> None:
    file = small_journal(tmp_path)
    whole = file.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        file.write_bytes(damaged)
        with pytest.raises(DamagedError, match=r"damaged: .*journal, batch \d+: "):
            read_recording(tmp_path)


def frames_of(file: Path) -> list[bytes]:
    """The bytes of every frame."""
    data = file.read_bytes()
    ends = [each.end for each in read_frames(memoryview(data), file)]
    return [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


@pytest.mark.parametrize("what", ["twice", "away", "late", "other"])
def test_a_batch_that_is_not_in_its_place_is_noticed(tmp_path: Path, what: str) -> None:
    (tmp_path / "other").mkdir()
    file, other = small_journal(tmp_path), small_journal(tmp_path / "other")
    frames = frames_of(file)
    number = len(frames) // 2
    frames[number : number + 2] = {
        "twice": [frames[number]] * 2,
        "away": [frames[number + 1]],
        "late": [frames[number + 1], frames[number]],
        "other": [frames_of(other)[1], frames[number + 1]],
    }[what]
    file.write_bytes(b"".join(frames))
    with pytest.raises(DamagedError, match=r"batch \d+: batch \d+ is in its place"):
        load(tmp_path)


def test_nothing_may_follow_the_end(tmp_path: Path) -> None:
    file = small_journal(tmp_path)
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(DamagedError, match="comes after the end"):
        load(tmp_path)


def test_a_journal_that_cannot_be_written_ends_before_the_hole(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    send(journal, 0, 2_000)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, ((tmp_path / "journal").stat().st_size + 50, limits[1])
    )
    try:
        with pytest.raises(RunFolderError, match=r"cannot write .*journal: File too large"):
            send(journal, 1, 3_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    with pytest.raises(RunFolderError, match="File too large"):
        send(journal, 2, 4_000)
    assert journal.close() is False
    history = load(tmp_path)
    assert history.operations.height == 1
    assert history.incomplete is not None


def test_an_interrupt_inside_a_write_leaves_no_half_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = journal_in(tmp_path)
    writer = journal._frames
    file = writer._file

    class Interrupted:
        """The file, on which Ctrl-C comes in the middle of a write."""

        def write(self, data: bytes) -> int:
            file.write(data[:20])
            raise KeyboardInterrupt

    monkeypatch.setattr(writer, "_file", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        send(journal, 0, 2_000)
    monkeypatch.setattr(writer, "_file", file)
    send(journal, 1, 3_000)
    assert journal.close()
    assert load(tmp_path).sends["value"].to_list() == [1]


@pytest.mark.parametrize(
    ("table", "column", "number", "what"),
    [
        ("operations", "f", 99, "f=99, which means nothing"),
        ("operations", "time_ns", 1 << 62, "time_ns=4611686018427387904"),
        ("operations", "id", 7 << SEQUENCE_BITS, "id="),
        ("operations", "id", 0, "1 operations have the id of another one"),
        ("completions", "outcome", 3, "outcome=3"),
        ("completions", "error", 5, "error=5"),
        ("reads", "log", 9, "log=9"),
        ("reads", "offset", 1 << 62, "offset="),
        ("assignments", "operation", -1, "operation=-1"),
        ("generations", "generation", 1 << 40, "it holds what no journal can"),
        ("aspects", "aspect", 5, "aspect=5"),
        ("aspects", "subject", 0, "subject=0"),
        ("writes", "kind", 3, "kind=3"),
        ("rows", "place", 0, "place=0"),
    ],
)
def test_numbers_that_mean_nothing_are_refused(
    tmp_path: Path, table: str, column: str, number: int, what: str
) -> None:
    journal = journal_in(tmp_path)
    journal.append("operations", {"id": [0], "f": [POLL], "time_ns": [2_000]})
    sane = {"id": 1, "log": 0, "time_ns": 2_000, "table": -1}
    row = {name: [sane.get(name, 0)] for name in TABLES[table].names}
    journal.table("orders")
    if (table, column) == ("aspects", "aspect"):
        journal.subject("orders")
    journal.append(table, {**row, column: [number]})
    journal.close()
    with pytest.raises(DamagedError, match=what):
        load(tmp_path)


def test_rows_of_an_unknown_operation_are_left_out_and_make_the_history_incomplete(
    tmp_path: Path,
) -> None:
    journal = journal_in(tmp_path)
    journal.append("operations", {"id": [0], "f": [POLL], "time_ns": [2_000]})
    journal.append("assignments", {"operation": [0, 1], "log": [0, 1]})
    journal.close()
    history = load(tmp_path)
    assert history.assignments.rows() == [(0, 0)]
    assert history.incomplete == (
        "1 of 2 rows of assignments name operations that the journal does not hold"
    )


def test_a_column_that_was_added_is_absent_in_recordings_from_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = journal_in(tmp_path)
    journal.append("operations", {"id": [0], "f": [POLL], "time_ns": [2_000]})
    row = {"operation": [0], "log": [1], "offset": [7], "key": [5], "value": [9]}
    journal.append("reads", row)
    journal.close()
    reads = TABLES["reads"]
    epoch = Column("epoch", to="log", optional=True, added=True)
    more = dataclasses.replace(reads, columns=(*reads.columns, epoch))
    monkeypatch.setitem(TABLES, "reads", more)
    monkeypatch.setitem(HISTORY, "reads", more)
    assert load(tmp_path).reads["epoch"].to_list() == [None]
    (tmp_path / "after").mkdir()
    journal = journal_in(tmp_path / "after")
    journal.append("operations", {"id": [0], "f": [POLL], "time_ns": [2_000]})
    journal.append("reads", row)
    journal.append("reads", {**row, "epoch": [0]})
    journal.close()
    assert load(tmp_path / "after").reads["epoch"].to_list() == [None, 0]


def test_no_journal_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"cannot read the journal .*journal"):
        load(tmp_path)


def test_a_journal_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text('{"what":"cake"}\n' * 4)
    with pytest.raises(DamagedError, match="header"):
        load(tmp_path)


def test_an_unknown_note_is_refused(tmp_path: Path) -> None:
    writer = FrameWriter(tmp_path / "journal")
    writer.write(NOTE, b'{"what":"cake"}', 15)
    writer.close()
    with pytest.raises(DamagedError, match="does not fit its format"):
        load(tmp_path)


def test_records_of_an_operation_keep_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    times = [2_000, 3_000, 4_000]
    journal.append("operations", {"id": [0, 1, 2], "f": [POLL] * 3, "time_ns": times})
    count = 3_000
    columns = {name: [0] * count for name in TABLES["reads"].names}
    owners = [(7 * at) % 3 for at in range(count)]
    journal.append("reads", {**columns, "operation": owners, "offset": list(range(count))})
    journal.close()
    reads = load(tmp_path).reads
    written = [at for op in range(3) for at, owner in enumerate(owners) if owner == op]
    assert reads["offset"].to_list() == written


def test_errors_are_known_by_their_names(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    journal.append("operations", {"id": [0, 1, 2], "f": [POLL] * 3, "time_ns": [2_000] * 3})
    numbers = [journal.error(name) for name in ("kafka:a", "kafka:b", "kafka:c")]
    failed = {"outcome": [OUTCOMES.index("fail")] * 3, "error": numbers, "time_ns": [3_000] * 3}
    journal.append("completions", {"id": [0, 1, 2], **failed})
    assert journal.error("kafka:b") == numbers[1]
    journal.close()
    history = load(tmp_path)
    assert [history.errors[each] for each in history.operations["error"]] == [
        "kafka:a",
        "kafka:b",
        "kafka:c",
    ]
    assert history.errors[0] == ""
