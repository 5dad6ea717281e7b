"""Histories of Jepsen's Kafka workload: what becomes of them, and what is refused on which line."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.history.edn import read_forms
from harness.history.history import NOTHING
from harness.history.jepsen import JepsenHistory, read_jepsen
from harness.kit.errors import UsageError
from tests.unit.command import Done, harness

SMALL = """\
{:type :invoke, :f :subscribe, :value [1 2], :process 3, :time 100, :index 0}
{:type :ok, :f :subscribe, :value [1 2], :process 3, :time 200, :index 1}
{:type :invoke, :f :txn, :value [[:poll] [:send 1 7] [:send 2 7]], :process 4, :time 300, :index 2}
{:type :info, :f :kill, :value {"n1" :killed}, :process :nemesis, :time 350, :index 3}
{:type :info, :f :txn, :value [[:poll {}] [:send 1 [4 7]] [:send 2 7]], :process 4, :time 400,
 :index 4, :error [:commit {:name "timeout"}]}
{:type :invoke, :f :poll, :value [[:poll]], :poll-ms 100, :process 3, :time 500, :index 5}
{:type :ok, :f :poll, :value [[:poll {1 [[4 7] [6 8]]}] [:poll {}]],
 :rebalance-log [{:keys [1]} {:keys [2]}], :process 3, :time 600, :index 6}
{:type :invoke, :f :crash, :value nil, :process 3, :time 610, :index 7}
{:type :info, :f :crash, :value nil, :process 3, :time 620, :index 8}
{:type :invoke, :f :assign, :value [2], :seek-to-beginning? true, :process 8, :time 630, :index 9}
{:type :ok, :f :assign, :value [2], :seek-to-beginning? true, :process 8, :time 640, :index 10}
{:type :invoke, :f :send, :value [[:send 1 8]], :process 9, :time 700, :index 11}
"""
LOST = """\
{:type :invoke, :f :send, :value [[:send 5 1]], :process 0}
{:type :ok,     :f :send, :value [[:send 5 [0 1]]], :process 0}
{:type :invoke, :f :send, :value [[:send 5 2]], :process 0}
{:type :ok,     :f :send, :value [[:send 5 [1 2]]], :process 0}
{:type :invoke, :f :poll, :value [[:poll]], :process 1}
{:type :ok,     :f :poll, :value [[:poll {5 [[1 2]]}]], :process 1}
"""
LONE_AGAIN = """\
{:type :invoke, :f :poll, :value [[:poll]], :process 2}
{:type :ok,     :f :poll, :value [[:poll {5 [[nil 4]]}]], :process 2}
"""


def read(folder: Path, text: str) -> JepsenHistory:
    path = folder / "history"
    path.write_text(text)
    return read_jepsen(path)


def check(folder: Path, text: str, *options: str) -> Done:
    path = folder / "history"
    path.write_text(text)
    return harness("check", path, "--from", "jepsen", *options)


def as_json(text: str) -> list[Any]:
    return [form for _, form in read_forms(text)]


def test_a_history_becomes_tables(tmp_path: Path) -> None:
    done = read(tmp_path, SMALL)
    history = done.history
    assert done.subscribes
    assert history.operations.rows() == [
        (0, 0, "subscribe", 100, 200, "ok", 0),
        (1, 1, "txn", 300, 400, "info", 1),
        (2, 0, "txn", 500, 600, "ok", 0),
        (3, 0, "revoke", 600, 600, "ok", 0),
        (4, 2, "assign", 630, 640, "ok", 0),
        (5, 3, "txn", 700, None, "info", 0),
    ]
    assert history.sends.rows() == [
        (1, 0, NOTHING, 0, 0, 4),
        (1, 0, NOTHING, 1, 1, None),
        (5, 0, NOTHING, 2, 0, None),
    ]
    assert history.reads.select("op", "log", "offset", "key", "value").rows() == [
        (2, 0, 4, NOTHING, 0),
        (2, 0, 6, NOTHING, 2),
    ]
    assert history.assignments.rows() == [(0, 0), (0, 1), (3, 0), (3, 1)]
    assert history.commits.rows() == [(2, 0, 7)]
    assert history.processes["name"].to_list() == [f"process {each}" for each in (3, 4, 8, 9)]
    assert history.processes["group"].to_list() == ["of all who subscribe", None, None, None]
    assert history.logs["name"].to_list() == ["key-1", "key-2"]
    assert history.errors == ("", "jepsen:commit")
    assert [history.operation_label(op) for op in range(6)] == [1, 4, 6, 6, 10, 11]
    assert [history.value_label(value) for value in range(4)] == [7, 7, 8, 3]


@pytest.mark.parametrize("layout", ["lines", "array", "pretty", "vector"])
def test_all_layouts_hold_the_same(layout: str, tmp_path: Path) -> None:
    events = as_json(SMALL)
    texts = {
        "lines": "\n".join(map(json.dumps, events)),
        "array": json.dumps(events),
        "pretty": json.dumps(events, indent=2),
        "vector": f"[{SMALL}]",
    }
    one, two = read(tmp_path, SMALL).history, read(tmp_path, texts[layout]).history
    for name in ("operations", "sends", "reads", "assignments", "commits", "processes", "logs"):
        assert getattr(one, name).equals(getattr(two, name)), name
    assert one.labels == two.labels


def test_one_operation_at_a_time_without_transactions(tmp_path: Path) -> None:
    done = read(tmp_path, LOST)
    assert done.history.operations["f"].to_list() == ["send", "send", "poll"]
    assert done.history.operations["invoke_ns"].to_list() == [0, 2, 4]
    assert len(done.history.commits) == 0
    assert not done.subscribes


def test_a_value_is_its_keys(tmp_path: Path) -> None:
    """The same value of two keys is two; one that only another key has was misrouted."""
    send = "{:type %s, :f :send, :value [[:send %s]], :process 0}\n"
    text = send % (":invoke", ":x 1") + send % (":ok", ":x [0 1]")
    text += send % (":invoke", ":y 1") + send % (":ok", ":y [0 1]")
    text += send % (":invoke", ":y 2") + send % (":ok", ":y [1 2]")
    text += "{:type :invoke, :f :poll, :value [[:poll]], :process 1}\n"
    poll = "{:type :ok, :f :poll, :value [[:poll {:x [[0 1] [1 2] [2 3]] :y [[0 1]]}]], :process 1}"
    done = check(tmp_path, text + poll, "--json")
    verdict = json.loads(done.out)["value"]
    kinds = {each["kind"]: each for each in verdict["findings"]}
    assert {kind: each["count"] for kind, each in kinds.items()} == {"phantom": 1, "misrouted": 1}
    (misrouted,) = kinds["misrouted"]["anomalies"]
    assert (misrouted["key"], misrouted["values"]) == ("x", [2])
    assert kinds["phantom"]["anomalies"][0]["values"] == [3]


def test_a_lost_write_is_told_in_the_words_of_the_file(tmp_path: Path) -> None:
    done = check(tmp_path, LOST)
    assert done.status == 1
    assert done.out.startswith("INVALID  1 of 2 acknowledged records was lost; and 1 more kind\n")
    assert "operation 1 (process 0) sent value 1 to key-5 and was told offset 0\n" in done.out
    same = check(tmp_path, "\n".join(map(json.dumps, as_json(LOST))), "--json")
    verdict = json.loads(same.out)["value"]
    assert verdict["validity"] == "INVALID"
    lost = verdict["findings"][0]["anomalies"][0]
    assert (lost["kind"], lost["key"], lost["values"]) == ("lost-write", 5, [1, 2])
    assert lost["operations"] == [1, 5]
    # What the file cannot tell is no claim: how topics were cleaned, what a cluster did.
    assert verdict["claims"] == {
        "durability": "INVALID",
        "integrity": "VALID",
        "no-duplicates": "VALID",
        "ordering": "VALID",
        "reading": "VALID",
    }


def operation(process: int, f: str, asked: str, done: str, kind: str = "ok") -> str:
    head = f":process {process}, :f :{f}"
    return f"{{:type :invoke, {head}, :value {asked}}}\n{{:type :{kind}, {head}, :value {done}}}\n"


def test_transactions_are_judged_as_such(tmp_path: Path) -> None:
    """Two members consume one record; one more is there of a transaction that was aborted."""
    poll = ("[[:poll]]", "[[:poll {1 [[0 5]]}]]")
    text = operation(0, "txn", "[[:send 1 5] [:send 2 6]]", "[[:send 1 [0 5]] [:send 2 [0 6]]]")
    text += operation(9, "send", "[[:send 2 7]]", "[[:send 2 7]]", "fail")
    for process in (1, 2):
        text += operation(process, "subscribe", "[1 2]", "[1 2]")
        text += operation(process, "poll", *poll)
    text += operation(3, "assign", "[2]", "[2]")
    text += operation(3, "poll", "[[:poll]]", "[[:poll {2 [[0 6] [1 7]]}]]")
    verdict = json.loads(check(tmp_path, text, "--json").out)["value"]
    assert {"atomicity", "exactly-once"} <= set(verdict["claims"])
    findings = {each["kind"]: each for each in verdict["findings"]}
    assert {kind: each["counts"] for kind, each in findings.items()} == {
        "G1a": True,
        "double-processing": True,
        "duplicate-processing": False,
    }
    (twice,) = findings["double-processing"]["anomalies"]
    assert (twice["key"], twice["values"], twice["operations"]) == (1, [5], [7, 11])
    assert (
        twice["because"][-1]
        == "each in a committed transaction that moved group of all who subscribe past it"
    )


def test_settings_decide_what_counts(tmp_path: Path) -> None:
    aborted = LOST.replace(":ok,     :f :send", ":fail,   :f :send")
    assert check(tmp_path, aborted, "--json").status == 1
    reader = ("--setting", "isolation.level=read_uncommitted", "--json")
    verdict = json.loads(check(tmp_path, aborted, *reader).out)["value"]
    (finding,) = verdict["findings"]
    assert (finding["kind"], finding["counts"]) == ("G1a", False)
    assert finding["permitted_by"][0].startswith("isolation.level=read_uncommitted: ")


def test_seeking_to_the_beginning_is_no_way_back(tmp_path: Path) -> None:
    poll = "{:type :invoke, :f :poll, :value [[:poll]], :process 1}\n" + LOST.splitlines()[-1]
    back = "{:type %s, :f :assign, :value [5]%s, :process 1}\n"
    for seek, kinds in (("", 1), (", :seek-to-beginning? true", 0)):
        text = LOST + back % (":invoke", seek) + back % (":ok", seek) + poll
        verdict = json.loads(check(tmp_path, text, "--json").out)["value"]
        assert sum(each["kind"] == "nonmonotonic-poll" for each in verdict["findings"]) == kinds


def test_a_record_at_no_offset_stands_where_others_saw_it(tmp_path: Path) -> None:
    done = read(tmp_path, LOST.replace("{5 [[1 2]]}", "{5 [[nil 2]]}"))
    assert done.history.reads["offset"].to_list() == [1]


INVOKE, OK, *_ = LOST.splitlines()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no operation of a process: nothing to judge"),
        ("{:type :ok, :value 1 :process 2}", "line 1: this is no event: a map with :type, :f and"),
        (f"{INVOKE}\n{{:f :x", "line 2: this is not EDN: '{' is never closed"),
        ('{"type": "ok"}\n{"f"}', "line 1: this is no event: a map with :type, :f and :process"),
        ('{"type": "ok", "f": "poll", "process": "nemesis"}\n{"f"}', "line 2: this is not JSON: "),
        (OK, "line 1: process 0 completes 'send', which it did not invoke"),
        (f"{INVOKE}\n{INVOKE}", "line 2: process 0 invokes an operation while that of line 1 is"),
        (f"{INVOKE}\n{OK[:-1]} :time 5}}", "line 2: some events have a :time and others do not"),
        (INVOKE.replace(":send,", ":read,"), "line 1: 'read' is no operation of the Kafka workl"),
        (INVOKE.replace(":invoke", ":started"), "an event is invoke, ok, fail or info, not 'start"),
        (f"{INVOKE}\n{OK.replace('[0 1]', '[:a 1]')}", "line 2: [['send', 5, ['a', 1]]] is not"),
        (f"{INVOKE}\n{OK.replace('[[:send', '[[:sned')}", "line 2: [['sned', 5, [0, 1]]] is not"),
        (f"{INVOKE}\n{OK[:-1]} :rebalance-log [1]}}", "line 2: [1] is not what a Kafka workload"),
        (LOST.replace("[1 2]]}", "[nil 3]]}"), "operation 5 polled a record without offset"),
        (f"{LOST}{LONE_AGAIN}".replace("[1 2]]}", "[nil 3]]}"), "operation 5 polled a record"),
    ],
)
def test_what_is_no_such_history_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    done = check(tmp_path, text)
    assert done.status == 2
    assert sentence in done.sentence
    assert str(tmp_path / "history") in done.sentence


@pytest.mark.parametrize(
    ("plain", "other"),
    [
        ("", ""),
        ("[:send 5 1]", "[:send 5 nil]"),
        ("[0 1]", "[nil 1]"),
        ("[0 1]", "[{} 1]"),
        ("[0 1]", "[0 1 [[2]]]"),
        ("[0 1]", f"[0 {'[' * 150 + ']' * 150}]"),
        ("[0 1]", "[-1 1]"),
        ("[0 1]", "[00 01]"),
        ("[0 1]", "[1e5 1]"),
        ("[0 1]", "[0 null]"),
        ("[0 1]", f"[{1 << 61} 1]"),
        ("[0 1]", f"[0 {1 << 61}]"),
        ("[:send 5 1]", f"[:send 5 {1 << 61}]"),
        ("[:send 5 1]", f"[:send {10**99} 1]"),
        ("[:send 5 1]", f"[:send {10**100} 1]"),
        ("[:send 5 1]", "[:send 5 1 7]"),
        ("[:send 5 1]", "[:send 5]"),
        ("[:send 5 1]", "[:send :poll 1]"),
        ("[:send 5 1]", "[:poll nil]"),
        ("[:send 5 1]", "[:poll [5 [[0 1]]]]"),
        ("[:poll {5 [[1 2]]}]", "[:poll {5 [[0 1]], 6 [[0 1]]}] [:poll {}]"),
        ("[:poll {5 [[1 2]]}]", "[:poll {5 [[0 1]], 5 [[1 2]]}]"),
        ("[:poll {5 [[1 2]]}]", "[:poll {:x [[1 2]]}]"),
        ("[:poll {5 [[1 2]]}]", "[:poll {[[1 2]] [[1 2]]}]"),
        (":type :ok, ", ""),
        (":f :send, ", ""),
        (", :process 0}", "}"),
        (", :process 0}", ":process 0}"),
        (", :process 0}", ", :process 0, :process 7}"),
        (", :process 0}", f", :process 0, :index {1 << 61}}}"),
        (", :process 0}", f", :process 0, :time {1 << 61}}}"),
        (", :process 0}", ", :process 0, :time 5}"),
    ],
)
def test_a_plain_line_says_what_another_one_says(plain: str, other: str, tmp_path: Path) -> None:
    """Events as Clojure prints them take a way of their own, on which nothing may be different."""
    path = tmp_path / "history"

    def outcome(end: str) -> Any:
        path.write_text("".join(f"{line}{end}\n" for line in text.splitlines()))
        try:
            done = read_jepsen(path)
        except UsageError as error:
            return str(error)
        history = done.history
        frames = (history.operations, history.sends, history.reads, history.commits, history.logs)
        return [each.rows() for each in frames], history.labels, done.subscribes, history.errors

    text = LOST.replace(":ok,     ", ":ok, ").replace(plain, other)
    assert outcome("") == outcome(" ; no plain line")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = harness("check", tmp_path / "none", "--from", "jepsen")
    assert done.status == 2
    assert done.sentence.startswith(f"cannot read {tmp_path / 'none'}: ")


def test_settings_that_nothing_depends_on_are_refused(tmp_path: Path) -> None:
    for setting in ("linger.ms=5", "acks"):
        done = check(tmp_path, LOST, "--setting", setting)
        assert done.status == 2
        assert done.sentence.startswith(f"unknown setting '{setting}'; known: acks=…, ")
    assert harness("check", tmp_path, "--setting", "acks=1").status == 2
