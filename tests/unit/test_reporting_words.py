"""The words that a page uses are explained on it."""

from harness.model.glossary import TERMS
from harness.reporting.page.glossary import used_in
from harness.reporting.page.markup import Markup, table


def test_a_page_explains_the_words_that_it_uses() -> None:
    words = used_in(Markup("<p class='drain'>Two hops, one of them stale.</p>"))
    assert f"<dt>hop</dt><dd>{TERMS['hop'].meaning.partition('`')[0]}" in words
    assert "drain" not in words, "an attribute is not text"


def test_a_verdict_is_a_word_in_capitals_only() -> None:
    assert "VALID" not in used_in(Markup("a valid setting"))
    assert "VALID" in used_in(Markup("VALID"))


def test_a_column_shows_the_meaning_of_its_title() -> None:
    page = table(("Inherited", "Notes"), [("1", "none")])
    assert f'<abbr title="{TERMS["inherited"].meaning}">Inherited</abbr>' in page
    assert "<th>Notes</th>" in page
