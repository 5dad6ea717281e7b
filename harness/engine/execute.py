"""Execute a plan: prepare, baseline, chaos, heal, settle, drain, capture.

What happens is recorded as it happens: the journal by the workers, the facts after every event, so
that a harness that is killed leaves all it knew. Whatever goes wrong in a phase keeps the run from
proving anything (`unknowns`), never the later phases from healing and capturing.
"""

import logging
import math
from collections.abc import Callable

import msgspec
from confluent_kafka import KafkaException

from harness.engine.environment import Environment
from harness.engine.executor import wait_for
from harness.engine.observe import HostTicker, LeaderObserver
from harness.faults.conductor import Conductor
from harness.faults.ledger import Ledger
from harness.history.journal import Journal
from harness.kit.errors import HarnessError, WaitTimeout
from harness.kit.waits import Deadline
from harness.model.facts import Facts, FaultEvent, LogEnd, PhaseEvent
from harness.model.fault import After
from harness.model.scenario import Plan
from harness.reporting.folder import RunFolder
from harness.workloads.draining import drain
from harness.workloads.log import Traffic, open_traffic
from harness.workloads.worker import Worker

log = logging.getLogger(__name__)

STOPPED = "the run was stopped before its final read was complete"
Tell = Callable[[str], None]


def execute(plan: Plan, environment: Environment, folder: RunFolder, *, tell: Tell) -> None:
    """Run `plan` and leave history, facts and logs in `folder`; the stack is healed afterwards.

    Args:
        plan: what to do.
        environment: where.
        folder: an open run folder whose plan is saved.
        tell: told each phase and fault as one line.

    Raises:
        HarnessError: the workload could not be prepared.
        KeyboardInterrupt: passed on, after healing and saving.
    """
    run = _Run(plan, environment, folder, tell)
    try:
        run.prepare()
        run.traffic_under_faults()
        run.settle()
        run.final_read()
    finally:
        run.end()


