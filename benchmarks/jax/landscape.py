"""Seconds that JAX takes for exact Hessians and their eigenvalues, for each size: ``landscape.py 100 4-3 8-8``."""

import itertools
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
X = np.linspace(0, 2, 200)[:, None]
Y = np.sin(np.pi * X / 2)


def seconds(n_nets, hidden):
    """The best of three, compiled before."""
    sizes = (1, *hidden, 1)
    pairs = list(itertools.pairwise(sizes))

    def loss(theta):
        a, begin = X, 0
        for at, (p, q) in enumerate(pairs):
            W = theta[begin : begin + p * q].reshape(p, q)
            b = theta[begin + p * q : begin + (p + 1) * q]
            a, begin = a @ W + b, begin + (p + 1) * q
            a = a if at == len(pairs) - 1 else jnp.tanh(a)
        return jnp.mean((a - Y) ** 2)

    def all_of(thetas):
        return jnp.linalg.eigvalsh(jax.vmap(jax.hessian(loss))(thetas))

    P = sum((p + 1) * q for p, q in pairs)
    thetas = jnp.asarray(np.random.default_rng(0).normal(0, 0.5, size=(n_nets, P)))
    compiled = jax.jit(all_of)
    compiled(thetas).block_until_ready()
    found = []
    for _ in range(3):
        start = time.perf_counter()
        compiled(thetas).block_until_ready()
        found.append(time.perf_counter() - start)
    return min(found)


if __name__ == "__main__":
    for size in sys.argv[2:]:
        print(seconds(int(sys.argv[1]), [int(units) for units in size.split("-")]))
