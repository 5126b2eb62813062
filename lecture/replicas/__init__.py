"""Many small dense networks trained at once, as one batch of weight matrices inside one compiled loop.

Start with `lecture.replicas.net`, the network, and `lecture.replicas.loop`: its loss, a step, the loop.
`lecture.replicas.train` says what may be set; `lecture.replicas.machinery` makes it fast.
"""

from lecture.replicas.net import BatchedNet
from lecture.replicas.result import Replicas
from lecture.replicas.train import compare, train

__all__ = ["BatchedNet", "Replicas", "compare", "train"]
