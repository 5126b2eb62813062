"""Weights learnt on some classes and reused for others: what is copied, what changes, and what is compared."""

import keras
import numpy as np
import pytest

from lecture import plots
from lecture.data import load_fashion_mnist
from lecture.models import mlp
from lecture.training import FewImages, learn_from_few, reuse
from lecture.training.transfer import balanced


@pytest.fixture(scope="module")
def fashion():
    return load_fashion_mnist("sample")


@pytest.fixture(scope="module")
def shoes(fashion):
    return fashion.only("Sandal", "Sneaker")


@pytest.fixture
def teacher():
    return mlp(8, 6, n_classes=8, batch_norm=True, optimizer="adam", label_smoothing=0.1, seed=0)


def weights(model):
    return [
        variable.numpy() for layer in model.layers[:-1] for variable in layer.variables if "seed" not in variable.name
    ]


def fit(model, data):
    model.fit(data.X_train[:100], data.y_train[:100], epochs=2, verbose=0)


@pytest.mark.parametrize("frozen", [True, False])
def test_the_hidden_layers_are_copied_and_the_output_is_new(teacher, frozen):
    new = reuse(teacher, 2, frozen=frozen)
    for mine, other in zip(weights(new), weights(teacher), strict=True):
        np.testing.assert_array_equal(mine, other)
    assert [layer.name for layer in new.layers] == [layer.name for layer in teacher.layers]
    assert new.output_shape == (None, 2) and new.layers[-1].kernel.shape == (6, 2)
    assert (
        new.loss is teacher.loss
        and new.optimizer is not teacher.optimizer
        and type(new.optimizer) is type(teacher.optimizer)
    )


@pytest.mark.parametrize("frozen", [True, False])
def test_frozen_layers_stay_fine_tuned_ones_move_and_the_original_is_untouched(teacher, shoes, frozen):
    before = weights(teacher)
    new = reuse(teacher, 2, frozen=frozen)
    head = new.layers[-1].kernel.numpy()
    fit(new, shoes)
    assert all(np.array_equal(mine, other) for mine, other in zip(weights(new), before)) == frozen
    if not frozen:
        assert not any(np.array_equal(mine, other) for mine, other in zip(weights(new), before))
    assert not np.array_equal(new.layers[-1].kernel.numpy(), head)
    for mine, other in zip(weights(teacher), before):
        np.testing.assert_array_equal(mine, other)


def test_the_first_step_of_a_reused_network_starts_from_its_weights(shoes):
    new = reuse(mlp(8, n_classes=8, optimizer="schedulefreeadamw", seed=0), 2, frozen=False)
    before = np.linalg.norm(new.layers[0].kernel)
    new.optimizer.learning_rate = 1e-5
    new.fit(shoes.X_train[:20], shoes.y_train[:20], batch_size=20, verbose=0)
    assert np.linalg.norm(new.layers[0].kernel) == pytest.approx(before, rel=0.01)


def test_training_the_original_further_leaves_the_copy_alone(teacher, fashion):
    new = reuse(teacher, 2, frozen=False)
    before = weights(new)
    fit(teacher, fashion.only(*range(8)))
    assert not np.array_equal(weights(teacher)[0], before[0])
    for mine, other in zip(weights(new), before):
        np.testing.assert_array_equal(mine, other)


def test_frozen_leaves_only_the_output_layer_to_train(teacher):
    def n_trainable(model):
        return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)

    assert n_trainable(reuse(teacher, 3, frozen=True)) == (6 + 1) * 3
    assert n_trainable(reuse(teacher, 3, frozen=False)) == (784 + 1) * 8 + (8 + 1) * 6 + 2 * (8 + 6) + (6 + 1) * 3


def test_frozen_layers_compute_what_they_computed(teacher, shoes):
    new = reuse(teacher, 2, frozen=True)
    fit(new, shoes)
    hidden = [keras.Model(model.inputs[0], model.layers[-2].output)(shoes.X_test[:5]) for model in (teacher, new)]
    np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, hidden), rtol=1e-6)


