"""The command ``python -m lecture experiment``: what it lists, runs, saves and refuses."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from lecture import experiments


def _command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "lecture", "experiment", *arguments], cwd=ROOT, capture_output=True, text=True
    )


def test_the_command_lists_all_questions():
    done = _command("--list")
    assert done.returncode == 0 and [line.split()[0] for line in done.stdout.splitlines()] == list(experiments.NAMES)


def test_the_command_runs_an_experiment_and_saves_figure_and_table(tmp_path):
    done = _command("convergence", "--seeds", "3", "--save", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert experiments.convergence.TITLE in done.stdout and "3 seeds" in done.stdout
    table = pd.read_csv(tmp_path / "out" / "convergence.csv")
    assert set(table.seed) == {0, 1, 2} and np.isfinite(table.value).all()
    assert (tmp_path / "out" / "convergence.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(list((tmp_path / "out").iterdir())) == 2
    again = _command("convergence", "--seeds", "3", "--save", str(tmp_path / "out"))
    assert (
        again.returncode == 1 and "convergence.png is there already" in again.stderr and "Traceback" not in again.stderr
    )


def test_the_command_refuses_a_folder_that_cannot_be_before_it_trains(tmp_path):
    (tmp_path / "file").write_text("")
    done = _command("convergence", "--save", str(tmp_path / "file" / "out"))
    assert done.returncode == 1 and "Not a directory" in done.stderr and "step" not in done.stderr and not done.stdout


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["gravity"], "lecture: experiment must be one of approximation"),
        (["data-size", "--seeds", "0"], "lecture: n_seeds must be a whole number of at least 1, got 0."),
    ],
)
def test_the_command_refuses_in_a_sentence(arguments, sentence):
    done = _command(*arguments)
    assert done.returncode == 1 and sentence in done.stderr and "Traceback" not in done.stderr
