"""An observer of consumer groups: who is in them by their coordinator, and how far they came."""

from collections.abc import Mapping

from harness.engine.notes import Notes
from harness.kit.clock import Clock
from harness.model.facts import GroupEvent, LagEvent, MemberView
from harness.model.ports.groups import GroupState, GroupViews, LogPlace
from harness.model.topology import Topology


class GroupObserver:
    """Asks the coordinator of each group for its members and its offsets, and records each change.

    Args:
        groups: where to ask.
        real: the scenario's name of each kind of consumers → the real name of their group.
        topics: the scenario's name of each topic → its real name.
        topology: names the broker that answered.
        notes: where every change is noted.
        clock: whose time counts.
    """

    name = "group-observer"
    EVERY_S = 0.25
    OFFSETS_EVERY_S = 1.0

    def __init__(
        self,
        groups: GroupViews,
        real: Mapping[str, str],
        topics: Mapping[str, str],
        *,
        topology: Topology,
        notes: Notes,
        clock: Clock,
    ) -> None:
        self._groups = groups
        self._real = real
        self._topics = {real: name for name, real in topics.items()}
        self._topology = topology
        self._notes = notes
        self._clock = clock
        self._seen: dict[str, GroupState] = {}
        self._stood: dict[tuple[str, LogPlace], tuple[int | None, int]] = {}
        self._offsets_due_ns = 0

    def step(self) -> float:
        """Ask once; while a coordinator or a leader does not answer there is nothing to record."""
        for kind, group in self._real.items():
            state = self._groups.state(group)
            if state is not None:
                self._note_members(kind, state)
                if self._clock.now_ns() >= self._offsets_due_ns:
                    self._note_offsets(kind, group)
        if self._clock.now_ns() >= self._offsets_due_ns:
            self._offsets_due_ns = self._clock.now_ns() + int(self.OFFSETS_EVERY_S * 1e9)
        return self.EVERY_S

    def close(self) -> None:
        """Nothing to hand back."""

    def _note_members(self, kind: str, seen: GroupState) -> None:
        if self._seen.get(kind) == seen:
            return
        self._seen[kind] = seen
        members = tuple(
            MemberView(member=member.client, logs=tuple(map(self._log_name, member.logs)))
            for member in seen.members
        )
        self._notes.groups.append(
            GroupEvent(
                time_ns=self._notes.since_start_ns(),
                group=kind,
                state=seen.state,
                coordinator=self._topology.nodes.get(seen.coordinator, ""),
                members=members,
            )
        )

    def _note_offsets(self, kind: str, group: str) -> None:
        """Offsets first: a log's end that is asked for later is never below what was committed."""
        committed = self._groups.committed(group)
        if committed is None:
            return
        assigned = {log for member in self._seen[kind].members for log in member.logs}
        logs = sorted({log for log in committed if log[0] in self._topics} | assigned)
        ends = self._groups.ends(logs) if logs else {}
        for log, end in ends.items():
            stands = (committed.get(log), end)
            if self._stood.get((kind, log)) != stands:
                self._stood[kind, log] = stands
                self._notes.lags.append(
                    LagEvent(
                        time_ns=self._notes.since_start_ns(),
                        group=kind,
                        log=self._log_name(log),
                        committed=stands[0],
                        end=end,
                    )
                )

    def _log_name(self, log: LogPlace) -> str:
        return f"{self._topics.get(log[0], log[0])}-{log[1]}"
