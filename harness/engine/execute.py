"""Execute a plan: prepare, baseline, chaos, heal, settle, drain, capture.

What happens is recorded as it happens: the journal by the workers, the facts after every event, so
that a harness that is killed leaves all it knew. Whatever goes wrong in a phase keeps the run from
proving anything (`unknowns`), never the later phases from healing and capturing.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack

from harness.engine.environment import Environment
from harness.engine.executor import wait_for
from harness.engine.moments import Moments
from harness.engine.notes import Notes
from harness.engine.observers import logs as observe_logs
from harness.engine.observers.groups import GroupObserver
from harness.engine.observers.schemas import SchemaObserver
from harness.engine.observers.settings import read_settings
from harness.engine.observers.tasks import HostTicker, TaskObserver
from harness.engine.supervisor import Supervisor
from harness.faults.conductor import Conductor
from harness.history.journal import Journal
from harness.kit.errors import WaitTimeout
from harness.kit.memory import rare_collections
from harness.kit.waits import Deadline
from harness.model import codec
from harness.model.cleanup import loses_its_start
from harness.model.conditions import Acks
from harness.model.facts import Session
from harness.model.fault import After
from harness.model.scenario import Plan
from harness.reporting.folder import RunFolder
from harness.workloads.opening import open_traffic
from harness.workloads.traffic import Condition, Traffic
from harness.workloads.worker import Worker

Tell = Callable[[str], None]
READY_LIMIT_S = 60.0
"""So long someone's own program may take until it moves its first row."""


def execute(plan: Plan, environment: Environment, folder: RunFolder, *, tell: Tell) -> None:
    """Run `plan` and leave history, facts and logs in `folder`; the stack is healed afterwards.

    Args:
        plan: what to do.
        environment: where.
        folder: an open run folder whose plan is saved.
        tell: told each phase and fault as one line.

    Raises:
        HarnessError: the workload could not be prepared, or a program of it moves no row.
        KeyboardInterrupt: passed on, after healing and saving.
    """
    notes = Notes(folder, environment.executor.clock, tell)
    journal = Journal(folder.history, origin_ns=notes.origin_ns, run=folder.identity)
    # What is called back comes newest first, whatever one of them raises.
    with ExitStack() as afterwards, ExitStack() as ending:
        ending.callback(_capture, environment, folder, notes, journal)
        ending.callback(environment.executor.stop)
        notes.phase("prepare")
        traffic = open_traffic(
            plan,
            folder.name,
            stack=environment.stack,
            journal=journal,
            clock=environment.executor.clock,
        )
        afterwards.callback(traffic.forget)
        _Run(plan, environment, notes, traffic).all_phases()


def _capture(environment: Environment, folder: RunFolder, notes: Notes, journal: Journal) -> None:
    """Save everything that is known in the end, and seal it."""
    whole = journal.close()
    problem = environment.executor.crashed()
    if problem:
        notes.unknown(problem)
    notes.phase("capture")
    notes.save()
    if whole:
        folder.seal()
    for service, text in environment.logs().items():
        codec.write_atomically(folder.log(service), text)


