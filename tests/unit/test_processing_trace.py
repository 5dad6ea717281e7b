"""What a worker tells: in order, whole lines only, also over a kill."""

from pathlib import Path

from harness.kit.barrier import Barrier
from harness.workloads.processing.trace import Begun, Named, Reached, Rows, TraceReader, TraceWriter


def test_what_is_told_arrives_in_order_and_once(tmp_path: Path) -> None:
    writer, reader = TraceWriter(tmp_path), TraceReader(tmp_path)
    reader.identify("life", 7)
    assert writer.begin("life") == 7
    number = writer.error("kafka:_TIMED_OUT")
    writer.append("origins", {"value": [1], "origin": [2]})
    assert list(reader.new()) == [
        Begun("life"),
        Named(number, "kafka:_TIMED_OUT"),
        Rows("origins", {"value": [1], "origin": [2]}),
    ]
    writer.reached(0, 5)
    assert list(reader.new()) == [Reached(0, 5)]


def test_a_line_that_a_kill_tore_is_left_out_and_the_next_life_goes_on(tmp_path: Path) -> None:
    reader = TraceReader(tmp_path)
    TraceWriter(tmp_path).reached(0, 5)
    with (tmp_path / "trace").open("ab") as file:
        file.write(b'{"what":"rows","table":"sen')
    assert list(reader.new()) == [Reached(0, 5)]
    TraceWriter(tmp_path).reached(0, 6)
    assert list(reader.new()) == [Reached(0, 6)]


def test_errors_keep_their_numbers_within_a_life(tmp_path: Path) -> None:
    writer = TraceWriter(tmp_path)
    first, second = writer.error("kafka:A"), writer.error("kafka:B")
    assert writer.error("kafka:A") == first != second
    assert len(list(TraceReader(tmp_path).new())) == 2


def test_a_barrier_stops_at_its_point_until_it_is_released(tmp_path: Path) -> None:
    ours, theirs = Barrier(tmp_path), Barrier(tmp_path)
    ours.hold("before-commit")
    assert not theirs.stands("before-produce")
    assert ours.held_at is None
    assert theirs.stands("before-commit")
    assert ours.held_at == "before-commit"
    ours.release()
    assert not theirs.stands("before-commit")
    assert ours.held_at is None


def test_whoever_begins_is_held_by_nobody(tmp_path: Path) -> None:
    ours, theirs = Barrier(tmp_path), Barrier(tmp_path)
    ours.hold("before-commit")
    assert theirs.stands("before-commit")
    theirs.begin()
    assert ours.held_at is None
    assert not theirs.stands("before-commit")
