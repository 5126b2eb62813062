"""The settings of a search, and what makes two searches the same one."""

from dataclasses import asdict, dataclass

from lecture.checks import one_of, whole
from lecture.tuning.asking import ask, first_value
from lecture.tuning.kept import Kept
from lecture.tuning.oracle import Oracle
from lecture.tuning.sameness import data_digest, function_digest
from lecture.tuning.space import FunctionSpace, Space
from lecture.tuning.strategies import STRATEGIES, make_strategy, n_planned
from lecture.tuning.tuner import Tuner


@dataclass(frozen=True)
class Plan:
    """The settings of a search: all but its space and its data. `search` explains them.

    Raises
    ------
    ValueError
        If a setting is out of range, or the strategy is unknown.
    """

    strategy: str = "random"
    max_trials: int | None = None
    epochs: int = 5
    batch_size: int = 128
    seed: int = 0

    def __post_init__(self):
        one_of(self.strategy, STRATEGIES, "strategy")
        if self.max_trials is not None:
            whole(self.max_trials, "max_trials", least=1)
        whole(self.epochs, "epochs", least=1)
        whole(self.batch_size, "batch_size", least=1)
        whole(self.seed, "seed", least=0)

    @property
    def n_trials(self) -> int | None:
        """How many trials there will be at most; None where only the space knows."""
        return n_planned(self.strategy, self.max_trials, self.epochs)

    def fingerprint(self, space: Space | FunctionSpace, data) -> dict:
        """Return all that makes two searches the same one, as plain data."""
        ranges = space.words()
        if not ranges:  # then a function names them when it runs
            _, parameters = ask(space, {}, first_value)
            ranges = {name: repr(parameter) for name, parameter in parameters.items()}
        function = function_digest(space.make_model)
        return asdict(self) | {"space": ranges, "function": function, "data": data_digest(data)}

    def oracle(self, space: Space | FunctionSpace, kept: Kept, n_workers: int | None = 1) -> Oracle:
        """Return what hands out the trials, to ``n_workers`` at a time (None: nobody knows to how many)."""
        strategy = make_strategy(self.strategy, space, self.epochs, seed=self.seed, n_workers=n_workers)
        return Oracle(strategy, kept, self.n_trials)

    def tuner(self, oracle, kept: Kept, space: Space | FunctionSpace, data, **more) -> Tuner:
        """Return what runs the trials; ``more`` are further arguments of `Tuner`."""
        return Tuner(oracle, kept, space, data, epochs=self.epochs, batch_size=self.batch_size, **more)
