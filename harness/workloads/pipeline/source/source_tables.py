"""The tables of the source: made, checked, filled by triggers, with the rows that must be there.

What is wrong with a table is said here, before any feed or copy starts.
"""

from collections.abc import Mapping
from contextlib import closing

from harness.history.journal import Journal
from harness.history.tables import SEQUENCE_BITS
from harness.kit.errors import UsageError
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.source import Made, RowMissingError, Source
from harness.model.rows import OLD_KEYS, ROWS_REFERRED_TO, TRIED_KEY

PREFILL, REFERRED = "prefill", "referred-rows"
TRIED = [(process << SEQUENCE_BITS) + n for process, n in ((0, 1), (1, 999), (3, 99_999), (200, 0))]
"""Versions such as writers make; each is tried in turn."""
TRIED_FIRST = 2 << SEQUENCE_BITS
"""Rows are made with versions from here on: a unique column would refuse one that comes twice."""


class SourceTables:
    """Makes the source's tables and knows how they are filled."""

    def __init__(self, workload: PipelineWorkload, source: Source, journal: Journal) -> None:
        self._workload = workload
        self._source = source
        self._journal = journal
        self._made = Made(order=(), referred=frozenset(), fillers={})
        self._referred: frozenset[str] = frozenset()
        """Tables whose rows that are referred to have yet to be written."""

    def fillers(self) -> Mapping[str, Mapping[str, str]]:
        """By table and column, what the source fills it with."""
        return self._made.fillers

    def create(self) -> None:
        """Create them, and try a row of each.

        Raises:
            UsageError: the harness could not write to a table, or would not know its rows.
        """
        self._made = self._source.create(self._workload.tables)
        self._referred = self._made.referred
        self._check_truncations()
        self._try_rows()

    def prefill(self) -> None:
        """Insert the rows that are there before any feed looks, and those that they refer to."""
        if not any(table.rows for table in self._workload.tables):
            return
        if self._referred:
            self.write_referred()
        counts = {table.name: table.rows for table in self._workload.tables}
        version = self._journal.process(PREFILL, "writer", PREFILL) << SEQUENCE_BITS
        for name in self._made.order:
            keys = range(OLD_KEYS, OLD_KEYS + counts[name])
            rows = {key: version + place for place, key in enumerate(keys)}
            version += len(rows)
            if rows:
                self._source.replace({name: rows})

    def write_referred(self) -> None:
        """Insert the rows that foreign keys refer to, once; no writer touches them."""
        referred, self._referred = self._referred, frozenset()
        if not referred:
            return
        version = self._journal.process(REFERRED, "writer", REFERRED) << SEQUENCE_BITS
        for name in self._made.order:
            if name in referred:
                rows = {key: version + key for key in _referred_keys()}
                version += len(rows)
                self._source.replace({name: rows})

    def _check_truncations(self) -> None:
        for writers in self._workload.writers:
            emptied = sorted(self._referred & set(writers.tables))
            if "truncate" in writers.mix and emptied:
                raise UsageError(
                    f"{writers.name}: truncate would empty {emptied[0]}, which a foreign key "
                    f"references, and {self._source.title} refuses that: remove truncate from "
                    f"mix, or the table from tables"
                )

    def _try_rows(self) -> None:
        """Write a row of each table, and new versions of it, and roll all of it back."""
        with closing(self._source.session()) as session:
            for name in self._made.order:
                keys = [*(_referred_keys() if name in self._referred else ()), TRIED_KEY]
                try:
                    for key in keys:
                        session.insert(name, key, TRIED_FIRST + key)
                    for version in TRIED:
                        session.update(name, TRIED_KEY, version)
                except RowMissingError:
                    raise
                except self._source.errors as error:
                    raise self._source.refused(name, error) from error
            session.rollback()


def _referred_keys() -> range:
    return range(1, ROWS_REFERRED_TO + 1)
