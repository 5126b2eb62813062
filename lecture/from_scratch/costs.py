"""What a gradient costs: multiplications for all weights of a dense net, forwards and backwards, counted."""

import itertools
from dataclasses import dataclass

from lecture.from_scratch.net import check_sizes


@dataclass(frozen=True)
class GradientCosts:
    """Multiplications for one example in a net of these sizes. What all ways need, one forward pass, is counted by itself.

    ``backward`` is backpropagation: all weights in one pass. ``forward_mode`` is the chain rule from the other end, a
    pass for each weight, and no multiplication by what is known to be 0. ``nudging`` is two forward passes for each
    weight.
    """

    sizes: tuple
    n_parameters: int  # weights and biases
    forward: int
    backward: int
    forward_mode: int
    nudging: int

    def describe(self):
        """Return the counts in a sentence."""
        return (
            f"For the {self.n_parameters:,} weights and biases of a net {'-'.join(map(str, self.sizes))}, one forward pass takes {self.forward:,} multiplications; "
            f"all gradients take {self.backward:,} more going backward, {self.forward_mode:,} going forward once for each weight, "
            f"and {self.nudging:,} by nudging each weight up and down."
        )


def gradient_costs(sizes):
    """Count the multiplications that the gradients of a dense net take.

    Evaluating activations and their slopes is not counted: each way needs every one of them once. Going forward, a
    change of w_ij is carried on as ∂z/∂w, ∂a/∂w of unit j alone, then of all units of each layer after it, then as
    ∂L/∂w.

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
    products = [n_in * n_out for n_in, n_out in itertools.pairwise(sizes)]  # of each layer's weights with one vector
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
            each = (
                1 + after[0] + sum(n_in * n_out for n_in, n_out in itertools.pairwise(after)) + sum(after) + after[-1]
            )
        forward_mode += n_weights * each
    forward = sum(products)
    return GradientCosts(sizes, n_parameters, forward, backward, forward_mode, nudging=2 * n_parameters * forward)
