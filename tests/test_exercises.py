"""Exercises: the notebooks' solutions pass, wrong answers hear what is off, and nothing gives the answer away."""

import ast
import itertools
import math

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from lecture.exercises import EXERCISES, Verdict, check
from lecture.exercises.practice_training import stopping_epoch
from lecture.optimizers import RULES, Momentum
from publishing import notebooks

rng = np.random.default_rng(0)


def _cells(tag):
    """The (exercise, notebook, source) of every code cell with a tag."""
    for source in notebooks.sources(ROOT / "notebooks"):
        for cell in notebooks.from_source(source).cells:
            if cell.cell_type == "code" and tag in cell.metadata.get("tags", []):
                call = ast.parse(cell.source).body[-1].value
                assert ast.unparse(call.func) == "exercises.check", cell.source
                yield call.args[0].value, source.stem, cell.source


ASKED, SOLVED = list(_cells("exercise")), list(_cells("solution"))

# Wrong answers, at least two for each; a pair has a word that the hint must hold.
WRONG = {
    "counting-weights": [(79_400, "biases"), (78_500, "another layer"), 100_000, (1, "small"), "79510", True],
    "weights-of-any-net": [
        (lambda s: sum((a + 1) * b for a, b in itertools.pairwise(s)), "biases"),
        (lambda s: math.prod(s), "neighbouring"),
        (lambda s: sum(s), "units"),
        lambda s: s[0] * s[1],
        lambda s: "12",
        3,
    ],
    "convolution-parameters": [(1200, "bias"), (400, "channels"), (416, "channels"), (1216 * 1024, "all places"), 0],
    "collapsing-layers": [
        (lambda a, b: (a @ b).T, "transposed"),
        (lambda a, b: b @ a, "order"),
        (lambda a, b: a, "first layer alone"),
        (lambda a, b: a * b, "entry"),
        lambda a, b: 2 * (a @ b),
        lambda a, b: -(a @ b),
    ],
    "broadcast-shape": [((10, 32), "order"), ((32, 1), "repeated"), (32, 1, 10), 320, "(32, 10)"],
    "dense-forward": [
        (lambda X, W, b: np.maximum(X @ W, 0), "bias"),
        (lambda X, W, b: X @ W + b, "activation"),
        (lambda X, W, b: np.maximum(X @ W, 0) + b, "inside"),
        (lambda X, W, b: np.maximum(W @ X + b, 0), "ValueError"),
        lambda X, W, b: np.minimum(X @ W + b, 0),
    ],
    "loss-gradient": [
        (lambda p, y: p - y, "sum"),
        (lambda p, y: (y - p) / len(y), "sign"),
        (lambda p, y: 2 * (p - y) / len(y), "half"),
        (lambda p, y: np.mean(p - y), "shape"),
        lambda p, y: y - p,
    ],
    "weight-gradient": [
        (lambda a, d: a.T @ d, "sum"),
        (lambda a, d: d.T @ a / len(a), "transposed"),
        (lambda a, d: a @ d, "ValueError"),
        lambda a, d: d.T @ a,
    ],
    "update-step": [
        (lambda w, g, r: w + r * g, "uphill"),
        (lambda w, g, r: w - g, "learning rate"),
        (lambda w, g, r: -r * g, "step"),
        lambda w, g, r: r * g,
    ],
    "stable-softmax": [
        (lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True), "overflow"),
        (lambda Z: np.exp(Z) / np.exp(Z).sum(axis=0), "columns"),
        (lambda Z: np.exp(Z), "divide"),
        (lambda Z: np.exp(Z) / np.exp(Z).sum(), "together"),
    ],
    "leaky-slope": [
        (lambda z: (z > 0) * 1.0, "ReLU"),
        (lambda z: np.maximum(0.2 * z, z), "function"),
        (lambda z: np.where(z > 0, 0.2, 1), "swapped"),
        lambda z: np.where(z > 0, 1, 0.01),
    ],
    "he-sigma": [
        (2 / 784, "variance"),
        (math.sqrt(2 / 1296), "Glorot"),
        (math.sqrt(2 / 512), "inputs"),
        (math.sqrt(1 / 784), "half"),
        1.0,
    ],
    "frozen-weights": [(64, "biases"), (209_250, "frozen"), ((784 + 1) * 2, "last hidden"), 209_184],
    "momentum-step": [
        (lambda w, v, g, r, m: (w + m * v + r * g, m * v + r * g), "uphill"),
        (lambda w, v, g, r, m: (w - r * g, m * v - r * g), "plain"),
        (lambda w, v, g, r, m: (m * v - r * g, w + m * v - r * g), "order"),
        (lambda w, v, g, r, m: w + m * v - r * g, "Two arrays"),
        (lambda w, v, g, r, m: (w + v, m * v - r * g), "new one"),
    ],
    "momentum-limit": [(10, "0.9"), (0.99, "adds up"), (1.99, "adding"), (1 / 0.99, "forgotten"), 1000],
    "adam-first-step": [(-0.01, "way"), (0.00003, "plain"), (0.0316228, "correction"), 0.001, 1],
    "inverse-time": [
        (lambda s, a, d, t: a * d ** (s / t), "exponential"),
        (lambda s, a, d, t: a / (1 + d * s), "share"),
        (lambda s, a, d, t: a * (1 + d * s / t), "grows"),
        (lambda s, a, d, t: a / (d * s / t), "ZeroDivisionError"),
    ],
    "parameters-by-hand": [(209_216, "biases"), (209_184, "output layer"), (209_219, "unit"), (669_706, "512"), 0],
    "one-hot": [
        (lambda y, k: np.eye(k)[y].T, "row"),
        (lambda y, k: np.eye(k + 1)[y + 1], "start at 0"),
        (lambda y, k: np.eye(k)[y - 1], "left"),
        lambda y, k: y,
    ],
    "standardize": [
        (lambda a, b: ((a - a.mean()) / a.std(), (b - b.mean()) / b.std()), "own mean"),
        (lambda a, b: ((a - a.mean()) / a.std(), b), "as they were"),
        (lambda a, b: ((a - a.mean()) / a.var(), b), "variance"),
        (lambda a, b: ((a - a.mean(0)) / a.std(0), (b - a.mean(0)) / a.std(0)), "pixel"),
        lambda a, b: a,
    ],
    "cross-entropy": [
        (math.log(0.7), "negative"),
        (-math.log10(0.7), "base 10"),
        (-math.log2(0.7), "base 2"),
        (0.3, "logarithm"),
        (0.7, "itself"),
        5.0,
    ],
    "counting-updates": [
        (970, "last batch"),
        (97.65625 * 10, "part"),
        (977, "batch of its own"),
        (98, "one epoch"),
        500_000,
    ],
    "accuracy": [
        (lambda P, y: 100 * np.mean(P.argmax(1) == y), "percent"),
        (lambda P, y: np.sum(P.argmax(1) == y), "how many"),
        (lambda P, y: np.mean(P.argmax(1) != y), "wrong answers"),
        (lambda P, y: np.mean(P[np.arange(len(y)), y] > 0.5), "one half"),
        lambda P, y: np.mean(P.argmax(0) == y),
    ],
    "stopping-epoch": [
        (lambda l, p: int(np.argmin(l)) + 1, "."),
        (lambda l, p: max(stopping_epoch(l, p) - 1, 1), "too early"),
        (lambda l, p: stopping_epoch(l, p) + 1, "too late"),
        (lambda l, p: stopping_epoch(l, 1), "."),
        lambda l, p: len(l),
    ],
    "penalty": [
        (lambda W, a, b: a * np.abs(W).sum() + b * (W**2).sum() / 2, "half"),
        (lambda W, a, b: a * W.sum() + b * (W**2).sum(), "absolute"),
        (lambda W, a, b: a * np.abs(W).sum() + b * np.sqrt((W**2).sum()), "root"),
        lambda W, a, b: a * np.abs(W).mean() + b * (W**2).mean(),
    ],
    "inverted-dropout": [
        (lambda a, k, p: a * k, "scaled"),
        (lambda a, k, p: a * k * (1 - p), "up"),
        (lambda a, k, p: a * ~k / (1 - p), "."),
        lambda a, k, p: a,
    ],
    "batch-norm-prediction": [
        (lambda z, m, v, g, b, e: g * (z - z.mean(0)) / np.sqrt(z.var(0) + e) + b, "batch"),
        (lambda z, m, v, g, b, e: (z - m) / np.sqrt(v + e), "γ"),
        (lambda z, m, v, g, b, e: g * (z - m) / (v + e) + b, "root"),
        lambda z, m, v, g, b, e: g * ((z - m) / np.sqrt(v + e) + b),
    ],
    "smooth-labels": [
        (lambda y, a: (1 - a) * y, "go somewhere"),
        (lambda y, a: np.where(y == 1, 1 - a, a / (y.shape[1] - 1)), "other"),
        (lambda y, a: (1 - a) * y + a, "more than 1"),
        lambda y, a: y + a / y.shape[1],
    ],
    "grid-fits": [(120, "once more"), (24, "fold"), (25, "fold"), (46, "sum"), 9],
    "enough-trials": [(113, "below"), (50, "average"), (6, "all miss"), (45, "add up"), (1, "One trial"), 95],
    "log-uniform": [
        (lambda u, a, b: a + (b - a) * u, "nine in ten"),
        (lambda u, a, b: np.log(a) + np.log(b / a) * u, "logarithms"),
        (lambda u, a, b: b * (a / b) ** u, "lowest"),
        (lambda u, a, b: a * np.exp(u), "ratio"),
        lambda u, a, b: a * b**u,
    ],
    "halving-epochs": [
        (27, "again"),
        (81, "to the end"),
        (13, "one network"),
        (9, "first round"),
        (15, "last round"),
        100,
    ],
    "expected-improvement": [
        (lambda m, s, b: np.maximum(m - b, 0), "above the mean"),
        (lambda m, s, b: norm.cdf((m - b) / s), "chance"),
        (lambda m, s, b: (m - b) * norm.cdf((m - b) / s) + norm.pdf((m - b) / s), "standard deviation"),
        (lambda m, s, b: m - b, "falls short"),
        lambda m, s, b: m + 2 * s,
    ],
    "optimism": [
        (lambda r, t: t[r.mean(1).argmax()] - r.mean(1).max(), "other way"),
        (lambda r, t: r.mean(1).max() - t.max(), "highest"),
        (lambda r, t: r.mean(1)[t.argmax()] - t.max(), "no say"),
        (lambda r, t: r.mean() - t.mean(), "mean over"),
        (lambda r, t: r.mean(1).max(), "worth"),
        (lambda r, t: r.sum(1).max() - t[r.sum(1).argmax()], "share"),
        lambda r, t: 0.0,
    ],
    "shared-layers": [
        (2264, "without sharing"),
        (2684, "five matrices"),
        (540, "biases"),
        (500, "output layer"),
        (164, "once"),
        1000,
    ],
    "balanced-accuracy": [
        (lambda p, y: np.mean(p == y), "plain"),
        (lambda p, y: np.mean(p[y == 1] == 1), "rare class alone"),
        (lambda p, y: sum(np.mean(p[y == k] == k) for k in (0, 1)), "sum"),
        (lambda p, y: np.mean([np.mean(y[p == k] == k) for k in (0, 1)]), "taken for"),
        lambda p, y: 0.5 * np.mean(p == y),
    ],
    "oversample": [
        (lambda y, r: np.arange(len(y)), "as rare"),
        (
            lambda y, r: np.concatenate(
                [r.choice(np.flatnonzero(y == k), (y == 1).sum(), replace=False) for k in (0, 1)]
            ),
            "thrown away",
        ),
        (lambda y, r: r.integers(0, len(y), 2 * (y == 0).sum()), "exactly once"),
        (
            lambda y, r: np.concatenate([np.arange(len(y)), r.choice(np.flatnonzero(y == 1), (y == 0).sum())]),
            "equally many",
        ),
        (
            lambda y, r: np.concatenate([np.flatnonzero(y == 0), np.full((y == 0).sum(), np.flatnonzero(y == 1)[0])]),
            "same rare",
        ),
        (lambda y, r: y.astype(float), "row numbers"),
    ],
    "equal-units": [
        (11_602, "how many the net has"),
        (15, "biases"),
        (17, "Only the outputs"),
        (3, "different inputs"),
        (118, "Between two layers"),
        (20, "large"),
        True,
    ],
    "mean-penalty": [
        (lambda s, a: a, "adds up"),
        (lambda s, a: a * sum(p * q for p, q in itertools.pairwise(s)), "divides"),
        (lambda s, a: a / sum((p + 1) * q for p, q in itertools.pairwise(s)), "biases"),
        (lambda s, a: a / (s[0] * s[1]), "first layer"),
        (lambda s, a: a / 3, "layers"),
        lambda s, a: [a],
    ],
    "verdict": [
        (lambda l, h, s: np.where((l + h) / 2 >= s, 1, -1), "mean alone"),
        (lambda l, h, s: np.where(l >= 0, 1, np.where(h < 0, -1, 0)), "no effect"),
        (lambda l, h, s: np.where(h >= s, 1, -1), "reaches"),
        (lambda l, h, s: np.where(l >= s, 1, -1), "both sides"),
        (lambda l, h, s: np.where(l >= s, 1, np.where(h <= -s, -1, 0)), "other way"),
        (lambda l, h, s: -np.where(l >= s, 1, np.where(h < s, -1, 0)), "Supported is 1"),
        lambda l, h, s: np.zeros(8),
    ],
    "random-rotation": [
        (lambda A: np.linalg.qr(A)[0], "diagonal"),
        (lambda A: np.linalg.qr(A)[1], "triangular"),
        (lambda A: A, "itself"),
        (lambda A: A / np.linalg.norm(A, axis=0), "not orthogonal"),
        (lambda A: np.sign(np.diag(np.linalg.qr(A)[1]))[:, None] * np.linalg.qr(A)[0], "rows"),
        lambda A: np.eye(len(A)),
    ],
    "sign-parameters": [
        (1082, "all"),
        (60, "biases"),
        (0, "between itself"),
        (992, "too"),
        (1020, "stay"),
        (90, "twice"),
        31,
    ],
    "equal-steps": [
        (937.5, "part"),
        (900, "smaller"),
        (150, "full batches"),
        (7, "one epoch"),
        (22, "other way"),
        10_000,
    ],
}
CASES = [(name, number) for name, wrong in WRONG.items() for number in range(len(wrong))]
ANSWERS = {  # as they might be given away
    "shared-layers": "584",
    "counting-weights": "79510",
    "convolution-parameters": "1216",
    "broadcast-shape": "(32, 10)",
    "he-sigma": "0.05",
    "frozen-weights": "66",
    "momentum-limit": "100",
    "adam-first-step": "0.01",
    "equal-units": "19",
    "parameters-by-hand": "209514",
    "cross-entropy": "0.35",
    "counting-updates": "980",
    "grid-fits": "121",
    "enough-trials": "114",
    "halving-epochs": "21",
    "sign-parameters": "62",
    "equal-steps": "1050",
}


