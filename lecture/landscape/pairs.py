"""The exact Hessian of a chain of dense layers: two products of matrices for each pair of layers.

With z the weighted sums of a layer, ã its inputs with a 1 for the bias, and W its matrix of weights and biases,

    ∂²ℓ / ∂W_k ∂W_l = ã_k ⊗ ã_l ⊗ ∂²ℓ/∂z_k∂z_l + ã_k ⊗ ∂a_l/∂z_k ⊗ ∂ℓ/∂z_l        (the second for k < l only)

for each example. Its mean over the examples is a product of two matrices with a row for each example. A loop over unit
vectors, as automatic differentiation has it, goes through the net P times instead.
"""

from dataclasses import dataclass
from functools import lru_cache

import tensorflow as tf

from lecture.device import ignore_retracing
from lecture.landscape.dense import DenseChain
from lecture.landscape.losses import Loss, per_example


class Pairs:
    """Gradients (R, P) and Hessians (R, P, P) of a chain at rows of weights, in one compiled function.

    Parameters
    ----------
    chain : DenseChain
        With hidden activations that work number by number.
    loss : Loss
    """

    def __init__(self, chain: DenseChain, loss: Loss):
        self.chain, self.loss = chain, per_example(loss, 2)
        self.compiled = tf.function(self._derivatives, autograph=False, reduce_retracing=True)

    def __call__(self, theta, X, y):
        """Return gradients and Hessians at θ (R, P) for examples (n, p) or (R, n, p)."""
        with ignore_retracing():  # other data, or another net, has other shapes
            return self.compiled(theta, X, y)

    def _derivatives(self, theta, X, y):
        weights = self.chain.matrices(theta)
        inputs, slopes, bends, z = self._forward(weights, X)
        sensitivities, curvatures = self._backward(weights, slopes, bends, self._head(z, y))
        known = _Known([matrix[:, :-1] for matrix in weights], inputs, slopes, sensitivities, curvatures)
        n_slots = len(self.chain.shapes)
        blocks = {}  # of the matrices, not of the layers: several may share one
        for l in range(self.chain.n_layers):
            for k, block in _blocks(l, known):
                here = (self.chain.slots[k], self.chain.slots[l])
                _add(blocks, here, block)
                if k < l:
                    _add(blocks, here[::-1], tf.linalg.matrix_transpose(block))
        rows = [tf.concat([blocks[row, column] for column in range(n_slots)], 2) for row in range(n_slots)]
        return self._gradient(inputs, sensitivities), tf.concat(rows, 1)

    def _forward(self, weights, X):
        """Inputs ã of each layer, f' and f'' of each hidden one, and the last weighted sums."""
        inputs, slopes, bends, a = [], [], [], X
        R = tf.shape(weights[0])[0]
        for l, (matrix, activation) in enumerate(zip(weights, self.chain.activations)):
            a = tf.broadcast_to(a, (R, tf.shape(a)[-2], self.chain.sizes[l]))
            inputs.append(tf.concat([a, tf.ones_like(a[..., :1])], -1))
            z = inputs[-1] @ matrix
            if l < self.chain.n_layers - 1:
                a, slope, bend = _derivatives_of(activation, z)
                slopes.append(slope)
                bends.append(bend)
        return inputs, slopes, bends, z

    def _head(self, z, y):
        """First and second derivative, (R, n, q) and (R, n, q, q), of each example's loss by the last weighted sums."""
        with tf.GradientTape(persistent=True) as second:
            second.watch(z)
            with tf.GradientTape() as first:
                first.watch(z)
                outputs = self.chain.activations[-1](z)
                shape = tf.shape(outputs) if y.dtype.is_floating else tf.shape(outputs)[:-1]
                truth = tf.ensure_shape(
                    tf.broadcast_to(y, shape), outputs.shape if y.dtype.is_floating else outputs.shape[:-1]
                )
                losses = self.loss(truth, outputs)
            slope = first.gradient(losses, z)
            columns = [slope[..., i] for i in range(z.shape[-1])]
        bends = [second.gradient(column, z, unconnected_gradients="zero") for column in columns]
        return slope, tf.stack(bends, axis=-1)

    def _backward(self, weights, slopes, bends, head):
        """∂ℓ/∂z and ∂²ℓ/∂z² of every layer."""
        sensitivities, curvatures = [head[0]], [head[1]]
        for l in range(self.chain.n_layers - 1, 0, -1):
            kernel, slope = weights[l][:, :-1], slopes[l - 1]
            along = sensitivities[0] @ tf.linalg.matrix_transpose(kernel)  # by the layer's inputs
            curved = tf.einsum("rpi,rnij,rqj->rnpq", kernel, curvatures[0], kernel)
            own = tf.linalg.diag(along * bends[l - 1])
            sensitivities.insert(0, along * slope)
            curvatures.insert(0, curved * slope[..., None] * slope[..., None, :] + own)
        return sensitivities, curvatures

    def _gradient(self, inputs, sensitivities):
        found = {}
        for slot, a, delta in zip(self.chain.slots, inputs, sensitivities):
            block = tf.matmul(a, delta, transpose_a=True) / _count(a)
            _add(found, slot, tf.reshape(block, (-1, a.shape[-1] * delta.shape[-1])))
        return tf.concat([found[slot] for slot in sorted(found)], 1)


