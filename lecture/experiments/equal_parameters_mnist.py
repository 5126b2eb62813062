"""At equally many parameters, does a deeper convolution network recognize more digits?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lecture.checks import whole
from lecture.experiments.convolutions import ConvNet, trained
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import describe_images, digits
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.protocol import evenly
from lecture.experiments.result import Sweep

TITLE = "At equally many parameters, does a deeper convolution network recognize more digits?"
SHALLOW, PUBLISHED_DEEP, EQUAL_DEEP = "shallow", "published deep", "equal deep"
# The first two are those of a student report (MLDS 2018, homework 1-1), which calls them equally large.
NETWORKS = {
    SHALLOW: ConvNet((((3, 3),),)),
    PUBLISHED_DEEP: ConvNet((((16, 5),), ((4, 5),)), (25,), "linear"),
    EQUAL_DEEP: ConvNet((((16, 3),), ((6, 3),)), (16,)),
}
PAIR = Hypothesis(
    "The report's deeper network is more accurate.", "test accuracy in the end, published deep minus shallow", 0.01
)
DEEPER = Hypothesis(
    "With exactly as many parameters, the deeper network is more accurate.",
    "test accuracy in the end, equal deep minus shallow",
    0.01,
)
LOWER = Hypothesis(
    "With exactly as many parameters, the deeper network finds a lower loss.",
    "log₁₀ of the training loss in the last epoch, shallow over equal deep",
    0.05,
)
FASTER = Hypothesis(
    "The deeper network is ahead from the first epoch on.",
    "test accuracy after the first epoch, equal deep minus shallow",
    0.01,
)
EXTRA = Hypothesis(
    "Most of the published lead comes from the 22% more parameters.",
    "part of the published lead in test accuracy that is gone at equally many parameters, minus the part that is left",
    0.005,
)
HYPOTHESES = (PAIR, DEEPER, LOWER, FASTER, EXTRA)
PRESETS = {
    "short": dict(n_seeds=5, n_images=4_800, batch_size=100, epochs=5),
    "published": dict(n_seeds=5, n_images=55_000, batch_size=100, epochs=100),  # published: one run
}
PUBLISHED = {SHALLOW: 0.975, PUBLISHED_DEEP: 0.985}  # validation accuracy in the end, read off the report's figure
N_TEST = 2_000
N_SHOWN = 20


@dataclass(frozen=True, eq=False)
class Learnt:
    """How well networks of several depths learn, and how many parameters they have.

    Attributes
    ----------
    parameters : dict of str to int
        Number of weights and biases of each network.
    reported : dict of str to int
        Number that the report gives, or would: without the dense layers' biases, and with one input channel for each
        convolution.
    loss, accuracy, test_loss, test_accuracy : dict of str to array (epochs, n_seeds)
        Loss and accuracy of each network after each epoch; on training images means over the epoch's mini-batches.
    """

    parameters: dict[str, int]
    reported: dict[str, int]
    loss: dict[str, np.ndarray]
    accuracy: dict[str, np.ndarray]
    test_loss: dict[str, np.ndarray]
    test_accuracy: dict[str, np.ndarray]

    def lead(self, network: str) -> np.ndarray:
        """Return by how much a network's final test accuracy is above that of the shallow one: (n_seeds,)."""
        return self.test_accuracy[network][-1] - self.test_accuracy[SHALLOW][-1]

    def gone_and_left(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the parts of the published lead that are gone and left at equally many parameters: (n_seeds,) each.

        Together they are the published lead; of a lead that is not there, nothing is left.
        """
        published = self.lead(PUBLISHED_DEEP)
        left = np.clip(self.lead(EQUAL_DEEP), 0, np.maximum(published, 0))
        return published - left, left

    def describe(self) -> str:
        """Return parameters and leads in two sentences."""
        counted = (
            f"{name} {n:,} ({self.reported[name]:,} by the report's count)" for name, n in self.parameters.items()
        )
        leads = (self.lead(name).mean() for name in (PUBLISHED_DEEP, EQUAL_DEEP))
        return (
            f"Parameters: {', '.join(counted)}. Lead over the shallow network in test accuracy: "
            "{:+.3f} as published, {:+.3f} at equally many parameters.".format(*leads)
        )


@experiment(TITLE, PRESETS)
def run(*, n_images: int, batch_size: int, epochs: int, seeds: Sequence[int], show: bool) -> Findings:
    """Train three convolution networks: the report's shallow and deep one, and a deep one as large as the shallow.

    The ``details`` of the result are parameters and curves, `Learnt`.

    Parameters
    ----------
    n_images : int, optional
        Number of training images.
    batch_size : int, optional
        Images in a mini-batch.
    epochs : int, optional
        Number of epochs.
    """
    whole(epochs, "epochs", least=1)
    whole(batch_size, "batch_size", least=1, most=whole(n_images, "n_images", least=1))
    images, name = digits(n_images, N_TEST)
    curves = {
        network: trained(net, images, batch_size=batch_size, epochs=epochs, seeds=seeds, show=show)
        for network, net in NETWORKS.items()
    }
    learnt = Learnt(
        parameters={network: net.n_parameters for network, net in NETWORKS.items()},
        reported={network: net.n_as_reported for network, net in NETWORKS.items()},
        **{what: {network: found[what] for network, found in curves.items()} for what in curves[SHALLOW]},
    )
    last = {network: learnt.test_accuracy[network][-1] for network in PUBLISHED}
    return Findings(
        protocol=f"{_describe_networks()}. ReLU, softmax, {epochs} epochs of Adam at 0.001 on mini-batches of "
        f"{batch_size} of {n_images:,} images, {N_TEST:,} others to test. (The report counts 5,910 and 5,670: the "
        "biases of dense layers are left out, and its second convolution counts as if it had one input channel. The 25 "
        f"units have no activation.){describe_images(name)}",
        sweeps=_sweeps(learnt),
        verdicts=judge(learnt),
        compared=beside_published(PUBLISHED, last, "accuracy, {}", runs=1, reading=0.003) if name == "MNIST" else (),
        details=learnt,
    )


def judge(learnt: Learnt) -> tuple[Verdict, ...]:
    """Return the verdicts on the curves."""
    first, loss = (learnt.test_accuracy[name][0] for name in (EQUAL_DEEP, SHALLOW)), learnt.loss
    return (
        PAIR.judge(learnt.lead(PUBLISHED_DEEP)),
        DEEPER.judge(learnt.lead(EQUAL_DEEP)),
        LOWER.judge(np.log10(loss[SHALLOW][-1] / loss[EQUAL_DEEP][-1])),
        FASTER.judge(np.subtract(*first)),
        EXTRA.judge(np.subtract(*learnt.gone_and_left())),
    )


def _describe_networks():
    """The layers of all networks, and their parameters."""
    described = (f"{name}: {net.describe()}, {net.n_parameters:,} parameters" for name, net in NETWORKS.items())
    return "; ".join(described).capitalize()


def _sweeps(learnt):
    epochs = len(learnt.loss[SHALLOW])
    some = [epoch - 1 for epoch in evenly(epochs, N_SHOWN) if epoch]
    x = tuple(epoch + 1 for epoch in some)

    def over_epochs(name, measured, curves):
        values = {f"{network}, {learnt.parameters[network]:,}": curve[some] for network, curve in curves.items()}
        return Sweep(name, x, "epoch", measured, values)

    leads = np.stack([learnt.lead(PUBLISHED_DEEP), learnt.lead(EQUAL_DEEP)])
    return (
        over_epochs("Loss on training images", "loss, mean over the epoch", learnt.loss),
        over_epochs("Loss on test images", "test loss", learnt.test_loss),
        over_epochs("Accuracy on test images", "test accuracy", learnt.test_accuracy),
        Sweep(
            "Lead of the deeper", (PUBLISHED_DEEP, EQUAL_DEEP), "network", "test accuracy above shallow", {"": leads}
        ),
    )