def test_every_exercise_stands_in_one_notebook_with_its_solution_and_has_wrong_answers():
    names = [name for name, _, _ in ASKED]
    assert sorted(names) == sorted(EXERCISES) == sorted(WRONG)
    assert [(name, book) for name, book, _ in ASKED] == [(name, book) for name, book, _ in SOLVED]
    assert all(len(wrong) >= 2 for wrong in WRONG.values())


def test_each_part_has_three_to_five():
    for source in notebooks.sources(ROOT / "notebooks"):
        counts, anchor = {}, ""
        for cell in notebooks.from_source(source).cells:
            anchor = cell.metadata.get("anchor", anchor)
            if "exercise" in cell.metadata.get("tags", []) and cell.cell_type == "code":
                counts[anchor] = counts.get(anchor, 0) + 1
        assert counts and all(
            anchor.startswith("exercises-") and 3 <= count <= 5 for anchor, count in counts.items()
        ), counts


def _run(source):
    """What the check at the end of a cell says."""
    from lecture import exercises

    *body, last = ast.parse(source).body
    names = {"np": np, "exercises": exercises}
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@pytest.mark.parametrize("name, book, source", ASKED, ids=[name for name, _, _ in ASKED])
def test_an_unanswered_exercise_says_so(name, book, source):
    assert _run(source).status == "unanswered"


