"""What operations on topics asked for or saw, in words."""

from collections.abc import Iterator

import polars as pl

from harness.history.history import History
from harness.model.administration import as_setting
from harness.reporting.words import listed


def topic_parts(history: History, wanted: pl.Series) -> Iterator[tuple[int, str, str]]:
    """Of each wanted operation, topic by topic: its index, what it asked or saw, and the topic.

    A list is told in one piece: the topics that it has.
    """
    names = dict(history.subjects.iter_rows())
    asked = history.aspects.filter(pl.col("op").is_in(wanted.implode())).join(
        history.operations.select("op", "f"), on="op", maintain_order="left"
    )
    lists = asked.filter(pl.col("f") == "list")
    for op, subjects in (
        lists.group_by("op", maintain_order=True)
        .agg(pl.col("subject").filter(pl.col("value") == 1))
        .iter_rows()
    ):
        there = [names.get(subject, "?") for subject in subjects]
        yield op, listed(there, 8) if there else "no topic", ""
    others = asked.filter(pl.col("f") != "list")
    for op, subject, aspects, values in (
        others.group_by("op", "subject", maintain_order=True).agg("aspect", "value").iter_rows()
    ):
        words = [
            as_setting(aspect, value)
            for aspect, value in zip(aspects, values, strict=True)
            if aspect != "exists"
        ]
        yield op, ", ".join(words) or "nothing", names.get(subject, "?")
