"""What turns a function that trains and judges into an experiment: presets, documentation, `Result`."""

import inspect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps

from lecture.experiments.judgement import Compared, Verdict
from lecture.experiments.protocol import describe_departures, settings_of
from lecture.experiments.result import Result, Sweep

PARAMETERS = {
    "hidden": """hidden : sequence of int, optional
    Units of each hidden layer.""",
    "steps": """steps : int, optional
    Number of update steps.""",
    "objective": """objective : "squared error" or "cross-entropy", optional
    Loss to minimize: the squared error of linear outputs, as in the original lecture's code, or the cross-entropy of
    probabilities.""",
    "separation": """separation : "falling" or "equal", optional
    Distance between the means of the classes: 1/i in dimension i, as in the original lecture's code, or 1 in each
    dimension, as in its text.""",
    "images": """images : lecture.experiments.StandardImages, optional
    Images to train on, if they are loaded already.""",
    "half_cycle": """half_cycle : int, optional
    Steps from the lowest learning rate to the highest.""",
    "n_cycles": """n_cycles : int, optional
    Number of cycles of the learning rate.""",
    "n_components": """n_components : int, optional
    Number of principal components to which images that are not given are reduced.""",
    "n_seeds": """n_seeds : int, optional
    Number of seeds.""",
    "preset": """preset : "short" or "published"
    Which settings to use for arguments that are not given; those of the original lecture take minutes.""",
    "show": """show : bool
    Whether to show a progress bar.""",
}
_ENDING = """

Returns
-------
Result

Raises
------
ValueError
    If an argument is out of range.
KeyboardInterrupt
    If training was interrupted."""


@dataclass(frozen=True, eq=False)
class Findings:
    """What an experiment found; see `Result`, which it becomes, for the fields."""

    protocol: str
    sweeps: tuple[Sweep, ...]
    verdicts: tuple[Verdict, ...]
    compared: tuple[Compared, ...] = ()
    details: object = None


def experiment(title: str, presets: Mapping[str, dict]) -> Callable:
    """Return a decorator that makes ``run(*, …, n_seeds=None, preset="short", show=True) -> Result`` of a function.

    The function takes the settings of a preset by keyword, all decided, and ``seeds`` and ``show``; it returns
    `Findings`. Parameters that are missing in its docstring are documented by ``PARAMETERS``.

    Parameters
    ----------
    title : str
        The question.
    presets : dict of str to dict
        Settings by preset, ``n_seeds`` among them; "short" and "published" at least.
    """

    def decorate(answer: Callable[..., Findings]) -> Callable[..., Result]:
        @wraps(answer)
        def run(*, n_seeds=None, preset="short", show=True, **changes):
            start = time.perf_counter()
            settings = settings_of(presets, preset, n_seeds, **changes)
            found = answer(**settings, show=show)
            return Result(
                question=answer.__module__.rpartition(".")[2],
                title=title,
                preset=preset,
                protocol=found.protocol + describe_departures(settings, presets["published"]),
                seeds=settings["seeds"],
                sweeps=found.sweeps,
                verdicts=found.verdicts,
                compared=found.compared,
                seconds=time.perf_counter() - start,
                details=found.details,
            )

        signature = _public(answer)
        run.__signature__ = signature  # ty: ignore[missing-attribute]
        run.__doc__ = _documented(answer.__doc__, signature)
        return run

    return decorate


def _public(answer):
    """The signature of ``run``: settings that may be left out, and how many seeds, which preset, a progress bar."""
    own = [
        parameter.replace(default=None, annotation=parameter.annotation | None)
        for name, parameter in inspect.signature(answer).parameters.items()
        if name not in ("seeds", "show")
    ]
    common = [
        inspect.Parameter("n_seeds", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=int | None),
        inspect.Parameter("preset", inspect.Parameter.KEYWORD_ONLY, default="short", annotation=str),
        inspect.Parameter("show", inspect.Parameter.KEYWORD_ONLY, default=True, annotation=bool),
    ]
    return inspect.Signature(own + common, return_annotation=Result)


def _documented(text, signature):
    """The docstring with the parameters that several experiments have, the return value and the errors."""
    text = inspect.cleandoc(text)
    if "\nParameters\n" not in text:
        text += "\n\nParameters\n----------"
    shared = [entry for name, entry in PARAMETERS.items() if name in signature.parameters and f"\n{name} :" not in text]
    return "\n".join([text, *shared]) + _ENDING