@pytest.mark.parametrize("name, book, source", SOLVED, ids=[name for name, _, _ in SOLVED])
def test_the_solution_is_right(name, book, source):
    verdict = _run(source)
    assert verdict.status == "right" and verdict.message.startswith("Right. "), str(verdict)


@pytest.mark.parametrize("name, number", CASES, ids=[f"{name}-{number}" for name, number in CASES])
def test_a_wrong_answer_hears_what_is_off_and_not_the_answer(name, number):
    given = WRONG[name][number]
    answer, word = given if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str) else (given, "")
    verdict = check(name, answer)
    assert (
        verdict.status == "wrong" and verdict.message.startswith("Not yet. ") and verdict.message.endswith((".", "?"))
    )
    assert word in verdict.message, verdict.message
    if name in ANSWERS:
        digits = verdict.message.replace(",", "").replace(" ", "")
        assert ANSWERS[name].replace(" ", "") not in digits, verdict.message


@pytest.mark.parametrize("name", WRONG)
def test_mistakes_of_different_kinds_hear_different_things(name):
    assert (
        len(
            {
                check(
                    name,
                    given[0] if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str) else given,
                ).message
                for given in WRONG[name]
            }
        )
        >= 2
    )


def test_an_unknown_exercise_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="exercise must be one of .*counting-weights.*, got 'counting'"):
        check("counting", 1)


