"""One run as JUnit XML: a test case per claim, so that any CI shows which claim broke.

INVALID is a failure, UNKNOWN an error: both turn a build red, with different words.
"""

import re
from datetime import datetime
from xml.etree import ElementTree as Xml

from harness.model.manifest import Manifest
from harness.model.scenario import Plan
from harness.model.verdict import ClaimResult, Validity, Verdict
from harness.reporting.page.background import plan_digest
from harness.reporting.page.numbering import first_example

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def properties(manifest: Manifest, plan: Plan, verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """What identifies the run and says how to repeat it, as names and values."""
    return (
        ("run", manifest.run),
        ("scenario", manifest.scenario),
        ("seed", str(manifest.seed)),
        ("plan", plan_digest(plan)),
        ("stack", manifest.stack),
        ("verdict", verdict.validity.value),
        ("report", f"{manifest.folder}/report.html"),
        ("replay", f"harness replay {manifest.folder}"),
        ("harness", manifest.harness_version),
        ("commit", (manifest.git_commit or "unknown") + (" dirty" if manifest.git_dirty else "")),
        *((f"version.{name}", value) for name, value in sorted(manifest.versions.items())),
    )


def junit(manifest: Manifest, plan: Plan, verdict: Verdict) -> bytes:
    """The JUnit file of one run; a run without claims is one test case of its own verdict."""
    claims = verdict.claims or (
        ClaimResult(
            claim="verdict",
            sentence=verdict.headline,
            validity=verdict.validity,
            why=verdict.unknowns,
        ),
    )
    count = {validity: sum(claim.validity is validity for claim in claims) for validity in Validity}
    seconds = f"{_seconds(manifest):.3f}"
    suites = Xml.Element("testsuites")
    suite = Xml.SubElement(
        suites,
        "testsuite",
        name=_clean(manifest.scenario),
        tests=str(len(claims)),
        failures=str(count[Validity.INVALID]),
        errors=str(count[Validity.UNKNOWN]),
        time=seconds,
        timestamp=manifest.started_utc,
    )
    listed = Xml.SubElement(suite, "properties")
    for name, value in properties(manifest, plan, verdict):
        Xml.SubElement(listed, "property", name=_clean(name), value=_clean(value))
    for claim in claims:
        suite.append(_case(manifest, verdict, claim, seconds))
    Xml.indent(suites)
    written: bytes = Xml.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _case(manifest: Manifest, verdict: Verdict, claim: ClaimResult, seconds: str) -> Xml.Element:
    case = Xml.Element(
        "testcase", classname=_clean(manifest.scenario), name=_clean(claim.claim), time=seconds
    )
    if claim.validity is Validity.VALID:
        return case
    kind = "failure" if claim.validity is Validity.INVALID else "error"
    told = Xml.SubElement(case, kind, type=claim.validity.value, message=_clean(verdict.headline))
    lines = [claim.sentence, *claim.why]
    example = first_example(verdict.findings, claim.claim)
    if claim.validity is Validity.INVALID and example is not None:
        lines += ["", f"First counter-example ({example.kind}):", *example.because]
    lines += ["", f"harness replay {manifest.folder}"]
    told.text = _clean("\n".join(lines))
    return case


def _seconds(manifest: Manifest) -> float:
    """How long the run took; 0 while it is not finished."""
    if manifest.finished_utc is None:
        return 0.0
    started, finished = map(datetime.fromisoformat, (manifest.started_utc, manifest.finished_utc))
    return (finished - started).total_seconds()


def _clean(text: str) -> str:
    """`text` without the characters that XML cannot hold, not even escaped."""
    return _NOT_XML.sub("\ufffd", text)
