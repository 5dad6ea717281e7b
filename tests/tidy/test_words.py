"""Words: messages and documents use the glossary's, and the field's, in short sentences."""

import re
from collections.abc import Iterator

import pytest

from harness.model.facts import FAULT_EVENTS
from harness.model.glossary import AVOIDED, ORDINARY, SECTIONS, TERMS
from harness.model.verdict import Validity
from harness.reporting.page.hop_table import HEAD
from tests.tidy.words import documents, interface, messages, sentences

SENTENCE_WORDS_MAX = 32
ACRONYM = re.compile(r"(?<![\w.`=$/-])[A-Z]{2,}(?![\w.`=/-])")
PROSE = tuple(
    f"harness/{package}"
    for package in ("checkers/", "cli/", "engine/", "faults/", "model/", "plugin", "reporting/")
)
"""Code whose capitals are acronyms."""
FORBIDDEN = {
    **AVOIDED,
    **{pattern: term.name for term in TERMS.values() for pattern in term.avoid},
}
"""What must not be written, with what to write instead."""


def found(pattern: str) -> Iterator[str]:
    """Where a message, a document or a docstring of the interface matches `pattern`."""
    for place, text in (*messages(), *documents(), *interface()):
        if match := re.search(pattern, text, re.IGNORECASE):
            yield f"{place}: {text[max(0, match.start() - 40) : match.end() + 40]!r}"


def test_there_is_something_to_read() -> None:
    assert len(messages()) > 2000
    assert len(interface()) > 100
    assert {"README.md", "docs/glossary.md"} <= {path for path, _ in documents()}


@pytest.mark.parametrize("pattern", FORBIDDEN, ids=range(len(FORBIDDEN)))
def test_a_word_to_avoid_is_avoided(pattern: str) -> None:
    assert list(found(pattern)) == [], f"write: {FORBIDDEN[pattern]}"


def test_a_word_to_avoid_would_be_found() -> None:
    text = "2 faults bit and healed; nobody saw it, whoever looked"
    assert sum(bool(re.search(pattern, text)) for pattern in FORBIDDEN) >= 2


def test_an_acronym_is_in_the_glossary() -> None:
    known = (
        {word for name in TERMS for word in name.split()}
        | set(ORDINARY)
        | {each.value for each in Validity}
    )
    # Systems and scenarios contain SQL, and the catalogue quotes it.
    texts = [each for each in messages() if each[0].startswith(PROSE)]
    texts += [each for each in documents() if each[0] != "docs/catalogue.md"]
    unknown = {
        word: place
        for place, text in texts
        for word in ACRONYM.findall(re.sub(r"`[^`]*`", "", text))
        if word not in known
    }
    assert unknown == {}, "add it to harness/model/glossary.py"


def test_what_pages_call_things_is_in_the_glossary() -> None:
    columns = {word.lower() for word in HEAD[1:]} - {"repeated", "reordered", "stale"}
    phases = {"baseline", "chaos", "settle", "drain", "capture"}
    verdicts = {each.value for each in Validity}
    assert columns | phases | verdicts | {"hop", "fault", "heal"} <= set(TERMS)
    assert "confirmed" in FAULT_EVENTS.values()


@pytest.mark.parametrize("path", [path for path, _ in documents()])
def test_sentences_are_short(path: str) -> None:
    text = dict(documents())[path]
    long = [each for each in sentences(text) if len(each.split()) > SENTENCE_WORDS_MAX]
    assert long == []


def test_a_meaning_is_one_short_sentence() -> None:
    for term in TERMS.values():
        assert re.fullmatch(r"[A-Z`].*[^.]\.", term.meaning), term
        assert len(term.meaning.split()) <= 20, term
    assert len(TERMS) == sum(len(terms) for terms in SECTIONS.values()), "each word once"


def test_a_term_is_in_use() -> None:
    texts = (*messages(), *documents(), ("a page", " ".join(HEAD)))
    text = " ".join(text.lower() for place, text in texts if place != "docs/glossary.md")
    assert [name for name in TERMS if name.lower() not in text] == []