def test_a_students_function_cannot_change_what_it_is_checked_against():
    def sly(w, gradient, learning_rate):
        w[:], gradient[:] = 0, 0
        return w

    for _ in range(2):
        assert check("update-step", sly).status == "wrong"
    assert check("update-step", lambda w, g, r: w - r * g).status == "right"


@given(st.lists(st.integers(0, 9).map(lambda n: n / 10), min_size=1, max_size=12), st.integers(1, 4))
def test_stopping_is_that_of_keras(losses, patience):
    keras = pytest.importorskip("keras")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience)
    model = keras.Sequential()
    model.stop_training = False
    stop.set_model(model)
    stop.on_train_begin()
    for epoch, loss in enumerate(losses):
        stop.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    assert stopping_epoch(losses, patience) == epoch + 1


def test_the_step_of_momentum_is_the_rules():
    assert "momentum" in RULES
    from lecture.optimizers import descend
    from lecture.surfaces import BEALE

    path = descend(Momentum(0.001, 0.9), BEALE, steps=2)
    velocity = path[1] - path[0]
    w, _ = (lambda w, v, g, r, m: (w + m * v - r * g, m * v - r * g))(
        path[1], velocity, np.array(BEALE.gradient(*path[1])), 0.001, 0.9
    )
    assert np.allclose(w, path[2], atol=1e-12)


def test_a_verdict_is_told_by_a_sign_and_is_safe_in_html():
    verdict = Verdict("wrong", "a < b & <script>")
    assert str(verdict) == repr(verdict) == "✗ a < b & <script>"
    html = verdict._repr_html_()
    assert "✗" in html and "<script>" not in html and "a &lt; b" in html
