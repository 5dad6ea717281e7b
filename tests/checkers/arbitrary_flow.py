"""Legal flows of any shape, and ways to break them.

A script is a flow before it is written down: its events and rows are lists that a test can change.
Two tables, four keys, two logs; some transactions come before the snapshot, some after it; readers
see the sink while it follows.
"""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from harness.history.flow_build import Change, EventWord
from harness.history.history import NOTHING
from tests.checkers.arbitrary import OUTCOMES
from tests.checkers.flows import CACHE, SINK, SOURCE, TOPICS, Run

Row = tuple[str, int]
ROWS: tuple[Row, ...] = (("orders", 0), ("orders", 1), ("items", 0), ("items", 2))
UNHEARD = Change(table="orders", key=0, version=77, before=NOTHING)
WAYS = (
    "drop",
    "drop",
    "again",
    "swap",
    "image",
    "garble",
    "keep",
    "keep",
    "keep",
    "lose",
    "hold",
    "alter",
    "hush",
)


@dataclass(slots=True)
class Event:
    """An event that is going to be written."""

    change: Change
    word: EventWord


@dataclass(slots=True)
class Script:
    """A run whose final read is still to be written."""

    run: Run = field(default_factory=Run)
    shown: int = 0
    """Changes before the snapshot."""
    events: list[Event] = field(default_factory=list)
    copies: dict[str, list[tuple[Row, int]]] = field(default_factory=dict)
    lies: dict[tuple[str, Row], dict[str, str | None]] = field(default_factory=dict)
    """What columns of a row hold in a place, where that is not what the source's hold."""
    silent: set[tuple[str, Row, str]] = field(default_factory=set)
    """Columns of a row that nobody can read in a place."""

    @property
    def changes(self) -> list[Change]:
        """What the source committed."""
        return self.run.flow.changes

    def streamed(self, *words: EventWord) -> list[int]:
        """The places of events of these kinds, or of all changes after the snapshot."""
        wanted = words or ("insert", "update", "delete")
        return [at for at, event in enumerate(self.events) if event.word in wanted]

    def written(self) -> Run:
        """The run with its final read."""
        flow = self.run.flow
        for log in ("topic-0", "topic-1"):
            op = flow.drain(TOPICS)
            for event in self.events:
                if event.change.key % 2 == int(log[-1]):
                    flow.event(TOPICS, log, event.change, event.word, op=op)
        flow.rows(SOURCE, flow.state())
        for place, rows in self.copies.items():
            flow.rows(place, rows)
        for place in (SOURCE, TOPICS, SINK):
            for row, version in self._contents(place):
                true = {"amount": f"{version}.5", "note": None}
                found = {**true, **self.lies.get((place, row), {})}
                told = {
                    name: found[name] for name in found if (place, row, name) not in self.silent
                }
                flow.cells(place, row, version, **told)
        return self.run

    def _contents(self, place: str) -> list[tuple[Row, int]]:
        """The rows of which a place tells what further columns hold."""
        if place == TOPICS:
            last = {
                (event.change.table, event.change.key): event.change.version
                for event in self.events
                if event.word not in {"tombstone", "unreadable"}
            }
            return [(row, version) for row, version in last.items() if version != NOTHING]
        held = self.copies[place] if place in self.copies else self.run.flow.state().items()
        return list(held)


@st.composite
def legal(draw: st.DrawFn) -> Script:
    """A flow in which every hop did what it should."""
    script = Script()
    for _ in range(draw(st.integers(0, 4))):
        _transact(draw, script)
    script.shown = len(script.changes)
    state = script.run.flow.state()
    script.events = [
        Event(change, "snapshot")
        for change in script.changes
        if change.version == state.get((change.table, change.key))
    ]
    applied = script.shown
    for _ in range(draw(st.integers(0, 8))):
        _transact(draw, script)
        applied = draw(st.integers(applied, len(script.changes)))
        row = draw(st.sampled_from(ROWS))
        script.run.flow.read("reader", SINK, row, _state_at(script, applied).get(row, NOTHING))
    for change in script.changes[script.shown :]:
        script.events.append(Event(change, change.kind))
        if change.kind == "delete":
            script.events.append(Event(change, "tombstone"))
    final = list(script.run.flow.state().items())
    cached = draw(st.lists(st.sampled_from(final), unique=True)) if final else []
    script.copies = {SINK: final, CACHE: cached}
    return script


