"""The questions that are asked before a figure is seen: how they are read, and what is refused."""

import nbformat
import pytest
from IPython.core.formatters import DisplayFormatter
from small_book import code, notebook, text

from lecture.experiments import decided
from publishing import book, predictions
from publishing.errors import BookError
from publishing.predictions import Prediction

CHOICES = "\n\n- **a** four\n- **b** five, and a line\n  more\n- **c** ten"


def asking(answer, choices="", question="how\nmany?"):
    """Cells with one question, the code that shows it, and its answer."""
    return [
        text(f"## Counting\n\nCount.\n\n*Predict first: {question}*{choices}", "counting"),
        code("print(5)", "5\n"),
        text(f"<details><summary>Answer</summary>\n\n{answer}\n\n</details>\n\nThe line says it.\n\n**Learnt:** five."),
    ]


@pytest.mark.parametrize(
    ("answer", "choices", "kind", "right", "value"),
    [
        ("**b.** One each.", CHOICES, "choice", "b", None),
        ("Whichever won.", CHOICES, "choice", "", None),
        ("**Momentum** won.", CHOICES, "choice", "", None),
        ("**13.** One each.", "", "number", "13", 13),
        ("**1,500.** One each.", "", "number", "1,500", 1500),
        ("**about 0.04.** One each.", "", "number", "about 0.04", 0.04),
        ("**−2.5.** Down.", "", "number", "−2.5", -2.5),
        ("Five: one each.", "", "show", "", None),
        ("13 are enough.", "", "show", "", None),
        ("0. It cancels.", "", "show", "", None),
    ],
)
def test_a_question_is_read_with_what_is_right(answer, choices, kind, right, value):
    (read,) = predictions.read(notebook(*asking(answer, choices)), "01_sums.py")
    assert read == Prediction("counting", "how many?", kind, right)
    assert read.value == value


@pytest.mark.parametrize(
    ("answer", "choices", "reason"),
    [
        ("**b.** Five.", "\n\n- **a** four\n- **b** five", "must be followed by three choices, .* or nothing, got '- "),
        ("**b.** Five.", CHOICES + "\n- **d** eleven", "must be followed by three choices"),
        ("**b.** Five.", "\n\n- **a** four\n- **c** five\n- **b** ten", "must be followed by three choices"),
        ("**b.** Five.", "\n\n- a four\n- b five\n- c ten", "must be followed by three choices"),
        ("**b.** Five.", "\n\nThink well.", r"must be followed by three choices, .* got 'Think well\.'"),
        ("**b.** Five.", CHOICES + "\n\nThink well.", "must be followed by three choices"),
        ("**d.** Five.", CHOICES, r"has an answer that begins with 'd\.', not with \*\*a\.\*\*, "),
        ("**b** Five.", CHOICES, "has an answer that begins with 'b', not"),
        ("b. Five.", CHOICES, r"has an answer that begins with 'b\.', not"),
        ("**5.** Five.", CHOICES, r"has an answer that begins with '5\.', not"),
        ("**b.** Five.", "", r"has no choices, but an answer that begins with 'b\.'"),
        ("**13** weights.", "", r"must have an answer like \*\*13\.\*\*, .* but it has '13'"),
        ("**13 weights.**", "", r"must have an answer .* but it has '13 weights\.'"),
        ("**1,50.** Few.", "", r"must have an answer .* but it has '1,50\.'"),
    ],
)
def test_what_is_written_otherwise_is_refused_by_its_notebook_and_question(answer, choices, reason):
    with pytest.raises(BookError, match=rf"^01_sums\.py: the question 'how many\?' {reason}"):
        predictions.read(notebook(*asking(answer, choices)), "01_sums.py")


def test_a_question_must_be_answered_in_its_section_and_stand_alone_in_its_cell():
    unanswered = "has no answer: its section has no cell that begins with <details>… below it"
    for cells in (
        asking("Five.")[:2],
        [*asking("Five.")[:2], text("## Next", "next"), asking("Five.")[2]],
        [*asking("Five.")[:2], *asking("Five.")],
        [*asking("Five.")[:2], text("So.", part="Sums"), asking("Five.")[2]],
    ):
        with pytest.raises(BookError, match=unanswered):
            predictions.read(notebook(*cells), "01_sums.py")
    with pytest.raises(BookError, match="must be the only one of its cell"):
        predictions.read(notebook(*asking("Five.", "\n\n*Predict first: and now?*")), "01_sums.py")
    with pytest.raises(BookError, match="the question 'how many words, words, words, words, words, words, words, w…'"):
        predictions.read(notebook(*asking("**b.**", question=f"how many {'words, ' * 20}then?")), "01_sums.py")


