"""One search, several processes: a chief that hands out trials, and workers that run them, on one machine or on several.

The two are KerasTuner's, with its protocol. What it lacks is here: who is alive (a folder that all of them share, with
a file of each that changes), what becomes of the trial of a worker that is gone, and an end for everybody.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path

import grpc
from keras_tuner.src import protos
from keras_tuner.src.distribute import oracle_chief, oracle_client

from lecture.tuning.distributed.beats import SILENT, Beat, Watch
from lecture.tuning.trials import SearchError

LOSSES = 2  # how often a trial may lose its worker before it counts as failed
CHIEF_GONE = 3  # exit status of a worker whose chief is gone


class Chief:
    """Hands out the trials of an oracle until all are done, or nobody is left to run them.

    Parameters
    ----------
    oracle : lecture.tuning.oracle.Oracle
    folder : pathlib.Path
        Of the search.
    report : callable
        Called after each trial.
    host : str
        The address on which it listens. KerasTuner's port has no authentication: whoever reaches it can hand in
        results.
    port : int
        0 for any that is free.
    say : callable
        Told, a line at a time, what happens.

    Raises
    ------
    SearchError
        If the port cannot be had.
    """

    def __init__(self, oracle, folder, report, host="127.0.0.1", port=0, say=print):
        self.oracle, self.folder, self.report, self.say = oracle, folder, report, say
        self.host, self.port = host, free_port(host, port)
        self.servicer = oracle_chief.OracleServicer(self.oracle)
        self.server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=[("grpc.so_reuseport", 0)])
        protos.get_service_grpc().add_OracleServicer_to_server(self.servicer, self.server)
        self.server.add_insecure_port(f"{host}:{self.port}")
        self._losses, self._watches, self._gone, self._told = Counter(), {}, set(), 0

    def serve(self, processes=None):
        """Hand out trials until the search is over.

        Parameters
        ----------
        processes : dict of str to subprocess.Popen, optional
            The workers that were started on this machine, by their names: one that ends is noticed at once.

        Returns
        -------
        bool
            Whether all trials were done; False if no worker was left.
        """
        processes = processes or {}
        self.server.start()
        beat = Beat(self.folder / "chief.json", address=f"{self.host}:{self.port}")
        try:
            while True:
                time.sleep(0.2)
                self._report()
                self._look_after(processes)
                names = self._known(processes)
                if self.servicer.stop_triggered and self.oracle.is_left:
                    return True
                if names and names <= self._gone and not self._waits_for_more(processes):
                    return False
        finally:
            self._report()
            self.server.stop(grace=1).wait()
            beat.stop()

    def _known(self, processes):
        """The names of all workers so far."""
        return set(processes) | {file.stem for file in (self.folder / "workers").glob("*.json")} | set(self._watches)

    def _waits_for_more(self, processes):
        """Whether a worker that is gone left the search done: then the end is near, and is not an early one."""
        return not processes and self.servicer.stop_triggered and self.oracle.is_left

    def _look_after(self, processes):
        """Find the workers that are gone, and give their trials to others."""
        for name in self._known(processes) - self._gone:
            watch = self._watches.setdefault(name, Watch(self.folder / "workers" / f"{name}.json"))
            process = processes.get(name)
            if process is not None and process.poll() is not None:
                why = (
                    f"ended with status {process.returncode}"
                    if process.returncode >= 0
                    else f"was ended by signal {-process.returncode}"
                )
                self._lose(name, why if process.returncode else "")
            elif watch.read() is None and name not in self.oracle.tuner_ids and watch.silence() > 1 and process is None:
                self._lose(name, "")  # it has said goodbye
            elif watch.silence() > SILENT and (process is None or watch.read() is not None):
                self._lose(name, f"has given no sign of life for {SILENT:.0f} s")

    def _lose(self, name, why):
        self._gone.add(name)
        number = self.oracle.take_back(name)
        if not why and number is None:
            return
        then = ""
        if number is not None:
            self._losses[number] += 1
            if self._losses[number] < LOSSES:
                self.oracle.give_again(number)
                then = f"; its trial {number} is tried again"
            else:
                self.oracle.give_up(number, "its workers were lost")
                then = f"; its trial {number} counts as failed, for it lost its worker before"
        self.say(f"{name} {why or 'ended'}{then}.")

    def _report(self):
        if self.oracle.n_ended != self._told:
            self._told = self.oracle.n_ended
            self.report()


def free_port(host, port=0):
    """Return ``port`` if it can be listened on, or for 0 one that can.

    Raises
    ------
    SearchError
        If it cannot.
    """
    try:
        with socket.socket() as probe:
            probe.bind((host, port))
            return probe.getsockname()[1]
    except OSError as error:
        raise SearchError(
            f"{host}:{port} cannot be listened on: another program has that port, or the address is not this machine's."
        ) from error


# ---- A worker.


def work(make_tuner, folder, name, address, say=print, patience=SILENT):
    """Run trials for a chief until it has no more.

    Parameters
    ----------
    make_tuner : callable
        Returns the worker's `Tuner`; called once the chief is known.
    folder : pathlib.Path
        That of the search, which the chief must see as well.
    name : str
        Of this worker; no two have the same.
    address : str
        HOST:PORT of the chief.
    patience : float
        Seconds to wait for the chief's sign of life.

    Raises
    ------
    SearchError
        If there is no sign of this chief in the folder, before the first trial. A chief that is gone later ends the
        process, with status 3.
    """
    host, port = split_address(address)
    _await_chief(folder, port, address, patience)
    os.environ |= {"KERASTUNER_TUNER_ID": name, "KERASTUNER_ORACLE_IP": host, "KERASTUNER_ORACLE_PORT": str(port)}
    tuner = make_tuner()  # which may refuse, before the chief has heard of this worker
    beat = Beat(Path(folder) / "workers" / f"{name}.json", pid=os.getpid())
    threading.Thread(target=_leave_without_chief, args=(folder, name, beat, say), daemon=True).start()
    try:
        tuner.search()
    finally:
        beat.stop()


def client():
    """Return KerasTuner's client for the chief's oracle, at the address that `work` has put into the environment."""
    return oracle_client.OracleClient(None)


def _await_chief(folder, port, address, patience):
    """See that the folder is shared with the chief: its file is there, it is this chief's, and it changes."""
    watch, start = Watch(Path(folder) / "chief.json"), time.monotonic()
    first = None
    while time.monotonic() - start < patience:
        told = watch.read()
        if told is not None and first is None:
            first = told
        if told is not None and told["count"] != first["count"]:
            if split_address(told["address"])[1] != port:
                raise SearchError(f"{folder} belongs to the chief at {told['address']}, not to one at {address}.")
            return
        time.sleep(0.1)
    raise SearchError(
        f"there is no sign of a chief in {folder}: start it first, with a --directory that both machines share."
    )