def test_the_output_layer_follows_the_seed(teacher):
    heads = []
    for seed, frozen in ((1, True), (1, False), (2, True)):
        keras.utils.set_random_seed(seed)
        heads.append(reuse(teacher, 2, frozen=frozen).layers[-1].kernel.numpy())
    np.testing.assert_array_equal(heads[0], heads[1])
    assert not np.array_equal(heads[0], heads[2])


def test_what_cannot_be_reused_is_refused(teacher):
    uncompiled = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    for model in (uncompiled, mlp(4, loss="binary"), keras.Sequential(), "mlp"):
        with pytest.raises(
            ValueError,
            match="model must be a compiled Sequential that ends in a dense layer with one output for each class",
        ):
            reuse(model, 2, frozen=True)
    with pytest.raises(ValueError, match="n_classes must be a whole number of at least 2, got 1"):
        reuse(teacher, 1, frozen=True)


def test_a_draw_is_balanced_and_the_beginning_of_a_larger_one(shoes):
    labels = shoes.labels("train")
    small, large = balanced(labels, 10, seed=3), balanced(labels, 40, seed=3)
    np.testing.assert_array_equal(small, large[:10])
    assert len(set(large)) == 40 and list(np.bincount(labels[large])) == [20, 20]
    assert not np.array_equal(small, balanced(labels, 10, seed=4))


@pytest.mark.parametrize("count", [0, 11, 100_000])
def test_a_count_that_cannot_be_drawn_is_refused(shoes, count):
    with pytest.raises(
        ValueError, match=f"must be a multiple of 2, the number of classes, and at most .*, got {count}"
    ):
        balanced(shoes.labels("train"), count, seed=0)


def one_layer():
    return mlp(n_classes=2, optimizer="sgd")


def test_two_names_for_one_way_get_the_same_images_and_numbers(shoes):
    few = learn_from_few({"one": one_layer, "other": one_layer}, shoes, counts=(10, 40), seeds=2, updates=20)
    assert few.accuracy["one"].shape == (2, 2)
    np.testing.assert_array_equal(few.gain("one", over="other"), 0)
    assert not np.array_equal(few.accuracy["one"][:, 0], few.accuracy["one"][:, 1])


def test_compiled_once_it_learns_as_if_built_anew(shoes):
    together = learn_from_few({"net": one_layer}, shoes, counts=(10, 40), seeds=[5, 6], updates=20).accuracy["net"]
    for column, seed in enumerate((5, 6)):
        for row, count in enumerate((10, 40)):
            alone = learn_from_few({"net": one_layer}, shoes, counts=[count], seeds=[seed], updates=20).accuracy["net"]
            assert together[row, column] == pytest.approx(alone[0, 0], abs=1e-3)


