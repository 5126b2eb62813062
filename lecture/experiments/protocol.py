"""What the experiments have in common: how a net is trained unless said, which preset, which seeds."""

from types import SimpleNamespace

import keras

from lecture import replicas
from lecture.checks import one_of, whole

RATE = 0.003
BATCH = 64


def trained(hidden, X, y, *, steps, seeds, **settings):
    """Train one net for each seed as the original does: Adam at 0.003, sigmoid units, Glorot for weights and biases, batches of 64, softmax and cross-entropy.

    Parameters
    ----------
    hidden, X, y, steps, seeds
        As for `lecture.replicas.train`.
    **settings
        Of it, in the place of the above.

    Returns
    -------
    Replicas

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted: half a figure is none.
    """
    usual = dict(optimizer=keras.optimizers.Adam(RATE), batch_size=BATCH, bias_initializer="glorot_uniform")
    found = replicas.train(hidden, X, y, steps=steps, seeds=seeds, **usual | settings)
    if not found.complete:
        raise KeyboardInterrupt
    return found


def chosen(presets, preset, n_seeds, **changes):
    """Return the settings of a run: those of a preset, with what was given in their place, and ``seeds``.

    Parameters
    ----------
    presets : dict of str to dict
        Settings by preset, ``n_seeds`` among them.
    preset : str
    n_seeds : int or None
    **changes
        What was given; None where the preset decides.

    Raises
    ------
    ValueError
        If there is no such preset, or no seed.
    """
    settings = dict(presets[one_of(preset, presets, "preset")])
    settings |= {name: value for name, value in changes.items() if value is not None}
    usual = settings.pop("n_seeds")
    n_seeds = usual if n_seeds is None else n_seeds
    return SimpleNamespace(**settings, preset=preset, seeds=tuple(range(whole(n_seeds, "n_seeds", least=1))))
