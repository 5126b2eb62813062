"""The cost of gradients: the multiplications for all weights of a dense net, going forward and backward."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from lecture.from_scratch.net import check_sizes


@dataclass(frozen=True)
class GradientCosts:
    """Multiplications for one example in a net, for several ways to compute all gradients.

    ``forward`` is one forward pass, which all ways need besides. ``backward`` is backpropagation: all weights in one
    pass. ``forward_mode`` is the chain rule from the other end, with a pass for each weight, without multiplications by
    0. ``nudging`` is two forward passes for each weight.
    """

    sizes: tuple[int, ...]
    n_parameters: int  # weights and biases
    forward: int
    backward: int
    forward_mode: int
    nudging: int

    def describe(self) -> str:
        """Return the counts in a sentence."""
        net = "-".join(map(str, self.sizes))
        return (
            f"For the {self.n_parameters:,} weights and biases of a net {net}, one forward pass takes "
            f"{self.forward:,} multiplications; all gradients take {self.backward:,} more going backward, "
            f"{self.forward_mode:,} going forward once for each weight, "
            f"and {self.nudging:,} by nudging each weight up and down."
        )


def gradient_costs(sizes: Sequence[int]) -> GradientCosts:
    """Count the multiplications for all gradients of a dense net.

    Evaluations of activations and their slopes are not counted, since each way needs them once. Going forward, a change
    of w_ij is propagated as ∂z/∂w and ∂a/∂w of unit j alone, then of all units of each later layer, then as ∂L/∂w.

    Parameters
    ----------
    sizes : sequence of int
        Units per layer, inputs first.

    Returns
    -------
    GradientCosts

    >>> gradient_costs([784, 512, 512, 10]).backward
    936970
    """
    check_sizes(sizes)
    sizes = tuple(int(size) for size in sizes)
    products = [n_in * n_out for n_in, n_out in itertools.pairwise(sizes)]  # each layer's weights times one vector
    slopes = sum(sizes[1:])  # ∂L/∂a times the slope, once for each unit
    backward = 2 * sum(products) - products[0] + slopes  # ∂L/∂W of each layer, ∂L/∂a of each but the inputs
    forward_mode, n_parameters = 0, 0
    for l in range(1, len(sizes)):
        n_weights = (sizes[l - 1] + 1) * sizes[l]
        n_parameters += n_weights
        if l == len(sizes) - 1:
            each = 2  # the slope, ∂L/∂ŷ
        else:
            after = sizes[l + 1 :]
            onward = sum(n_in * n_out for n_in, n_out in itertools.pairwise(after))
            each = 1 + after[0] + onward + sum(after) + after[-1]
        forward_mode += n_weights * each
    forward = sum(products)
    return GradientCosts(sizes, n_parameters, forward, backward, forward_mode, nudging=2 * n_parameters * forward)
