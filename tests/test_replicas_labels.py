"""Labels, outputs and losses of replicas: what goes together is what Keras computes, what does not is refused."""

import keras
import numpy as np
import pytest

from lecture.replicas import train
from lecture.replicas.machinery import labels
from lecture.replicas.machinery.functions import function

X = np.random.default_rng(0).normal(size=(40, 3))
CLASSES = (X[:, 0] > 0).astype(float)
ONE_HOT = np.eye(2)[CLASSES.astype(int)]
LOGITS = keras.losses.BinaryCrossentropy(from_logits=True)


def _train(y, **given):
    return train([4], X, y, **{"steps": 3, "seeds": 2, "show": False, "dtype": "float64"} | given)


@pytest.mark.parametrize(
    "y, given",
    [
        (CLASSES, {"output": "sigmoid", "loss": "binary_crossentropy"}),
        (CLASSES, {"output": "linear", "loss": LOGITS}),
        (ONE_HOT, {"output": "sigmoid", "loss": "binary_crossentropy"}),
        (ONE_HOT, {}),
        (0.8 * ONE_HOT + 0.1, {"loss": keras.losses.KLDivergence()}),
        (CLASSES, {"output": "linear", "loss": "hinge"}),
        (2 * CLASSES - 1, {"output": "tanh", "loss": "squared_hinge"}),
        (ONE_HOT, {"output": "linear", "loss": "categorical_hinge"}),
        (ONE_HOT, {"output": "linear", "loss": "cosine_similarity"}),
        (3 * CLASSES, {"output": "softplus", "loss": "poisson"}),
        (1000 * X, {"output": "linear", "loss": "mse"}),
        (2 * CLASSES - 1, {"output": "tanh", "loss": "mae"}),
        (CLASSES + 0.2 * X[:, 1], {"output": "sigmoid", "loss": "huber"}),
        (-5 * CLASSES, {"output": lambda z: -keras.ops.relu(z), "loss": "log_cosh"}),
    ],
)
def test_what_goes_together_is_taken(y, given):
    y, loss = y.reshape(len(y), -1), given.get("loss", "categorical_crossentropy")
    output = function(given.get("output", "softmax"), "output")
    n = labels.n_outputs(y, loss, None)
    labels.check_labels(y, loss, n, labels.check_output(output, loss, n, y.dtype))
    labels.check_loss(loss, n, y.dtype)


def test_a_loss_of_ones_own_takes_what_it_wants():
    def hinge(y, p):  # not Keras', whatever its name
        return keras.ops.mean((y / 7 - p) ** 2, axis=-1)

    found = _train(7 * CLASSES, output="sigmoid", loss=hinge)
    by_hand = ((CLASSES[:, None] - found.predict(X)) ** 2).mean(axis=(1, 2))
    np.testing.assert_allclose(found.loss[-1], by_hand, rtol=1e-6)


@pytest.mark.parametrize(
    "y, given, cut",
    [
        (CLASSES, {"output": "sigmoid", "loss": "binary_crossentropy"}, 0.5),
        (CLASSES, {"output": "linear", "loss": "mse"}, 0.5),
        (CLASSES, {"output": "linear", "loss": LOGITS}, 0.0),
        (CLASSES, {"output": "linear", "loss": LOGITS.call}, 0.0),
        (2 * CLASSES - 1, {"output": "linear", "loss": "hinge"}, 0.0),
        (2 * CLASSES - 1, {"output": "tanh", "loss": keras.losses.SquaredHinge()}, 0.0),
        (CLASSES, {"output": "sigmoid", "loss": "hinge"}, 0.5),
    ],
)
def test_one_output_is_cut_where_its_loss_parts_the_classes(y, given, cut):
    found = _train(y, steps=40, optimizer="sgd", learning_rate=0.5, **given)
    by_hand = ((found.predict(X)[..., 0] > cut) == (y > 0.5)).mean(axis=1)
    np.testing.assert_allclose(found.accuracy[-1], by_hand)