def _transact(draw: st.DrawFn, script: Script) -> None:
    flow = script.run.flow
    chosen = draw(st.lists(st.sampled_from(ROWS), min_size=1, max_size=3, unique=True))
    outcome = draw(st.sampled_from(OUTCOMES))
    alive = [row for row in chosen if row in flow.state()]
    removal = bool(alive) and draw(st.booleans())
    rows = alive if removal else chosen
    op = flow.write("writer", *rows, delete=removal, outcome=outcome)
    if outcome == "ok" or (outcome == "info" and draw(st.booleans())):
        flow.commit(*((*row, NOTHING if removal else op) for row in rows))


def _state_at(script: Script, applied: int) -> dict[Row, int]:
    state = {(each.table, each.key): each.version for each in script.changes[:applied]}
    return {row: version for row, version in state.items() if version != NOTHING}


@st.composite
def broken(draw: st.DrawFn) -> Script:
    """A flow with a few things wrong with it, anywhere."""
    script = draw(legal())
    for _ in range(draw(st.integers(1, 4))):
        _break(draw, script)
    for _ in range(draw(st.integers(0, 3))):
        change = draw(st.sampled_from(script.changes)) if script.changes else UNHEARD
        place = draw(st.sampled_from([SINK, CACHE]))
        script.run.flow.read("reader", place, (change.table, change.key), change.version)
    if draw(st.integers(0, 3)) == 0:
        # The source acknowledges and forgets.
        script.run.flow.write("writer", draw(st.sampled_from(ROWS)), delete=draw(st.booleans()))
    return script


def _break(draw: st.DrawFn, script: Script) -> None:
    events = script.events
    place = draw(st.sampled_from([SINK, CACHE]))
    rows = script.copies[place]
    at = draw(st.integers(0, max(0, len(events) - 1)))
    to = draw(st.integers(0, max(0, len(events) - 1)))
    match draw(st.sampled_from(WAYS)):
        case "drop" if events:
            del events[at]
        case "again" if events:
            events.insert(to, events[at])
        case "swap" if events:
            events[at], events[to] = events[to], events[at]
        case "image" if events:
            old = events[at].change
            before = draw(st.integers(NOTHING, 6))
            change = Change(table=old.table, key=old.key, version=old.version, before=before)
            events[at] = Event(change, events[at].word)
        case "garble" if events:
            events[at] = Event(events[at].change, "unreadable")
        case "keep" if script.changes:
            change = draw(st.sampled_from(script.changes))
            row = (change.table, change.key)
            rows[:] = [each for each in rows if each[0] != row]
            rows.append((row, change.version))
        case "lose" if rows:
            del rows[draw(st.integers(0, len(rows) - 1))]
        case "alter":
            _alter(draw, script)
        case "hold":
            rows.append((draw(st.sampled_from(ROWS)), draw(st.integers(0, 12))))
        case _:
            pass


def _alter(draw: st.DrawFn, script: Script) -> None:
    """Let a place hold something else in a column, or let nobody read what it holds."""
    place = draw(st.sampled_from([SOURCE, TOPICS, SINK]))
    row, column = draw(st.sampled_from(ROWS)), draw(st.sampled_from(["amount", "note"]))
    if draw(st.booleans()):
        script.silent.add((place, row, column))
    else:
        lies = script.lies.setdefault((place, row), {})
        lies[column] = draw(st.sampled_from(["0.5", "new", None]))
