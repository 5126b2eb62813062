"""The statistics with which batch norm predicts: moving averages, training images, or the batch itself."""

import numpy as np
import pytest
from deep_images import made_up, small_nets  # noqa: F401  (a fixture)

from lecture.experiments import deep_nets, inference
from lecture.experiments.deep_nets import DeepNet
from lecture.experiments.inference import MOVING, OWN, POPULATION, STATISTICS, Predicted

pytestmark = pytest.mark.usefixtures("small_nets")
HOW = dict(half_cycle=52, n_cycles=1, show=False)


@pytest.fixture(scope="module")
def nets():
    images, found = made_up(), {}
    for momentum in (0.9, 0.99):
        net = {momentum: DeepNet(9, momentum=momentum)}
        found |= deep_nets.trained(net, images, seeds=range(2), record=[100, 104], keep="all", **HOW)
    return images, found


def by_hand(weights, seed, X, statistics):
    """Outputs before softmax: z = (x W + b - mean) / √(variance + ε) γ + β, ReLU, layer by layer."""
    arrays = [array[seed].astype(float) for array in weights]
    x = X.astype(float)
    for layer in range(3):
        kernel, bias, gamma, beta = arrays[4 * layer : 4 * layer + 4]
        z = x @ kernel + bias
        mean, variance = statistics(layer, z)
        x = np.maximum((z - mean) / np.sqrt(variance + deep_nets.EPSILON) * gamma + beta, 0)
    return x @ arrays[-2] + arrays[-1]


def of_the_rows(rows):
    """Statistics of some of the rows."""
    return lambda layer, z: (z[rows].mean(axis=0), z[rows].var(axis=0))


def test_statistics_of_training_images_are_taken_layer_by_layer(nets):
    images, found = nets
    both, training = np.concatenate([images.X_val, images.X]), slice(len(images.X_val), None)
    net = list(inference.recorded(found[0.9]))[-1][1]
    outputs = by_hand(found[0.9].weights, 1, both, of_the_rows(training))[: len(images.X_val)]
    right = (outputs.argmax(axis=1) == images.y_val.argmax(axis=1)).mean()
    population, own = inference.by_statistics(net, images)
    assert population == pytest.approx(right, abs=1e-6)
    batches = [images.X_val[:100], images.X_val[100:]]
    outputs = np.concatenate([by_hand(found[0.9].weights, 1, batch, of_the_rows(slice(None))) for batch in batches])
    assert own == pytest.approx((outputs.argmax(axis=1) == images.y_val.argmax(axis=1)).mean(), abs=1e-6)


def test_moving_averages_are_those_of_the_replicas(nets):
    images, found = nets
    seen = inference.predicted(found, images)
    for momentum in (0.9, 0.99):
        moving = found[momentum].moving
        outputs = by_hand(
            found[momentum].weights, 0, images.X_val, lambda layer, z, m=moving: (m[2 * layer][0], m[2 * layer + 1][0])
        )
        right = (outputs.argmax(axis=1) == images.y_val.argmax(axis=1)).mean()
        assert seen.at(MOVING[momentum], 104)[0] == pytest.approx(right, abs=1e-6)
    assert seen.steps == (100, 104) and list(seen.accuracy) == list(STATISTICS)


def test_momentum_does_not_change_what_is_learnt(nets):
    _, found = nets
    np.testing.assert_allclose(found[0.9].kept["all"], found[0.99].kept["all"], rtol=1e-5, atol=1e-6)
    assert np.abs(found[0.9].moving[0] - found[0.99].moving[0]).max() > 0.01


def test_verdicts_are_of_the_right_steps():
    steps = (225, 450, 675, 900, 1125, 1350, 1575, 1800)
    rows = {name: np.arange(8.0)[:, None] * np.ones(2) for name in STATISTICS}
    for name, at, more in ((POPULATION, 5, 0.02), (MOVING[0.9], 5, 0.05), (POPULATION, 7, 0.003), (OWN, 7, -0.01)):
        rows[name][at] += more
    verdicts = inference.judge(Predicted(steps, rows), 450)
    assert [verdict.mean for verdict in verdicts] == pytest.approx([0.02, 0.05, 0.003, -0.01])
    assert [verdict.hypothesis for verdict in verdicts] == list(inference.HYPOTHESES)


def test_each_cycle_is_predicted_at_its_quarters():
    result = inference.run(images=made_up(), n_seeds=2, half_cycle=20, n_cycles=2, show=False)
    (sweep,) = result.sweeps
    assert sweep.x == (10, 20, 30, 40, 50, 60, 70, 80) == result.details.steps
    assert sweep.values == result.details.accuracy and "not CIFAR-10's" in result.protocol
    with pytest.raises(ValueError, match="half_cycle must be a whole number of at least 2, got 1"):
        inference.run(images=made_up(), half_cycle=1)
