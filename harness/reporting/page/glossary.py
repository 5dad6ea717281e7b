"""The words of the harness that a page uses, with their meanings."""

import html
import re

from harness.model.glossary import SECTIONS
from harness.reporting.page.markup import Markup, join, prose, tag

_TAG = re.compile(r"<[^>]*>")


def used_in(page: Markup) -> Markup:
    """A list of the terms that the text of `page` contains, in the order of the glossary."""
    text = html.unescape(_TAG.sub(" ", page))
    used = (
        term
        for terms in SECTIONS.values()
        for term in terms
        if re.search(rf"\b{re.escape(term.name)}s?\b", text, _case(term.name))
    )
    pairs = (join([tag("dt", term.name), tag("dd", prose(term.meaning))]) for term in used)
    return tag("dl", *pairs, class_="words")


def _case(name: str) -> re.RegexFlag:
    """`chaos` may begin a sentence; `VALID` is a verdict only in capitals."""
    return re.IGNORECASE if name.islower() else re.NOFLAG
