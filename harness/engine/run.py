"""One run from a scenario to a verdict."""

import logging
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import msgspec

from harness.checkers.verdict.consequences import beyond
from harness.engine.check import check
from harness.engine.commits import commits
from harness.engine.compile import compile_plan
from harness.engine.environment import Environment
from harness.engine.execute import execute
from harness.engine.kept_programs import keep_programs
from harness.engine.source_choice import SOURCE_NAMES
from harness.engine.stacks.pool import StackPool
from harness.kit import secrets
from harness.kit.clock import utc_now
from harness.kit.crashes import as_harness_error
from harness.kit.errors import UsageError
from harness.model.codec import encode
from harness.model.manifest import Manifest
from harness.model.scenario import Plan, Scenario
from harness.model.verdict import Validity, Verdict
from harness.reporting.folder import RunFolder

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: where it lies and what came out.

    The `must_` methods are how a test states what it expects; they raise AssertionError with
    the headline, the reasons and where to look.
    """

    folder: RunFolder
    verdict: Verdict

    def must_be_valid(self) -> None:
        """Assert that nothing contradicted the claims, and that the run could have shown it."""
        __tracebackhide__ = True
        if self.verdict.validity is not Validity.VALID:
            raise AssertionError(self._story("expected VALID"))

    def must_be_unknown(self, why: str) -> None:
        """Assert that nothing is held against the run, and that `why` is among its reasons."""
        __tracebackhide__ = True
        verdict = self.verdict
        if verdict.validity is not Validity.UNKNOWN or not any(
            why in each for each in verdict.unknowns
        ):
            raise AssertionError(self._story(f"expected UNKNOWN because {why!r}"))

    def must_show(
        self, kind: str, *, hop: str | None = None, permitted_by: str | None = None
    ) -> None:
        """Assert that the run is INVALID and shows an anomaly of `kind` that counts.

        In a pipeline `hop` says which hop it must be put down to, and no other; `permitted_by` is
        the setting or fault that must be named as what permits it.
        """
        __tracebackhide__ = True
        counted = {each.kind: each for each in self.verdict.findings if each.counts}
        if self.verdict.validity is not Validity.INVALID or kind not in counted:
            raise AssertionError(self._story(f"expected INVALID with {kind}"))
        blamed = sorted(counted[kind].hops)
        hop = hop and self._with_own_source(hop)
        if hop is not None and blamed != [hop]:
            raise AssertionError(self._story(f"expected {kind} in {hop}, found in {blamed}"))
        reasons = counted[kind].permitted_by
        if permitted_by is not None and not any(each.startswith(permitted_by) for each in reasons):
            named = "; ".join(reasons) or "nothing"
            raise AssertionError(
                self._story(f"expected {kind} to be permitted by {permitted_by}, found {named}")
            )

    def must_show_only(self, *kinds: str) -> None:
        """Assert that the run shows each of `kinds`, and nothing else counts but what follows."""
        __tracebackhide__ = True
        for kind in kinds:
            self.must_show(kind)
        if others := beyond(self.verdict, kinds):
            expected = f"expected {', '.join(kinds)} alone, but also found {', '.join(others)}"
            raise AssertionError(self._story(expected))

    def witnessed(self, step: str) -> str:
        """What was measured of the fault of that step; empty when nothing was."""
        events = self.folder.facts().faults
        return "; ".join(
            each.note for each in events if (each.step, each.event) == (step, "witnessed")
        )

    def _with_own_source(self, hop: str) -> str:
        """The same hop of a run that began at another source than its scenario names."""
        origin, arrow, rest = hop.partition(" → ")
        own = self.folder.plan().scenario.pipeline.source
        return f"{own}{arrow}{rest}" if origin in SOURCE_NAMES else hop

    def _story(self, expected: str) -> str:
        why = [reason for claim in self.verdict.claims for reason in claim.why]
        reasons = dict.fromkeys([*why, *self.verdict.unknowns])  # claims may share one
        headline = f"{self.verdict.headline} ({expected})"
        return "\n".join([headline, *reasons, f"report: {self.folder.report}"])


def run_scenario(
    scenario: Scenario,
    seed: int,
    pool: StackPool,
    reports: Path,
    *,
    tell: Tell,
    file: Path | None = None,
) -> Run:
    """Compile `scenario` with `seed` and run the plan on a stack of `pool`.

    Args:
        scenario: as somebody wrote it.
        seed: of the run.
        pool: lends the stack.
        reports: the folder of all runs.
        tell: told each phase and fault as one line.
        file: where the scenario was written, to be named in an error.

    Raises:
        UsageError: the scenario makes no sense, or a secret of it is not known here; nothing was
            booted or made for it.
    """
    plan = compile_plan(scenario, seed, file=file)
    _read_secrets(plan)
    if lacking := pool.lacks(plan.scenario):
        raise UsageError(f"scenario {plan.scenario.name}: {lacking}; run it with --stack docker")
    with pool.environment(plan.scenario.topology, seed=seed) as environment:
        return run_plan(plan, environment, reports, tell=tell)


def run_plan(
    plan: Plan,
    environment: Environment,
    reports: Path,
    *,
    tell: Tell,
    replay_of: str | None = None,
) -> Run:
    """Execute a plan into a new folder under `reports`, then check it.

    Args:
        plan: what to do; it is on disk before anything else happens.
        environment: where to do it.
        reports: the folder of all runs.
        tell: told each phase and fault as one line.
        replay_of: name of the run whose plan this is.
    """
    _read_secrets(plan)
    started = utc_now()
    scenario = plan.scenario
    folder = RunFolder.create(reports, scenario=scenario.name, seed=plan.seed, started_utc=started)
    manifest = _manifest(plan, environment, folder, started, replay_of)
    with folder.filling():
        folder.save(manifest, plan)
        keep_programs(plan, folder.path)
    tell(f"run folder {folder.path}")
    with folder.filling(), _log_file(folder.harness_log):
        try:
            execute(plan, environment, folder, tell=tell)
        finally:
            folder.save(msgspec.structs.replace(manifest, finished_utc=utc_now()))
        tell("check")
        verdict = check(folder)
        tell(verdict.headline)
    return Run(folder, verdict)


def _manifest(
    plan: Plan, environment: Environment, folder: RunFolder, started: str, replay_of: str | None
) -> Manifest:
    return Manifest(
        run=folder.name,
        scenario=plan.scenario.name,
        seed=plan.seed,
        stack=environment.kind,
        started_utc=started,
        harness_version=version("kafka-chaos-harness"),
        **commits(Path.cwd()),
        argv=(
            *(Path(word).name for word in sys.argv[:1]),
            *secrets.redacted_arguments(sys.argv[1:]),
        ),
        versions={"python": platform.python_version(), **environment.versions},
        host={
            "system": platform.platform(),
            "processors": str(os.cpu_count()),
        },
        images=environment.images,
        replay_of=replay_of,
        path=str(folder.path),
    )


def _read_secrets(plan: Plan) -> None:
    """Read every secret that the plan refers to, so that no file shows one of them.

    Raises:
        UsageError: an environment variable is not set, or its value is too short.
    """
    for name in secrets.named(encode(plan).decode()):
        secrets.value_of(name)


class _Redacting(logging.Formatter):
    """Leaves out the values of secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return secrets.redacted(super().format(record).encode(errors="replace")).decode()


@contextmanager
def _log_file(path: Path) -> Iterator[None]:
    """Write what the harness logs to `path` meanwhile."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("harness")
    before, propagated = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False  # pytest would print it all again below each failed scenario
    try:
        yield
    except Exception as error:
        logger.exception("the run failed")
        raise as_harness_error(error, path) from error
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        logger.propagate = propagated
        handler.close()
