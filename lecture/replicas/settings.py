"""What a training is given, in four groups: the network, the data, the fit, and what is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, eq=False)
class Network:
    """The network, and what it starts from."""

    hidden: Sequence[int]
    activation: Any = "sigmoid"
    output: Any = "softmax"
    tied: bool = False
    batch_norm: Any = None
    dropout: Any = 0.0
    n_outputs: int | None = None
    initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    weights: Any = None
    widths: Any = None


@dataclass(frozen=True, eq=False)
class Data:
    """The examples to train and to test on."""

    X: Any = None
    y: Any = None
    X_test: Any = None
    y_test: Any = None


@dataclass(frozen=True, eq=False)
class Fit:
    """What is minimized, and how."""

    steps: int
    batch_size: int | None = None
    same_batches: bool = False
    loss: Any = "categorical_crossentropy"
    optimizer: Any = "adam"
    learning_rate: Any = None
    l1: Any = 0.0
    l2: Any = 0.0
    weight_decay: Any = 0.0
    penalized: str = "hidden"
    dtype: str = "float32"


@dataclass(frozen=True, eq=False)
class Record:
    """What is recorded and shown, and how much memory may be taken."""

    record: Sequence[int] | None = None
    n_measured: int | None = None
    keep: Mapping[int, Sequence[int]] | str | None = None
    gradient_norm: bool = False
    max_bytes: int | None = None
    show: bool = True


@dataclass(frozen=True, eq=False)
class Settings:
    """All that a training is given, but its seeds."""

    network: Network
    data: Data
    fit: Fit
    record: Record

    @classmethod
    def of(cls, given):
        """Return the settings from a mapping of names to values."""

        def group(kind):
            return kind(**{name: given[name] for name in names_of(kind) if name in given})

        return cls(group(Network), group(Data), group(Fit), group(Record))


def names_of(*groups):
    """Return the names of the settings of some groups."""
    return tuple(field.name for group in groups for field in fields(group))


KNOWN = names_of(Network, Data, Fit, Record)
OWN = (  # what may differ between conditions
    *("loss", "activation", "output", "batch_norm", "dropout", "initializer", "bias_initializer", "weights", "widths"),
    *("l1", "l2", "weight_decay", "learning_rate", "X", "y", "X_test", "y_test"),
)
