"""The three sets of images: what they are, where they come from, and how the real ones are recognized."""

from dataclasses import dataclass, replace
from pathlib import Path

# The sources in the order in which "auto" tries them, with their names in sentences.
SOURCES = {
    "cache": "the cache",
    "system": "the system's copy",
    "openml": "OpenML",
    "keras": "the Keras mirror",
    "sample": "the embedded sample",
}
DOWNLOADS = ("openml", "keras")  # the sources that use the network

SAMPLE_TRAIN, SAMPLE_TEST = 8000, 2000  # images of the embedded sample, from the official training and test images


class Unavailable(RuntimeError):
    """A source did not give the images; the message is a clause to follow the source's name."""


class Absent(Unavailable):
    """A source has never had the images on this machine: no reason for a warning, unlike a source that fails."""


@dataclass(frozen=True)
class Marks:
    """What is published about a set, and tells how images that are not the official ones differ from it.

    Attributes
    ----------
    first_train, first_test : tuple of int
        First ten labels of each part.
    counts : tuple of tuple of int
        Number of images of each class in each fifth of the training images.
    train_mean, train_std : tuple of float
        Mean and standard deviation of each colour of the training images, divided by 255, known to about 1e-8.
    first_pixels : tuple of tuple of int
        First three pixels of the first training image.
    first_reds : tuple of int
        Red values of the first three pixels of the first test image.
    """

    first_train: tuple
    first_test: tuple
    counts: tuple
    train_mean: tuple
    train_std: tuple
    first_pixels: tuple
    first_reds: tuple


@dataclass(frozen=True)
class Entry:
    """One set of images as it was published.

    Attributes
    ----------
    name, title : str
        Name in commands and files; name in sentences.
    class_names : tuple of str
        Names of the classes, in the order of the labels 0, 1, 2, …
    shape : tuple of int
        Shape of an image: (28, 28), or (32, 32, 3) with the channels last.
    n_train, n_test : int
        Numbers of images in the official split.
    openml_id : int
        Number in https://www.openml.org/d/<openml_id>.
    keras_module, keras_host : str
        Name of the module in ``keras.datasets``, and the host that it downloads from.
    digest : str, optional
        ``images.digest`` of the real set; where it is not known there are ``batches``.
    rows : str, optional
        ``images.digest_of_rows`` of the real set, which distinguishes another order from other images.
    batches : tuple of str, optional
        SHA-256 of each of CIFAR-10's six batches as a file of rows, which is published: see
        ``cifar_batches.digests``.
    marks : Marks, optional
        What else is published. A folder that the user names may hold a copy of a set that has marks.
    system, package : optional
        Folder of the system's own copy, and the Debian package that brings it.
    sample_digest : str, optional
        ``images.digest`` of the embedded sample.
    """

    name: str
    title: str
    class_names: tuple
    shape: tuple
    n_train: int
    n_test: int
    openml_id: int
    keras_module: str
    keras_host: str
    digest: str | None = None
    rows: str | None = None
    batches: tuple[str, ...] | None = None
    marks: Marks | None = None
    system: Path | None = None
    package: str | None = None
    sample_digest: str | None = None

    def as_sample(self) -> "Entry":
        """Return the entry that the embedded sample is checked against."""
        return replace(self, n_train=SAMPLE_TRAIN, n_test=SAMPLE_TEST, digest=self.sample_digest, rows=None)


FASHION_MNIST = Entry(
    name="fashion-mnist",
    title="Fashion-MNIST",
    class_names=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    shape=(28, 28),
    n_train=60000,
    n_test=10000,
    openml_id=40996,
    keras_module="fashion_mnist",
    keras_host="storage.googleapis.com",
    digest="ca3ab2a37f845e1b8ae23cab1b51749a3011ba3bf1d9016176d75cbaabac376f",
    rows="19875025be7aafefa10c4b60675df0ae4ffafa28e0d5bb0f2681588b5ef36e80",
    system=Path("/usr/share/datasets/fashion-mnist"),
    package="dataset-fashion-mnist",
    sample_digest="f2744d27e804ea1fa7169348364eccac77412b1bd51c633c8dc93d8b470cd3d7",
)

MNIST = Entry(
    name="mnist",
    title="MNIST",
    class_names=tuple("0123456789"),
    shape=(28, 28),
    n_train=60000,
    n_test=10000,
    openml_id=554,
    keras_module="mnist",
    keras_host="storage.googleapis.com",
    digest="06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
    rows="65d7d98e7be4a5ddeda5102683f2dd914762f62bb0e1bdb22d0519f4060c496f",
)

CIFAR10 = Entry(
    name="cifar10",
    title="CIFAR-10",
    class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    shape=(32, 32, 3),
    n_train=50000,
    n_test=10000,
    openml_id=40927,
    keras_module="cifar10",
    keras_host="www.cs.toronto.edu",
    # The .bin files' checksums in https://github.com/ankane/torchvision-ruby, for the official archive; the last was
    # found in two other repositories as well.
    batches=(
        "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
        "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
        "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
        "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
        "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
        "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
    ),
    # What many notebooks print of the official files: labels and their counts in each batch, the means and standard
    # deviations that are commonly used for normalizing, and first pixels.
    marks=Marks(
        first_train=(6, 9, 9, 4, 1, 1, 2, 7, 8, 3),
        first_test=(3, 8, 8, 0, 6, 6, 1, 6, 3, 1),
        counts=(
            (1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981),
            (984, 1007, 1010, 995, 1010, 988, 1008, 1026, 987, 985),
            (994, 1042, 965, 997, 990, 1029, 978, 1015, 961, 1029),
            (1003, 963, 1041, 976, 1004, 1021, 1004, 981, 1024, 983),
            (1014, 1014, 952, 1016, 997, 1025, 980, 977, 1003, 1022),
        ),
        train_mean=(0.49139968, 0.48215841, 0.44653091),
        train_std=(0.24703223, 0.24348513, 0.26158784),
        first_pixels=((59, 62, 63), (43, 46, 45), (50, 48, 43)),
        first_reds=(158, 159, 165),
    ),
)

CATALOG = {entry.name: entry for entry in (FASHION_MNIST, MNIST, CIFAR10)}
