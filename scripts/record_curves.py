"""Record the learning curves that exercises ask students to read: python -m scripts.record_curves (about a minute).

The curves are stored, so that the right answer is the same for everybody; seeds and settings are below.
"""

import json
from pathlib import Path

import keras
import numpy as np

from lecture import data, models

FILE = Path(__file__).parents[1] / "lecture" / "exercises" / "recorded.json"
STOP = {"": {"hidden": (512, 512), "n_train": 300, "epochs": 30, "learning_rate": 0.001}}
FITS = {
    "A": {"hidden": (256, 32), "n_train": 1500, "epochs": 30, "learning_rate": 0.002},
    "B": {"hidden": (2,), "n_train": 3000, "epochs": 30, "learning_rate": 0.001},
    "C": {"hidden": (256, 32), "n_train": 3000, "epochs": 30, "learning_rate": 0.0003, "dropout": 0.3},
}
RATES = {
    "A": {"hidden": (64,), "n_train": 2000, "epochs": 20, "sgd": 0.05},
    "B": {"hidden": (64,), "n_train": 2000, "epochs": 20, "sgd": 0.7},
    "C": {"hidden": (64,), "n_train": 2000, "epochs": 20, "sgd": 0.003},
}
LABELS = {
    name: {"hidden": (512,), "n_train": 1000, "epochs": 30, "learning_rate": 0.001, "random": share}
    for name, share in {"A": 0.5, "B": 0.0, "C": 1.0}.items()
}


def recorded(images, *, hidden, n_train, epochs, learning_rate=None, sgd=None, dropout=0.0, random=0.0):
    """The losses of one training, with three decimals."""
    keras.utils.set_random_seed(1)
    few = data.fewer(images, n_train, 1000, averaged=True)
    labels = few.y_train.copy()
    n_random = round(random * n_train)
    labels[:n_random] = np.random.default_rng(1).permutation(labels[:n_random])
    rule = keras.optimizers.SGD(sgd) if sgd else keras.optimizers.Adam(learning_rate)
    network = models.mlp(*hidden, n_inputs=few.X_train.shape[1], optimizer=rule, dropout=dropout, seed=1)
    validation = (few.X_val, few.y_val)
    history = network.fit(few.X_train, labels, epochs=epochs, batch_size=50, verbose=0, validation_data=validation)
    return {name: [round(value, 3) for value in history.history[name]] for name in ("loss", "val_loss")}


def main():
    """Write all curves into the package."""
    images = data.load_fashion_mnist("sample", seed=0)
    groups = {"stop": STOP, "fits": FITS, "rates": RATES, "labels": LABELS}
    found = {group: {name: recorded(images, **kind) for name, kind in kinds.items()} for group, kinds in groups.items()}
    FILE.write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
