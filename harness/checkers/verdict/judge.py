"""The judge: from a history to a verdict, by every checker and by what the settings promise.

Whatever goes wrong in judging becomes a reason for UNKNOWN; nothing hides what a checker found.
"""

from harness.checkers.checker import CHECKERS, EXAMPLES, Checker
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.soundness import sound
from harness.checkers.kind import KINDS
from harness.checkers.verdict.as_run import as_run, differing
from harness.checkers.verdict.claims import CLAIMS
from harness.checkers.verdict.doubts import doubts
from harness.checkers.verdict.grounds import groundless
from harness.checkers.verdict.headline import headline
from harness.checkers.verdict.hop_results import hop_results, hops_of
from harness.checkers.verdict.promises import permitted, promised
from harness.checkers.verdict.unfinished import unprovable
from harness.history.history import History
from harness.model.facts import Facts
from harness.model.scenario import Scenario
from harness.model.verdict import CheckResult, ClaimResult, Finding, HopResult, Validity, Verdict

OF_ONE_CLAIM = {"broken-chain": "change-order"}
"""Checkers whose silence leaves all claims but one as they are."""


def judge(history: History, facts: Facts, scenario: Scenario) -> Verdict:
    """Judge one run. Never raises for a strange history, and changes nothing in it.

    A finding counts when its kind contradicts a claim of the run (also when a setting permits it:
    the scenario demanded it all the same), and when no setting permits it; never what a run that
    was stopped or killed cannot show, nor what may only be late. The claims of the run are the
    scenario's own, or all that its settings promise and that was put to the test.
    """
    scenario = as_run(scenario, facts)
    claims, bare = _claims(history, facts, scenario)
    results, problems, hops, late = _results(history, facts, scenario)
    allowed = permitted(scenario, hops_of(results))
    findings = _findings(results, claims, allowed, unprovable(history, facts))
    unknowns = (
        *problems,
        *(f"{hop} had not finished: {why}" for hop, why in late.items()),
        *(_said_by(each) for each in results if each.unknown),
        *_shielded_doubts(history, facts, scenario, claims),
        *bare.values(),
        *differing(scenario, facts),
    )
    counted = [finding for finding in findings if finding.counts]
    validity = Validity.INVALID if counted else Validity.UNKNOWN if unknowns else Validity.VALID
    against = [finding.claim for finding in counted if finding.claim]
    return Verdict(
        validity=validity,
        headline=headline(validity, findings, unknowns, claims, history, scenario),
        claims=tuple(
            _claim_result(name, counted, _about(name, unknowns, results, bare))
            for name in dict.fromkeys([*claims, *against])
        ),
        findings=findings,
        unknowns=unknowns,
        checkers=results,
        hops=hops,
    )


def _results(
    history: History, facts: Facts, scenario: Scenario
) -> tuple[tuple[CheckResult, ...], tuple[str, ...], tuple[HopResult, ...], dict[str, str]]:
    """What checkers say, what is wrong with the history, the hop table, and hops that are late."""
    try:
        sane, problems = sound(history)
    except Exception as error:  # noqa: BLE001 - the shield: a broken history is a reason for UNKNOWN
        return (), (f"the history cannot be read as tables: {_said(error)}",), (), {}
    evidence = Evidence(sane, facts, scenario)
    results = tuple(_run(name, check, evidence) for name, check in CHECKERS.items())
    try:
        return results, problems, hop_results(evidence, results), evidence.trails.late
    except Exception as error:  # noqa: BLE001 - the shield, as below
        return results, (*problems, f"the hop table cannot be worked out: {_said(error)}"), (), {}


def _run(name: str, check: Checker, evidence: Evidence) -> CheckResult:
    try:
        return check(evidence)
    except Exception as error:  # noqa: BLE001 - the shield: one broken checker must not hide others
        return CheckResult(checker=name, unknown=f"it broke down: {_said(error)}")


