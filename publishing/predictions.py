"""Predict first: the questions of a notebook and their answers, and how the book folds what answers them.

A question ends its cell. Below it stand three choices or nothing; a choice is right whose letter the answer begins
with, and without choices the number that it begins with, if it begins with one::

    *Predict first: how many weights?*          *Predict first: how many weights?*

    - **a** four
    - **b** five
    - **c** ten

    <details><summary>Answer</summary>          <details><summary>Answer</summary>

    **b.** One for each …                       **1,500.** One for each …

The answer ``**about 0.04.**`` takes a tenth more or less. A measurement whose winner may differ has three choices and
an answer that begins with none; then the choice is right that an output above the answer names
(`lecture.experiments.decided`), if one does.
"""

import html
import re
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import nbformat

from publishing.errors import BookError
from publishing.outline import PART, QUESTION, by_section, title

ANSWER = "<details><summary>Answer</summary>\n\n"
LETTERS = ("a", "b", "c")

_CHOICE = re.compile(r"- \*\*(\w+)\*\* \S.*(?:\n +\S.*)*")
_BOLD = re.compile(r"\*\*(.+?)\*\*|([A-Za-z][.:)])\s")
_LETTER = re.compile(r"\(?[A-Za-z]\)?\W?")
_NUMBER = re.compile(r"(about )?([-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\.")
_CLOSING = "</div></div>"
_WANTED = "three choices, - **a** …, - **b** … and - **c** …, or nothing"


@dataclass(frozen=True)
class Prediction:
    """What a reader is asked before the figure is seen.

    Attributes
    ----------
    anchor : str
        Of its section.
    question : str
        On one line, without "Predict first".
    kind : str
        ``"choice"`` of three, ``"number"`` to be typed, or ``"show"``: it offers neither yet.
    answer : str
        The right letter, or the right number as the answer writes it (``"about 1,500"``); empty where nothing is right
        or wrong, or no run has decided it yet.
    """

    anchor: str
    question: str
    kind: str
    answer: str

    @property
    def value(self) -> float | None:
        """The right number; None where the answer is none."""
        if self.kind != "number":
            return None
        return float(self.answer.removeprefix("about ").replace(",", "").replace("−", "-"))


def read(notebook: Any, name: str) -> list[Prediction]:
    """Return the questions of a notebook in their order, each with its answer.

    Parameters
    ----------
    notebook : notebook
        With outputs or without.
    name : str
        Of its source, for the error.

    Raises
    ------
    BookError
        If a question has no answer in its section, or one of the two is not written as above. The sentence names the
        notebook and the question.
    """
    return [prediction for prediction, _, _ in _asked(notebook, name)]


def fold(notebook: Any, name: str) -> None:
    """Mark, in place, what the book's pages fold until a question is answered (``_static/predictions.js``).

    Folded is all below the question up to the next heading, for it shows the answer, or reads it, or says what was
    learnt. If another question comes first, what leads to that one stays: the paragraphs above it in its cell, without
    the one that reads the answer before it.

    Raises
    ------
    BookError
        As `read`.
    """
    for prediction, question, answer in list(_asked(notebook, name)):
        start = next(QUESTION.finditer(question.source)).start()
        question.source = (
            f"{question.source[:start]}{_opening(prediction)}\n\n{question.source[start:].rstrip()}\n\n"
            '<div class="lecture-folded">'
        )
        folded, rest = _parted(answer.source)
        if rest:
            answer.source = f"{folded}\n\n{_CLOSING}\n\n{rest}"
        else:
            at = next(at for at, cell in enumerate(notebook.cells) if cell is answer) + 1
            at += sum(1 for _ in takewhile(_goes_on, notebook.cells[at:]))
            notebook.cells.insert(at, nbformat.v4.new_markdown_cell(_CLOSING, id=f"{question.id}-closed"))


