"""A small book that asks: a question of each kind, with what answers it."""

import nbformat.v4 as new
from small_book import INDEX, PIXEL, checkout, code, explorer, notebook, text

from publishing import book

TOC = "format: jb-book\nroot: index\nchapters:\n  - file: notebooks/01_asking\n"
LETTER = (
    "## Weights\n\n*Predict first: with four inputs, how many numbers\ndoes a unit learn?*\n\n"
    "- **a** four, one for each\n- **b** five, $n + 1$ of them, with a line that is long enough to need a second one"
    " on a phone\n- **c** sixteen"
)
WINNER = "*Predict first: which wins?*\n\n- **a** the first\n- **b** the second\n- **c** neither"
NUMBER = "## Counting\n\n*Predict first: how many weights has the whole network?*"
ABOUT = "*Predict first: how large is the loss?*"
SHOW = "## Walking\n\n*Predict first: what will it look like?*"


def answer(answer, reading, *rest):
    said = ["<details><summary>Answer</summary>", answer, "</details>", reading, *rest]
    return text("\n\n".join(said))


def asking():
    """The notebook with the questions."""
    picture = new.new_output("display_data", {"image/png": PIXEL}, metadata={"alt": "A single pixel."})
    return notebook(
        text("# Asking\n\nWhat asking does.", "asking"),
        text(LETTER, "weights"),
        code("print(4 + 1)", "4 + 1 = 5\n"),
        answer("**b.** Five: see\n\n$$n + 1$$", "The line adds the bias.", "Then another question.", WINNER),
        code("print('race')", "the second, today\n"),
        answer("The second, this time.", "The line names it.", "**Learnt:** to count."),
        text(NUMBER, "counting"),
        code("draw()", picture, tags=["hide-input"]),
        answer("**1,500.** One each.", "The figure counts them.", ABOUT),
        code("print(0.04)", "0.041\n"),
        answer("**about 0.04.** Small.", "The line has it.", "**Learnt:** to guess."),
        text(SHOW, "walking"),
        code("explore(walk)", explorer()),
        answer("Like a walk.", "The picture walks.", "**Learnt:** to walk."),
    )


def built(root):
    """The folder of the pages."""
    checkout(root, index=INDEX.replace("explorer adding", "explorer walking"))
    (root / "book" / "teaching.md").unlink()
    (root / "_toc.yml").write_text(TOC)
    return book.assemble(root, {"01_asking": asking()}, root / "_build").parent