class _Run:
    def __init__(self, plan: Plan, environment: Environment, folder: RunFolder, tell: Tell) -> None:
        self._plan = plan
        self._scenario = plan.scenario
        self._stack = environment.stack
        self._environment = environment
        self._executor = environment.executor
        self._clock = environment.executor.clock
        self._folder = folder
        self._tell = tell
        self._origin_ns = self._clock.now_ns()
        self._journal = Journal(folder.history, origin_ns=self._origin_ns)
        self._topics = {
            topic.name: (f"{topic.name}.{folder.name}", topic.partitions)
            for topic in self._scenario.log_workload.topics
        }
        self._real = {name: real for name, (real, _) in self._topics.items()}
        self._conductor = Conductor(
            self._stack,
            Ledger(environment.ledger),
            self._clock,
            since_start_ns=self._since_start_ns,
            topics=self._real,
            on_event=self._on_fault,
        )
        self._leaders = LeaderObserver(
            self._stack.kafka,
            {real: name for name, real in self._real.items()},
            self._since_start_ns,
        )
        self._ticker = HostTicker(self._clock)
        self._phases: list[PhaseEvent] = []
        self._unknowns: list[str] = []
        self._ends: tuple[LogEnd, ...] = ()
        self._traffic: Traffic | None = None
        self._complete = False

    def prepare(self) -> None:
        """Create topics and clients."""
        self._phase("prepare")
        for topic in self._scenario.log_workload.topics:
            self._stack.kafka.create_topic(
                msgspec.structs.replace(topic, name=self._real[topic.name])
            )
            self._journal.topic(topic.name, topic.partitions)
        self._traffic = open_traffic(
            self._plan,
            self._topics,
            kafka=self._stack.kafka,
            journal=self._journal,
            clock=self._clock,
        )
        workers: list[Worker] = [self._ticker, self._leaders, *self._traffic.workers]
        for worker in workers:
            self._executor.start(worker)

    def traffic_under_faults(self) -> None:
        """Baseline, chaos, heal (always), aftermath."""
        limits = self._scenario.limits
        try:
            self._phase("baseline")
            baseline = After(acks=self._scenario.baseline_acks, limit_s=limits.baseline_s)
            if not self._reached(baseline):
                self._unknown(
                    f"the baseline is unhealthy: {self._flow.acked} of {baseline.acks} sends were "
                    f"acknowledged in {limits.baseline_s:g} s without any fault"
                )
                return
            self._phase("chaos")
            self._chaos(Deadline(limits.chaos_s, self._clock))
        finally:
            self._phase("heal")
            self._conductor.heal_all()
        aftermath = After(acks=self._scenario.aftermath_acks, limit_s=limits.settle_s)
        if not self._reached(aftermath):
            self._unknown(
                f"after healing, fewer than {aftermath.acks} sends were acknowledged in "
                f"{limits.settle_s:g} s: the service did not come back"
            )

    def settle(self) -> None:
        """Stop sending; wait for reports, for a whole stack, for readers to reach the end."""
        self._phase("settle")
        self._flow.quiet()
        deadline = Deadline(self._scenario.limits.settle_s, self._clock)
        for what, probe in (
            ("every send to have its delivery report", lambda: self._flow.unreported),
            ("the stack to be whole again", self._stack.unhealthy),
            ("every consumer to read to the end", self._behind),
        ):
            try:
                wait_for(self._executor, what, probe, limit_s=deadline.left_s)
            except WaitTimeout as error:
                self._unknown(f"the run did not settle: {error}")
        self._executor.stop()

    def final_read(self) -> None:
        """Read every log from its start to its end."""
        self._phase("drain")
        self._ends = drain(
            self._topics,
            kafka=self._stack.kafka,
            journal=self._journal,
            clock=self._clock,
            limit_s=self._scenario.limits.drain_s,
        )
        self._complete = True

    def end(self) -> None:
        """Stop what still runs, save everything, and give the stack back without our topics."""
        self._executor.stop()
        problem = self._executor.crashed()
        if problem:
            self._unknown(problem)
        self._journal.close()
        self._phase("capture")
        self._save_facts()
        for service, text in self._environment.logs().items():
            self._folder.log(service).write_bytes(text)
        for real in self._real.values():
            self._forget(real)

    def _forget(self, topic: str) -> None:
        try:
            self._stack.kafka.delete_topic(topic)
        except (KafkaException, HarnessError) as error:
            # The stack is replaced when it does not get healthy; a topic left over harms nobody.
            log.warning("topic %s could not be deleted: %s", topic, error)

    def _chaos(self, deadline: Deadline) -> None:
        for step in self._plan.scenario.steps:
            reached = self._reached(step.after, within_s=deadline.left_s)
            if deadline.passed:
                self._unknown(
                    f"chaos took longer than {deadline.limit_s:g} s; step {step.name} and what "
                    "follows it were left out"
                )
                return
            if not reached:
                self._tell(f"step {step.name} begins by its limit of {step.after.limit_s:g} s")
            self._conductor.execute(step)

    def _reached(self, after: After, *, within_s: float = math.inf) -> bool:
        """Let traffic go on until `after` is reached; False when its limit passed first."""
        limit_s = min(within_s, max(after.limit_s, after.seconds + 1))
        acks, sends = self._flow.acked + after.acks, self._flow.sent + after.sends
        until_ns = self._clock.now_ns() + int(after.seconds * 1e9)

        def probe() -> str | None:
            flow = self._flow
            if flow.acked >= acks and flow.sent >= sends and self._clock.now_ns() >= until_ns:
                return self._stack.unhealthy() if after.whole else None
            return f"{flow.acked} acknowledged, {flow.sent} sent"

        what = f"{after.acks} acknowledgements and {after.sends} sends"
        try:
            wait_for(self._executor, what, probe, limit_s=limit_s)
        except WaitTimeout:
            return False
        return True

    def _behind(self) -> str | None:
        """None when the members of every kind have, between them, read every log to its end."""
        for name, (real, partitions) in self._topics.items():
            for partition in range(partitions):
                try:
                    start, end = self._stack.kafka.watermarks(real, partition)
                except KafkaException as error:
                    return f"{name}-{partition} has no end to read to: {error}"
                for kind, at in self._positions(name, partition).items():
                    if end > start and at < end:
                        return f"{kind} has read {name}-{partition} to {at} of {end}"
        return None

    def _positions(self, topic: str, partition: int) -> dict[str, int]:
        number = self._journal.log(topic, partition)
        positions: dict[str, int] = {}
        for consumer in self._flow.consumers:
            if consumer.topic == topic:
                at = consumer.log.position.get(number, 0)
                positions[consumer.kind] = max(positions.get(consumer.kind, 0), at)
        return positions

    @property
    def _flow(self) -> Traffic:
        assert self._traffic is not None  # noqa: S101 - prepare comes first
        return self._traffic

    def _since_start_ns(self) -> int:
        return self._clock.now_ns() - self._origin_ns

    def _phase(self, phase: str) -> None:
        self._phases.append(PhaseEvent(phase=phase, time_ns=self._since_start_ns()))
        log.info("phase %s", phase)
        self._tell(phase)
        self._try_to_save_facts()

    def _on_fault(self, event: FaultEvent) -> None:
        self._tell(
            f"{event.step}: {event.kind} on {', '.join(event.targets)} {event.event} {event.note}"
        )
        self._try_to_save_facts()

    def _unknown(self, why: str) -> None:
        log.warning("%s", why)
        self._unknowns.append(why)

    def _try_to_save_facts(self) -> None:
        """Save what is known so far; a full disk must not keep what comes next from healing."""
        try:
            self._save_facts()
        except OSError as error:
            self._unknown(f"the facts could not be saved: {error}")

    def _save_facts(self) -> None:
        unknowns = self._unknowns if self._complete else [*self._unknowns, STOPPED]
        self._folder.save(
            Facts(
                logs=self._ends,
                faults=tuple(self._conductor.events),
                phases=tuple(self._phases),
                leaders=tuple(self._leaders.events),
                unknowns=tuple(unknowns),
                host_stall_ms_max=self._ticker.stall_ms_max,
            )
        )
