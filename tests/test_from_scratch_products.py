"""Products, single entries and one round of the loop, against NumPy, Keras and the record they come from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays, mutually_broadcastable_shapes

from lecture.from_scratch import dense_net, dense_product, elementwise, one_round, record_training, xor

sizes = st.integers(1, 6)


@given(sizes, sizes, sizes, st.data())
def test_an_entry_is_the_sum_of_its_terms_and_the_bias(a, b, c, data):
    rng = np.random.default_rng(a + 10 * b + 100 * c)
    X, W, bias = rng.normal(size=(a, b)), rng.normal(size=(b, c)), rng.normal(size=c)
    entry = data.draw(st.tuples(st.integers(0, a - 1), st.integers(0, c - 1)))
    product = dense_product(X, W, bias, entry)
    assert product.Z.shape == (a, c) and product.terms.shape == (b, 2)
    by_hand = sum(x * w for x, w in product.terms) + bias[entry[1]]
    assert product.Z[entry] == pytest.approx(by_hand, abs=1e-12)


def test_a_dense_product_is_what_keras_computes():
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(0)
    X, W, bias = rng.normal(size=(4, 3)), rng.normal(size=(3, 5)), rng.normal(size=5)
    layer = keras.layers.Dense(5)
    layer.build((None, 3))
    layer.set_weights([W, bias])
    assert np.allclose(keras.ops.convert_to_numpy(layer(X)), dense_product(X, W, bias).Z, atol=1e-5)


@pytest.mark.parametrize(
    "shapes, entry, sentence",
    [
        (((2, 3), (2, 4), (4,)), (0, 0), r"got \(2, 3\), \(2, 4\) and \(4,\)"),
        (((2, 3), (3, 4), (3,)), (0, 0), r"must have shapes \(a, b\), \(b, c\) and \(c,\)"),
        (((3,), (3, 4), (4,)), (0, 0), r"got \(3,\)"),
        (((2, 3), (3, 4), (4,)), (2, 0), r"whose shape is \(2, 4\), got \(2, 0\)"),
        (((2, 3), (3, 4), (4,)), (0, -1), r"got \(0, -1\)"),
    ],
)
def test_a_dense_product_refuses(shapes, entry, sentence):
    with pytest.raises(ValueError, match=sentence):
        dense_product(*map(np.zeros, shapes), entry)


@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=4), st.sampled_from(["+", "−", "×"]), st.data())
def test_operands_are_stretched_as_numpy_does(shapes, sign, data):
    one, other = (data.draw(arrays(float, shape, elements=st.floats(-9, 9))) for shape in shapes.input_shapes)
    made = elementwise(sign, one, other)
    expected = {"+": one + other, "−": one - other, "×": one * other}[sign]
    assert np.array_equal(made.result, np.atleast_2d(expected))
    assert all(part.shape == made.result.shape for part in made.stretched)


def test_an_activation_keeps_the_shape():
    made = elementwise("relu", [[1.0, -2.0]])
    assert (
        made.result.tolist() == [[1.0, 0.0]]
        and made.describe() == "relu of each entry of an array of shape (1, 2): the shape stays."
    )


@pytest.mark.parametrize(
    ("one", "other", "operands", "shape", "end"),
    [
        (np.ones((2, 3)), np.ones(3), "An array of shape (2, 3) plus an array of shape (3,)", (2, 3), "The second is"),
        (np.ones(3), np.ones((3, 1)), "An array of shape (3,) plus an array of shape (3, 1)", (3, 3), "Both are"),
        (2, np.ones((1, 3)), "A single number plus an array of shape (1, 3)", (1, 3), "The first is"),
        (
            np.ones((2, 2)),
            np.ones((2, 2)),
            "An array of shape (2, 2) plus an array of shape (2, 2)",
            (2, 2),
            "Nothing is",
        ),
    ],
)
def test_what_is_repeated_is_said(one, other, operands, shape, end):
    sentence = elementwise("+", one, other).describe()
    fit = "" if end == "Nothing is" else " to fit"
    assert sentence == f"{operands}, entry by entry, gives an array of shape {shape}. {end} repeated{fit}."


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (("power", 1, 2), "operation must be one of"),
        (("+", [1.0]), r"\+ takes 2 operands, got 1"),
        (("relu", [1.0], [2.0]), "relu takes 1 operand, got 2"),
        (("+", [1.0, 2.0, 3.0], [1.0, 2.0]), r"shapes \(3,\) and \(2,\) do not fit"),
        (("relu", np.zeros((1, 1, 1))), "at most 2 dimensions"),
        (("relu", []), "not be empty"),
    ],
)
def test_elementwise_refuses(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        elementwise(*arguments)


def test_a_round_is_that_of_the_record():
    X, y = xor()
    record = record_training(dense_net([2, 3, 1], seed=1), X, y, learning_rate=1.0, steps=5)
    for number in (1, 5):
        loop = one_round(record, X, y, number)
        assert loop.loss == pytest.approx(record.losses[number - 1], rel=1e-12)
        assert np.array_equal(loop.predictions, record.nets[number - 1].predict(X))
        after = [matrix + change for matrix, change in zip(loop.matrices, loop.changes)]
        assert all(np.allclose(ours, theirs, atol=1e-12) for ours, theirs in zip(after, record.nets[number].matrices))
    with pytest.raises(ValueError, match="number must be a whole number from 1 to 5, got 6"):
        one_round(record, X, y, 6)
    with pytest.raises(ValueError, match="got 0"):
        one_round(record, X, y, 0)


def test_a_round_of_other_examples_is_refused():
    X, y = xor()
    with pytest.raises(ValueError, match="all examples that the training used in round 2"):
        one_round(record_training(dense_net([2, 3, 1], seed=1), X, y, steps=5, batch_size=2), X, y, 2)
    with pytest.raises(ValueError, match=r"y must be finite numbers of shape \(4, 1\)"):
        one_round(record_training(dense_net([2, 3, 1], seed=1), X, y, steps=5), X, y[:2], 2)


def test_one_layer_is_not_called_layers():
    X, y = xor()
    assert "goes through 1 layer," in one_round(record_training(dense_net([2, 1]), X, y, steps=1), X, y).describe()
