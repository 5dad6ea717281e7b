"""The catalogue of everything that has a name, as Markdown, read from the registries themselves."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal, get_args, get_origin

import msgspec

from harness.backends.fake.bugs.bug import BUGS
from harness.checkers.checker import CHECKERS
from harness.checkers.kind import KINDS
from harness.checkers.verdict.claims import CLAIMS
from harness.engine.catalogue.scenarios import controls, scenarios
from harness.faults.fault import FAULTS
from harness.history.tables import HISTORY, Column
from harness.kit import errors
from harness.kit.errors import UsageError
from harness.model.codec import write_atomically
from harness.model.topology import Topology
from harness.model.value import Value
from harness.shipped import HOME
from harness.systems.blueprint import SERVICE_KINDS

ARCHITECTURE = HOME / "ARCHITECTURE.md"
BEGIN = "<!-- catalogue begins: `harness catalogue --write` -->"
END = "<!-- catalogue ends -->"
NEVER = "nothing: concurrent senders share a log"
Row = Sequence[str]


def catalogue() -> str:
    """Every table, in the order in which a run meets what they list."""
    return "\n\n".join(
        (
            _table("Scenarios", ("name", "about", "claims"), _scenarios()),
            _table("Controls", ("id", "grade", "good, bad", "shows", "how forced"), _controls()),
            _table("Services", ("kind", "what it is", "links"), _services()),
            _table("Faults", ("kind", "what it does", "settings"), _faults()),
            _table("Claims", ("claim", "what must hold", "contradicted by"), _claims()),
            _table("Anomalies", ("kind", "meaning", "contradicts", "planted by"), _anomalies()),
            _table("Checkers", ("name", "what must hold"), _checkers()),
            _table("Planted bugs of the fakes", ("name", "what goes wrong", "shows"), _bugs()),
            _table("Tables of a history", ("name", "a row is", "columns"), _tables()),
            _table("Errors", ("error", "exit status", "when"), error_rows()),
            _last_paragraph(errors.__doc__),
        )
    )


def with_catalogue(text: str) -> str:
    """`text` with what stands between the two markers replaced by the catalogue of now.

    Raises:
        UsageError: the markers are not there.
    """
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise UsageError(f"there is no place for the catalogue: it goes between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{catalogue()}\n{END}{after}"


def write_catalogue(path: Path = ARCHITECTURE) -> bool:
    """Bring the catalogue in the file at `path` up to date; whether that changed anything.

    Raises:
        UsageError: the file or the markers in it are not there.
    """
    if not path.is_file():
        raise UsageError(f"there is no {path.name} beside the package: this is not a checkout")
    old = path.read_text()
    new = with_catalogue(old)
    write_atomically(path, new.encode())
    return new != old


def _scenarios() -> Iterable[Row]:
    for name, scenario in scenarios().items():
        yield f"`{name}`", scenario.about, ", ".join(scenario.claims)


def _controls() -> Iterable[Row]:
    for each in controls():
        pair = _code((each.good.name, each.bad.name))
        yield each.id, each.grade, pair, _code(each.shows), each.forced


def _services() -> Iterable[Row]:
    for name, kind in SERVICE_KINDS.items():
        traffic = sorted({link.traffic for link in kind.links(Topology())})
        yield f"`{name}`", _module_line(kind.services), ", ".join(traffic)


def _faults() -> Iterable[Row]:
    for name, fault in FAULTS.items():
        yield f"`{name}`", _first_line(type(fault).__doc__), _settings(fault.settings)


def _settings(kind: type[Value]) -> str:
    return ", ".join(
        f"`{field.name}={field.default}`{_choices(field.type)}"
        for field in msgspec.structs.fields(kind)
    )


def _choices(annotation: object) -> str:
    if get_origin(annotation) is not Literal:
        return ""
    return f" ({' or '.join(str(choice) for choice in get_args(annotation))})"


def _claims() -> Iterable[Row]:
    for name, claim in CLAIMS.items():
        yield f"`{name}`", claim.sentence, _code(claim.contradicted_by)


def _anomalies() -> Iterable[Row]:
    for name, kind in KINDS.items():
        planted = [bug for bug, planting in BUGS.items() if name in planting.shows]
        yield f"`{name}`", kind.meaning, kind.claim or NEVER, _code(planted)


def _checkers() -> Iterable[Row]:
    # What must hold is the module's own first sentence; the function says what it looks for.
    for name, checker in CHECKERS.items():
        yield f"`{name}`", _module_line(checker)


def _bugs() -> Iterable[Row]:
    for name, bug in BUGS.items():
        yield f"`{name}`", _first_line(bug.about), _code(bug.shows)


def _tables() -> Iterable[Row]:
    for name, table in HISTORY.items():
        yield f"`{name}`", table.about, "; ".join(map(_column, table.columns))


def _column(column: Column) -> str:
    kind = f"words of {column.name}" if column.words else column.to or str(column.type)
    about = f" ({column.about})" if column.about else ""
    return f"`{column.known_as}` {kind}{' or absent' * column.optional}{about}"


def error_rows() -> Iterable[Row]:
    """Every error: its name, the exit status that a command ends with, and when."""
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.HarnessError):
            yield f"`{name}`", str(kind.exit_status), _first_line(kind.__doc__)


def _module_line(function: Callable[..., object]) -> str:
    module = inspect.getmodule(function)
    return _first_line(module.__doc__ if module else None)


def _first_line(text: str | None) -> str:
    return inspect.cleandoc(text or "").partition("\n")[0]


def _last_paragraph(text: str | None) -> str:
    return inspect.cleandoc(text or "").rpartition("\n\n")[2].replace("\n", " ")


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(title: str, head: Row, rows: Iterable[Row]) -> str:
    lines = [f"### {title}", "", _row(head), "|" + "---|" * len(head), *map(_row, rows)]
    return "\n".join(lines)


def _row(cells: Row) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