def _shielded_doubts(
    history: History, facts: Facts, scenario: Scenario, claims: tuple[str, ...]
) -> tuple[str, ...]:
    try:
        return doubts(history, facts, scenario, claims)
    except Exception as error:  # noqa: BLE001 - the shield, as above
        return (f"whether the run proves anything cannot be said: {_said(error)}",)


def _claims(
    history: History, facts: Facts, scenario: Scenario
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The claims of the run, and which of them rest on nothing, with a sentence each.

    Nobody asked for what the settings alone promise: where it rests on nothing it is left out,
    unless nothing else is left.
    """
    claims = scenario.claims or promised(scenario)
    try:
        bare = groundless(history, facts, claims)
    except Exception as error:  # noqa: BLE001 - the shield, as above
        return claims, {"": f"what the claims rest on cannot be said: {_said(error)}"}
    if scenario.claims or len(bare) == len(claims):
        return claims, bare
    return tuple(claim for claim in claims if claim not in bare), {}


def _said_by(result: CheckResult) -> str:
    return f"checker {result.checker} could not judge: {result.unknown}"


def _about(
    name: str,
    unknowns: tuple[str, ...],
    results: tuple[CheckResult, ...],
    bare: dict[str, str],
) -> tuple[str, ...]:
    """The reasons that touch a claim: not those of another claim alone."""
    apart = {
        _said_by(each)
        for each in results
        if each.unknown and OF_ONE_CLAIM.get(each.checker, name) != name
    } | {sentence for claim, sentence in bare.items() if claim != name}
    return tuple(each for each in unknowns if each not in apart)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _findings(
    results: tuple[CheckResult, ...],
    claims: tuple[str, ...],
    allowed: dict[str, tuple[str, ...]],
    unproved: dict[str, str],
) -> tuple[Finding, ...]:
    """All kinds that were found: those that count first, then the heaviest."""
    counts: dict[str, int] = {}
    for result in results:
        for kind, count in result.counts.items():
            counts[kind] = counts.get(kind, 0) + count
    examples = [example for result in results for example in result.examples]
    findings = []
    for kind in (kind for kind in KINDS if counts.get(kind)):
        claim = KINDS[kind].claim
        found, late = _hops(results, kind)
        # What may only be late is left out where anything of the kind is certain.
        hops = {hop: count for hop, count in found.items() if hop not in late} or found
        if late and hops is found:
            unproved = {**unproved, kind: "unfinished: what is missing may still have come"}
        contradicts = claim is not None and (claim in claims or kind not in allowed)
        counted = contradicts and kind not in unproved
        reasons = (unproved[kind],) if kind in unproved else allowed.get(kind, ())
        findings.append(
            Finding(
                kind=kind,
                count=sum(hops.values()) or counts[kind],
                counts=counted,
                claim=claim if counted else None,
                permitted_by=reasons,
                examples=tuple(
                    each
                    for each in examples
                    if each.kind == kind and (not hops or each.hop in hops)
                )[:EXAMPLES],
                hops=hops,
            )
        )
    return tuple(sorted(findings, key=lambda finding: not finding.counts))


def _hops(results: tuple[CheckResult, ...], kind: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """How many of `kind` each hop is to blame for, and where these may only be late.

    No two checkers report one kind in hops.
    """
    return next(
        ((each.hops[kind], each.late.get(kind, ())) for each in results if kind in each.hops),
        ({}, ()),
    )


def _claim_result(name: str, counted: list[Finding], unknowns: tuple[str, ...]) -> ClaimResult:
    against = tuple(
        f"{finding.count:,} {finding.kind}: {KINDS[finding.kind].meaning}"
        for finding in counted
        if finding.claim == name
    )
    validity = Validity.INVALID if against else Validity.UNKNOWN if unknowns else Validity.VALID
    return ClaimResult(
        claim=name, sentence=CLAIMS[name].sentence, validity=validity, why=against or unknowns
    )
