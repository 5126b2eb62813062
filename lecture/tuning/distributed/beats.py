"""Signs of life between processes that share a folder: each writes a file that changes, and watches the others'."""

import json
import threading
import time
from pathlib import Path

from lecture.tuning.trials import write_json

EVERY = 1.0  # seconds between two signs of life
SILENT = 15.0  # seconds without a sign of life, after which a process is taken to be gone


class Beat:
    """Writes a sign of life until it is stopped.

    Parameters
    ----------
    file : pathlib.Path
        File to write.
    **about
        What else to write into the file.
    """

    def __init__(self, file: Path, **about):
        self.file, self.about, self.count = Path(file), about, 0
        self._end = threading.Event()
        self._write()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop writing, and remove the file."""
        self._end.set()
        self._thread.join()
        self.file.unlink(missing_ok=True)

    def _go_on(self):
        while not self._end.wait(EVERY):
            try:
                self._write()
            except OSError:  # the folder is away for a while; the watching process decides
                continue

    def _write(self):
        self.count += 1
        write_json(self.file, self.about | {"count": self.count})


class Watch:
    """Looks at another process' file. It uses its own clock, since the clocks of two machines may differ.

    Parameters
    ----------
    file : pathlib.Path
        File to watch.
    """

    def __init__(self, file: Path):
        self.file, self._seen, self._since = Path(file), None, time.monotonic()

    def silence(self) -> float:
        """Return for how many seconds the file has not changed; 0 if it has changed just now."""
        now = self.read()
        if now != self._seen and now is not None:
            self._seen, self._since = now, time.monotonic()
        return time.monotonic() - self._since

    def read(self) -> dict | None:
        """Return the content of the file; None if it cannot be read."""
        try:
            return json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
