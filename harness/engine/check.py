"""Judge again what is on disk: a run folder, or a history that another harness recorded."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from harness.checkers.verdict.judge import judge
from harness.engine.validation.scenario import validated
from harness.history.jepsen import JepsenHistory, read_jepsen
from harness.kit.errors import RunFolderError, UsageError
from harness.model.defaults.dialects import LIBRDKAFKA, java
from harness.model.facts import Facts
from harness.model.scenario import Floor, Plan, Scenario
from harness.model.seal import Seal
from harness.model.value import Settings
from harness.model.verdict import Verdict
from harness.model.workload import Consumers, LogWorkload, Producers, Transactions
from harness.reporting.folder import RunFolder
from harness.reporting.foreign import ForeignVerdict, foreign_verdict
from harness.reporting.junit import junit
from harness.reporting.page.document import render

STOPPED_EARLY = Facts(unknowns=("the run was stopped before its baseline",))


def check(folder: RunFolder) -> Verdict:
    """Judge the run in `folder` from its files alone, and write what came out beside them.

    Raises:
        RunFolderError: plan, facts or history cannot be read, or are damaged.
    """
    plan = _sane(folder)
    # It may have been moved since.
    manifest = msgspec.structs.replace(folder.manifest(), path=str(folder.path))
    facts = folder.facts() if folder.has(Facts) or folder.has(Seal) else STOPPED_EARLY
    history = folder.recording()
    verdict = judge(history, facts, plan.scenario)
    with folder.filling():
        folder.save(verdict)
        folder.write_report(
            render(manifest, plan, history, facts, verdict), junit(manifest, plan, verdict)
        )
    return verdict


def _sane(folder: RunFolder) -> Plan:
    """The plan, if a harness can have run it."""
    plan = folder.plan()
    try:
        validated(plan.scenario)
    except UsageError as error:
        raise RunFolderError(f"{folder.path / 'plan.json'} is not a valid plan: {error}") from error
    return plan


def check_jepsen(path: Path, settings: Iterable[str]) -> ForeignVerdict:
    """Judge a history of Jepsen's Kafka workload.

    Args:
        path: a file of EDN or JSON; see `harness.history.jepsen`.
        settings: of the clients that it was recorded with, each as `name=value`, since the file
            does not tell them; what is not given is taken to be safe.

    Raises:
        UsageError: the file is no such history, or no promise depends on a setting.
    """
    known: Settings = dict(map(_setting, settings))
    read = read_jepsen(path)
    verdict = judge(read.history, Facts(), _scenario(path.name, read, known))
    return foreign_verdict(read.history, verdict)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    known = sorted(
        {*LIBRDKAFKA.producer, *LIBRDKAFKA.consumer, *LIBRDKAFKA.synonyms, *java().synonyms}
    )
    if not equals or name not in known:
        raise UsageError(f"unknown setting {text!r}; known: {'=…, '.join(known)}=…")
    return name, value


def _scenario(name: str, read: JepsenHistory, settings: Settings) -> Scenario:
    # Jepsen uses the Java client, as the console tools do.
    safe: Settings = {"enable.auto.commit": False}
    consumers = Consumers(
        name="both",
        topic="key",
        mode="group" if read.subscribes else "assigned",
        settings={**safe, **settings},
    )
    producers = Producers(
        name="both",
        topic="key",
        client="console",
        settings=settings,
        transactions=Transactions() if read.transactional else None,
    )
    return Scenario(
        name=name,
        about="a history of Jepsen's",
        workload=LogWorkload(topics=(), producers=(producers,), consumers=(consumers,)),
        floor=Floor(acks=1),
    )