BINARY = {"output": "sigmoid", "loss": "binary_crossentropy"}
SPARSE = {"loss": "sparse_categorical_crossentropy", "n_outputs": 2}


@pytest.mark.parametrize(
    "y, given, sentence",
    [
        (
            CLASSES,
            {},
            "y must have two columns or more with the loss categorical_crossentropy, such as one-hot rows "
            ".*, got one; for labels 0 and 1 in one column take output='sigmoid' and loss='binary_crossentropy'.$",
        ),
        (CLASSES, {"output": "sigmoid"}, "y must have two columns or more with the loss categorical_crossentropy"),
        (CLASSES, {"output": "sigmoid", "loss": "kld"}, "y must have two columns or more with the loss kld"),
        (CLASSES, {"output": "linear", "loss": "cosine_similarity"}, "y must have two columns or more"),
        (CLASSES, {"loss": "binary_crossentropy"}, "output must depend on the inputs, and 'softmax' .* always 1: "),
        (X[:, 0], {"loss": "mse"}, "output must depend on the inputs, and 'softmax' .* always 1: .*'linear'"),
        (2 * CLASSES - 1, BINARY, "y must lie from 0 to 1 with the loss binary_crossentropy, got -1 to 1.$"),
        (2 * ONE_HOT - 1, {}, "y must lie from 0 to 1 with the loss categorical_crossentropy, got -1 to 1.$"),
        (
            CLASSES + 1,
            BINARY | {"loss": keras.losses.BinaryFocalCrossentropy()},
            "y must lie from 0 to 1 .* got 1 to 2",
        ),
        (
            np.c_[ONE_HOT, CLASSES],
            {},
            "y must be one-hot rows, or probabilities that add up to 1, .*, got a row .* up to 2.$",
        ),
        (CLASSES, BINARY | {"output": "linear"}, "output must give numbers from 0 to 1, as 'sigmoid'.* got 'linear'"),
        (
            ONE_HOT,
            {"output": "tanh"},
            "output must give numbers from 0 to 1, as 'sigmoid' and 'softmax' do.*got 'tanh'",
        ),
        (CLASSES, SPARSE | {"output": "linear"}, "output must give numbers from 0 to 1"),
        (CLASSES, BINARY | {"loss": LOGITS}, "output must be 'linear' with a loss on logits .* got 'sigmoid'"),
        (CLASSES + 1, {"output": "linear", "loss": "hinge"}, "y must be labels of -1 and 1, or 0 and 1, .* got 1 to 2"),
        (
            2 * ONE_HOT - 1,
            {"output": "linear", "loss": "categorical_hinge"},
            "y must be labels of 0 and 1, with the loss",
        ),
        (
            CLASSES,
            {"output": "linear", "loss": "poisson"},
            "output must give numbers of at least 0, as 'softplus' does",
        ),
        (CLASSES - 1, {"output": "softplus", "loss": "poisson"}, "y must lie at 0 or above with the loss poisson"),
        (CLASSES - 1, {"output": "linear", "loss": "msle"}, "y must lie at 0 or above with the loss msle"),
        (
            2 * CLASSES - 1,
            {"output": "sigmoid", "loss": "mse"},
            "y must lie where outputs can, from 0 to 1, got -1 to 1: ",
        ),
        (5 * X, {"loss": "mae"}, "y must lie where outputs can, from 0 to 1, got"),
        (ONE_HOT, {"loss": "dice"}, r"loss must have a number for each example, and dice gives shape \(\)"),
        (ONE_HOT, {"loss": "circle"}, r"loss must have a number for each example of each replica, and circle fails"),
        (CLASSES, BINARY | {"X_test": X, "y_test": 2 * CLASSES - 1}, "y_test must lie from 0 to 1"),
        (
            CLASSES,
            SPARSE | {"X_test": X, "y_test": CLASSES + 1},
            "y_test must be class numbers from 0 to 1 .* got 1 to 2",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(y, given, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}") as refused:
        _train(y, **given)
    assert "\n" not in str(refused.value)
