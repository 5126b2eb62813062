"""Networks on the data of one seed with a rare class."""

from lecture.checks import real, whole
from lecture.experiments.imbalance import (
    HIDDEN,
    WITH,
    WITHOUT,
    RareClassDecisions,
    decisions,
    scaled_sample,
    training_data,
)
from lecture.experiments.mixtures import Mixture, mixture
from lecture.experiments.protocol import train_like_the_original

SEED = 6  # whose classes overlap a little


def decide_rare_class(
    ratio: float = 100,
    resample: bool = False,
    *,
    distance: float = 1.0,
    n_nets: int = 50,
    steps: int = 300,
    seed: int = SEED,
) -> RareClassDecisions:
    """Return what networks decide on the data of one seed.

    Parameters
    ----------
    ratio : number
        Number of points of the frequent class for each of the rare one.
    resample : bool
        Whether to oversample the rare class.
    distance : float
        Distance between the means of the classes, in units of the original lecture's.
    n_nets : int
        Number of networks.
    steps : int
        Number of update steps.
    seed : int
        Seed of the data.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    classes = mixture(2, seed)
    classes = Mixture(classes.means * real(distance, "distance", least=0), classes.factor, classes.seed)
    sample, seeds = scaled_sample(classes, ratio), range(whole(n_nets, "n_nets", least=1))
    way = WITH if resample else WITHOUT
    data = training_data([sample] * n_nets, way, seeds)
    nets = train_like_the_original(HIDDEN, **data, steps=steps, seeds=seeds, record=(), show=False)
    return decisions({way: nets}, sample, ratio)
