"""semantics.html: lines under the same faults, one table, on one page that loads nothing."""

from collections.abc import Iterator

from harness.kit.counts import counted
from harness.model.semantics import Measured, Sample, Semantics
from harness.reporting import words
from harness.reporting.page.document import document
from harness.reporting.page.judgement import badge
from harness.reporting.page.markup import Markup, items, join, prose, table, tag
from harness.reporting.semantics.cells import COLUMNS, Cell
from harness.reporting.semantics.outcome import Word, conclusive, outcome
from harness.reporting.semantics.plots import plots
from harness.reporting.semantics.terminal import sentences

TITLE = "What is lost, duplicated, reordered, read although aborted"
RUNS_IN_SIGHT = 10
"""Of how many runs a cell shows each at once."""
_BADGES = {
    Word.KEPT: "valid",
    Word.UNKNOWN: "unknown",
    Word.KNOWN_BUG: "unknown",
    Word.BROKEN: "invalid",
}
_READING = """
Every figure is counted in recorded runs: by the checkers, where records end up (a log, a table), \
over the records that should be there. What happened on the way there is told below it. `0` means \
that a run which was read to its end holds none.
A run that is UNKNOWN, or that leaves something open, is no zero: where it found nothing it is \
left out of the figure and counted beside it.
`a to b a run` is the smallest and the largest run. How many runs show something has Wilson's 95 % \
score interval; nothing in n runs has the rule of three, 3/n. Records of one run share its faults, \
so runs are the trials here, not records.
Latency, arrivals and outage are medians over runs, bounded by the smallest and the largest; their \
95 % interval is that of the median between two order statistics (the sign test's), which assumes \
no distribution and takes six runs.
Latency runs from when a record was asked to be written until a reader at the end saw it. The \
outage is the longest time in which records were on their way and none arrived.
KEPT: no run shows what the line's name rules out. BROKEN: one does, or contradicts a claim. KNOWN \
BUG: one does, and a bug of others explains it, of which the run has a trace.
"""


def render(semantics: Semantics) -> bytes:
    """The page; equal input gives equal bytes."""
    sections = [
        ("table", "Side by side", _table(semantics)),
        ("notes", "What stands out", _notes(semantics)),
        ("reading", "How to read it", items(map(prose, _READING.strip().splitlines()))),
        ("plots", "Plots", plots(semantics.lines)),
        ("settings", "Which setting allows it", _settings(semantics)),
        ("faults", "What was broken in each run", _faults(semantics)),
        ("runs", "Runs", _runs(semantics)),
        ("again", "Again", _again(semantics)),
    ]
    body = [
        _masthead(semantics),
        tag("nav", *(tag("a", title, href=f"#{name}") for name, title, _ in sections)),
        *(tag("section", tag("h2", title), content, id=name) for name, title, content in sections),
    ]
    return document(
        "Delivery semantics", join(body), styles=("report.css", "semantics.css"), scripts=()
    )


def _masthead(semantics: Semantics) -> Markup:
    started = semantics.started_utc.replace("T", " ").partition(".")[0].rstrip("Z") + " UTC"
    seeds = words.listed([str(seed) for seed in semantics.seeds], 12)
    told = (
        f"{counted(len(semantics.lines), 'line')} under the same faults; seeds {seeds}; "
        f"{semantics.stack} stack; begun {started}."
    )
    return tag("header", tag("h1", TITLE), tag("p", told, class_="quiet"))


def _table(semantics: Semantics) -> Markup:
    head = ("Line", *(title.capitalize() for title, _ in COLUMNS), "Result")
    rows = [_row(line) for line in semantics.lines]
    return table(head, rows, kind="semantics")


def _row(line: Measured) -> tuple[str, ...]:
    name = join(
        [
            tag("strong", line.guarantee, class_=f"guarantee {line.guarantee.replace(' ', '-')}"),
            tag("div", tag("code", line.name)),
            tag("div", f"{line.path}: {line.how}", class_="quiet"),
        ]
    )
    return (name, *(_cell(cell(line)) for _, cell in COLUMNS), _result(line))


def _cell(cell: Cell) -> Markup:
    zero = " zero" if cell.figure == "0" else ""
    return join(
        [
            tag("div", cell.figure, class_=f"figure{zero}"),
            *(tag("div", note, class_="note") for note in cell.notes),
            _each_run(cell) if cell.runs else "",
        ]
    )