def _asked(notebook, name):
    """Yield (prediction, cell of the question, cell of the answer)."""
    waiting = asking = None
    measured = ""
    for anchor, _, cell in by_section(notebook):
        if cell.cell_type != "markdown":
            measured = _measured(cell) or measured
            continue
        if waiting and cell.source.startswith(ANSWER):
            prediction = _prediction(*waiting, cell.source.removeprefix(ANSWER), name)
            if prediction.kind == "choice" and not prediction.answer:
                prediction = replace(prediction, answer=measured)
            yield prediction, asking, cell
            waiting = None
        questions = list(QUESTION.finditer(cell.source))
        if waiting and not _goes_on(cell):
            break
        if len(questions) > 1:
            raise _refusal(name, questions[0][1], "must be the only one of its cell")
        if questions:
            waiting, asking, measured = (anchor, questions[0]), cell, ""
    if waiting:
        raise _refusal(
            name, waiting[1][1], "has no answer: its section has no cell that begins with <details>… below it"
        )


def _measured(cell):
    """The letter that the outputs of a cell name as right; empty if none does."""
    shown = [output.get("metadata", {}).get("text/markdown", {}) for output in cell.get("outputs", [])]
    return next(filter(None, (each.get("decided", "") for each in shown)), "")


def _prediction(anchor, asked, answer, name):
    """A question (a match in its cell) and its answer, if they are written in the agreed form."""
    question, below = " ".join(asked[1].split()), asked.string[asked.end() :].strip()
    if below:
        choices = [_CHOICE.fullmatch(part) for part in re.split(r"\n(?=- )", below)]
        if tuple(choice and choice[1] for choice in choices) != LETTERS:
            raise _refusal(name, question, f"must be followed by {_WANTED}, got {_short(below)!r}")
        return Prediction(anchor, question, "choice", _letter(answer, question, name))
    number = _number(answer, question, name)
    return Prediction(anchor, question, "number" if number else "show", number)


def _letter(answer, question, name):
    """The letter that an answer begins with; empty if it begins with words."""
    first = _first(answer)
    if first in [f"{letter}." for letter in LETTERS] and answer.startswith(f"**{first}**"):
        return first[0]
    if _LETTER.fullmatch(first) or _looks_like_a_number(first):
        raise _refusal(name, question, f"has an answer that begins with {first!r}, not with **a.**, **b.** or **c.**")
    return ""


def _number(answer, question, name):
    """The number that an answer begins with, as it is written; empty if it begins with words."""
    first = _first(answer)
    number = _NUMBER.fullmatch(first)
    if number:
        return first[:-1]
    if _LETTER.fullmatch(first):
        raise _refusal(name, question, f"has no choices, but an answer that begins with {first!r}")
    if _looks_like_a_number(first):
        raise _refusal(
            name, question, f"must have an answer like **13.**, **1,500.** or **about 0.04.**, but it has {first!r}"
        )
    return ""


def _first(answer):
    """What an answer begins with in bold, or as a letter with a full stop; empty for other words."""
    found = _BOLD.match(answer)
    return (found[1] or found[2]) if found else ""


def _looks_like_a_number(text):
    return bool(re.match(r"(about )?[-−]?[\d.]", text))


def _refusal(name, question, reason):
    return BookError(f"{name}: the question {_short(question)!r} {reason}.")


def _short(text):
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"


def _opening(prediction):
    """The tag that says on the page what is asked, under which name it is remembered, and what is right."""
    said = {
        "kind": prediction.kind,
        "question": f"{prediction.anchor}: {prediction.question}",
        "answer": prediction.answer,
    }
    if prediction.kind == "number":
        said["value"] = repr(prediction.value)
    attributes = "".join(f' data-{key}="{html.escape(value)}"' for key, value in said.items() if value)
    return f'<div class="lecture-prediction"{attributes}>'


def _parted(text):
    """The cell of an answer as far as it is folded, and the rest, which leads to the next question; mostly empty."""
    end = text.index("</details>") + len("</details>")
    after = text[end:].strip()
    if not re.search(r"^#+ |^\*Predict first:", after, re.MULTILINE):
        return text, ""
    reading, _, rest = after.partition("\n\n")
    if re.match(r"\*Predict first:|[-#|`<>$]|\d+\.", reading) or rest.startswith("$$"):  # no paragraph of its own
        return text[:end], after
    return f"{text[:end]}\n\n{reading}", rest


def _goes_on(cell):
    """Whether a cell below an answer belongs to it: no heading, no question, no next page."""
    is_text = cell.cell_type == "markdown"
    return PART not in cell.metadata and not (is_text and (title(cell.source) or QUESTION.search(cell.source)))
