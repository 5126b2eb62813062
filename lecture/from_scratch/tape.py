"""Automatic differentiation in reverse mode, in NumPy.

Write down what is computed, then go back over it with the chain rule.
`tf.GradientTape` and PyTorch's autograd do this for hundreds of operations, on
all devices; these are nine, for numbers, vectors and matrices. The lines are
short, because the first chapter shows them.

>>> tape = Tape()
>>> x = tape.watch(3.0)
>>> y = x * x + x
>>> float(y.value), float(tape.gradient(y, [x])[0])
(12.0, 7.0)
"""

import numpy as np

# For each operation: how it is computed, and from the gradient g of its
# result the gradient of each input; a and b are inputs, out is the result.
OPERATIONS = {
    "+": (np.add, lambda g, out, a, b: (g, g)),
    "-": (np.subtract, lambda g, out, a, b: (g, -g)),
    "*": (np.multiply, lambda g, out, a, b: (g * b, g * a)),
    "@": (np.matmul, lambda g, out, a, b: (g @ b.T, a.T @ g)),
    "sum": (np.sum, lambda g, out, a: (g * np.ones_like(a),)),
    "tanh": (np.tanh, lambda g, out, a: (g * (1 - out**2),)),
    "relu": (lambda a: np.maximum(a, 0), lambda g, out, a: (g * (a > 0),)),
    "exp": (np.exp, lambda g, out, a: (g * out,)),
    "log": (np.log, lambda g, out, a: (g / a,)),
}


class Tape:
    """A list of all values, in the order in which they were computed."""

    def __init__(self):
        self.entries = []

    def watch(self, value, name=""):
        """Write down a number or an array, unless it stands there already."""
        if isinstance(value, Variable):
            return value
        return self._append(name, np.asarray(value, float), ())

    def compute(self, name, *inputs):
        """Compute an operation, and write down its result and inputs."""
        inputs = [self.watch(x) for x in inputs]
        value = OPERATIONS[name][0](*(x.value for x in inputs))
        return self._append(name, value, inputs)

    def _append(self, name, value, inputs):
        self.entries.append(Variable(self, name, value, inputs))
        return self.entries[-1]

    def gradient(self, result, sources):
        """Go back from a result: its gradient with respect to each source."""
        for entry in self.entries:
            entry.gradient = np.zeros_like(entry.value)
        result.gradient = np.ones_like(result.value)
        for entry in reversed(self.entries):
            for x, g in zip(entry.inputs, entry.handed_back()):
                x.gradient = x.gradient + g
        return [source.gradient for source in sources]


def recorded(name):
    """Return the method that computes an operation on the tape."""
    return lambda self, *others: self.tape.compute(name, self, *others)


class Variable:
    """A value on a tape: an operation of earlier values, its inputs."""

    __array_ufunc__ = None  # so that NumPy leaves array @ variable to us
    __add__, __sub__, __mul__, __matmul__ = map(recorded, "+-*@")
    sum, tanh, relu, exp, log = map(recorded, list(OPERATIONS)[4:])

    def __init__(self, tape, name, value, inputs):
        self.tape, self.name = tape, name
        self.value, self.inputs = value, inputs
        self.gradient = np.zeros_like(value)

    def __rmatmul__(self, array):
        return self.tape.compute("@", array, self)

    def mean(self):
        return self.sum() * (1 / self.value.size)

    def handed_back(self):
        """The gradient that each input gets from this use of it."""
        if not self.inputs:
            return ()
        rule, values = OPERATIONS[self.name][1], [x.value for x in self.inputs]
        handed = rule(self.gradient, self.value, *values)
        return [summed_to(v.shape, g) for v, g in zip(values, handed)]


def summed_to(shape, gradient):
    """Sum a gradient over the axes along which an array was repeated."""
    new = tuple(range(gradient.ndim - len(shape)))
    gradient = gradient.sum(axis=new)
    repeated = tuple(axis for axis, n in enumerate(shape) if n == 1)
    return gradient.sum(axis=repeated, keepdims=True)