def _each_run(cell: Cell) -> Markup:
    """What each run showed; folded where so many would make the table tall."""
    links = join((_link(sample, told) for sample, told in cell.runs), " ")
    if len(cell.runs) <= RUNS_IN_SIGHT:
        return tag("div", links, class_="note")
    return tag("details", tag("summary", f"{len(cell.runs)} runs"), links, class_="note")


def _link(sample: Sample, told: str) -> Markup:
    title = f"seed {sample.seed}: {sample.headline}"
    href = f"../{sample.run}/report.html" if sample.run else ""
    return tag("a" if href else "span", told, href=href, title=title, class_="name")


def _result(line: Measured) -> Markup:
    stands = outcome(line)
    told = tag("span", stands.word.value, class_=f"badge {_BADGES[stands.word]}")
    runs = counted(len(line.samples), "run")
    notes = [f"{effect}: not shown in {runs}" for effect in stands.not_shown]
    still_open = sum(not conclusive(sample) for sample in line.samples)
    notes += [f"{still_open} of {runs} UNKNOWN"] if still_open else []
    return join([told, *(tag("div", note, class_="note") for note in notes)])


def _notes(semantics: Semantics) -> Markup:
    told = [
        join([tag("code", line.name), f": {sentence}"])
        for line in semantics.lines
        for sentence in sentences(line)
    ]
    told += [
        join([tag("code", name), f": left out, {why}"]) for name, why in semantics.left_out.items()
    ]
    return items(told) if told else tag("p", "Every line does what its name says, and no more.")


def _settings(semantics: Semantics) -> Markup:
    rows = [row for line in semantics.lines for row in _found(line)]
    if not rows:
        return tag("p", "Nothing was found.")
    return table(("Line", "Found", "How many", "Setting that permits it"), rows, numbers=(2,))


def _found(line: Measured) -> Iterator[tuple[str, str, str, str]]:
    counts: dict[str, int] = {}
    reasons: dict[str, tuple[str, ...]] = {}
    for sample in line.samples:
        for kinds in (*sample.at_the_end.values(), *sample.on_the_way.values()):
            for kind, number in kinds.items():
                counts[kind] = counts.get(kind, 0) + number
                reasons.setdefault(kind, sample.reasons.get(kind, ()))
    for kind, number in counts.items():
        why = items(map(prose, reasons[kind])) if reasons[kind] else "No setting permits it."
        yield tag("code", line.name), kind, words.count(number), why


def _faults(semantics: Semantics) -> Markup:
    """The faults of each path, told once where all its lines have the same."""
    told: dict[tuple[str, ...], list[str]] = {}
    for line in semantics.lines:
        told.setdefault(line.faults, []).append(line.name)
    parts = []
    for faults, names in told.items():
        listed = join((tag("code", name) for name in names), ", ")
        what = items(faults) if faults else tag("p", "Nothing.")
        parts.append(join([tag("p", listed), what]))
    return join(parts)


def _runs(semantics: Semantics) -> Markup:
    rows = [
        (
            tag("code", line.name),
            str(sample.seed),
            badge(sample.validity),
            _link(sample, sample.run or "no run"),
            join([sample.headline, _open(sample)]),
        )
        for line in semantics.lines
        for sample in line.samples
    ]
    return table(("Line", "Seed", "Verdict", "Report", "What it says"), rows, numbers=(1,))


def _open(sample: Sample) -> Markup:
    """What a run leaves open, where its headline does not say so itself."""
    told = () if sample.headline.startswith("UNKNOWN") else sample.unknowns
    return items((f"leaves open: {reason}" for reason in told), "quiet") if told else Markup()


def _again(semantics: Semantics) -> Markup:
    first = semantics.seeds[0] if semantics.seeds else 0
    return join(
        [
            tag("p", "Run it all again, under the same seeds:"),
            tag("pre", f"harness semantics --runs {len(semantics.seeds)} --seed {first}"),
            tag("p", "Render this page again from what was measured, without Docker:"),
            tag("pre", "harness semantics --from FOLDER"),
            tag("p", "Run one line alone:"),
            tag("pre", f"harness run LINE --seed {first}"),
        ]
    )
