"""Update rules as small objects, learning-rate schedules, and `descend`, the path that they take over a surface.

>>> path = descend(Adam(learning_rate=0.2), BEALE, steps=100)  # (101, 2)
>>> path[-1].round(3)
array([2.806, 0.453])

Rules have the argument names and defaults of the Keras optimizers of their names, and take the same steps. They hold no
state: ``begin`` makes it, ``step`` takes the old and returns the new, so that one rule serves any number of descents.
A learning rate is a number or a schedule, which is any function of the step 0, 1, 2, …
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache, partial
from itertools import count, islice
from types import MappingProxyType

import numpy as np

from lecture import surfaces
from lecture.checks import one_of, real, whole
from lecture.surfaces import BEALE

# ------------------------------------------------------------------------------------------------- rules


class Rule:
    """What all update rules share: checked settings, and a state that starts at zero.

    A rule defines ``step(s, w, g, state)``: from the weights ``w`` at step ``s`` and the gradient ``g`` there, both of
    shape (2,), it returns the next weights and the next state.
    """

    def __post_init__(self):
        _check(self, may_be_schedule=("learning_rate", "momentum"))

    def begin(self, w):
        """Return the state before the first step."""
        return np.zeros_like(w)


@dataclass(frozen=True)
class SGD(Rule):
    """w ← w - η g"""

    learning_rate: float | Callable = 0.01

    def step(self, s, w, g, state):
        return w - at(self.learning_rate, s) * g, state


@dataclass(frozen=True)
class Momentum(Rule):
    """v ← μ v - η g;  w ← w + v  (Polyak, 1964). ``keras.optimizers.SGD(momentum=…)``."""

    learning_rate: float | Callable = 0.01
    momentum: float | Callable = 0.9

    def step(self, s, w, g, v):
        v = at(self.momentum, s) * v - at(self.learning_rate, s) * g
        return w + v, v


@dataclass(frozen=True)
class Nesterov(Rule):
    """v ← μ v - η g(θ);  θ ← θ + μ v - η g(θ)  (Nesterov, 1983). ``keras.optimizers.SGD(momentum=…, nesterov=True)``.

    As in Keras, the path is that of θ = w + μ v, the point where momentum alone would lead: there the gradient is
    taken. The weights of the textbook are w = θ - μ v, and they move by v (Sutskever et al., 2013, appendix A).
    """

    learning_rate: float | Callable = 0.01
    momentum: float | Callable = 0.9

    def step(self, s, theta, g, v):
        downhill = -at(self.learning_rate, s) * g
        v = at(self.momentum, s) * v + downhill
        return theta + downhill + at(self.momentum, s + 1) * v, v


@dataclass(frozen=True)
class Adagrad(Rule):
    """G ← G + g²;  w ← w - η g / √(G + ε)  (Duchi et al., 2011). In Keras, G starts at .1; ε is inside the root."""

    learning_rate: float | Callable = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    def begin(self, w):
        return np.full_like(w, self.initial_accumulator_value)

    def step(self, s, w, g, G):
        G = G + g**2
        return w - at(self.learning_rate, s) * g / np.sqrt(G + self.epsilon), G


@dataclass(frozen=True)
class RMSprop(Rule):
    """G ← ρ G + (1 - ρ) g²;  v ← μ v + η g / √(G + ε);  w ← w - v  (Hinton, 2012). ε stands inside the root."""

    learning_rate: float | Callable = 0.001
    rho: float = 0.9
    momentum: float | Callable = 0.0
    epsilon: float = 1e-7

    def begin(self, w):
        return np.zeros_like(w), np.zeros_like(w)

    def step(self, s, w, g, state):
        G, v = state
        G = self.rho * G + (1 - self.rho) * g**2
        v = at(self.momentum, s) * v + at(self.learning_rate, s) * g / np.sqrt(G + self.epsilon)
        return w - v, (G, v)


@dataclass(frozen=True)
class Adadelta(Rule):
    """G ← ρ G + (1 - ρ) g²;  Δ = g √(D + ε) / √(G + ε);  D ← ρ D + (1 - ρ) Δ²;  w ← w - η Δ  (Zeiler, 2012)."""

    learning_rate: float | Callable = 0.001
    rho: float = 0.95
    epsilon: float = 1e-7

    def begin(self, w):
        return np.zeros_like(w), np.zeros_like(w)

    def step(self, s, w, g, state):
        G, D = state
        G = self.rho * G + (1 - self.rho) * g**2
        delta = g * np.sqrt(D + self.epsilon) / np.sqrt(G + self.epsilon)
        D = self.rho * D + (1 - self.rho) * delta**2
        return w - at(self.learning_rate, s) * delta, (G, D)


@dataclass(frozen=True)
class Adam(Rule):
    """m ← β₁ m + (1 - β₁) g;  G ← β₂ G + (1 - β₂) g²;  w ← w - η m̂ / (√Ĝ + ε̂)  (Kingma & Ba, 2015).

    m̂ = m / (1 - β₁ᵗ) and Ĝ = G / (1 - β₂ᵗ), with the number of the step t = 1, 2, … as an exponent, make up for the
    start at zero. ε stands outside the root; as in Keras it is added to √G before the correction: ε̂ = ε / √(1 - β₂ᵗ).
    """

    learning_rate: float | Callable = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def begin(self, w):
        return np.zeros_like(w), np.zeros_like(w)

    def step(self, s, w, g, state):
        m, G = state
        t = s + 1
        m = self.beta_1 * m + (1 - self.beta_1) * g
        G = self.beta_2 * G + (1 - self.beta_2) * g**2
        corrected = at(self.learning_rate, s) * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        return w - corrected * m / (np.sqrt(G) + self.epsilon), (m, G)


@dataclass(frozen=True)
class Adamax(Rule):
    """m ← β₁ m + (1 - β₁) g;  u ← max(β₂ u, |g|);  w ← w - η m̂ / (u + ε), m̂ as in Adam  (Kingma & Ba, 2015, §7)."""

    learning_rate: float | Callable = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def begin(self, w):
        return np.zeros_like(w), np.zeros_like(w)

    def step(self, s, w, g, state):
        m, u = state
        m = self.beta_1 * m + (1 - self.beta_1) * g
        u = np.maximum(self.beta_2 * u, np.abs(g))
        m_hat = m / (1 - self.beta_1 ** (s + 1))
        return w - at(self.learning_rate, s) * m_hat / (u + self.epsilon), (m, u)


def at(setting, step):
    """Return the value at this step of a setting that is a number or a schedule."""
    return setting(step) if callable(setting) else setting


_RANGES = {  # of all settings of rules and schedules that are not just numbers of at least 0
    **dict.fromkeys(("momentum", "rho", "alpha", "start", "end"), {"most": 1}),
    **dict.fromkeys(("beta_1", "beta_2"), {"below": 1}),
}
_COUNTS = ("decay_steps", "first_decay_steps", "step_size", "total_steps", "warmup_steps", "period")


def _check(settings, may_be_schedule=()):
    """Refuse a setting of a rule or a schedule outside its range, in one sentence."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name in _COUNTS:
            whole(value, field.name, least=1)
        elif not (field.name in may_be_schedule and callable(value)):
            value = value.min() if isinstance(value, np.ndarray) else value  # `tune` tries many rates at once
            real(value, field.name, least=0, **_RANGES.get(field.name, {}))


