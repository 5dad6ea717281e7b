"""Rounds of marks: written anew when none come, each sight recorded, none overtaken for good."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pytest

from harness.backends.fake.clock import VirtualClock
from harness.history.history import History
from harness.history.journal import END_MARK, Journal
from harness.history.load import load
from harness.history.tables import SEQUENCE_BITS
from harness.workloads.pipeline.rounds import ANOTHER_S, RETRY_S, Rounds, UnansweredError

PLACE = "main/cache"
KEYS = range(100, 103)


class Pipeline:
    """A source, and a place that holds of it what a test lets through."""

    def __init__(self) -> None:
        self.source: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self.held: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self.refuses = False

    def write(self, rows: Mapping[str, Mapping[int, int]]) -> None:
        if self.refuses:
            raise UnansweredError("lost connection")
        for table, each in rows.items():
            self.source[table].update(each)

    def look(self) -> Mapping[str, Mapping[int, int]]:
        return self.held

    def passes_all(self) -> None:
        for table, rows in self.source.items():
            self.held[table] = dict(rows)


class Bench:
    """Rounds over a pipeline, on a clock that a test moves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = VirtualClock()
        self.journal = Journal(folder, origin_ns=0)
        self.pipeline = Pipeline()
        self.rounds = Rounds(
            END_MARK,
            keys=KEYS,
            tables=["orders"],
            write=self.pipeline.write,
            looks={PLACE: self.pipeline.look},
            journal=self.journal,
            clock=self.clock,
        )

    def missing(self, after_s: float = 1.0) -> str | None:
        self.clock.pause(after_s)
        return self.rounds.missing(PLACE)

    def overtaking(self, differs: str | None) -> str | None:
        self.clock.pause(2 * RETRY_S)
        return self.rounds.overtaking(PLACE, lambda: differs, 2)

    def keys(self) -> list[int]:
        return sorted(self.pipeline.source["orders"])

    def history(self) -> History:
        self.journal.close()
        return load(self.folder)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.journal.close()


def test_what_was_seen_once_came_out_although_it_is_gone(bench: Bench) -> None:
    assert bench.rounds.unwritten() is None
    versions = dict(bench.pipeline.source["orders"])
    found = []
    for key, version in versions.items():
        bench.pipeline.held["orders"] = {key: version}
        found.append(bench.missing())
    assert found == ["1 of 3 rows of round 1", "2 of 3 rows of round 1", None]
    sightings = bench.history().flow.sightings
    assert dict(sightings.select("key", "version").iter_rows()) == versions
    assert len(sightings) == len(versions)


def test_another_round_is_written_when_none_came_for_a_while(bench: Bench) -> None:
    assert bench.rounds.unwritten() is None
    assert bench.missing() == "0 of 3 rows of round 1"
    assert bench.keys() == [*KEYS]
    bench.missing(ANOTHER_S)
    assert bench.keys() == [*range(100, 106)]
    bench.pipeline.held["orders"] = {
        key: version for key, version in bench.pipeline.source["orders"].items() if key >= 103
    }
    assert bench.missing() is None  # the first round never comes, and need not


def test_every_round_has_a_process_of_its_own(bench: Bench) -> None:
    bench.rounds.unwritten()
    bench.missing(ANOTHER_S)
    writers = {version >> SEQUENCE_BITS for version in bench.pipeline.source["orders"].values()}
    processes = bench.history().processes.filter(pl.col("name") == END_MARK)["process"]
    assert writers == set(processes.to_list())
    assert len(writers) == 2


def test_a_round_that_was_refused_is_written_anew_under_other_keys(bench: Bench) -> None:
    bench.pipeline.refuses = True
    problem = bench.rounds.unwritten()
    assert problem is not None
    assert "lost connection" in problem
    bench.pipeline.refuses = False
    assert bench.rounds.unwritten() == problem  # not at once
    bench.clock.pause(RETRY_S)
    assert bench.rounds.unwritten() is None
    assert bench.keys() == [*range(103, 106)]


def test_the_last_round_must_come_out_as_well(bench: Bench) -> None:
    bench.rounds.unwritten()
    bench.pipeline.passes_all()
    assert bench.missing() is None
    assert bench.rounds.latest_missing(PLACE) is None
    bench.overtaking("a row is missing")  # writes a second round
    assert bench.rounds.latest_missing(PLACE) == "0 of 3 rows of round 2"
    bench.pipeline.passes_all()
    bench.clock.pause(1.0)
    assert bench.rounds.latest_missing(PLACE) is None


def test_what_may_be_overtaken_is_waited_for_by_more_rounds(bench: Bench) -> None:
    bench.rounds.unwritten()
    bench.pipeline.passes_all()
    assert bench.missing() is None
    for _ in range(2):
        assert bench.overtaking("a row is missing") == "a row is missing"
        bench.pipeline.passes_all()
    assert bench.overtaking("a row is missing") is None
    assert len(bench.keys()) == 9


def test_a_copy_that_is_like_its_source_waits_for_no_more_rounds(bench: Bench) -> None:
    bench.rounds.unwritten()
    bench.pipeline.passes_all()
    assert bench.overtaking(None) is None
    assert bench.keys() == [*KEYS]


def test_what_was_never_written_is_missing_everywhere(bench: Bench) -> None:
    bench.pipeline.refuses = True
    problem = bench.rounds.unwritten()
    assert bench.missing() == bench.rounds.latest_missing(PLACE) == problem
    assert bench.overtaking(None) == problem