def test_the_accuracy_is_that_of_the_trained_network(shoes):
    """By hand: the same images in the same order, through Keras' own fit and evaluate."""
    made = []

    def build():
        made.append(one_layer())
        return made[-1]

    few = learn_from_few({"net": build}, shoes, counts=[10], seeds=[0], updates=30)
    assert made[0].evaluate(*shoes.validation_data, verbose=0)[1] == pytest.approx(few.accuracy["net"][0, 0])
    assert made[0].optimizer.iterations == 30


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (dict(ways={}), "must not be empty, got 0 and 1"),
        (dict(counts=[]), "must not be empty, got 1 and 0"),
        (dict(seeds=[]), "seeds must be one or more, got none"),
        (dict(seeds=0), "seeds must be a whole number of at least 1, got 0"),
        (dict(counts=[8]), "a count of labelled images must be a whole number of at least 10, got 8"),
        (dict(counts=[11]), "multiple of 2, the number of classes"),
        (dict(updates=0), "updates must be a whole number of at least 1, got 0"),
        (dict(batch_size=0), "batch_size must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_input_is_named_before_anything_is_trained(shoes, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        learn_from_few(**dict(ways={"net": one_layer}, data=shoes, counts=[10], seeds=1) | options)


def test_without_validation_images_there_is_nothing_to_evaluate_on():
    shoes = load_fashion_mnist("sample", validation=0).only("Sandal", "Sneaker")
    with pytest.raises(ValueError, match="data must have validation images to evaluate on, got none"):
        learn_from_few({"net": one_layer}, shoes, counts=[10], seeds=1)


FEW = FewImages(
    (10, 40), (0, 1), {"scratch": np.array([[0.6, 0.8], [0.9, 0.9]]), "frozen": np.array([[0.7, 0.8], [0.8, 1.0]])}
)


def test_the_gain_is_taken_draw_by_draw():
    np.testing.assert_allclose(FEW.gain("frozen", over="scratch"), [[0.1, 0], [-0.1, 0.1]], atol=1e-12)
    assert FEW.describe() == (
        "Validation accuracy (mean of 2 seeds) after 10 labelled images: scratch 0.700, frozen 0.750; "
        "after 40: scratch 0.900, frozen 0.900."
    )
    with pytest.raises(ValueError, match="way must be one of scratch, frozen, got 'tuned'"):
        FEW.gain("tuned", over="scratch")


def test_the_drawing_holds_every_seed_and_the_mean():
    ax = plots.plot_few_images(FEW.counts, FEW.accuracy)
    faint, mean = ax.lines[:2]
    np.testing.assert_allclose(faint.get_ydata(), FEW.accuracy["scratch"].ravel())
    np.testing.assert_allclose(mean.get_ydata(), [0.7, 0.9])
    np.testing.assert_allclose(
        [segment[:, 1] for segment in ax.collections[0].get_segments()], [[0.6, 0.8], [0.9, 0.9]]
    )
    assert [label.get_text() for label in ax.get_xticklabels()] == ["10", "40"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["scratch", "frozen"]
    assert plots.alt_text(ax.figure) == (
        "Mean validation accuracy over 2 seeds with 10 labelled images: scratch 0.700, frozen 0.750; "
        "with 40: scratch 0.900, frozen 0.900."
    )
    with pytest.raises(ValueError, match=r"shape \(3, n_seeds\), a row for each count, got \(2, 2\) for 'scratch'"):
        plots.plot_few_images((10, 20, 40), FEW.accuracy)
    with pytest.raises(ValueError, match="one to 5 ways, got 0"):
        plots.plot_few_images((10,), {})


def test_a_part_of_the_classes_is_numbered_anew(fashion):
    two = fashion.only("Sneaker", 5)
    assert two.class_names == ("Sneaker", "Sandal") and two.y_train.shape == (len(two.X_train), 2)
    for part in ("train", "val", "test"):
        old = fashion.labels(part)
        kept = np.isin(old, [5, 7])
        np.testing.assert_array_equal(two.labels(part), np.where(old[kept] == 7, 0, 1))
        np.testing.assert_array_equal(two.images(part), fashion.images(part)[kept])
    assert "2 classes" in str(two)


def test_class_numbers_stay_class_numbers():
    numbers = load_fashion_mnist("sample", one_hot=False, flatten=False, validation=0).only(1, 9)
    assert numbers.y_train.ndim == 1 and set(numbers.y_train) == {0, 1} and numbers.y_train.dtype == np.int64
    assert numbers.X_train.shape[1:] == (28, 28) and len(numbers.X_val) == len(numbers.y_val) == 0


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        ((), "two or more different ones, got none"),
        ((3,), "two or more different ones, got 3"),
        (("Bag", 8), "two or more different ones, got Bag, 8"),
        (("Bag", "Hat"), "class must be one of T-shirt/top, .*, got 'Hat'"),
        ((1, 10), "number of a class must be a whole number from 0 to 9, got 10"),
    ],
)
def test_classes_that_are_not_there_or_come_twice_are_refused(fashion, classes, sentence):
    with pytest.raises(ValueError, match=sentence):
        fashion.only(*classes)
