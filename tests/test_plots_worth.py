"""What a network is worth, drawn: its confusions, and how sure it is against how often it is right."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from lecture import plots
from lecture.experiments.calibration import reliability

NAMES = ("shirt", "shoe", "bag")
TRUTH = np.repeat([0, 1, 2], [10, 4, 5])
ANSWERS = np.r_[[0] * 7 + [2] * 3, [1] * 4, [2] * 4, 0]


def test_each_cell_has_its_share_of_the_row_and_empty_ones_are_blank():
    ax = plots.plot_confusion(confusion_matrix(TRUTH, ANSWERS), NAMES)
    np.testing.assert_allclose(ax.images[0].get_array(), [[70, 0, 30], [0, 100, 0], [20, 0, 80]])
    assert [text.get_text() for text in ax.texts] == ["70", "", "30", "", "100", "", "20", "", "80"]
    assert plots.alt_text(ax.figure) == (
        "Confusion matrix of 19 answers, 79% of them right. "
        "Most often mistaken: of class shirt 30% as bag and of class bag 20% as shirt."
    )
    assert ax.get_xlabel() == "answer" and [label.get_text() for label in ax.get_yticklabels()] == list(NAMES)


def test_a_perfect_classifier_mistakes_nothing():
    ax = plots.plot_confusion(np.diag([3, 1, 2]), NAMES)
    assert plots.alt_text(ax.figure) == "Confusion matrix of 6 answers, 100% of them right."


@pytest.mark.parametrize(
    "counts, message",
    [
        (np.ones((2, 2)), r"with 3 names, got \(2, 2\)"),
        (np.diag([1, 1, 0]), "at least one image in each row"),
        (np.diag([1, -1, 1]), "0 or more"),
        (np.diag([1, np.nan, 1]), "0 or more"),
    ],
)
def test_counts_that_are_no_confusion_matrix_are_refused(counts, message):
    with pytest.raises(ValueError, match=message):
        plots.plot_confusion(counts, NAMES)


def _measured():
    rng = np.random.default_rng(3)
    P = rng.dirichlet(np.full(3, 0.5), size=200)
    return reliability(P, np.eye(3)[[rng.choice(3, p=row) for row in P]])


def test_the_points_are_the_bins_and_the_bars_their_intervals():
    found = _measured()
    ax = plots.plot_reliability({"net": found})
    diagonal, points = ax.lines[0], ax.lines[1]
    np.testing.assert_array_equal(diagonal.get_xydata(), [[0, 0], [1, 1]])
    many = found.counts >= 10
    assert 0 < many.sum() < len(many)  # a bin of few answers is left out
    np.testing.assert_allclose(points.get_xdata(), found.confidence[many])
    np.testing.assert_allclose(points.get_ydata(), found.accuracy[many])
    ends = np.array([segment[:, 1] for segment in ax.collections[0].get_segments()])
    np.testing.assert_allclose(ends, np.c_[found.low, found.high][many])
    text = plots.alt_text(ax.figure)
    assert text == f"Share of right answers over their confidence. net: {found.describe()}."


def test_two_classifiers_stand_side_by_side_and_six_are_refused():
    ax = plots.plot_reliability({"a": _measured(), "b": _measured()})
    assert (ax.lines[1].get_xdata() < ax.lines[2].get_xdata()).all()
    with pytest.raises(ValueError, match="one to 5 classifiers, got 6"):
        plots.plot_reliability({name: _measured() for name in "abcdef"})
    with pytest.raises(ValueError, match="got 0"):
        plots.plot_reliability({})