# ------------------------------------------------------------------------------------------------- schedules


class Schedule:
    """A setting that changes with the step: ``schedule(step)``, for one step or an array of them.

    Subclasses define ``rate(step, ops)`` with the functions of ``ops`` only, NumPy or any module that spells them the
    same: so Keras can compute the very same formula on its tensors.
    """

    def __post_init__(self):
        _check(self, may_be_schedule=("learning_rate",))

    def __call__(self, step):
        return self.rate(np.asarray(step, dtype=float)[()], np)


@dataclass(frozen=True)
class Constant(Schedule):
    """η"""

    learning_rate: float

    def rate(self, step, ops):
        return self.learning_rate + 0 * step


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """η₀ rate^(s / steps). As `keras.optimizers.schedules.ExponentialDecay`."""

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float

    def rate(self, step, ops):
        return self.initial_learning_rate * self.decay_rate ** (step / self.decay_steps)


@dataclass(frozen=True)
class InverseTimeDecay(Schedule):
    """η₀ / (1 + rate s / steps). As `keras.optimizers.schedules.InverseTimeDecay`."""

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float

    def rate(self, step, ops):
        return self.initial_learning_rate / (1 + self.decay_rate * step / self.decay_steps)


@dataclass(frozen=True)
class CosineDecayRestarts(Schedule):
    """Half a cosine from η₀ down to α η₀, again and again, each time ``t_mul`` as long and from ``m_mul`` as high.

    Loshchilov & Hutter, SGDR (2017); as `keras.optimizers.schedules.CosineDecayRestarts`.
    """

    initial_learning_rate: float
    first_decay_steps: int
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        real(self.t_mul, "t_mul", least=1)

    def rate(self, step, ops):
        done = step / self.first_decay_steps
        if self.t_mul == 1:
            restarts = ops.floor(done)
            done = done - restarts
        else:  # period i starts after (t_mul^i - 1) / (t_mul - 1) first periods
            restarts = ops.floor(ops.log2(1 + done * (self.t_mul - 1)) / np.log2(self.t_mul))
            done = (done - (self.t_mul**restarts - 1) / (self.t_mul - 1)) / self.t_mul**restarts
        height = self.m_mul**restarts * (1 + ops.cos(np.pi * done)) / 2
        return self.initial_learning_rate * ((1 - self.alpha) * height + self.alpha)


