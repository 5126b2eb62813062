"""Signs of life between processes that share a folder: each writes a file that changes, and watches those of the others."""

import json
import threading
import time
from pathlib import Path

from lecture.tuning.trials import write_json

EVERY = 1.0  # seconds between two signs
SILENT = 15.0  # seconds without one after which a process is taken to be gone


class Beat:
    """Writes a sign of life until it is stopped.

    Parameters
    ----------
    file : pathlib.Path
    about : dict
        What else stands in the file.
    """

    def __init__(self, file, **about):
        self.file, self.about, self.count = Path(file), about, 0
        self._end = threading.Event()
        self._write()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()

    def stop(self):
        """Write no more, and remove the file."""
        self._end.set()
        self._thread.join()
        self.file.unlink(missing_ok=True)

    def _go_on(self):
        while not self._end.wait(EVERY):
            try:
                self._write()
            except OSError:  # the folder is away for a while: whoever watches decides
                continue

    def _write(self):
        self.count += 1
        write_json(self.file, self.about | {"count": self.count})


class Watch:
    """Looks at another process' file. The clock is our own: two machines' clocks may differ.

    Parameters
    ----------
    file : pathlib.Path
    """

    def __init__(self, file):
        self.file, self._seen, self._since = Path(file), None, time.monotonic()

    def silence(self):
        """Return for how many seconds the file has not changed; 0 if it has just now."""
        now = self.read()
        if now != self._seen and now is not None:
            self._seen, self._since = now, time.monotonic()
        return time.monotonic() - self._since

    def read(self):
        """Return what stands in the file; None if it cannot be read."""
        try:
            return json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