class _Run:
    def __init__(
        self, plan: Plan, environment: Environment, notes: Notes, traffic: Traffic
    ) -> None:
        self._scenario = plan.scenario
        self._stack = environment.stack
        self._executor = environment.executor
        self._clock = environment.executor.clock
        self._notes = notes
        self._traffic = traffic
        self._conductor = Conductor(
            self._stack,
            environment.ledger,
            self._clock,
            since_start_ns=notes.since_start_ns,
            names=traffic.names,
            members=traffic.members,
            on_event=notes.fault,
        )
        self._supervisor = Supervisor(self._stack, notes)
        self._moments = Moments(traffic, environment.stack, self._clock)

    def all_phases(self) -> None:
        """From the first send to the final read."""
        ticker = HostTicker(self._clock, self._notes)
        workers: list[Worker] = [ticker, *self._log_observers(), *self._traffic.workers]
        if self._traffic.groups:
            groups = GroupObserver(
                self._stack.kafka.group_views,
                self._traffic.groups,
                self._traffic.topics,
                topology=self._scenario.topology,
                notes=self._notes,
                clock=self._clock,
            )
            workers.append(groups)
        if self._traffic.connectors:
            tasks = TaskObserver(
                self._stack.connect,
                self._traffic.connectors,
                self._notes,
                auto_restart=self._scenario.pipeline.auto_restart,
            )
            workers.append(tasks)
        if self._scenario.pipeline.paths:
            topics = self._traffic.topics.values()
            workers.append(SchemaObserver(self._stack.registry, topics, self._notes))
        for worker in workers:
            self._executor.start(worker)
        for condition, probe in self._traffic.ready():
            wait_for(self._executor, condition, probe, limit_s=READY_LIMIT_S)
        with rare_collections():
            self._under_faults()
            self._settle()
        self._notes.exited = self._supervisor.exited()
        self._notes.phase("drain")
        self._notes.final_read = self._traffic.final_read(self._scenario.limits.drain_s)

    def _log_observers(self) -> Iterator[Worker]:
        """Of all logs; and of those that may lose their starts, or that transactions hold up."""
        kafka, topics, scenario = self._stack.kafka, self._traffic.topics, self._scenario
        workload = scenario.log_workload
        yield observe_logs.leaders(kafka, topics, self._notes)
        shrinking = {each.name for each in workload.topics if loses_its_start(scenario, each)}
        if shrinking:
            yield observe_logs.starts(kafka, _only(topics, shrinking), self._notes)
        if workload.in_transactions:
            yield observe_logs.ends(kafka, _only(topics, workload.in_transactions), self._notes)

    def _under_faults(self) -> None:
        """Baseline, chaos, heal (always), aftermath."""
        limits = self._scenario.limits
        try:
            self._notes.phase("baseline")
            baseline = _acked(self._scenario.baseline_acks, limits.baseline_s)
            if self._unreached(baseline):
                self._notes.unknown(
                    f"the baseline is unhealthy: {self._traffic.acked} of "
                    f"{self._scenario.baseline_acks} sends "
                    f"were acknowledged in {limits.baseline_s:g} s without any fault"
                )
                return
            begun = Deadline(limits.baseline_s, self._clock)
            if not self._await(self._traffic.underway(), begun, "the baseline is unhealthy"):
                return
            self._notes.sessions = self._sessions()
            topics = self._scenario.log_workload.topics
            read_settings(self._stack, topics, self._traffic.topics, self._notes)
            self._notes.phase("chaos")
            self._chaos(Deadline(limits.chaos_s, self._clock))
        finally:
            self._notes.phase("heal")
            self._conductor.heal_all()
            self._executor.start(self._supervisor)
        aftermath = _acked(self._scenario.aftermath_acks, limits.settle_s)
        if self._unreached(aftermath):
            self._notes.unknown(
                f"after healing, fewer than {self._scenario.aftermath_acks} sends were "
                f"acknowledged in {limits.settle_s:g} s: the service did not come back"
            )

    def _sessions(self) -> tuple[Session, ...]:
        try:
            granted = self._stack.sessions()
        except OSError as error:
            self._notes.say(f"could not read ZooKeeper sessions: {error}")
            return ()
        return tuple(Session(service=name, timeout_ms=ms) for name, ms in sorted(granted.items()))

    def _settle(self) -> None:
        """Stop sending; wait for reports, for a whole stack, for readers to reach the end."""
        self._notes.phase("settle")
        self._traffic.quiet()
        late = "the run did not settle"
        deadline = Deadline(self._scenario.limits.settle_s, self._clock)
        self._await(self._traffic.reported(), deadline, late)
        self._await([("the stack to be healthy again", self._stack.unhealthy)], deadline, late)
        self._await(self._traffic.processed(), deadline, late)
        self._traffic.sends_ended()
        self._await(self._traffic.caught_up(), deadline, late)
        self._executor.stop()

    def _await(self, conditions: Iterable[Condition], deadline: Deadline, what: str) -> bool:
        """Wait for all of `conditions`; False when one did not come true, which is noted."""
        missed = False
        for condition, probe in conditions:
            try:
                wait_for(self._executor, condition, probe, limit_s=deadline.left_s)
            except WaitTimeout as error:
                missed = True
                self._notes.unknown(f"{what}: {error}")
        return not missed

    def _chaos(self, deadline: Deadline) -> None:
        for step in self._scenario.steps:
            missing = self._unreached(step.after, within_s=deadline.left_s)
            if deadline.passed:
                self._notes.unknown(
                    f"chaos took longer than {deadline.limit_s:g} s; step {step.name} and later "
                    f"steps were skipped"
                )
                return
            if missing is not None:
                self._notes.unmet(step.name, missing.limit_s, missing.seen)
            self._notes.begun(step.name)
            self._conductor.execute(step)

    def _unreached(self, after: After, *, within_s: float = math.inf) -> WaitTimeout | None:
        """Let traffic go on until `after` is reached; what was missing when its limit passed."""
        probe, limit_s = after.probe(self._moments), min(within_s, after.patience_s)
        try:
            wait_for(self._executor, after.phrase("send"), probe, limit_s=limit_s)
        except WaitTimeout as error:
            return error
        return None


def _acked(count: int, limit_s: float) -> After:
    return After(conditions=(Acks(count=count),), limit_s=limit_s)


def _only(topics: Mapping[str, str], wanted: Iterable[str]) -> dict[str, str]:
    """The chosen topics, in order of name."""
    return {name: topics[name] for name in sorted(wanted)}
