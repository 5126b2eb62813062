"""A drawing function with controls: live, with a kernel, or static, in a page without one.

>>> explore(plot_network, n_layers=(0, 6), n_nodes=(1, 12))  # the same call for both
"""

from lecture.explore.explorer import explore
from lecture.explore.paths import Paths
from lecture.explore.walk import explore_walk

__all__ = ["Paths", "explore", "explore_walk"]