def _leave_without_chief(folder, name, beat, say):
    """End this process when the chief is gone: what it waits for will not come."""
    watch = Watch(Path(folder) / "chief.json")
    while watch.silence() < SILENT:
        time.sleep(0.5)
    say(
        f"{name}: the chief has given no sign of life for {SILENT:.0f} s, so this worker ends. --resume goes on with the search."
    )
    beat.file.unlink(missing_ok=True)
    sys.stdout.flush()
    os._exit(CHIEF_GONE)


def split_address(address):
    """Return the host and the port of ``HOST:PORT``.

    Raises
    ------
    ValueError
        If it is not of that form.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"an address must be HOST:PORT, such as 127.0.0.1:9000, got {address!r}.")
    return host, int(port)


# ---- Workers on this machine.


@contextmanager
def started(commands, folder):
    """Start a process for each command; at the end none is left.

    Parameters
    ----------
    commands : dict of str to (list of str, dict of str to str)
        For each worker's name what to run, and what to add to its environment. What it says goes to ``folder /
        "workers" / NAME.log``.
    folder : pathlib.Path
    """
    logs = Path(folder) / "workers"
    logs.mkdir(parents=True, exist_ok=True)
    processes = {}
    try:
        for name, (command, environment) in commands.items():
            with open(logs / f"{name}.log", "ab") as log:
                processes[name] = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=os.environ | environment,
                    start_new_session=True,
                )
        yield processes
    finally:
        for process in processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in processes.values():
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def cards():
    """Return the numbers of the CUDA GPUs of this machine, as texts; none where there is none."""
    told = os.environ.get("CUDA_VISIBLE_DEVICES")
    if told is not None:
        return [card for card in told.split(",") if card.strip() not in ("", "-1")]
    try:
        listed = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"], capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return listed.stdout.split() if listed.returncode == 0 else []


def shares(n_workers, found):
    """Return what each worker adds to its environment, so that with several GPUs each has one, in turn; with one they share it.

    >>> shares(3, ["0", "1"])
    [{'CUDA_VISIBLE_DEVICES': '0'}, {'CUDA_VISIBLE_DEVICES': '1'}, {'CUDA_VISIBLE_DEVICES': '0'}]
    """
    return [{"CUDA_VISIBLE_DEVICES": found[n % len(found)]} if len(found) > 1 else {} for n in range(n_workers)]
