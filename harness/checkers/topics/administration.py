"""Topics are as their administrators were told, and stay so.

Evidence, topic by topic, is what was asked for (see `administered`) and what the cluster lists and
describes in the end: `lost-topic` when a topic is gone whose creation was acknowledged and which
nobody may have deleted; `resurrected-topic` when one is there that certainly was deleted, or is
again as it was before that; `lost-partitions` and `lost-setting` when it is described with fewer
partitions than were acknowledged, or with another setting; `refused-change` when it is described,
then or earlier, as only a request that was certainly refused asked for, or nobody;
`divergent-metadata` when one is listed and not described, or the other way round.

In mid-run a look may miss what was acknowledged before: each broker hears of it in its own time.

UNKNOWN: when there are administrators and the cluster did not answer in the end.
Reports: each once per topic. Cost: O(operations on topics).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.administered import (
    Operation,
    State,
    TopicHistory,
    looked,
    topic_histories,
)
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof, who
from harness.checkers.kind import Kind
from harness.model.administration import as_setting
from harness.model.verdict import Anomaly, CheckResult

LOST_TOPIC = Kind(
    "lost-topic",
    meaning="The creation of a topic was acknowledged, no request deleted it, and it does not "
    "exist.",
    counted="{topic was|topics were} lost",
    weight=320,
    claim="administration",
    rests_on_absence=True,
)
RESURRECTED_TOPIC = Kind(
    "resurrected-topic",
    meaning="The deletion of a topic was acknowledged, and it exists again.",
    counted="deleted {topic exists|topics exist} again",
    weight=310,
    claim="administration",
    rests_on_absence=True,
)
LOST_PARTITIONS = Kind(
    "lost-partitions",
    meaning="A topic has fewer partitions than were acknowledged.",
    counted="{topic has|topics have} fewer partitions than were acknowledged",
    weight=300,
    claim="administration",
    rests_on_absence=True,
)
LOST_SETTING = Kind(
    "lost-setting",
    meaning="A topic has another setting, or other replicas, than were acknowledged.",
    counted="{topic has|topics have} other settings than were acknowledged",
    weight=290,
    claim="administration",
    rests_on_absence=True,
)
REFUSED_CHANGE = Kind(
    "refused-change",
    meaning="A topic is as only a refused request asked for, or no request at all.",
    counted="{topic is|topics are} as no granted request asked for",
    weight=280,
    claim="administration",
    rests_on_absence=True,
)
DIVERGENT_METADATA = Kind(
    "divergent-metadata",
    meaning="In the end a topic is listed and cannot be described, or the other way round.",
    counted="{topic is|topics are} listed and not described, or the other way round",
    weight=270,
    claim="administration",
)


@dataclass(frozen=True, slots=True)
class _Case:
    kind: Kind
    topic: TopicHistory
    look: Operation
    """What shows it."""


@checker("administration")
def administration(evidence: Evidence) -> CheckResult:
    """Find topics that are not what their administrators were told."""
    if evidence.scenario.log_workload.administrators and not looked(evidence):
        return CheckResult(
            checker="administration", unknown="the cluster did not tell its topics in the end"
        )
    cases = [case for topic in topic_histories(evidence) for case in _cases(topic)]

    def found(kind: Kind) -> Found:
        mine = [case for case in cases if case.kind is kind]
        return Found(kind, np.arange(len(mine)), lambda row: _explain(evidence, mine[row]))

    kinds = dict.fromkeys(case.kind for case in cases)
    return report("administration", *map(found, kinds))


def _cases(topic: TopicHistory) -> Iterator[_Case]:
    """What is wrong with a topic."""
    listed, described = topic.listed, topic.described
    strange = next((look for look in topic.looks if _is_strange(look, topic)), None)
    if strange is not None:
        yield _Case(REFUSED_CHANGE, topic, strange)
    if listed and described and listed.aspects["exists"] != described.aspects["exists"]:
        yield _Case(DIVERGENT_METADATA, topic, listed)
    if described is not None:
        kind = _wrong(described, topic)
        if kind is not None and not (strange is not None and kind is REFUSED_CHANGE):
            yield _Case(kind, topic, described)


def _wrong(seen: Operation, topic: TopicHistory) -> Kind | None:
    """The kind of anomaly that the last look at a topic shows."""
    states, buried = topic.ending()
    alive = [state for state in states if state is not None]
    if not seen.aspects["exists"]:
        return None if None in states else LOST_TOPIC
    if not alive:
        return REFUSED_CHANGE if _is_strange(seen, topic) else RESURRECTED_TOPIC
    wrong = {name: value for name, value in seen.state if not _may_be(name, value, alive)}
    if not wrong:
        return None
    if seen.state in buried:
        return RESURRECTED_TOPIC
    if _is_strange(seen, topic):
        return REFUSED_CHANGE
    few = "partitions" in wrong and wrong["partitions"] < min(_values("partitions", alive))
    return LOST_PARTITIONS if few else LOST_SETTING


def _is_strange(seen: Operation, topic: TopicHistory) -> bool:
    """Whether a look shows what nobody asked for, but in requests that were refused."""
    asked = [each for each in topic.changes if each.outcome != "fail" and each.op < seen.op]
    if seen.aspects["exists"] and not any(each.f == "create" for each in asked):
        return True
    known = {aspect for each in asked for aspect in each.state}
    return not seen.state <= known


def _may_be(aspect: str, value: int, alive: list[State]) -> bool:
    values = _values(aspect, alive)
    return not values or value in values


def _values(aspect: str, states: list[State]) -> list[int]:
    return [value for state in states for name, value in state if name == aspect]


def _explain(evidence: Evidence, case: _Case) -> Anomaly:
    proof = Proof(evidence, case.kind)
    topic = case.topic
    created = [place for place, each in enumerate(topic.changes) if each.f == "create"]
    # The last life of the topic is told; of one that came back, also how the one before it ended.
    first = created[-2 if case.kind is RESURRECTED_TOPIC else -1 :][:1] or [0]
    for change in topic.changes[first[0] :]:
        if change.op < case.look.op:
            proof.mention(change.op)
            proof.add(f"{who(evidence, change.op)} {_asked(change, topic.name)}")
    looks = [case.look]
    if case.kind is DIVERGENT_METADATA and topic.described is not None:
        looks.append(topic.described)
    for look in looks:
        proof.mention(look.op)
        proof.add(f"yet {who(evidence, look.op)} {_seen(look, topic.name)}")
    return proof.end()


def _asked(change: Operation, name: str) -> str:
    told = {
        "ok": "and was told that this succeeded",
        "fail": "and was refused",
        "info": "and was not told what became of it",
    }[change.outcome]
    match change.f:
        case "create":
            what = f"asked for topic {name} with {_worded(change)}"
        case "delete":
            what = f"asked to delete topic {name}"
        case _:
            what = f"asked for {_worded(change)} of topic {name}"
    return f"{what} {told}"


def _seen(look: Operation, name: str) -> str:
    if look.f == "list":
        return f"lists topic {name}" if look.aspects["exists"] else f"lists no topic {name}"
    if not look.aspects["exists"]:
        return f"finds no topic {name}"
    return f"finds topic {name} with {_worded(look)}"


def _worded(operation: Operation) -> str:
    aspects = operation.aspects.items()
    return ", ".join(as_setting(name, value) for name, value in aspects if name != "exists")
