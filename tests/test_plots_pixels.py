"""Images in an explorer's SVG: each holds the pixels that it was given, so that all are equally wide at any size."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from lecture.explore import render
from lecture.from_scratch import dense_net, one_round, record_training
from lecture.plots import (
    plot_attention,
    plot_feature_maps,
    plot_images,
    plot_patches,
    plot_prediction,
    plot_tensor,
    plot_training_loop,
)

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (28, 28)).astype(float)
COLOUR = RNG.integers(0, 256, (32, 32, 3), dtype=np.uint8)


def a_large_round():
    """One round of training whose first matrix is drawn as an image: 20 inputs are more than are written as numbers."""
    X, y = RNG.normal(size=(40, 20)), RNG.integers(0, 2, (40, 1))
    return one_round(
        record_training(dense_net([20, 2, 1], output="sigmoid"), X, y, learning_rate=0.1, steps=1), X, y, 1
    )


@pytest.mark.parametrize(
    ("draw", "sizes"),
    [
        (lambda: plot_images([GREY, GREY], ["a", "b"]), [(28, 28)] * 2),
        (lambda: plot_images([GREY.ravel()], ["a"]), [(28, 28)]),
        (lambda: plot_images([COLOUR], ["a"]), [(32, 32)]),
        (lambda: plot_prediction(GREY, [0.2, 0.8], ["a", "b"]), [(28, 28)]),
        (lambda: plot_tensor(GREY, axes=("row", "column")), [(28, 28)]),
        (lambda: plot_tensor(RNG.random((2, 28, 28)), axes=("example", "row", "column")), [(28, 28)] * 2),
        (lambda: plot_tensor(RNG.random((2, 9, 7, 2)), axes=("example", "row", "column", "channel")), [(7, 9)] * 4),
        (lambda: plot_feature_maps(GREY, {"layer": RNG.random((26, 26, 3))}), [(28, 28), (3 * 26 + 2 * 2, 26)]),
        (lambda: plot_patches({"layer": RNG.random((2, 3, 24, 24))}), [(3 * 24 + 2 * 2, 2 * 24 + 3)]),
    ],
)
def test_an_svg_holds_the_pixels_of_an_image(draw, sizes):
    assert _embedded(draw()) == sizes


def test_an_svg_holds_the_weights_of_attention_and_the_colours_of_their_bar():
    weights, _bar = _embedded(plot_attention(np.full((3, 4), 0.25), "abc", "wxyz"))
    assert weights == (4, 3)


def test_an_svg_holds_the_numbers_of_the_training_loops_arrays():
    loop = a_large_round()
    found = _embedded(plot_training_loop(loop))
    assert found and set(found) <= {array.shape[::-1] for array in (loop.X, loop.y, *loop.matrices, loop.predictions)}


def _embedded(drawn):
    """Width and height, in pixels, of all images in a drawing's SVG."""
    figure = np.ravel(np.array(drawn, dtype=object))[0].get_figure()
    held = re.findall(r'xlink:href="data:image/png;base64,\s*([^"]+)"', render.svg(figure))
    return [Image.open(io.BytesIO(base64.b64decode(content))).size for content in held]
