"""The glossary: each word in one sentence, and no word in a chapter before the section that explains it."""

import re

import pytest
from conftest import ROOT

from publishing.notebooks import from_source, sources
from publishing.outline import by_section

ENTRY = re.compile(r"^\[(.+?)\]\(#([\w-]+)\)\n: (.+(?:\n  .+)*)$", re.MULTILINE)
GLOSSARY = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
ENTRIES = [(word, anchor, " ".join(text.split())) for word, anchor, text in ENTRY.findall(GLOSSARY)]
FORMS = {
    "dead": r"\*dead\*|dead units?",
    "Glorot's variance": "Glorot(?!, X| et al)",
    "He's variance": "He's",
    "L1 penalty": "L1",
    "standardized": "[Ss]tandardiz(ed?|ing)",
    "stationary point": "stationary",
    "test set": "test (set|images)",
    "validation set": "validation (set|images)",
}
TABLES = re.compile(r"notation|references-\d+")  # lists for looking things up, from every chapter
LINK = re.compile(r"\[[^\]\[]*\]\([^)\s]*\)")
CONTENTS = "1. **["  # how the list of a chapter's parts begins, which says what is to come


def pattern(word):
    """What finds a word of the glossary in a text: any case, one or many, over the end of a line."""
    form = FORMS.get(word, re.escape(word).replace(r"\ ", r"[\s-]+") + "s?")
    return re.compile(rf"(?<![\w-])(?:{form})(?!\w)", re.IGNORECASE if word not in FORMS else 0)


def told(cell, anchor="nowhere"):
    """What a cell says in words: its text without code, formulas, links, and paragraphs that lead to ``anchor``.

    Of code that is shown, the comments.
    """
    if cell.cell_type == "markdown":
        parts = cell.source.split("\n\n")
        text = "\n\n".join(part for part in parts if f"(#{anchor})" not in part and not part.startswith(CONTENTS))
        return re.sub(r"`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", " ", LINK.sub(" ", text), flags=re.DOTALL)
    shown = "hide-input" not in cell.metadata.get("tags", []) and "colab" not in cell.metadata.get("tags", [])
    return "\n".join(re.findall(r"(?:^|\s)#\s(.*)$", cell.source, re.MULTILINE)) if shown else ""


def read_before(cells, anchor):
    """The cells that a reader of all chapters has read before a section, without lists for looking things up."""
    for where, cell in cells:
        if where == anchor:
            return
        if not TABLES.fullmatch(where):
            yield cell


def too_early(cells, word, anchor):
    """Where a word stands before the section that explains it, without a link, with the words around it."""
    texts = [told(cell, anchor) for cell in read_before(cells, anchor)]
    return [
        " ".join(text[max(0, found.start() - 40) : found.end() + 40].split())
        for text in texts
        for found in pattern(word).finditer(text)
    ]


@pytest.fixture(scope="module")
def cells():
    """(anchor, cell) of all chapters, in the order in which they are read."""
    return [
        (anchor, cell) for source in sources(ROOT / "notebooks") for anchor, _, cell in by_section(from_source(source))
    ]


def test_every_entry_is_read_in_order_and_once():
    words = [word for word, _, _ in ENTRIES]
    assert len(words) == GLOSSARY.count("\n: ") >= 40
    assert words == sorted(words, key=str.lower) and len(set(map(str.lower, words))) == len(words)


@pytest.mark.parametrize(("word", "anchor", "text"), ENTRIES, ids=[word for word, _, _ in ENTRIES])
def test_a_word_is_explained_in_one_plain_sentence(word, anchor, text):
    assert text[0].isupper() and text.endswith(".") and ". " not in text and len(text) < 200


@pytest.mark.parametrize(("word", "anchor", "text"), ENTRIES, ids=[word for word, _, _ in ENTRIES])
def test_the_section_that_an_entry_names_has_the_word(cells, word, anchor, text):
    section = [told(cell) for where, cell in cells if where == anchor]
    assert section, f"no section #{anchor}"
    assert any(pattern(word).search(each) for each in section)


@pytest.mark.parametrize(("word", "anchor", "text"), ENTRIES, ids=[word for word, _, _ in ENTRIES])
def test_no_word_is_used_before_it_is_explained(cells, word, anchor, text):
    assert too_early(cells, word, anchor) == []


def _cell(source, kind="markdown", **metadata):
    from nbformat.v4 import new_code_cell, new_markdown_cell

    return (new_markdown_cell if kind == "markdown" else new_code_cell)(source, metadata=metadata)


def test_a_word_that_comes_too_early_is_found_and_a_link_is_not():
    here = [
        ("a", _cell("It ends in a softmax.")),
        ("b", _cell("Two\nlogits, and\n\na logit, as [there](#c), and a [logit](#d).")),
        ("b", _cell("# Take the logit.\nx = logit(x)", "code")),
        ("b", _cell("# A logit.", "code", tags=["hide-input"])),
        ("notation", _cell("A logit.")),
        ("c", _cell("A *logit* is a sum.")),
    ]
    assert too_early(here, "logit", "c") == ["Two logits, and", "Take the logit."]
    assert too_early(here, "softmax", "a") == []
    assert too_early([("a", _cell("A hidden\nlayer.")), ("c", _cell("x"))], "hidden layer", "c") == ["A hidden layer."]
    assert too_early([("a", _cell("A logit, see [there](#c).")), ("c", _cell("A logit."))], "logit", "c") == []