@lru_cache(maxsize=16)
def pairs(chain: DenseChain, loss: Loss) -> Pairs:
    """Return the compiled derivatives of a chain and a loss; the last few are kept."""
    return Pairs(chain, loss)


def widest(chain: DenseChain) -> int:
    """Return how many numbers an example takes, at most, while a pair of layers is worked on."""
    inputs, units = max(p for p, _ in chain.shapes), max(chain.sizes[1:])
    return inputs * max(inputs, units) + units * max(inputs, units)


@dataclass(frozen=True, eq=False)
class _Known:
    """What one pass forward and one backward leave of each layer: what all blocks are made of."""

    kernels: list
    inputs: list
    slopes: list
    sensitivities: list
    curvatures: list


def _blocks(l, known):
    """Yield (k, block) for the layers up to l: how the gradient by W_k changes with W_l."""
    yield l, _product(known.inputs[l], known.inputs[l], known.curvatures[l])
    reach = None  # ∂a/∂z_k, (R, n, inputs of l, units of k)
    for k in range(l - 1, -1, -1):
        slope = known.slopes[k]
        if reach is None:
            reach = tf.linalg.diag(slope)
        else:
            reach = tf.einsum("rnij,rkj,rnk->rnik", reach, known.kernels[k + 1], slope)
        mixed = tf.einsum("rnik,rij,rnjm->rnkm", reach, known.kernels[l], known.curvatures[l])
        turned = tf.linalg.matrix_transpose(reach)
        passed_on = _product(known.inputs[k], known.sensitivities[l], turned, swapped=True)
        rows, columns = passed_on.shape[1], known.sensitivities[l].shape[-1]
        biases = tf.zeros((tf.shape(passed_on)[0], rows, columns), passed_on.dtype)  # no input multiplies a bias
        yield k, _product(known.inputs[k], known.inputs[l], mixed) + tf.concat([passed_on, biases], 2)


def _derivatives_of(activation, z):
    """f(z), f'(z) and f''(z) of a function that works number by number."""
    with tf.GradientTape() as second:
        second.watch(z)
        with tf.GradientTape() as first:
            first.watch(z)
            a = activation(z)
        slope = first.gradient(a, z, unconnected_gradients="zero")
    return a, slope, second.gradient(slope, z, unconnected_gradients="zero")


def _product(a, b, c, *, swapped=False):
    """The mean over the examples of a_i b_j c_kl, as a matrix.

    Its rows are (i, k) and its columns (j, l); swapped, columns are (l, j).
    """
    p, q, (k, l) = a.shape[-1], b.shape[-1], c.shape[-2:]
    n = tf.shape(a)[1]
    outer = tf.reshape(a[..., :, None] * b[..., None, :], (-1, n, p * q))
    block = tf.matmul(outer, tf.reshape(c, (-1, n, k * l)), transpose_a=True) / _count(a)
    block = tf.transpose(tf.reshape(block, (-1, p, q, k, l)), (0, 1, 3, 4, 2) if swapped else (0, 1, 3, 2, 4))
    return tf.reshape(block, (-1, p * k, q * l))


def _count(a):
    return tf.cast(tf.shape(a)[1], a.dtype)


def _add(blocks, place, block):
    blocks[place] = blocks[place] + block if place in blocks else block