@dataclass(frozen=True)
class Triangular(Schedule):
    """Straight up from the initial to the maximal rate in ``step_size`` steps, and down in as many, over and over.

    Smith, Cyclical Learning Rates (2017).
    """

    initial_learning_rate: float
    maximal_learning_rate: float
    step_size: int

    def rate(self, step, ops):
        height = 1 - ops.absolute(step / self.step_size % 2 - 1)
        return self.initial_learning_rate + (self.maximal_learning_rate - self.initial_learning_rate) * height


@dataclass(frozen=True)
class OneCycle(Schedule):
    """One cycle for the whole training: up to the maximal rate, down again, and at last far below where it began.

    Half a cosine up from the maximum / ``initial_divisor`` in the share ``warmup`` of the steps, then half a cosine
    down to the maximum / ``final_divisor``, where it stays. Smith & Topin, Super-Convergence (2018), as fastai has it.
    """

    maximal_learning_rate: float
    total_steps: int
    warmup: float = 0.3
    initial_divisor: float = 25.0
    final_divisor: float = 1e4

    def __post_init__(self):
        super().__post_init__()
        real(self.warmup, "warmup", least=0, below=1)
        for name in ("initial_divisor", "final_divisor"):
            real(getattr(self, name), name, least=1)

    def rate(self, step, ops):
        rise, top = self.warmup * self.total_steps, self.maximal_learning_rate
        up = ops.minimum(step / max(rise, 1e-9), 1.0)
        down = ops.minimum(ops.maximum(step - rise, 0.0) / (self.total_steps - rise), 1.0)
        rising = top / self.initial_divisor + (top - top / self.initial_divisor) * (1 - ops.cos(np.pi * up)) / 2
        falling = top / self.final_divisor + (top - top / self.final_divisor) * (1 + ops.cos(np.pi * down)) / 2
        return ops.where(step < rise, rising, falling)


@dataclass(frozen=True)
class WarmUp(Schedule):
    """A straight rise over ``warmup_steps`` steps, the first of them already above 0, then ``learning_rate``.

    That may be a schedule of its own: it begins when the rise ends.
    """

    learning_rate: float | Callable
    warmup_steps: int

    def rate(self, step, ops):
        then = self.learning_rate
        if isinstance(then, Schedule):
            then = then.rate(ops.maximum(step - self.warmup_steps, 0.0), ops)
        return ops.minimum((step + 1) / (self.warmup_steps + 1), 1.0) * then


