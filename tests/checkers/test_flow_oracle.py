"""Legal flows are silent, a broken hop is named, and counts are those of the plain definitions."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness.history.flow_build import Change
from harness.history.history import NOTHING
from tests.checkers.arbitrary_flow import Event, Script, broken, legal
from tests.checkers.flow_oracle import FlowOracle
from tests.checkers.flows import CACHE, CACHE_HOP, FEED_HOP, SINK, SINK_HOP, TOPICS, blamed


@given(legal())
@settings(max_examples=100, deadline=None)
def test_a_legal_flow_shows_nothing(script: Script) -> None:
    run = script.written()
    verdict = run.verdict()
    assert blamed(verdict) == {}
    assert all(hop.lost + hop.inherited + hop.foreign == 0 for hop in verdict.hops)


@given(broken())
@settings(max_examples=300, deadline=None)
def test_checkers_count_what_the_definitions_count(script: Script) -> None:
    run = script.written()
    assert blamed(run.verdict()) == FlowOracle(run.flow.history()).counts()


@given(legal(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_feed_that_drops_an_event_is_blamed(script: Script, data: st.DataObject) -> None:
    # A row that nobody ever saw before its removal may have come and gone before the snapshot.
    last = {(each.table, each.key): each for each in script.changes}
    assume(script.streamed())
    at = data.draw(st.sampled_from(script.streamed()))
    change = script.events[at].change
    assume(change.version != NOTHING and last[change.table, change.key] is change)
    del script.events[at]
    row = (change.table, change.key)
    script.copies[SINK] = [each for each in script.copies[SINK] if each[0] != row]
    found = blamed(script.written().verdict())
    assert found["missed-change"] == {FEED_HOP: 1}
    assert found.get("missing-row", {FEED_HOP: 1}) == {FEED_HOP: 1}


@given(legal(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_feed_that_repeats_an_event_is_blamed(script: Script, data: st.DataObject) -> None:
    assume(script.streamed())
    at = data.draw(st.sampled_from(script.streamed("snapshot", "insert", "update")))
    script.events.append(script.events[at])
    kind = "repeated-snapshot" if script.events[at].word == "snapshot" else "duplicate-change"
    assert blamed(script.written().verdict())[kind] == {FEED_HOP: 1}


@given(legal(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_feed_that_swaps_events_is_blamed(script: Script, data: st.DataObject) -> None:
    pairs = [
        (first, second)
        for first in script.streamed()
        for second in script.streamed()
        if first < second and script.events[first].change.key == script.events[second].change.key
        if script.events[first].change.table == script.events[second].change.table
    ]
    assume(pairs)
    first, second = data.draw(st.sampled_from(pairs))
    events = script.events
    events[first], events[second] = events[second], events[first]
    assert set(blamed(script.written().verdict())["reordered-change"]) == {FEED_HOP}


@given(legal(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_feed_that_tells_of_what_never_was_is_blamed(script: Script, data: st.DataObject) -> None:
    before = data.draw(st.integers(90, 95))
    version = data.draw(st.sampled_from([NOTHING, 99]))
    lie = Change(table="orders", key=0, version=version, before=before)
    script.events.append(Event(lie, lie.kind))
    script.events.append(Event(lie, "tombstone"))
    assert blamed(script.written().verdict())["phantom-change"] == {FEED_HOP: 1}


@pytest.mark.parametrize(("place", "hop"), [(SINK, SINK_HOP), (CACHE, CACHE_HOP)])
@given(script=legal(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_copy_that_keeps_an_older_row_is_blamed(
    place: str, hop: str, script: Script, data: st.DataObject
) -> None:
    old = [each for each in script.changes if each.before != NOTHING]
    assume(old)
    change = data.draw(st.sampled_from(old))
    row = (change.table, change.key)
    rows = [each for each in script.copies[place] if each[0] != row]
    script.copies[place] = [*rows, (row, change.before)]
    alive = row in script.run.flow.state()
    kind = "stale-row" if alive else "resurrected-row"
    assert blamed(script.written().verdict()) == {kind: {hop: 1}}


@pytest.mark.parametrize(("place", "hop"), [(SINK, SINK_HOP), (TOPICS, FEED_HOP)])
@given(script=legal(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_whoever_alters_a_column_is_blamed(
    place: str, hop: str, script: Script, data: st.DataObject
) -> None:
    assume(script.copies[SINK])
    row, _ = data.draw(st.sampled_from(script.copies[SINK]))
    lie: dict[str, str | None] = {"amount": "altered"}
    script.lies = {(each, row): lie for each in (place, SINK)}
    assert blamed(script.written().verdict()) == {"altered-row": {hop: 1}}


@given(legal(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_sink_that_lacks_a_row_is_blamed(script: Script, data: st.DataObject) -> None:
    assume(script.copies[SINK])
    script.copies[SINK].remove(data.draw(st.sampled_from(script.copies[SINK])))
    assert blamed(script.written().verdict()) == {"missing-row": {SINK_HOP: 1}}