def test_folded_is_what_shows_the_answer_the_answer_and_the_sentence_that_reads_it():
    cells = asking('**b.** One "each".', CHOICES, question='how many "weights" & biases?')
    cells[2].source += "\n\n*Predict first: and now?*"
    cells += [
        code("print(6)"),
        text("<details><summary>Answer</summary>\n\nSix.\n\n</details>\n\n**Learnt:** it."),
    ]
    made = notebook(*cells)
    predictions.fold(made, "01_sums.py")
    question, shows, answer, _, last, closing = [cell.source for cell in made.cells]
    assert question == (
        '## Counting\n\nCount.\n\n<div class="lecture-prediction" data-kind="choice"'
        ' data-question="counting: how many &quot;weights&quot; &amp; biases?" data-answer="b">'
        f'\n\n*Predict first: how many "weights" & biases?*{CHOICES}\n\n<div class="lecture-folded">'
    )
    assert shows == "print(5)"
    assert answer.endswith(
        "</details>\n\nThe line says it.\n\n</div></div>\n\n**Learnt:** five.\n\n"
        '<div class="lecture-prediction" data-kind="show" data-question="counting: and now?">\n\n'
        '*Predict first: and now?*\n\n<div class="lecture-folded">'
    )
    assert last.endswith("</details>\n\n**Learnt:** it.") and closing == "</div></div>"
    nbformat.validate(made)


def test_what_follows_an_answer_is_folded_up_to_the_next_heading_or_question():
    more = [code("verdicts()"), text("They say it.\n\n**Learnt:** five.")]
    for end in ([text("## Next", "next")], asking("Six."), [text("### Exercise: add")], [text("So.", part="Sums")], []):
        made = notebook(*asking("Five."), *more, *end)
        predictions.fold(made, "01_sums.py")
        assert [cell.source == "</div></div>" for cell in made.cells[:6]] == [False] * 5 + [True]


def displayed(shown):
    """A cell of code whose output is what IPython makes of a displayed object."""
    formatter = DisplayFormatter()
    formatter.active_types = ["text/plain", "text/markdown"]
    data, metadata = formatter.format(shown)
    cell = code("decided(...)")
    cell.outputs = [nbformat.v4.new_output("display_data", data, metadata=metadata)]
    return cell


def test_an_answer_without_a_letter_takes_the_one_that_the_run_has_decided():
    def answers(shown, answer="Whichever won."):
        question, shows, said = asking(answer, CHOICES)
        later = asking("Whichever lost.", CHOICES, question="and now?")
        made = notebook(question, shows, displayed(shown), said, text("## Next", "next"), *later)
        return [prediction.answer for prediction in predictions.read(made, "01_sums.py")]

    assert answers(decided(a=False, b=False, c=True)) == ["c", ""]
    assert answers(decided(a=False, b=False, c=False)) == ["", ""]
    assert answers(decided(a=True, b=False, c=False), "**b.** Always.") == ["b", ""]
    made = notebook(*(cells := asking("It says.", CHOICES))[:2], displayed(decided(a=False, b=True)), cells[2])
    predictions.fold(made, "01_sums.py")
    assert 'data-answer="b"' in made.cells[0].source


@pytest.mark.parametrize("leads", ["- Once\n- more", "With $a$,\n\n$$a = 2$$"])
def test_what_is_no_paragraph_of_its_own_leads_to_the_next_question(leads):
    first, second = asking("Five."), asking("Six.")
    first[2].source += "\n\n" + second[0].source.split("\n\n")[-1]
    first[2].source = first[2].source.replace("The line says it.", leads)
    made = notebook(*first, *second[1:])
    predictions.fold(made, "01_sums.py")
    assert f"</details>\n\n</div></div>\n\n{leads}\n\n**Learnt:**" in made.cells[2].source


def test_the_book_folds_a_copy():
    made = notebook(*asking("**about 1,500.** Many."))
    folded = book.for_the_book(made, "01_sums.py")
    assert 'data-kind="number"' in folded.cells[0].source and 'data-value="1500.0"' in folded.cells[0].source
    assert 'data-answer="about 1,500"' in folded.cells[0].source
    assert "<div" not in "".join(cell.source for cell in made.cells)
