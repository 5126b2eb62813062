"""What the browser's tests of explorers share: a drawing, and an explorer as a reader sees it."""

import base64
import json
import re
import zlib

import matplotlib.pyplot as plt
import numpy as np

from lecture.plots import describe


def draw_wave(n=2, kind="sin", grid=False):
    _, ax = plt.subplots(figsize=(2 + n, 2.5))
    x = np.linspace(0, 6, 50)
    ax.plot(x, getattr(np, kind)(n * x))
    ax.grid(grid)
    return describe(ax, f"{kind} of {n} x, grid {grid}.")


class Seen:
    """One explorer as a reader sees it."""

    def __init__(self, page, number):
        self.page = page
        self.host = page.locator(".lecture-explorer").nth(number)
        self.image = self.host.locator(".sheet img")
        self.image.wait_for()

    def input(self, name):
        return self.host.locator(f"[id={name}]")

    def choose(self, labels):
        """Set every control by its labels, as a script for a hand would: value, then the event that a move makes."""
        self.host.evaluate(
            """(host, labels) => {
                for (const [name, label] of Object.entries(labels)) {
                    const input = host.shadowRoot.getElementById(name);
                    if (input.type === "range") input.value = label.index;
                    else if (input.type === "checkbox") input.checked = label.index === 1;
                    else input.selectedIndex = label.index;
                    input.dispatchEvent(new Event(input.type === "range" ? "input" : "change"));
                }
            }""",
            labels,
        )
        self.settle()

    def settle(self):
        """Wait until what is shown is what the controls say."""
        self.page.wait_for_function(
            """(host) => {
                const root = host.shadowRoot;
                const inputs = [...root.querySelectorAll("input, select")];
                const size = (it) => it.type === "range" ? Number(it.max) + 1 : it.type === "checkbox" ? 2 : it.length;
                const index = (input) => input.type === "range" ? input.valueAsNumber
                  : input.type === "checkbox" ? Number(input.checked) : input.selectedIndex;
                return host.dataset.choice === String(inputs.reduce((n, it) => n * size(it) + index(it), 0));
            }""",
            arg=self.host.element_handle(),
        )

    @property
    def alt(self):
        return self.image.get_attribute("alt")

    @property
    def picture(self):
        """The SVG that is shown, as text."""
        return self.image.evaluate("async (image) => (await fetch(image.src)).text()")

    @property
    def lines(self):
        """The points of every path that is drawn in colour."""
        points = self.host.locator(".sheet svg polyline:not([stroke=white])").evaluate_all(
            "all => all.map(it => it.getAttribute('points'))"
        )
        return [np.array([pair.split(",") for pair in text.split()], dtype=float) for text in points]


def data_of(page):
    """What the script of a page reads."""
    data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page.html, re.DOTALL)[1])
    return data | json.loads(zlib.decompress(base64.b64decode(data["packed"])))


def parts(box):
    """The inputs of a live explorer, its picture and its problem."""
    *rows, picture, problem = box.children
    return [getattr(row, "children", [row])[0] for row in rows], picture, problem


def shown_png(picture):
    return base64.b64decode(re.search(r'src="data:image/png;base64,([^"]+)"', picture.value)[1])
