"""report.html: one run on one self-contained page, from the verdict down to the replay command.

The page loads nothing: styles, scripts and data are inside it, and its content security policy
forbids the rest, so that no text of a run (a topic's name, a client's error) can act as a script.
Everything but the timeline is plain HTML and can be read without scripts.
"""

import base64
import hashlib
import re
from importlib import resources

import msgspec

from harness.history.history import History
from harness.model.facts import Facts
from harness.model.manifest import Manifest
from harness.model.scenario import Plan
from harness.model.verdict import Verdict
from harness.reporting.entry import entry_of
from harness.reporting.page import background, glossary, hop_table, judgement, proof
from harness.reporting.page.arrangement import arrangement
from harness.reporting.page.axis import axis_of
from harness.reporting.page.fault_story import stories
from harness.reporting.page.markup import Markup, join, tag
from harness.reporting.page.numbering import pins, shown
from harness.reporting.page.statistics import statistics
from harness.reporting.page.timeline import Timeline, timeline
from harness.reporting.page.untested import untested

_TIMELINE = ("timeline-plots.js", "timeline-lanes.js", "timeline-page.js")


def render(
    manifest: Manifest, plan: Plan, history: History, facts: Facts, verdict: Verdict
) -> bytes:
    """The page of one run; equal input gives equal bytes.

    Its size and the work to render it are bounded by the page, not by the history, except for
    single passes over the tables.
    """
    axis = axis_of(history, facts)
    numbers = statistics(history, entry_of(plan.scenario))
    faults = stories(plan, facts)
    findings = shown(verdict.findings)
    cut = msgspec.structs.replace(verdict, findings=findings)
    named_logs = {
        example.log for found in findings for example in found.examples if example.log is not None
    }
    drawn = timeline(
        axis,
        history,
        facts,
        faults,
        pins(verdict.findings),
        named_logs,
        plan.scenario,
    )
    sections = [
        ("claims", "Claims", judgement.claims(cut)),
        *([("hops", "Hops", hop_table.section(verdict.hops))] if verdict.hops else ()),
        ("findings", "Findings", judgement.findings(cut)),
        ("faults", "Faults", judgement.faults(faults)),
        ("timeline", "Timeline", _timeline_place()),
        ("anomalies", "Anomalies and proofs", proof.proofs(history, findings)),
        ("statistics", "Statistics", background.numbers(numbers, facts, verdict)),
        ("settings", "Settings", arrangement(plan, facts)),
        ("origin", "Origin of this run", background.origin(manifest, plan)),
        (
            "untested",
            "What was not tested",
            background.limits_of_proof(untested(plan, facts, verdict, faults)),
        ),
        ("again", "Replay and check", background.again(manifest.folder)),
    ]
    masthead = judgement.masthead(manifest, plan, cut, axis)
    used = glossary.used_in(join([masthead, *(content for _, _, content in sections)]))
    sections.append(("words", "Words on this page", used))
    body = [
        masthead,
        _navigation([(name, title) for name, title, _ in sections]),
        *(tag("section", tag("h2", title), content, id=name) for name, title, content in sections),
    ]
    return document(
        f"{verdict.validity.value}: {manifest.scenario}, seed {manifest.seed}",
        join(body),
        styles=("uplot.min.css", "report.css"),
        scripts=("uplot.min.js", *_TIMELINE),
        data=_data(drawn),
    )


def document(
    title: str,
    body: Markup,
    *,
    styles: tuple[str, ...],
    scripts: tuple[str, ...],
    data: Markup | None = None,
) -> bytes:
    """A self-contained page; `styles` and `scripts` are names of assets."""
    code = [asset(name) for name in scripts]
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {' '.join(map(_hash, code))}"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        *(tag("style", Markup(asset(name))) for name in styles),
    )
    scripts_at_the_end = [tag("script", Markup(source)) for source in code]
    page = tag(
        "html",
        head,
        tag("body", tag("main", body), data or "", *scripts_at_the_end),
        lang="en",
    )
    return f"<!doctype html>\n{page}\n".encode()


def asset(name: str) -> str:
    """The text of a file in assets/."""
    return (resources.files("harness.reporting") / "assets" / name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    """What a content security policy calls an inline script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _data(drawn: Timeline) -> Markup:
    """The timeline as a block of JSON that no text in it can leave."""
    text = msgspec.json.encode(drawn).decode()
    safe = re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)
    return tag("script", Markup(safe), type="application/json", id="timeline-data")


def _navigation(sections: list[tuple[str, str]]) -> Markup:
    return tag("nav", *(tag("a", title, href=f"#{name}") for name, title in sections))


def _timeline_place() -> Markup:
    hint = (
        "All lanes share one axis: seconds since the start of the run. Drag to zoom, double-click "
        "to reset, point at an element for details."
    )
    return join(
        [
            tag("p", hint, class_="quiet hint"),
            tag("noscript", "Only the timeline needs JavaScript; the rest of the page does not."),
            tag("div", id="charts"),
        ]
    )
