"""Colours that readers with deuteranopia tell apart, and styles that Matplotlib takes."""

from itertools import combinations

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from lecture.plots import COLORS, LOOKS, STYLES

# Machado, Oliveira & Fernandes, "A physiologically-based model for simulation of color vision deficiency" (2009), table
# 1:
# deuteranomaly of severity 1, for linear RGB.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
SRGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = SRGB_TO_XYZ.sum(axis=1)
APART = 15  # CIE76 units of CIELAB; 2.3 is the least difference that is just noticed (Mahy et al., 1994)


def as_seen(color):
    """CIELAB coordinates of a colour as a reader with deuteranopia sees it."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    t = SRGB_TO_XYZ @ np.clip(DEUTERANOPIA @ linear, 0, 1) / WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(first, second):
    return float(np.linalg.norm(as_seen(first) - as_seen(second)))


def test_the_simulation_confuses_what_it_should():
    assert distance("#D02020", "#6B6B00") < APART < distance("#0000FF", "#FFFF00")
    assert distance("white", "black") == pytest.approx(100, abs=0.5)


def test_the_colours_of_the_cycle_stay_apart():
    close = {pair: round(distance(*pair), 1) for pair in combinations(COLORS, 2) if distance(*pair) < APART}
    assert close == {}


def test_all_colours_stand_out_from_the_page():
    assert [color for color in COLORS if distance(color, "white") < APART] == []


def test_optimizers_are_told_apart_by_colour_or_by_line():
    alike = [
        (a, b)
        for a, b in combinations(LOOKS, 2)
        if LOOKS[a][1:] == LOOKS[b][1:] and distance(LOOKS[a][0], LOOKS[b][0]) < APART
    ]
    assert alike == []


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_style_is_one_that_matplotlib_knows(style):
    with matplotlib.rc_context(style):
        pass