@dataclass(frozen=True)
class GrowingMomentum(Schedule):
    """min(1 - (1 - start) / (⌊s / period⌋ + 1), end): quick at first, slowly at last.

    Sutskever et al., On the importance of initialization and momentum (2013), equation 5, there with period 250.
    """

    start: float = 0.5
    end: float = 0.99
    period: int = 250

    def rate(self, step, ops):
        return ops.minimum(1 - (1 - self.start) / (ops.floor(step / self.period) + 1), self.end)


# ------------------------------------------------------------------------------------------------- paths


def _walk(rule, surface, w):
    """The weights before each step, the gradient there and the rule's state, for ever."""
    state = rule.begin(w)
    for s in count():
        gradient = np.array(surface.gradient(*w))
        yield w, gradient, state
        w, state = rule.step(s, w, gradient, state)


def descend(rule, surface=BEALE, start=None, steps=100):
    """Return the path of a rule over a surface.

    Parameters
    ----------
    rule : Rule
    surface : Surface or str
    start : (float, float), optional
        Inside the surface's window; its own start if left out.
    steps : int
        At least 0.

    Returns
    -------
    ndarray of shape (steps + 1, 2)
        The start, and the point after each step. Rows after the first point that is not finite are NaN.

    Raises
    ------
    ValueError
        If ``rule`` is none, there is no such surface, the start is outside its window, or ``steps`` is negative.
    """
    if not isinstance(rule, Rule):
        raise ValueError(
            f"rule must be one of lecture.optimizers, such as Adam(0.2), got {rule!r}; "
            "training.trace follows those of Keras."
        )
    surface = surfaces.get(surface)
    path = np.full((whole(steps, "steps") + 1, 2), np.nan)
    with np.errstate(all="ignore"):  # a path that diverges ends in inf, and is cut there
        for s, (w, _, _) in zip(range(steps + 1), _walk(rule, surface, surface.point(start))):
            path[s] = w
            if not np.isfinite(w).all():
                break
    return path


def diverged_at(path):
    """Return the step at which a path of shape (steps + 1, 2) is no longer finite, or None if it stays so."""
    lost = ~np.isfinite(path).all(axis=1)
    return int(lost.argmax()) if lost.any() else None


def describe_paths(paths, surface):
    """Return in a sentence where paths end, nearest to a minimum first, and which diverged.

    Parameters
    ----------
    paths : mapping of str to array of shape (n, 2)
    surface : Surface
    """
    lost = {name: diverged_at(path) for name, path in paths.items()}
    apart = {name: float(surface.distance(path[-1])) for name, path in paths.items() if lost[name] is None}
    ends = [
        f"{name} ends at ({paths[name][-1][0]:.3g}, {paths[name][-1][1]:.3g}), {apart[name]:.2g} from the minimum"
        for name in sorted(apart, key=apart.get)
    ] + [f"{name} diverges at step {step}" for name, step in lost.items() if step is not None]
    steps = max((len(path) - 1 for path in paths.values()), default=0)
    return f"After {steps} {'step' if steps == 1 else 'steps'} on the {surface.name} surface: {'; '.join(ends)}."


@dataclass(frozen=True)
class Dissection:
    """One step with momentum, taken apart. All are arrays of shape (2,).

    Attributes
    ----------
    step : int
    origin : the textbook's weights w before the step; for Nesterov, Keras' weights θ less μ v
    previous : the velocity v, which is the step before this one
    momentum : μ v
    looked_at : where the gradient is taken: at the origin, or for Nesterov where momentum leads
    gradient : -η g, with the gradient g taken there
    update : the step that the rule then takes, as it moved the weights
    """

    step: int
    origin: np.ndarray
    previous: np.ndarray
    momentum: np.ndarray
    looked_at: np.ndarray
    gradient: np.ndarray
    update: np.ndarray

    def describe(self):
        """Return the arrows' numbers in a sentence."""
        arrows = (
            f"{name} ({x:.3g}, {y:.3g})"
            for name, (x, y) in (
                ("momentum", self.momentum),
                ("gradient step", self.gradient),
                ("together", self.update),
            )
        )
        where = "where momentum leads" if np.any(self.looked_at != self.origin) else "at the weights"
        x, y = self.origin
        return f"Step {self.step} from ({x:.3g}, {y:.3g}), gradient taken {where}: {', '.join(arrows)}."


