"""index.html: every run under a folder of reports, newest first, sortable by any column."""

from collections.abc import Sequence

from harness.kit.counts import counted
from harness.kit.crashes import in_words
from harness.kit.errors import RunFolderError
from harness.model.manifest import Manifest
from harness.model.verdict import Validity, Verdict
from harness.reporting.figures import acknowledged
from harness.reporting.folder import RunFolder
from harness.reporting.page.document import document
from harness.reporting.page.judgement import badge, started_words
from harness.reporting.page.markup import Markup, join, table, tag
from harness.reporting.words import count, seconds

_HEAD = (
    "Run",
    "Scenario",
    "Seed",
    "Verdict",
    "Claims",
    "Anomalies",
    "Failed hop",
    "Acknowledged",
    "Duration",
    "Stack",
)


def render_index(folders: Sequence[RunFolder]) -> bytes:
    """The page over `folders`; a folder that cannot be read gets a row that says why."""
    rows = [_row(folder) for folder in folders]
    body = join(
        [
            tag("header", tag("h1", counted(len(rows), "run"))),
            tag("p", "Click a column title to sort.", class_="quiet"),
            table(_HEAD, rows, numbers=(2,), kind="index"),
        ]
    )
    return document("Runs", body, styles=("report.css",), scripts=("index.js",))


def _row(folder: RunFolder) -> Sequence[str]:
    try:
        manifest = folder.manifest()
        verdict = folder.verdict() if folder.has(Verdict) else None
        return _cells(folder, manifest, verdict)
    except Exception as error:  # noqa: BLE001 - shield: one bad folder must not end the index
        said = str(error) if isinstance(error, RunFolderError) else in_words(error)
        return (folder.name, f"unreadable: {said}", *[""] * (len(_HEAD) - 2))


def _cells(folder: RunFolder, manifest: Manifest, verdict: Verdict | None) -> Sequence[str]:
    return (
        _name(folder, started_words(manifest), is_judged=verdict is not None),
        tag("span", manifest.scenario, class_="name"),
        str(manifest.seed),
        badge(verdict.validity) if verdict else "not checked",
        _claims(verdict) if verdict else "",
        _anomalies(verdict) if verdict else "",
        _broken_at(verdict) if verdict else "",
        _acknowledged(verdict) if verdict else "",
        _length(manifest),
        manifest.stack,
    )


def _name(folder: RunFolder, started: str, *, is_judged: bool) -> Markup:
    href = f"{folder.name}/report.html" if is_judged else ""
    return tag("a" if href else "span", started, href=href, title=folder.name, class_="name")


def _claims(verdict: Verdict) -> Markup:
    """Names of claims behind each word of a verdict, the worst first."""
    named = {
        validity: [claim.claim for claim in verdict.claims if claim.validity is validity]
        for validity in (Validity.INVALID, Validity.UNKNOWN, Validity.VALID)
    }
    return join(
        tag("div", f"{validity.value} {', '.join(names)}")
        for validity, names in named.items()
        if names
    )


def _anomalies(verdict: Verdict) -> Markup:
    return join(
        _line(f"{count(finding.count)} {finding.kind}{'' if finding.counts else ' (allowed)'}")
        for finding in verdict.findings
    )


def _broken_at(verdict: Verdict) -> Markup:
    """The hops of a pipeline that broke a claim."""
    hops = (hop for finding in verdict.findings if finding.counts for hop in finding.hops)
    return join(tag("div", hop) for hop in dict.fromkeys(hops))


def _acknowledged(verdict: Verdict) -> Markup:
    counted_by_checker = acknowledged(verdict)
    if counted_by_checker is None:
        return Markup()
    number, of_what = counted_by_checker
    return tag("span", f"{count(number)} {of_what}", class_="name", data_sort=str(number))


def _line(words: str) -> Markup:
    return tag("div", words, class_="name")


def _length(manifest: Manifest) -> Markup:
    length_s = manifest.length_s
    if length_s is None:
        return Markup("not finished")
    return tag("span", seconds(length_s), class_="name", data_sort=str(length_s))
