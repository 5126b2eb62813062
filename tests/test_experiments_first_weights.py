"""Initial weights, batch norm and ε: what was trained, what is judged, and the table in colours."""

import numpy as np
import pytest
from deep_images import made_up

from lecture.experiments import first_weights
from lecture.experiments.first_weights import NORMS, PUBLISHED, STARTS, Started
from lecture.plots import alt_text, plot_first_weights

AS_EXPECTED = np.array([[0.49, 0.51, 0.51, 0.51], [0.1, 0.51, 0.51, 0.5], [0.1, 0.1, 0.5, 0.5], [0.1, 0.1, 0.1, 0.48]])


def started(means, reported=None):
    values = means[..., None] + 1e-4 * np.arange(5)
    parts = dict.fromkeys(first_weights.PARTS, values)
    return Started(tuple(STARTS), tuple(NORMS), parts, 0.1, reported or {})


@pytest.fixture(scope="module")
def result():
    return first_weights.run(half_cycle=20, n_cycles=1, n_seeds=2, images=made_up("CIFAR-10", noise=0.2), show=False)


def test_a_small_epsilon_lets_a_network_learn_from_small_weights(result):
    of = result.details.of
    assert {values.shape for values in result.details.accuracy.values()} == {(4, 4, 2)}
    assert (of("0.0001", "no batch norm") == 0.1).all()
    assert of("0.001", "no batch norm", "training") == pytest.approx([0.1, 0.1])
    assert (of("He", "ε = 10⁻¹²") > 0.3).all() and (of("0.0001", "ε = 10⁻³") == 0.1).all()
    assert "penalty is 0.0072" in result.protocol and len(result.verdicts) == 6
    assert result.sweeps[0].values["ε = 10⁻³"].tolist() == result.details.accuracy["test"][:, 1].tolist()


def test_networks_are_those_of_the_report(monkeypatch):
    seen = {}

    def trained(nets, images, **how):
        seen.update(nets)
        raise KeyboardInterrupt

    monkeypatch.setattr(first_weights, "trained", trained)
    with pytest.raises(KeyboardInterrupt):
        first_weights.run(images=made_up(), show=False)
    assert {(net.n_layers, net.l2) for net in seen.values()} == {(9, 0.0072)}
    assert {(net.initializer, net.epsilon) for net in seen.values()} == {
        (spread, epsilon) for spread in ("he_normal", 0.1, 0.001, 0.0001) for epsilon in (None, 1e-3, 1e-5, 1e-12)
    }


def test_published_numbers_stand_beside_ours(result):
    told = {number.what: number for number in result.compared}
    assert len(told) == 18
    test = told["test accuracy, 9 layers, σ = 0.1, with batch norm"]
    assert test.published == 0.5114 and (test.values == result.details.of("0.1", "ε = 10⁻¹²")).all()
    assert told["training accuracy, 9 layers, σ = 0.0001, without batch norm"].published == 0.1006


@pytest.mark.parametrize(
    "means, words",
    [
        (AS_EXPECTED, ["supported"] * 4 + ["contradicted", "supported"]),
        (np.full((4, 4), 0.5), ["contradicted", "supported", "supported", "supported", "supported", "contradicted"]),
        (
            np.where(np.arange(4)[:, None] == 0, AS_EXPECTED, 0.1),
            ["supported", "contradicted", "contradicted", "contradicted", "contradicted", "contradicted"],
        ),
    ],
)
def test_verdicts_follow_from_the_numbers(means, words):
    assert [verdict.word for verdict in first_weights.judge(started(means))] == words


@pytest.mark.parametrize("name", ["half_cycle", "n_cycles"])
def test_what_cannot_be_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1, got 0"):
        first_weights.run(images=made_up(), show=False, **{name: 0})


def test_the_table_has_means_ranges_and_the_reports_columns():
    means = AS_EXPECTED.copy()
    means[3, 3] = 0.4999
    found = started(means, {key: parts[-1] for key, parts in PUBLISHED.items()})
    ax = plot_first_weights(found)
    texts = {text.get_position(): text.get_text() for text in ax.texts}
    assert texts[2, 1] == "51%" and texts[0, 3] == "10%" and texts[4, 0] == "" and texts[5, 1] == "51%"
    assert plot_first_weights(started(AS_EXPECTED)).texts[0].get_text() == "49%"
    spread = Started(tuple(STARTS), tuple(NORMS), {"test": means[..., None] + np.array([-0.02, 0.02])}, 0.1, {})
    assert plot_first_weights(spread).texts[0].get_text() == "49%\n(47% to 51%)"
    (image,) = ax.images
    np.testing.assert_allclose(image.get_array()[:, :4], means + 2e-4)
    pale = {text.get_position(): text.get_color() for text in ax.texts}
    assert pale[2, 1] == "white" and pale[0, 3] == "black"
    assert "from σ = 0.0001 10.0% with no batch norm" in alt_text(ax.figure)
