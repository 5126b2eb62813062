"""The exercises on gradients: the table of errors is that of the faults, and each fault is told from each other."""

import re
from dataclasses import replace

import numpy as np
import pytest
from conftest import ROOT

from lecture.exercises import check
from lecture.exercises.from_scratch_gradients import NETS
from lecture.exercises.from_scratch_training import triangular_rate
from lecture.from_scratch import FAULTS, BatchNorm, check_gradients, dense_net, gradients
from lecture.optimizers import Triangular

TEXT = (ROOT / "notebooks" / "06_from_scratch.py").read_text(encoding="utf-8")


def _printed():
    """The errors in the exercise's table: a dict of arrays to those of nets A to F."""
    table = re.search(r"# \| array \|(.*?)\n#\n", TEXT, re.DOTALL)[1]
    rows = [[cell.strip() for cell in line.strip("# |").split("|")] for line in table.splitlines()[2:]]
    return {name: [float(number) for number in numbers] for name, *numbers in rows}


def _net(fault, epsilon=1e-5, gamma=2.0, sizes=(10, 8, 6, 3)):
    norm = {"epsilon": epsilon, "fault": fault}
    options = {"activation": "relu", "output": "softmax", "initializer": "he_normal"}
    net = dense_net(sizes, **options, batch_norm=norm, seed=5)
    layers = [
        replace(layer, gamma=gamma + 0 * layer.gamma, beta=0.1 + 0 * layer.beta)
        if isinstance(layer, BatchNorm)
        else layer
        for layer in net.layers
    ]
    return replace(net, layers=tuple(layers))


def test_the_table_of_errors_is_that_of_the_faults():
    rng, printed = np.random.default_rng(3), _printed()
    X, y = rng.normal(size=(5, 10)), np.eye(3)[rng.integers(3, size=5)]
    assert sorted(NETS.values()) == sorted(("right", *FAULTS))
    for column, fault in enumerate(NETS.values()):
        found = check_gradients(_net(None if fault == "right" else fault), X, y)
        for row in found.rows:
            if row.label not in printed:
                assert row.verdict == "right"
            elif row.verdict == "zero":
                assert printed[row.label][column] == 0
            elif row.verdict == "right":
                assert row.error < 1e-8 and printed[row.label][column] < 1e-8
            else:
                assert printed[row.label][column] == pytest.approx(row.error, abs=0.006)


@pytest.mark.parametrize("place", range(len(NETS)))
@pytest.mark.parametrize("given", ["right", *FAULTS])
def test_each_wrong_diagnosis_is_told_at_its_net(place, given):
    names = list(NETS.values())
    wanted, names[place] = names[place], given
    found = check("fault-from-errors", names)
    assert found.status == ("right" if given == wanted else "wrong")
    if given != wanted:
        assert f"Net {'ABCDEF'[place]}: " in found.message and repr(wanted) not in found.message


def test_a_batch_of_two_moves_nothing_before_batch_norm():
    """By hand, since the net refuses such a batch: ẑ stays where it is while z moves."""
    z = np.array([[1.0, 3.0], [4.0, -2.0]])
    for moved in (z, z + np.array([[0.1, 0.0], [0.0, 0.3]])):
        z_hat = (moved - moved.mean(axis=0)) / moved.std(axis=0)
        np.testing.assert_allclose(z_hat, [[-1, 1], [1, -1]])
    found = gradients(_net(None, sizes=(30, 50, 10)), np.zeros((3, 30)), np.eye(10)[:3])
    assert sum(array.size for layer in found for array in layer.values()) == 2160  # all parameters


def test_the_triangular_rate_is_the_schedules():
    schedule = Triangular(0.01, 0.09, 4)
    triangular_rate(lambda step, *_: np.array([schedule(s) for s in step]))