def dissect(rule, surface=BEALE, start=None, step=0):
    """Return what a step of a descent with momentum is made of.

    Parameters
    ----------
    rule : Momentum or Nesterov
    surface, start : as for `descend`
    step : int
        How many steps were taken before.

    Returns
    -------
    Dissection

    Raises
    ------
    ValueError
        If the rule is another one, the path has diverged before, or as for `descend`.
    """
    if not isinstance(rule, (Momentum, Nesterov)):
        raise ValueError(f"rule must be Momentum or Nesterov, got {rule!r}.")
    surface = surfaces.get(surface)
    ahead = isinstance(rule, Nesterov)
    with np.errstate(all="ignore"):
        walk = _walk(rule, surface, surface.point(start))
        (before, gradient, velocity), (after, _, v) = islice(walk, whole(step, "step"), step + 2)
    if not np.isfinite([before, after]).all():
        raise ValueError(f"step must be one before the path diverges, got {step}.")
    momentum = at(rule.momentum, step) * velocity
    origin, end = (before - momentum, after - at(rule.momentum, step + 1) * v) if ahead else (before, after)
    return Dissection(
        step,
        origin,
        previous=velocity,
        momentum=momentum,
        looked_at=before,
        gradient=-at(rule.learning_rate, step) * gradient,
        update=end - origin,
    )


# ------------------------------------------------------------------------------------------------- comparison

RULES = MappingProxyType(
    {  # how each named optimizer is made from a learning rate
        "sgd": SGD,
        "momentum": Momentum,
        "nesterov": Nesterov,
        "adagrad": Adagrad,
        "rmsprop": RMSprop,
        "rmsprop_momentum": partial(RMSprop, momentum=0.9),
        "adadelta": Adadelta,
        "adam": Adam,
        "adamax": Adamax,
    }
)
SCHEDULED = MappingProxyType(
    {  # an example of each schedule, made for 100 steps on Beale's function
        "constant": SGD(Constant(0.03)),
        "exponential": SGD(ExponentialDecay(0.036, decay_steps=100, decay_rate=0.1)),
        "inverse_time": SGD(InverseTimeDecay(0.036, decay_steps=100, decay_rate=5)),
        "cosine_restarts": SGD(CosineDecayRestarts(0.036, first_decay_steps=15)),
        "triangular": SGD(Triangular(0.005, 0.06, step_size=15)),
        "one_cycle": SGD(OneCycle(0.05, total_steps=100)),
        "warm_up": SGD(WarmUp(0.06, warmup_steps=20)),
        "growing_momentum": Momentum(0.005, GrowingMomentum(period=5)),
    }
)
# The rates at which the lecture compared them on Beale's function: picked by hand, not tuned.
LECTURE_RATES = MappingProxyType(
    {
        "sgd": 0.01,
        "momentum": 0.005,
        "nesterov": 0.005,
        "adagrad": 0.4,
        "rmsprop": 0.1,
        "rmsprop_momentum": 0.1,
        "adadelta": 1.0,
        "adam": 0.2,
        "adamax": 0.5,
    }
)
# Ten a decade, evenly spaced on a log scale, in two digits.
RATES = tuple(
    float(f"{mantissa}e{exponent}")
    for exponent in range(-4, 3)
    for mantissa in (1, 1.3, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8)
)


@dataclass(frozen=True)
class Tuning:
    """The loss that a rule reaches at each rate.

    Attributes
    ----------
    rates : ndarray of shape (n_rates,)
    losses : ndarray of shape (n_rates,)
        The mean over the last tenth of the steps, so that a lucky bounce does not win; inf where the path left the
        surface's window, of which a path that diverges is a case.
    """

    rates: np.ndarray
    losses: np.ndarray

    @property
    def best(self):
        """The rate with the lowest loss."""
        return float(self.rates[self.losses.argmin()])

    def describe(self):
        """Return the best rate, its loss, and the first rate at which the path leaves the window."""
        lost = self.rates[np.isinf(self.losses)]
        end = f"; at {lost.min():g} the path leaves the window" if lost.size else ""
        return f"The best of {len(self.rates)} rates is {self.best:g}, with a loss of {self.losses.min():.3g}{end}."


