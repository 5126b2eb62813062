"""A chief and its workers, as real processes on loopback: what they find, and what happens if one is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from conftest import ROOT

from lecture.device import cuda_devices
from lecture.tuning import SearchResult
from lecture.tuning.distributed import run_worker
from lecture.tuning.distributed.address import split_address
from lecture.tuning.distributed.beats import Beat, Watch
from lecture.tuning.distributed.processes import environments
from lecture.tuning.distributed.worker import run_trials
from lecture.tuning.trials import SearchError

# Networks so small that a trial is over at once, or, with SLOW, one whose first trial waits until the test has done its
# worst.
SPACE = """
import os, time
from pathlib import Path
from lecture.tuning import Choice, Space, Whole, make_mlp

def make(n_units, name):
    slow = Path(os.environ["SLOW_TRIALS"])
    make.n = getattr(make, "n", 0) + 1
    quick = int((slow / "only").read_text()) if (slow / "only").exists() else 0
    if "KERASTUNER_TUNER_ID" in os.environ and make.n > quick and not (slow / "go").exists():
        (slow / os.environ["KERASTUNER_TUNER_ID"]).write_text("in a trial")
        while not (slow / "go").exists():
            time.sleep(0.05)
    return make_mlp(n_layers=1, n_units=n_units)

space = Space(make, n_units=Whole(4, 64), name=Choice(("a", "b")))
"""

# Of this one every trial fails, but the first network, which is made to see that the space is one, does not.
FAILING = """
import os
from lecture.tuning import Choice, Space, make_mlp

def make(n_units):
    if "KERASTUNER_TUNER_ID" in os.environ:
        raise RuntimeError("no room")
    return make_mlp(n_layers=1, n_units=n_units)

