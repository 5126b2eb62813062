"""A training that is watched in a real notebook: in a cell, and inside an Output of ipywidgets."""

import re

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient
from test_explore_lab import lab  # noqa: F401 (a fixture)

TEACHING = (ROOT / "book" / "teaching.md").read_text(encoding="utf-8")
NOTEBOOK = [
    """
import os, signal, time
import keras, numpy as np
from lecture.training import TrainingPlot
X = np.random.default_rng(0).normal(size=(64, 4)).astype("float32"); y = (X[:, 0] > 0).astype("float32")
def network():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model
class Interrupt(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 4:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(10)
""",
    """
print("before")
network().fit(X, y, epochs=12, validation_data=(X, y), verbose=0, callbacks=[TrainingPlot()])
print("after");
""",
    """
plot = TrainingPlot()
print("starts")
network().fit(X, y, epochs=12, verbose=0, callbacks=[plot, Interrupt()])
""",
    """
print(len(plot.history["loss"]), plot.history.epochs, len(get_ipython().events.callbacks["post_run_cell"]))
print(len(plot.figure.axes[0].lines[0].get_xdata()))
""",
]


def run(*sources, **options):
    """A real notebook of these cells, after its run."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source.strip()) for source in sources])
    resources = {"metadata": {"path": str(ROOT)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources, **options).execute()
    return notebook


@pytest.fixture(scope="module")
def executed():
    """The notebook, with an interrupt in its third cell."""
    return run(*NOTEBOOK, allow_errors=True).cells


def pictures(cell):
    return [output for output in cell.outputs if "image/png" in output.get("data", {})]


def text(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stdout")


def test_an_executed_notebook_keeps_one_picture_with_its_text_and_all_other_output(executed):
    assert not [output for output in executed[0].outputs if output.output_type == "error"]
    assert text(executed[1]) == "before\nafter\n"
    (picture,) = pictures(executed[1])
    about = picture.metadata["image/png"]
    assert about["alt"].startswith("12 of 12 epochs: loss from ")
    assert about["letters"] == pytest.approx(10 / 72 * 100, abs=0.1), (
        "Matplotlib's own size: 10 points, 100 dots an inch"
    )
    assert about["width"] > about["height"] > 20 * about["letters"]
    assert picture.data["text/plain"].startswith("12 of 12 epochs   ○ best: ")


def test_an_interrupted_notebook_keeps_the_last_picture_and_the_record(executed):
    assert [output.ename for output in executed[2].outputs if output.output_type == "error"] == ["KeyboardInterrupt"]
    assert text(executed[2]) == "starts\n"
    (picture,) = pictures(executed[2])
    assert picture.metadata["image/png"]["alt"].startswith("4 of 12 epochs: ")
    assert text(executed[3]).splitlines()[1] == "4" and text(executed[3]).startswith("4 (1, 2, 3, 4) ")


# inside an Output

EXAMPLE = next(block for block in re.findall("```python\n(.*?)```", TEACHING, re.DOTALL) if "interact_manual" in block)
SAMPLE = "import os; os.environ['LECTURE_DATA'] = 'sample'"


def test_a_training_and_a_search_move_inside_an_output():
    """Behind the button of the example, in an Output of one's own, and a search."""
    notebook = run(
        SAMPLE,
        EXAMPLE,
        "train.widget.manual_button.click()",
        """
from ipywidgets import Output
with (out := Output()):
    train(0.01)
out
""",
        """
from lecture.tuning import Trial
from lecture.tuning.progress import Progress
progress = Progress(2)
with Output():
    progress.update([Trial(0, {}, 0, "completed", 0.5)])
    progress.update([Trial(0, {}, 0, "completed", 0.5), Trial(1, {}, 1, "completed", 0.75)])
progress.close()
""",
    )
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    last = [state["state"]["value"] for state in states.values() if state["model_name"] == "HTMLModel"]
    texts = [re.search('alt="(.*?)"', value)[1] for value in last if "<img" in value]
    assert [text[:16] for text in texts[:2]] == ["12 of 12 epochs:"] * 2 and "0.75" in texts[2] and len(texts) == 3
    shown = [state["state"]["outputs"] for state in states.values() if state["model_name"] == "OutputModel"]
    view = "application/vnd.jupyter.widget-view+json"
    views = [[output for output in outputs if view in output.get("data", {})] for outputs in shown]
    assert sorted(map(len, views)) == [1, 1, 1]  # one picture each, which changes
    assert not [output for cell in notebook.cells for output in cell.outputs if "image/png" in output.get("data", {})]


def test_in_jupyterlab_the_example_moves_while_it_trains(browser, lab):  # noqa: F811
    address, folder = lab
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cell = nbformat.v4.new_code_cell(f"{SAMPLE}\n{EXAMPLE}")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), folder / "training.ipynb")
    context = browser.new_context(viewport={"width": 1200, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(240_000)  # the kernel has to start, and TensorFlow
    page.goto(address.replace("lines.ipynb", "training.ipynb"))
    page.get_by_text("| Idle").first.wait_for()  # the kernel is there: keys pressed before may be lost
    page.locator(".jp-Notebook .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    button = page.get_by_role("button", name="Run Interact")
    button.wait_for()
    page.evaluate(
        """() => {
            window.seen = [];
            const look = () => document.querySelectorAll(".widget-output img").forEach((it) => seen.push(it.alt));
            new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
        }"""
    )
    button.click()
    page.wait_for_function("seen.at(-1)?.startsWith('12 of 12 epochs')")
    assert len(set(page.evaluate("seen"))) > 1  # it moved
    image = page.locator(".widget-output img")
    assert image.count() == 1 and image.evaluate("it => it.complete && it.naturalWidth > 300")
    page.screenshot(path=folder / "training.png")
    context.close()
