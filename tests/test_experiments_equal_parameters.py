"""Depth at equally many parameters: networks, functions and verdicts are what they are said to be."""

from dataclasses import replace

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import signal

from lecture.experiments import equal_parameters
from lecture.plots import alt_text, plot_fits_of_depths, plot_losses_of_depths

STEPS = 1000


@pytest.fixture(scope="module")
def result():
    return equal_parameters.run(steps=STEPS, learning_rate=0.002, n_seeds=2, show=False)


def _levels(*decades):
    """log₁₀ of losses at 1, 4 and 10 hidden layers, of 20 seeds that differ a little."""
    return np.array(decades)[:, None] + 0.01 * np.linspace(-1, 1, 20)


def _on_all(*decades):
    return {function: _levels(*decades) for function in equal_parameters.FUNCTIONS}


def test_the_networks_have_the_parameters_that_are_said(result):
    counts = []
    for depth, hidden in equal_parameters.NETWORKS.items():
        layers = [keras.layers.Dense(n) for n in (*hidden, 1)]
        counts.append(keras.Sequential([keras.layers.Input((1,)), *layers]).count_params())
        assert len(hidden) == depth and f"1-{'-'.join(map(str, hidden))}-1 ({counts[-1]:,} param" in result.protocol
    assert counts == [1006, 1004, 1002]


def test_the_functions_are_the_reports():
    x = np.arange(200) / 100
    theirs = {
        "square wave": signal.square(2 * np.pi * (x + 1e-9) / 0.4),
        "saw + sine": signal.sawtooth(2 * np.pi * x / 0.3) + np.sin(2 * np.pi * x / 0.4),
        "sum of sines": np.sum([np.sin(2 * np.pi * x / p) for p in (0.2, 0.3, 0.5, 0.7, 1.1, 1.3, 1.7, 1.9)], axis=0),
    }
    for name, function in equal_parameters.FUNCTIONS.items():
        off = np.abs(function(x) - theirs[name]) > 1e-6
        assert off.sum() <= (6 if name == "saw + sine" else 0)  # the saw jumps at six points: either end is right
    variances = [np.var(function(x)) for function in equal_parameters.FUNCTIONS.values()]
    assert variances == pytest.approx([1, 0.877, 5.377], abs=5e-4)


def test_losses_are_those_of_the_curves(result):
    found = result.details
    assert found.steps[0] == 0 and found.steps[-1] == STEPS and found.x.shape == (200,) and found.x[-1] < 2
    for name, curves in found.curves.items():
        assert found.losses[name].shape == (3, len(found.steps), 2)
        errors = np.mean((curves - found.y[name[1]]) ** 2, axis=-1)
        assert np.allclose(errors, found.losses[name][:, -1], rtol=1e-3)
    assert {name for name, _ in found.losses} == {"one learning rate", "tuned learning rates"}


def test_a_sweep_has_decades_below_the_best_constant(result):
    one, own, lowest, failed = result.sweeps
    found = result.details
    for function, y in found.y.items():
        losses = found.losses["one learning rate", function]
        assert np.allclose(one.values[function], np.log10(losses[:, -1]) - np.log10(np.mean((y - y.mean()) ** 2)))
        assert (lowest.values[function] <= own.values[function]).all()
    assert all(sweep.x == (1, 4, 10) for sweep in result.sweeps)
    assert all(((0 <= shares) & (shares <= 1)).all() for shares in failed.values.values())


def test_a_network_is_the_one_that_keras_trains():
    from lecture import replicas

    seed, steps = 3, STEPS
    ours = equal_parameters.fitted(steps=steps, learning_rate=0.001, seeds=(seed,))
    x, y, hidden = ours.x[:, None], ours.y["saw + sine"][:, None], equal_parameters.NETWORKS[4]
    common = dict(activation="relu", output="linear", loss="mean_squared_error", seeds=[seed], show=False)
    start = replicas.train(hidden, x, y, steps=1, learning_rate=0.0, **common)
    layers = [keras.layers.Dense(n, "relu") for n in hidden]
    model = keras.Sequential([keras.layers.Input((1,)), *layers, keras.layers.Dense(1)])
    model.set_weights([array[0] for array in start.weights])
    model.compile(keras.optimizers.Adam(0.003), "mean_squared_error")
    before = ours.losses["tuned learning rates", "saw + sine"][1, 0, 0]
    assert before == pytest.approx(model.evaluate(x, y, batch_size=200, verbose=0), rel=1e-5)
    first = ours.steps[1]
    model.fit(x, y, batch_size=200, epochs=int(first), shuffle=False, verbose=0)
    after = ours.losses["tuned learning rates", "saw + sine"][1, 1, 0]
    assert after == pytest.approx(model.evaluate(x, y, batch_size=200, verbose=0), rel=1e-3) and after < before


