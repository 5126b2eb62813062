"""The report's Table 1: rows that are trained on and on, and what of the published column follows them."""

import re

import numpy as np
import pytest
from deep_images import made_up

from lecture.experiments import carried_over, deep_nets
from lecture.experiments.carried_over import OTHER, TABLE_1, Rows
from lecture.experiments.deep_nets import DeepNet, trained
from lecture.plots import alt_text, plot_table_1

PUBLISHED = np.array(TABLE_1)


def rows_of(carried, fresh, published=True):
    """Rows from two training columns, with five seeds that differ by a constant."""
    shift = 0.001 * np.arange(5)
    columns = {"training": PUBLISHED[:, 1], "validation": PUBLISHED[:, 2]} if published else {}
    own, new = ({part: np.asarray(values)[:, None] + shift for part in PARTS} for values in (carried, fresh))
    return Rows(PUBLISHED[:, 0], own, new, columns)


PARTS = "training", "validation"
FLAT = np.linspace(0.59, 0.58, 25)


@pytest.fixture(scope="module")
def results():
    how = dict(half_cycle=3, every=10, n_seeds=2, show=False)
    return [carried_over.run(images=made_up(name), **how) for name in ("made up", "CIFAR-10")]


def test_the_table_is_the_reports(shared):
    text = (shared / "seeds" / "003_c16df8417986ee9f.txt").read_text(encoding="utf-8")
    text = text[: text.index("Table 1: Coarse")].replace("e- ", "e-")
    found = np.array([line.split() for line in text.splitlines() if re.fullmatch(r"[\d.e-]+\s+[\d.]+\s+[\d.]+", line)])
    np.testing.assert_allclose(PUBLISHED, found.astype(float), atol=1e-6, rtol=1e-12)


def test_rows_go_on_from_the_row_before(results):
    rows = results[0].details
    assert rows.penalties.tolist() == [TABLE_1[0][0], TABLE_1[10][0], TABLE_1[20][0]] and rows.n_weak == 2
    np.testing.assert_array_equal(rows.carried["training"][0], rows.fresh["training"][0])
    assert (rows.carried["training"][1] != rows.fresh["training"][1]).all()
    common, before = dict(half_cycle=3, n_cycles=1, show=False), None
    for row, at in enumerate((0, 10)):
        nets = {"net": DeepNet(3, l2=TABLE_1[at][0])}
        before = trained(nets, made_up(), seeds=[OTHER * row, OTHER * row + 1], after=before, **common)
    np.testing.assert_array_equal(rows.carried["training"][1], before["net"].accuracy[-1])
    np.testing.assert_array_equal(rows.carried["validation"][1], before["net"].test_accuracy[-1])


def test_the_published_column_is_judged_on_the_reports_images_only(results):
    other, own = results
    assert len(other.verdicts) == 3 and other.compared == () and other.details.published == {}
    assert len(own.verdicts) == 4 and own.verdicts[-1].hypothesis is carried_over.ONE_NET
    assert [number.published for number in own.compared] == PUBLISHED[::10, 1].tolist()
    assert (own.compared[1].values == own.details.carried["training"][1]).all()
    assert "3 of the 25 rows" in own.protocol


def test_distance_and_explained_share_by_hand():
    rng = np.random.default_rng(0)
    rows = rows_of(PUBLISHED[:, 1] + rng.normal(0, 0.02, 25), FLAT)
    ours = rows.carried["training"]
    assert rows.distance(rows.carried) == pytest.approx(
        np.sqrt(((ours.mean(axis=1) - PUBLISHED[:, 1]) ** 2).sum() / 25)
    )
    expected = [np.corrcoef(column, PUBLISHED[:, 1])[0, 1] ** 2 for column in ours.T]
    assert rows.explained(rows.carried) == pytest.approx(expected)
    assert rows.explained({"training": -ours}).tolist() == [0] * 5, "a column that falls where it rises explains none"
    assert rows.explained({"training": np.full((25, 3), 0.5)}).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "carried, fresh, words",
    [
        (PUBLISHED[:, 1], np.r_[FLAT[:-1], PUBLISHED[-1, 1]], ["supported"] * 4),
        (FLAT, PUBLISHED[:, 1], ["contradicted"] * 4),
        (FLAT, FLAT, ["contradicted", "supported", "supported", "contradicted"]),
    ],
)
def test_verdicts_follow_from_the_numbers(carried, fresh, words):
    rows = rows_of(carried, fresh)
    assert [verdict.word for verdict in carried_over.judge(rows)] == words
    assert rows.n_weak == 11


def test_networks_that_diverge_are_kept_as_those_that_give_one_class(monkeypatch):
    monkeypatch.setattr(deep_nets, "HIGHEST", 1e30)
    result = carried_over.run(images=made_up(), half_cycle=3, every=10, n_seeds=2, show=False)
    assert "12 networks have diverged and count as giving all images the same class." in result.protocol
    for rows in (result.details.carried, result.details.fresh):
        assert (rows["training"] == 0.1).all() and (rows["validation"] == 0.1).all()


@pytest.mark.parametrize("every", [0, 11, 2.5])
def test_what_cannot_be_is_refused(every):
    with pytest.raises(ValueError, match=f"every must be a whole number from 1 to 10, got {every}"):
        carried_over.run(every=every, images=made_up(), show=False)


def test_the_drawing_has_three_columns_beside_each_other():
    rows = rows_of(PUBLISHED[:, 1] + 0.01, FLAT)
    axes = plot_table_1(rows)
    for ax, column in zip(axes, (1, 2)):
        carried, fresh, published = (line.get_ydata() for line in ax.lines)
        np.testing.assert_allclose(carried, PUBLISHED[:, 1] + 0.012)
        np.testing.assert_allclose(fresh, FLAT + 0.002)
        np.testing.assert_allclose(published, PUBLISHED[:, column])
        assert len({line.get_marker() for line in ax.lines}) == len({line.get_color() for line in ax.lines}) == 3
    (legend,) = axes[0].figure.legends
    assert [text.get_text() for text in legend.get_texts()][-1] == "published"
    assert "at most 73.3% in row 11" in alt_text(axes[0].figure)
    assert len(plot_table_1(rows_of(FLAT, FLAT, published=False))[0].lines) == 2