def tune(rule, surface=BEALE, start=None, steps=100, rates=RATES):
    """Try learning rates, and return the loss that each reaches.

    Parameters
    ----------
    rule : callable
        Makes a rule from a learning rate, and from an array of them, since all are tried at once: ``Adam``, or
        ``lambda rate: Momentum(rate, momentum=0.5)``.
    surface, start : as for `descend`
    steps : int
        At least 1.
    rates : sequence of float

    Returns
    -------
    Tuning

    Raises
    ------
    ValueError
        If there is no rate, the paths of all leave the window, or as for `descend`.
    """
    surface, rates = surfaces.get(surface), np.array(rates, dtype=float)
    if not rates.size:
        raise ValueError("rates must hold at least one, got none.")
    left, right, bottom, top = surface.window
    w = np.repeat(surface.point(start)[:, None], rates.size, axis=1)  # (2, n_rates): all descents at once
    with np.errstate(all="ignore"):
        path = np.array([w for w, _, _ in islice(_walk(rule(rates), surface, w), whole(steps, "steps", least=1) + 1)])
        losses = surface.value(*path[-max(1, steps // 10) :].swapaxes(0, 1)).mean(axis=0)
    x, y = path.swapaxes(0, 1)  # (steps + 1, n_rates) each
    seen = ((left <= x) & (x <= right) & (bottom <= y) & (y <= top)).all(axis=0)  # NaN is not seen either
    if not seen.any():
        raise ValueError(f"rates must hold one at which the path stays in the window, got {rates.tolist()}.")
    return Tuning(rates, np.where(seen, losses, np.inf))


@dataclass(frozen=True)
class Comparison:
    """Paths of several optimizers over one surface.

    Attributes
    ----------
    surface : Surface
    rates : dict of str to float or schedule
    paths : dict of str to ndarray of shape (steps + 1, 2)
    """

    surface: surfaces.Surface
    rates: dict
    paths: dict

    def describe(self):
        """Return where each path ends, best first, and which diverged."""
        return describe_paths(self.paths, self.surface)


def compare(names=tuple(RULES), surface=BEALE, start=None, steps=100, rates="tuned"):
    """Let optimizers descend from one start, each at its own learning rate.

    Parameters
    ----------
    names : sequence of str
        Keys of ``RULES``.
    surface, start, steps : as for `descend`
    rates : "tuned", "lecture", or mapping of str to float
        ``"tuned"``: for each the best of ``RATES`` on this surface, after 100 steps from the surface's start;
        ``"lecture"``: the rates picked by hand that the lecture was first given with, for Beale's function.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If a name is unknown or has no rate, or as for `descend`.
    """
    surface = surfaces.get(surface)
    names = tuple(one_of(name, RULES, "optimizer") for name in ([names] if isinstance(names, str) else names))
    if isinstance(rates, str):
        one_of(rates, ("tuned", "lecture"), "rates")
        rates = LECTURE_RATES if rates == "lecture" else {name: tuned_rate(name, surface) for name in names}
    missing = [name for name in names if name not in rates]
    if missing:
        raise ValueError(f"rates must hold one for each optimizer, got none for {', '.join(missing)}.")
    rates, hundreds = {name: rates[name] for name in names}, whole(steps, "steps") // 100 + 1
    paths = {name: _long_path(name, rates[name], surface, tuple(surface.point(start)), hundreds) for name in names}
    return Comparison(surface, rates, {name: path[: steps + 1].copy() for name, path in paths.items()})


@lru_cache(maxsize=256)
def _long_path(name, rate, surface, start, hundreds):
    """A path over so many hundred steps, kept: a slider over steps shows parts of the same one."""
    return descend(RULES[name](rate), surface, start, 100 * hundreds)


@lru_cache(maxsize=256)
def tuned_rate(name, surface=BEALE):
    """Return the best of ``RATES`` for a named optimizer, after 100 steps from the surface's start; worked out once."""
    return tune(RULES[one_of(name, RULES, "optimizer")], surface).best