def test_constant_outputs_are_counted():
    flat, wave = np.full((3, 4, 50), 0.2), np.tile(np.sin(np.arange(50)), (3, 4, 1))
    curves = {("tuned learning rates", "square wave"): np.concatenate([flat[:, :1], wave[:, 1:]], axis=1)}
    found = equal_parameters.Fitted((1, 4, 10), np.arange(2), {}, np.arange(50), {}, curves)
    assert found.constant["tuned learning rates", "square wave"].tolist() == [[True, False, False, False]] * 3


def test_verdicts_follow_from_the_numbers():
    none, some = np.zeros((3, 20)), np.array([[0.0], [0.0], [0.2]]) + 0.01 * np.linspace(-1, 1, 20)
    shares = {"one learning rate": none, "tuned learning rates": some}
    as_the_report = equal_parameters.judge(
        _on_all(-0.2, -0.5, -1.0), _on_all(0, -1, -1), _levels(-0.5, -0.4, -0.1), dict.fromkeys(shares, none)
    )
    assert [each.word for each in as_the_report] == ["supported"] * 7
    tuned = _on_all(-0.7, -0.65, -0.9) | {"sum of sines": _levels(-1, -1.6, -1.5)}
    otherwise = equal_parameters.judge(_on_all(-0.7, -0.65, -0.6), tuned, _levels(-0.1, -0.4, -0.5), shares)
    found = dict(zip((each.hypothesis.text for each in otherwise), (each.word for each in otherwise)))
    assert found.pop("With tuned learning rates depth still helps: sum of sines.") == "supported"
    assert set(found.values()) == {"contradicted"}
    assert otherwise[-1].mean == pytest.approx(0.1), "the mean over one learning rate and tuned ones"


def test_published_losses_stand_beside_ours(result):
    by_name = {each.what: each for each in result.compared}
    deep = by_name["loss on the sum of sines, hidden layers: 10"]
    assert len(by_name) == 9 and deep.published == 0.004
    assert (deep.values == result.details.losses["one learning rate", "sum of sines"][2, -1]).all()


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(steps=999), "steps must be a whole number of at least 1000, got 999"),
        (dict(learning_rate=-1), "learning_rate must be a number of at least 0, got -1"),
    ],
)
def test_what_cannot_be_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        equal_parameters.run(show=False, **settings)


def test_a_figure_has_the_losses_of_all_seeds_and_the_best_constant(result):
    found = result.details
    axes = plot_losses_of_depths(found)
    assert axes.shape == (2, 3) and [ax.get_title() for ax in axes[0]] == list(found.y)
    lines = axes[1, 2].get_lines()
    losses = found.losses["tuned learning rates", "sum of sines"]
    drawn = [line.get_ydata() for line in lines]
    for of_depth in losses:
        assert any(np.array_equal(line, of_depth[:, 1]) for line in drawn)
        assert any(np.array_equal(line, np.median(of_depth, axis=1)) for line in drawn)
    assert lines[-1].get_ydata()[0] == pytest.approx(np.var(found.y["sum of sines"]))
    text = alt_text(axes[0, 0].figure)
    assert f"{np.median(losses[2, -1]):.2g} with 10 hidden layers" in text and "best constant" in text
    plt.close("all")
    own = plot_losses_of_depths(replace(found, steps=found.steps), axes=plt.subplots(2, 3)[1])
    assert own.shape == (2, 3)


def test_a_figure_has_the_curves_and_the_median_one_stands_out(result):
    found = result.details
    axes = plot_fits_of_depths(found, "tuned learning rates")
    assert axes.shape == (3, 3)
    assert [ax.get_title() for ax in axes[0]] == ["1 hidden layer", "4 hidden layers", "10 hidden layers"]
    curves, y = found.curves["tuned learning rates", "saw + sine"][2], found.y["saw + sine"]
    true, *faint, strong = (line.get_ydata() for line in axes[1, 2].get_lines())
    assert np.array_equal(true, y) and np.array_equal(faint, curves)
    errors = np.mean((curves - y) ** 2, axis=1)
    assert np.array_equal(strong, curves[np.argmax(errors)]), "the upper of two"
    assert "10 hidden layers, saw + sine: median of the mean squared errors of 2 networks" in alt_text(
        axes[0, 0].figure
    )
    with pytest.raises(ValueError, match="rates must be one of one learning rate, tuned learning rates, got 'slow'"):
        plot_fits_of_depths(found, "slow")
