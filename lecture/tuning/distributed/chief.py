"""The chief of a search: hands out trials, and gives those of workers that are gone to others."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import Popen

from lecture.tuning.distributed import beats
from lecture.tuning.distributed.address import free_port, split_address
from lecture.tuning.distributed.beats import Beat, Watch
from lecture.tuning.keras_tuner_parts import Server
from lecture.tuning.oracle import Oracle

LOSSES = 2  # a trial that has lost so many workers counts as failed
PAUSE = 0.2  # seconds from one look at the workers to the next


class Chief:
    """Hands out the trials of an oracle until all are done, or no worker is left to run them.

    Parameters
    ----------
    oracle : lecture.tuning.oracle.Oracle
    folder : pathlib.Path
        The folder of the search.
    report : callable
        Called after each trial.
    address : str
        HOST:PORT to listen on. KerasTuner's port has no authentication: whoever reaches it can hand in results.
    say : callable
        Called with each line of news.

    Raises
    ------
    SearchError
        If the port cannot be had.
    """

    def __init__(
        self,
        oracle: Oracle,
        folder: Path,
        *,
        report: Callable[[], None],
        address: str,
        say: Callable[[str], None] = print,
    ):
        self.oracle, self.folder, self.address = oracle, folder, address
        self.report, self.say = report, say
        free_port(*split_address(address))
        self.server = Server(oracle, address)
        self._losses, self._watches, self._gone, self._n_reported = Counter(), {}, set(), 0

    def serve(self, processes: Mapping[str, Popen]) -> bool:
        """Hand out trials until the search is over.

        Parameters
        ----------
        processes : dict of str to subprocess.Popen
            The workers that were started on this machine, by name: if one ends, it is noticed at once. Others show
            themselves in the folder.

        Returns
        -------
        bool
            Whether all trials were done; False if no worker was left.
        """
        self.server.start()
        beat = Beat(self.folder / "chief.json", address=self.address)
        try:
            while True:
                time.sleep(PAUSE)
                self._report()
                self._look_after(processes)
                names = self._known(processes)
                are_gone = names and names <= self._gone
                if self.server.has_said_stop and self.oracle.is_left:
                    return True
                if are_gone:
                    return False
        finally:
            self._report()
            self.server.stop()
            beat.stop()

    def _known(self, processes):
        """The names of all workers so far."""
        return set(processes) | {file.stem for file in (self.folder / "workers").glob("*.json")} | set(self._watches)

    def _look_after(self, processes):
        """Find the workers that are gone, and give their trials to others."""
        for name in self._known(processes) - self._gone:
            watch = self._watches.setdefault(name, Watch(self.folder / "workers" / f"{name}.json"))
            process = processes.get(name)
            if process is not None and process.poll() is not None:
                self._lose(name, _ending(process.returncode))
            elif watch.read() is None and name not in self.oracle.tuner_ids and watch.silence() > 1 and process is None:
                self._lose(name, "")  # it has removed its file, and asks for no trial
            elif watch.silence() > beats.SILENT and (process is None or watch.read() is not None):
                self._lose(name, f"has given no sign of life for {beats.SILENT:.0f} s")

    def _lose(self, name, why):
        self._gone.add(name)
        number = self.oracle.take_back(name)
        if why or number is not None:
            then = "" if number is None else self._hand_on(number)
            self.say(f"{name} {why or 'ended'}{then}.")

    def _hand_on(self, number):
        """Give a lost trial to another worker, or give it up; say which."""
        self._losses[number] += 1
        if self._losses[number] < LOSSES:
            self.oracle.give_again(number)
            return f"; its trial {number} is tried again"
        self.oracle.give_up(number, "its workers were lost")
        return f"; its trial {number} counts as failed, for it lost its worker before"

    def _report(self):
        if self.oracle.n_ended != self._n_reported:
            self._n_reported = self.oracle.n_ended
            self.report()


def _ending(status):
    """How a process ended, in words; empty if all went well."""
    if status < 0:
        return f"was ended by signal {-status}"
    return f"ended with status {status}" if status else ""