space = Space(make, n_units=Choice((4, 8)))
"""


@pytest.fixture
def place(tmp_path):
    """A folder with a space, and the environment of the processes that search it."""
    (tmp_path / "space.py").write_text(SPACE)
    (tmp_path / "slow").mkdir()
    return tmp_path


def _go(place):
    (place / "slow" / "go").touch()


def _tune(place, *options, wait=True):
    quick = ["--source", "sample", "--epochs", "1", "--batch-size", "512", "--space", str(place / "space.py")]
    command = [sys.executable, "-m", "lecture", "tune", *quick, *options]
    environment = os.environ | {
        "SLOW_TRIALS": str(place / "slow"),
        "PYTHONPATH": str(ROOT),
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    process = subprocess.Popen(
        command,
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    if not wait:
        return process
    try:
        process.said = process.communicate(timeout=240)[0]
    finally:
        _end(process)
    return process


def _end(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _workers(folder):
    """The process numbers of the workers that have said that they live."""
    return {file.stem: json.loads(file.read_text())["pid"] for file in sorted((folder / "workers").glob("*.json"))}


def _outcomes(trials):
    return [(trial.values, trial.seed, trial.curve) for trial in trials]


def _until(done, seconds=120):
    start = time.monotonic()
    while not done():
        assert time.monotonic() - start < seconds, "it takes too long"
        time.sleep(0.1)


def _lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def test_two_workers_find_what_one_finds(place):
    _go(place)
    results = {}
    for n in (1, 2):
        done = _tune(place, "--workers", str(n), "--trials", "5", "--out", str(place / f"{n}.json"))
        assert done.returncode == 0, done.said
        assert "5 trials completed, 0 failed" in done.said and "Traceback" not in done.said
        results[n] = SearchResult.load(place / f"{n}.json")
    one, two = ({str(trial.values): trial for trial in results[n].trials} for n in (1, 2))
    assert len(one) == 5 and set(one) == set(two)
    assert [trial.number for trial in results[2].trials] == list(range(5))


def test_a_worker_that_is_killed_loses_its_trial_to_another(place):
    search = _tune(place, "--workers", "2", "--trials", "4", "--directory", str(place / "search"), wait=False)
    try:
        _until(lambda: len(list((place / "slow").glob("worker-*"))) == 2)  # both are in a trial
        pids = _workers(place / "search")
        killed = time.monotonic()
        os.kill(pids["worker-1"], signal.SIGKILL)
        _go(place)
        said = search.communicate(timeout=120)[0]
        assert search.returncode == 0 and time.monotonic() - killed < 60
        assert "worker-1 was ended by signal 9; its trial" in said and "is tried again" in said
        assert "4 trials completed, 0 failed" in said
        assert not any(_lives(pid) for pid in pids.values())
    finally:
        _end(search)


def test_the_command_goes_on_after_ctrl_c(place):
    """After two trials it is interrupted; what they left is not touched, and all is as if it had not been."""
    (place / "slow" / "only").write_text("2")
    options = ("--trials", "4", "--directory", str(place / "search"), "--out")
    search = _tune(place, *options, str(place / "r.json"), wait=False)
    trials = place / "search" / "trials"
    try:
        _until(lambda: (place / "slow" / "worker-1").exists())
        search.send_signal(signal.SIGINT)
        said = search.communicate(timeout=60)[0]
        assert "Interrupted: the search ends with the trials that it has." in said and "2 trials completed" in said
    finally:
        _end(search)
    before = {number: (trials / f"{number}.json").stat().st_mtime_ns for number in (0, 1)}
    _go(place)
    done = _tune(place, *options, str(place / "r.json"), "--resume")  # the command as it was, and --resume
    assert done.returncode == 0 and "4 trials completed, 0 failed" in done.said, done.said
    assert {number: (trials / f"{number}.json").stat().st_mtime_ns for number in (0, 1)} == before
    whole = _tune(place, "--trials", "4", "--out", str(place / "whole.json"))
    assert whole.returncode == 0
    again, whole = (SearchResult.load(place / name).trials for name in ("r.json", "whole.json"))
    assert _outcomes(again) == _outcomes(whole)


def test_a_worker_says_why_a_trial_failed(place):
    (place / "space.py").write_text(FAILING)
    done = _tune(place, "--trials", "2", "--out", str(place / "r.json"))
    assert done.returncode == 1 and "0 trials completed, 2 failed" in done.said and "Traceback" not in done.said
    assert {trial.reason for trial in SearchResult.load(place / "r.json").trials} == {"RuntimeError: no room"}


def test_when_all_workers_are_gone_the_search_ends_with_what_it_has(place):
    search = _tune(place, "--workers", "1", "--trials", "3", "--directory", str(place / "search"), wait=False)
    try:
        _until(lambda: (place / "slow" / "worker-1").exists())
        os.kill(_workers(place / "search")["worker-1"], signal.SIGKILL)
        said = search.communicate(timeout=60)[0]
        assert search.returncode == 1 and "0 trials completed" in said
        assert "No worker is left: the search ends with what it has." in said
    finally:
        _end(search)


def test_workers_end_when_their_chief_is_killed_and_the_search_can_be_gone_on_with(place):
    search = _tune(place, "--workers", "2", "--trials", "4", "--directory", str(place / "search"), wait=False)
    try:
        _until(lambda: len(list((place / "slow").glob("worker-*"))) == 2)
        pids = _workers(place / "search")
        killed = time.monotonic()
        search.kill()
        search.wait()
        _until(lambda: not any(_lives(pid) for pid in pids.values()), seconds=30)
        assert time.monotonic() - killed < 30
        log = (place / "search" / "workers" / "worker-1.log").read_text()
        assert "the chief has given no sign of life for 15 s, so this worker ends" in log
    finally:
        _end(search)
    _go(place)
    done = _tune(place, "--workers", "2", "--trials", "4", "--directory", str(place / "search"), "--resume")
    assert done.returncode == 0 and "4 trials completed, 0 failed" in done.said, done.said


def test_ctrl_c_ends_the_search_and_leaves_no_process(place):
    search = _tune(place, "--workers", "2", "--trials", "4", "--directory", str(place / "search"), wait=False)
    try:
        _until(lambda: len(list((place / "slow").glob("worker-*"))) == 2)
        pids = _workers(place / "search")
        search.send_signal(signal.SIGTERM)
        said = search.communicate(timeout=30)[0]
        assert "Interrupted: the search ends with the trials that it has." in said and "Traceback" not in said
        assert not any(_lives(pid) for pid in pids.values())
    finally:
        _end(search)


def test_a_chief_and_a_worker_that_were_started_apart(place):
    _go(place)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    folder = str(place / "search")
    chief = _tune(place, "--chief", address, "--trials", "3", "--directory", folder, wait=False)
    try:
        _until(lambda: (place / "search" / "chief.json").exists())
        other = _tune(place, "--worker", address, "--trials", "4", "--directory", folder)
        assert other.returncode == 1 and "the chief's search is another one (it differs in max_trials)" in other.said
        worker = _tune(place, "--worker", address, "--trials", "3", "--directory", folder, "--name", "far")
        assert worker.returncode == 0, worker.said
        said = chief.communicate(timeout=60)[0]
        assert chief.returncode == 0 and "3 trials completed, 0 failed" in said
    finally:
        _end(chief)


def test_a_port_that_is_taken_is_one_sentence(place):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = _tune(place, "--chief", address, "--directory", str(place / "search"))
    assert done.returncode == 1
    why = "another program has that port, or the address is not this machine's."
    assert done.said.strip().splitlines()[-1] == f"lecture: {address} cannot be listened on: {why}"
    assert not (place / "search").exists()


def test_a_folder_that_is_not_shared_is_noticed_before_the_first_trial(tmp_path):
    with pytest.raises(SearchError, match="there is no sign of a chief in .*: start it first"):
        run_trials(None, tmp_path, name="far", address="127.0.0.1:9000", patience=0.5)
    beat = Beat(tmp_path / "chief.json", address="10.0.0.1:9001")
    try:
        with pytest.raises(SearchError, match="belongs to the chief at 10.0.0.1:9001, not to one at 127.0.0.1:9000"):
            run_trials(None, tmp_path, name="far", address="127.0.0.1:9000")
    finally:
        beat.stop()
    (tmp_path / "chief.json").write_text('{"count": 5, "address": "127.0.0.1:9000"}')  # of a chief that was killed
    with pytest.raises(SearchError, match="there is no sign of a chief"):
        run_trials(None, tmp_path, name="far", address="127.0.0.1:9000", patience=2.5)


@pytest.mark.parametrize(
    "address", ["", "9000", "localhost", "localhost:", ":9000", "localhost:port", "localhost:70000", "localhost:0"]
)
def test_an_address_has_a_host_and_a_port(address):
    with pytest.raises(ValueError, match=r"an address must be HOST:PORT, such as 127.0.0.1:9000, got"):
        split_address(address)
    assert split_address("10.0.0.1:9000") == ("10.0.0.1", 9000)


@pytest.mark.parametrize("name", ["", "chief-2", "a/b", "a b"])
def test_a_worker_cannot_have_every_name(tmp_path, name):
    with pytest.raises(ValueError, match="a worker's name must be"):
        run_worker(None, None, None, address="127.0.0.1:9000", directory=tmp_path, name=name)


def test_signs_of_life_are_seen_until_they_end(tmp_path):
    beat = Beat(tmp_path / "one.json", pid=1)
    watch = Watch(tmp_path / "one.json")
    for _ in range(3):
        time.sleep(0.8)
        assert watch.silence() < 1.5
    assert watch.read()["pid"] == 1
    beat.stop()
    assert watch.read() is None
    time.sleep(1.2)
    assert watch.silence() > 1


def test_each_worker_gets_a_card_where_there_are_several(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,2")
    assert cuda_devices() == ["0", "2"]
    assert [more["CUDA_VISIBLE_DEVICES"] for more in environments(3, cuda_devices())] == ["0", "2", "0"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert cuda_devices() == [] and environments(2, []) == [{}, {}] and environments(2, ["0"]) == [{}, {}]
