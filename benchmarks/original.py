"""What the benchmarks are measured against: the ways of the original lecture, written again.

Lecture 8, *Neural networks*, of the machine learning course of Joaquin Vanschoren (https://ml-course.github.io) draws
a network line by line, follows an optimizer with a gradient tape for each step, and draws a training anew after each
epoch. The functions below take the same steps, with the same artists and calls, so that they cost what the original
costs. They are no copy: options that no benchmark uses are left out.
"""

from itertools import pairwise

import numpy as np

from lecture.surfaces import BEALE

SCALE = 0.5  # of the original's figures and their text
COLORS = ("greenyellow", "cornflowerblue", "lightcoral")  # of input, hidden and output layers
LOW, HIGH = 0.1, 0.89  # the part of the axes that holds the network
CURVES = {  # colour, line and name of each
    "loss": ("b", "-", "train_loss"),
    "accuracy": ("r", "-", "train_acc"),
    "val_loss": ("b", ":", "val_loss"),
    "val_accuracy": ("r", ":", "val_acc"),
}


def draw_network(ax, sizes):
    """Draw a dense network with a circle for each unit and a line for each weight, and write how many there are.

    Parameters
    ----------
    ax : Axes
        Of a figure of about 5 x 2.5 inches.
    sizes : sequence of int
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle

    ratio = 1.5  # of width to height
    gap = (HIGH - LOW) / max(sizes)
    columns = np.linspace(LOW, HIGH * ratio, len(sizes))
    middle = (LOW + HIGH) / 2
    places = [[(x, middle + gap * ((n - 1) / 2 - unit)) for unit in range(n)] for x, n in zip(columns, sizes)]
    ax.set_xlim(0, ratio)
    ax.axis("off")
    ax.set_aspect("equal")
    for number, layer in enumerate(places):
        color = COLORS[(number > 0) + (number == len(sizes) - 1)]
        for place in layer:
            ax.add_artist(Circle(place, gap / 3, facecolor=color, ec="k", zorder=4, linewidth=SCALE))
    n_weights = 0
    for layer, above in pairwise(places):
        for x, y in layer:
            for x_above, y_above in above:
                ax.add_artist(Line2D([x, x_above], [y, y_above], c="k", alpha=0.6))
                n_weights += 1
    n_biases = sum(sizes[1:])
    ax.text(columns[-1] * 1.05, LOW, f"{n_weights} weights, {n_biases} biases", ha="center", va="center")


def optimizer_path(optimizer, steps=100):
    """Return the points that a Keras optimizer visits on Beale's surface, with an eager gradient tape for each step.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
    steps : int

    Returns
    -------
    array of shape (steps, 2)
    """
    import tensorflow as tf

    x, y, path = tf.Variable(0.8), tf.Variable(1.6), []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = BEALE.value(x, y)
        path.append((x.numpy(), y.numpy()))
        gradients = tape.gradient(loss, [x, y])
        optimizer.apply_gradients(zip(gradients, [x, y]))
    return np.array(path)


class TrainingPlot:
    """Draw losses and accuracies anew after each epoch, from the second on.

    Parameters
    ----------
    show : callable
        What is called instead of ``plt.show``.
    """

    def __init__(self, show):
        self.show = show

    def on_train_begin(self, logs=None):
        self.seen = {name: [] for name in CURVES}

    def on_epoch_end(self, epoch, logs=None):
        for name, values in self.seen.items():
            values.append(logs.get(name))
        if epoch > 0:
            self.draw(epoch)

    def draw(self, epoch):
        import matplotlib.pyplot as plt
        from IPython.display import clear_output

        clear_output(wait=True)
        epochs = np.arange(epoch + 1)
        plt.figure(figsize=(8, 3))
        for name, (color, line, label) in CURVES.items():
            plt.plot(epochs, self.seen[name], lw=2, c=color, linestyle=line, label=label)
        best = max(self.seen["val_accuracy"])
        plt.title(f"Training Loss and Accuracy [Epoch {epoch}, Max Acc {best:.4f}]")
        plt.xlabel("Epoch #", fontsize=18 * SCALE)
        plt.ylabel("Loss/Accuracy", fontsize=18 * SCALE)
        plt.legend(prop={"size": 15 * SCALE})
        plt.tick_params(axis="both", labelsize=16 * SCALE)
        self.show()
