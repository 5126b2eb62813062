"""A small book for the tests: two notebooks, their checkout."""

import shutil

import nbformat.v4 as new
from conftest import ROOT

from lecture.explore import Paths, explore
from lecture.plots import plot_surface
from lecture.surfaces import BEALE

ADDRESS = "https://github.com/someone/lecture"


WIDE = " + ".join(f"w_{{{i}}} x_{{{i}}}" for i in range(1, 30))


ADDING = f"""## Adding

*About 20 minutes.*

The sum, see [its square](#eq-adding-2) and [how to multiply](#multiplying).

$$z = {WIDE}$$

*Predict first: is it
large?*"""


ADDED = """<details><summary>Answer</summary>

It is, as [the sum](#eq-adding) says, and so is its square:

$$
z^2 = z \\cdot z
$$

</details>

**Learnt:** to add."""


MULTIPLYING = """## Multiplying

*About 30 minutes.*

From [the sum](#eq-adding), and from $a$ as in `[code](#eq-nowhere)`:

$$a = b$$

```
[code](#eq-nowhere)

$$a$$
```"""


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def notebook(*cells):
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return new.new_notebook(
        cells=list(cells),
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}},
    )


def text(text, anchor=None, **metadata):
    return new.new_markdown_cell(text, metadata=metadata | ({"anchor": anchor} if anchor else {}))


def code(source, *outputs, tags=()):
    said = [new.new_output("stream", name="stdout", text=it) if isinstance(it, str) else it for it in outputs]
    return new.new_code_cell(source, outputs=said, execution_count=1, metadata={"tags": list(tags)} if tags else {})


def explorer():
    background = plot_surface(BEALE)

    def walk(step=5):
        return Paths(background, {"walk": [[0.1 * i, 0.1 * i] for i in range(step + 1)]})

    html = explore(walk, live=False, step=(1, 100))._repr_html_()
    return new.new_output("execute_result", {"text/html": html, "text/plain": "Page"}, execution_count=1)


def two_notebooks():
    picture = new.new_output("display_data", {"image/png": PIXEL}, metadata={"alt": "A single pixel."})
    return {
        "01_sums": notebook(
            text("# Sums\n\nWhat adding does.", "sums"),
            text(ADDING, "adding"),
            code("explore(walk)", explorer()),
            code("draw()", picture, tags=["hide-input"]),
            text(ADDED),
            code("secret = 42", tags=["remove-cell"]),
        ),
        "02_products": notebook(
            text("# Products\n\nWhat multiplying does.", "products"),
            text(MULTIPLYING, "multiplying"),
            text("## Exercises: products\n\n*About 10 minutes.*", "exercises-products"),
            text("### Exercise: Twice two\n\nHow much is it?", tags=["exercise"]),
            code('n = ...\nexercises.check("twice", n)', "Not answered yet.", tags=["exercise"]),
            code('# @title Solution\nexercises.check("twice", 2 * 2)', "Right: 4.", tags=["solution"]),
        ),
    }


INDEX = "# A small book\n\n<!-- made: explorer adding -->\n\n<!-- made: doors -->\n\n<!-- made: contents -->\n"


TEACHING = "# Teaching\n\n<!-- made: sessions -->\n\n<!-- made: exercises -->\n\n## Where\n\n<!-- made: sections -->\n"


TOC = """format: jb-book
root: index
parts:
  - caption: Chapters
    numbered: 1
    chapters:
      - file: notebooks/01_sums
      - file: notebooks/02_products
  - caption: More
    chapters:
      - file: teaching
"""


def checkout(root, *, index=INDEX, repository=None):
    (root / "book").mkdir()
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    (root / "book" / "index.md").write_text(index)
    (root / "book" / "teaching.md").write_text(TEACHING)
    (root / "_toc.yml").write_text(TOC)
    shutil.copy(ROOT / "_config.yml", root)
    if repository:
        (root / "pyproject.toml").write_text(f'[project.urls]\nrepository = "{repository}"\n')
    return root
