"""Prose that names a measured effect follows from the numbers: it stands in a ``claim(...)`` cell, not in a text."""

import ast
import re

import pytest
from conftest import ROOT

EFFECT = re.compile(
    r"\b(better|worse|faster|slower|sooner|(more|less) accurate|(higher|lower)(?! (row|panel|left|right))|"
    r"(help|hurt|gain|beat|cost|drop|grow|shrink|improve|outperform)s?|(help|gain|drop|improv|outperform)ed|"
    r"fall(s|en)?(?! into)|fell|rises?|rose|grew|shr[au]nk|wins?|won|loses?|lost)\b",
    re.IGNORECASE,
)
RESULT = re.compile(
    r"\b(above|here|ours|measured|in (this|the last|both) runs?|"
    r"(our|these|all|both|most|some|few|every|no) (of them|networks?|models?|runs?|seeds?|numbers|trials?)|"
    r"(this|the|last|short) (figure|plot|table|curves?|run|page)|\w+ panel|we (find|found|see|measure)|factor of)\b"
    r"|\b0\.\d|\d ?%",
    re.IGNORECASE,
)
CHAPTERS = sorted(path for path in (ROOT / "notebooks").glob("*.py"))


def cells(text):
    """The cells of a notebook's source: pairs of "code" or "markdown" and the text of the cell."""
    parts = re.split(r"^# %%(.*)\n", text, flags=re.MULTILINE)[1:]
    for options, body in zip(parts[::2], parts[1::2]):
        is_text = options.strip().startswith("[markdown]")
        yield ("markdown", re.sub(r"^# ?", "", body, flags=re.MULTILINE)) if is_text else ("code", body)


def sentences(markdown):
    """The sentences of a text, without headings, formulas, code and questions."""
    text = re.sub(r"^#.*$|^```.*?^```|\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|<[^>]*>", " ", markdown, flags=re.MULTILINE | re.S)
    for paragraph in re.split(r"\n\s*\n|\n\s*(?:[-*]|\d+\.) ", text):
        for sentence in re.split(r"(?<=[.!?])\W*\s(?=\W*[A-Z])", " ".join(paragraph.split())):
            if not sentence.rstrip("* ").endswith("?"):
                yield sentence


def shows_a_result(code):
    """Whether a cell ends with an expression that is shown, or prints."""
    statements = ast.parse(re.sub(r"^\s*[%!].*$", "", code, flags=re.MULTILINE)).body
    return bool(statements) and isinstance(statements[-1], ast.Expr)


def unclaimed(text):
    """Sentences that follow a result, name an effect and point to the result, where no claim stands between."""
    last = ""
    for kind, body in cells(text):
        if kind == "code":
            last = body
        elif last and shows_a_result(last) and "claim(" not in last:
            yield from (each for each in sentences(body) if EFFECT.search(each) and RESULT.search(each))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_chapter_tells_an_effect_that_another_run_may_not_show(path):
    found = list(unclaimed(path.read_text(encoding="utf-8")))
    listing = "\n".join(found)
    assert not found, f"{len(found)} sentences; put them into claim(...):\n{listing}"


RESULT_CELL = "# %%\nplots.plot_result(result)\n"


@pytest.mark.parametrize(
    "sentence",
    [
        "The deeper network does better here.",
        "As the figure shows, the error falls with the width.",
        "In this run Adam was faster, by a factor of two.",
        "With momentum, all networks\n# improve.",
        "<details><summary>Answer</summary>\n#\n# No. Dropout helped in both runs.\n#\n# </details>",
        "- The first. Accuracy rises in the left panel.",
    ],
)
def test_a_told_effect_is_found(sentence):
    assert len(list(unclaimed(f"{RESULT_CELL}\n# %% [markdown]\n# {sentence}\n"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"{RESULT_CELL}\n# %% [markdown]\n# *Predict first: which network is better here?*\n",
        f"{RESULT_CELL}\n# %% [markdown]\n# ## Better networks here\n#\n# We train two of them.\n",
        f"{RESULT_CELL}\n# %% [markdown]\n# Each line in the figure is one network.\n",
        f"{RESULT_CELL}\n# %% [markdown]\n# A larger batch costs more memory.\n",
        f"{RESULT_CELL}\n# %%\nclaim(gain, 'gain')\n\n# %% [markdown]\n# That it helps here was the claim.\n",
        "# %%\nx = 3\n\n# %% [markdown]\n# The formula above is better.\n",
        "# %% [markdown]\n# Accuracy is higher in the figure of chapter 1.\n",
    ],
)
def test_questions_headings_claims_and_what_is_not_measured_are_left_alone(text):
    assert not list(unclaimed(text))
