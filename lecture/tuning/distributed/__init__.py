"""One search by several processes, on one machine or on several that share a folder.

`search` needs none of this. It buys two things: with a GPU for each worker, or on more machines, that many times as
many trials in the same time; and a search that survives the loss of a worker. KerasTuner (1.4.8) brings the protocol
between the two roles, but waits for ever when a process dies. Here each process leaves a sign of life every second and
is taken to be gone after 15 seconds without one: the chief then gives the trial to another worker, and a worker whose
chief is gone ends.

`serve` is the role of the chief, which hands out the trials and trains nothing; `run_worker` is that of a worker.
"""

from lecture.tuning.distributed.roles import run_worker, serve

__all__ = ["run_worker", "serve"]
