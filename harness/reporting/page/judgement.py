"""The head of the page: the verdict, the claims, the findings, and the story of each fault."""

from collections.abc import Sequence

from harness.kit.counts import counted
from harness.model.facts import FAULT_EVENTS
from harness.model.manifest import Manifest
from harness.model.scenario import Plan
from harness.model.verdict import ClaimResult, Finding, Validity, Verdict
from harness.reporting.figures import figures
from harness.reporting.page.axis import Axis
from harness.reporting.page.fault_story import FaultStory
from harness.reporting.page.hop_table import by_hop
from harness.reporting.page.markup import Markup, items, join, prose, table, tag
from harness.reporting.page.numbering import first_example, first_numbers
from harness.reporting.words import count, headline, moment, seconds

MEANING = {
    Validity.VALID: "The claims were tested and none was contradicted.",
    Validity.INVALID: "The recorded history contradicts at least one claim.",
    Validity.UNKNOWN: "The run proves nothing, neither for nor against the claims.",
}


_TIMES = ("asked", "injected", "witnessed", "healed")
_NOTHING = {
    Validity.VALID: "nothing contradicts it",
    Validity.INVALID: "no reason was given",
    Validity.UNKNOWN: "no reason was given",
}


def badge(validity: Validity) -> Markup:
    """The word of a validity, in its colour and its shape."""
    return tag("span", validity.value, class_=f"badge {validity.value.lower()}")


def masthead(manifest: Manifest, plan: Plan, verdict: Verdict, axis: Axis) -> Markup:
    """The verdict, first and large, then what ran."""
    return tag(
        "header",
        tag(
            "div",
            tag("p", verdict.validity.value, class_="word"),
            tag("h1", headline(verdict)),
            tag("p", MEANING[verdict.validity], class_="meaning"),
            _first_reason(verdict),
            class_=f"verdict {verdict.validity.value.lower()}",
        ),
        _ran(manifest, plan),
        _figures(axis, verdict),
    )


def _first_reason(verdict: Verdict) -> Markup:
    """The first counter-example, and the reasons for UNKNOWN."""
    doubts = items(prose(reason) for reason in verdict.unknowns) if verdict.unknowns else Markup()
    example = first_example(verdict.findings)
    if example is None:
        return doubts
    return join(
        [
            tag("p", f"The first counter-example ({example.kind}):", class_="lead"),
            items(prose(sentence) for sentence in example.because),
            # Counter-examples come first on the page, so the first one's number is zero.
            tag("p", tag("a", "See its proof", href="#anomaly-0")),
            tag("p", "The run also leaves open:", class_="lead") if doubts else "",
            doubts,
        ]
    )


def started_words(manifest: Manifest) -> str:
    """When the run began, as people write it."""
    return manifest.started_utc.replace("T", " ").partition(".")[0].rstrip("Z") + " UTC"


def _ran(manifest: Manifest, plan: Plan) -> Markup:
    about = tag("p", tag("strong", manifest.scenario), ": ", prose(plan.scenario.about))
    where = f"Seed {manifest.seed}, {manifest.stack} stack, started {started_words(manifest)}"
    return tag("div", about, tag("p", where, class_="quiet"), class_="about")


def _figures(axis: Axis, verdict: Verdict) -> Markup:
    shown = [*figures(verdict), ("duration", seconds(axis.end_s))]
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", value)) for name, value in shown),
        class_="figures",
    )


def claims(verdict: Verdict) -> Markup:
    """Each claim and how it stands."""
    if not verdict.claims:
        return tag("p", "The scenario makes no claim.")
    rows = [
        (
            badge(claim.validity),
            join([tag("strong", claim.claim), tag("br"), prose(claim.sentence)]),
            _why(claim, verdict),
        )
        for claim in verdict.claims
    ]
    return table(("Verdict", "Claim", "Why"), rows, kind="claims")


def _why(claim: ClaimResult, verdict: Verdict) -> Markup:
    """What contradicts a claim; reasons that concern the whole run are given once, at the top."""
    if len(claim.why) > 1 and claim.why == verdict.unknowns:
        return tag("span", "open, for the reasons at the top", class_="quiet")
    return _sentences(claim.why) or tag("span", _NOTHING[claim.validity], class_="quiet")


def findings(verdict: Verdict) -> Markup:
    """Anomalies by kind: how many, and whether they count."""
    if not verdict.findings:
        return tag("p", "No checker found an anomaly.")
    numbers = first_numbers(verdict.findings)
    rows = [
        (
            finding.kind if number is None else tag("a", finding.kind, href=f"#anomaly-{number}"),
            count(finding.count),
            by_hop(finding.hops),
            _counts(finding),
            _sentences(finding.permitted_by) or "No setting permits it.",
        )
        for finding, number in zip(verdict.findings, numbers, strict=True)
    ]
    head = ("Anomaly", "How many", "Where", "Counts", "Settings that permit it")
    return table(head, rows, numbers=(1,), kind="findings")


def _counts(finding: Finding) -> Markup:
    if not finding.counts:
        return tag("span", "allowed", class_="badge allowed")
    against = f" against {finding.claim}" if finding.claim else ""
    return join([tag("span", "counts", class_="badge invalid"), against])


def faults(stories: Sequence[FaultStory]) -> Markup:
    """What was requested, what was measured, and what was healed."""
    if not stories:
        return tag("p", "The plan has no fault.")
    rows = [
        (
            join([tag("strong", story.step), tag("br"), tag("code", story.kind)]),
            join([story.asked, tag("br"), tag("span", story.when, class_="quiet")]),
            join((tag("span", name, class_="name") for name in story.targets), ", ") or "no target",
            *(moment(story.times_ns.get(event)) for event in _TIMES),
            tag(
                "span", story.state, class_="badge " + ("proved" if story.is_proved else "unknown")
            ),
            _sentences(story.notes),
        )
        for story in stories
    ]
    head = (
        "Step",
        "Fault and condition",
        "Target",
        *(FAULT_EVENTS[event].capitalize() for event in _TIMES),
        "State",
        "Notes",
    )
    confirmed = sum(story.is_proved for story in stories)
    healed = sum("healed" in story.times_ns for story in stories)
    total = (
        f"{counted(len(stories), 'fault')} requested, {count(confirmed)} confirmed, "
        f"{count(healed)} healed."
    )
    return join([tag("p", total), table(head, rows, numbers=(3, 4, 5, 6), kind="faults")])


def _sentences(sentences: Sequence[str]) -> Markup:
    if len(sentences) == 1:
        return prose(sentences[0])
    return items(prose(sentence) for sentence in sentences) if sentences else Markup()
