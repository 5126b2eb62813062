"""Sensitivity over batch sizes: measures by formulas, moments, verdicts."""

from types import SimpleNamespace

import numpy as np
import pytest
from bottleneck_nets import TINY, WORDS, X, Y, logits, made_up, random_nets, use_sample
from scipy import special

from lecture.experiments import bottleneck, sensitivity


@pytest.fixture(autouse=True)
def _sample(monkeypatch):
    use_sample(monkeypatch)


def test_measures_are_those_of_the_formulas():
    several = random_nets(n=2)
    found = sensitivity.measures(several, TINY)
    first, b, second, c, last, _ = weights = [array[1] for array in several.weights]
    before = logits(weights)[:10]
    hidden = X[:10] @ first + b
    upper = np.maximum(hidden, 0) @ second + c
    by_input = np.einsum("pi,ni,ij,nj,jk->nkp", first, hidden > 0, second, upper > 0, last)
    p = special.softmax(before, axis=1)
    of_probabilities = p[:, :, None] * by_input - np.einsum("nk,nj,njp->nkp", p, p, by_input)
    of_loss = np.einsum("nk,nkp->np", p - Y[:10], by_input)
    expected = {
        sensitivity.LOGITS: np.linalg.norm(by_input, axis=(1, 2)).mean(),
        sensitivity.JACOBIAN: np.linalg.norm(of_probabilities, axis=(1, 2)).mean(),
        # the gradient of the mean over 10,000 images of which these ten are a fair sample
        sensitivity.LOSS_GRADIENT: np.linalg.norm(np.tile(of_loss, (1000, 1)) / 10_000),
        sensitivity.ACCURACY: np.mean(before.argmax(axis=1) == Y[:10].argmax(axis=1)),
        sensitivity.NORM: np.sqrt(sum(np.square(array).sum() for array in weights)),
    }
    sharp = {sensitivity.EIGENVALUE, sensitivity.KESKAR}
    assert {what: values[1] for what, values in found.items() if what not in sharp} == pytest.approx(expected, rel=1e-4)
    assert set(found) == {*expected, *sharp}


def test_the_loss_is_reached_at_the_first_record_below_it():
    losses = np.array([[2.0, 2.0], [1.0, 3.0], [1.5, 0.9], [0.5, 1.2]])
    nets = SimpleNamespace(loss=losses, steps=np.array([0, 10, 20, 30]))
    assert sensitivity.first_below(nets, 1.2, 5).tolist() == [1, 2]
    with pytest.raises(ValueError, match="with mini-batches of 5, one is still at 0.9 after 30 updates, got 0.6"):
        sensitivity.first_below(nets, 0.6, 5)


def test_each_moment_is_where_a_training_that_stops_there_ends():
    found = sensitivity.measured(TINY, (8, 24), epochs=4, updates=6, loss=2.3, seeds=(3, 5))
    alone = dict(orders=(3, 5), record=(), show=False)
    for moment, steps in (("equal epochs", (12, 4)), ("equal updates", (6, 6))):
        assert found.values[moment, sensitivity.STEPS].tolist() == [[step] * 2 for step in steps]
        for row, (size, n) in enumerate(zip((8, 24), steps)):
            nets = bottleneck.train(TINY, batch_size=size, steps=n, **alone)
            for what, values in sensitivity.measures(nets, TINY).items():
                np.testing.assert_allclose(found.values[moment, what][row], values, rtol=1e-3)
    assert (found.values["equal training loss", sensitivity.TRAINING_LOSS] < 2.3).all()
    untrained = found.values["untrained", sensitivity.NORM]
    squares = sum(np.square(array[1]).sum() for array in bottleneck.first_weights((3, 5)))
    np.testing.assert_allclose(untrained, [[untrained[0, 0], np.sqrt(squares)]] * 2, rtol=1e-6)
    assert set(found.of(sensitivity.JACOBIAN)) == {*sensitivity.COMPARISONS, "untrained"}


@pytest.mark.parametrize("word", WORDS)
def test_sensitivity_is_judged(word):
    names = sensitivity.EQUAL_EPOCHS, sensitivity.EQUAL_UPDATES, sensitivity.EQUAL_LOSS
    values = {}
    for moment, hypothesis in zip(names, sensitivity.HYPOTHESES):
        rise = made_up(hypothesis, word)
        values[moment, sensitivity.JACOBIAN] = _rising(rise)
        values[moment, sensitivity.LOSS_GRADIENT] = _rising(rise - made_up(sensitivity.DEFINITION, word))
    values[sensitivity.EQUAL_LOSS, sensitivity.EIGENVALUE] = _rising(made_up(sensitivity.SHARPER, word))
    accuracy = np.full((3, 20), 0.9)
    accuracy[1] += made_up(sensitivity.BEST, word)
    accuracy[2] -= 0.1
    values[sensitivity.EQUAL_EPOCHS, sensitivity.ACCURACY] = accuracy
    verdicts = sensitivity.judge(sensitivity.Sensitivities((5, 500, 5000), values))
    assert [verdict.hypothesis for verdict in verdicts] == list(sensitivity.HYPOTHESES)
    assert [verdict.word for verdict in verdicts] == [word] * 6


def _rising(decades):
    """Values at three batch sizes, the last so many decades above the first."""
    return np.stack([np.ones(20), np.full(20, 7.0), 10**decades])


def test_sensitivity_of_few_images_is_measured():
    how = dict(n_images=600, batch_sizes=(500, 100), epochs=2, updates=3, loss=2.6, n_seeds=2)
    result = sensitivity.run(**how, show=False)
    jacobian, gradient, before_softmax, accuracy, norm, eigenvalue, keskar, steps = result.sweeps
    assert jacobian.x == (100, 500) and jacobian.log_y and not accuracy.log_y
    assert steps.values["equal epochs"].tolist() == [[12, 12], [4, 4]] and (steps.values["equal updates"] == 3).all()
    assert "untrained" in norm.values and "untrained" not in steps.values
    assert (gradient.values["equal epochs"] > 0).all() and (before_softmax.values["untrained"] > 0).all()
    assert (eigenvalue.values["untrained"] > 0).all() and (keskar.values["untrained"] > 0).all()
    assert result.compared == () and "first below 2.6" in result.protocol


def test_published_sensitivities_stand_beside_those_measured_on_mnist(monkeypatch):
    monkeypatch.setattr(sensitivity, "digits", lambda n_train, n_test: (TINY, "MNIST"))
    monkeypatch.setattr(sensitivity, "BEST_SIZE", 5)
    result = sensitivity.run(n_images=24, batch_sizes=(5, 24), epochs=1, updates=1, loss=3, n_seeds=2, show=False)
    assert [number.published for number in result.compared] == [0.43, 0.937]
    at_epochs = result.details.values["equal epochs", sensitivity.LOSS_GRADIENT]
    assert (result.compared[0].values == at_epochs[0]).all()


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(batch_sizes=(5, 50)), r"batch_sizes must have 500 among them, got \(5, 50\)"),
        (dict(batch_sizes=(500, 9000)), "a batch size must be a whole number from 1 to 8000, got 9000"),
        (dict(loss=0), "loss must be a number above 0, got 0"),
        (dict(updates=0), "updates must be a whole number of at least 1, got 0"),
        (dict(epochs=0.5), "epochs must be a whole number of at least 1, got 0.5"),
    ],
)
def test_sensitivity_refuses(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        sensitivity.run(show=False, **settings)
