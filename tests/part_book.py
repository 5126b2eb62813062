"""A book of two chapters for the tests, one of them in three parts, with all that is wide, coloured or folded."""

import small_book
from small_book import PIXEL, WIDE, code, notebook, text

from lecture.network import layout
from lecture.plots import plot_network

COLOURS = r"$$c = {\color{#D55E00} a} + {\color{#0072B2} b} + {\color{#009E73} d}$$"
LONG_NAME = "experiments.convergence." + "run" * 30 + "(objective='cross-entropy')"
TABLE = "\n".join(
    ["| " + " | ".join(f"a_long_heading_{n}" for n in range(12)) + " |", "|" + " - |" * 12, "| 1" * 12 + " |"]
)
HTML = f"<table><tr>{''.join(f'<th>a_long_heading_{n}</th>' for n in range(12))}</tr></table>"

TOC = (
    small_book.TOC.replace("01_sums", "01_powers")
    .replace("02_products", "02_roots")
    .replace("file: teaching", "file: teaching\n      - file: gallery")
)


def _drawing():
    import base64
    import io

    buffer = io.BytesIO()
    plot_network(layout([3, 4, 2])).figure.savefig(buffer, format="png", dpi=300)
    return base64.b64encode(buffer.getvalue()).decode()


def _shown(kind, content, **metadata):
    return small_book.new.new_output("display_data", {kind: content}, metadata=metadata)


ARRAY = f"[[{'  1.25' * 12}]\n [{'  0.75' * 12}]]\n"
SENTENCE = "A sentence that is printed is longer than a phone is wide, and goes on in the next line."


def notebooks():
    """The two chapters, executed."""
    picture = _shown("image/png", _drawing(), alt="A net of nine units.")
    powers = notebook(
        text("# Powers\n\nWhat powers do.", "powers", part="Squares"),
        text(
            f"## Squares\n\n*About 20 minutes.*\n\n{COLOURS}\n\nSee [cubes](#cubes) and [its rule](#eq-cubes).",
            "squares",
        ),
        code("draw(3)\n# a remark\nfor n in range(3):\n    print('x', n, True)", picture, "4\n"),
        text(
            "## Cubes\n\n*About 25 minutes.*\n\n$$c = d^3$$\n\nBack to [squares](#eq-squares).", "cubes", part="Cubes"
        ),
        code("explore(walk)", small_book.explorer()),
        text(f"It is `{LONG_NAME}`.\n\n{TABLE}\n\n$$z = {WIDE}$$", "wide"),
        code("table()", _shown("text/html", HTML)),
        code("print(rows)", ARRAY),
        code("print(sentence)", f"{SENTENCE}\n"),
        text("## Exercises\n\n*About 10 minutes.*", "exercises-powers", part="More"),
        text("### Exercise: Two cubed\n\nHow much?", tags=["exercise"]),
        code("n = ...\nexercises.check('cube', n)", "Not answered yet.", tags=["exercise"]),
        code("# @title Solution\nexercises.check('cube', 8)", "Right: 8.", tags=["solution"]),
        text("## Roots again\n\n$$r = s$$", "again"),
    )
    pixel = _shown("image/png", PIXEL, alt="A pixel.")
    roots = notebook(
        text("# Roots\n\nWhat roots do.\n\nUnlike [cubes](#eq-cubes).\n\n$$r = 2$$", "roots"), code("draw()", pixel)
    )
    return {"01_powers": powers, "02_roots": roots}


def checkout(root, **more):
    """A checkout of it."""
    small_book.checkout(root, **more)
    (root / "_toc.yml").write_text(TOC)
    (root / "book" / "index.md").write_text("# A small book\n\n<!-- made: contents -->\n")
    return root
