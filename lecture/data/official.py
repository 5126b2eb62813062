"""Whether images are a set as it was published, pixel by pixel and in the official order; what they are if not."""

from dataclasses import replace

import numpy as np

from lecture.data.catalog import CATALOG, Entry, Unavailable
from lecture.data.cifar_batches import digests
from lecture.data.images import NEAR, ORDER, OTHER, PIXELS, Images, check_form, digest, digest_of_rows

# How far the colours of a JPEG copy of quality 75 are from the original's, with a margin: measured were 0.00015 for the
# means and 0.7% for the standard deviations, which are smaller because JPEG smooths.
MEANS, DEVIATIONS = 5e-4, 0.02


class Differs(Unavailable):
    """Images that are not those of a set; ``kind`` says in a few words what they are instead."""

    def __init__(self, clause: str, kind: str = OTHER):
        super().__init__(clause)
        self.kind = kind


def check(images: Images, entry: Entry) -> Images:
    """Return images, with their digest, that are pixel by pixel and in the official order those of a set.

    Raises
    ------
    Unavailable
        If their form is wrong.
    Differs
        If they are other images; the message says what they are, as far as that can be known.
    """
    check_form(images, entry)
    if images.sha256:  # the checksum of their archive has passed
        return images
    if entry.digest is None:
        if digests(images) != entry.batches:
            raise _by_marks(images, entry)
        return replace(images, sha256=digest(images))
    came = digest(images)
    if came != entry.digest:
        raise _by_digest(images, entry, came)
    return replace(images, sha256=came)


def _by_digest(images, entry, came):
    """What images are whose digest is not the one of the set."""
    for other in CATALOG.values():
        if came == other.digest:
            return Differs(f"holds {other.title}, not {entry.title}")
    if entry.rows == digest_of_rows(images):
        return Differs(f"has the rows of {entry.title} in another order, so that the official split is lost")
    return Differs(f"holds other images or labels than {entry.title} (SHA-256 {came[:12]}…, not {entry.digest[:12]}…)")


def _by_marks(images, entry):
    """What images are, as far as the published marks of the set tell."""
    marks, n_classes = entry.marks, len(entry.class_names)
    for part, y in (("train", images.y_train), ("test", images.y_test)):
        counts = np.bincount(y, minlength=n_classes)
        if counts.min() != counts.max():
            came = f"{counts.min():,} to {counts.max():,} {part} images"
            return Differs(f"has {came} per class, where equally many were wanted")
    mean, std = colours(images.X_train)
    off, narrower = np.abs(mean - marks.train_mean).max(), std / marks.train_std - 1
    if off > MEANS or np.abs(narrower).max() > DEVIATIONS:
        return Differs(f"has other training images than {entry.title} (their mean colour is {mean.round(6).tolist()})")
    if max(off, np.abs(std - marks.train_std).max()) > 1e-6:
        by = ", ".join(f"{100 * change:+z.1f}" for change in narrower)
        clause = f"has a near copy of {entry.title}, such as JPEG makes (standard deviations of the colours {by}%)"
        return Differs(clause, NEAR)
    if _labels(images, n_classes) != (marks.first_train, marks.first_test, marks.counts):
        return Differs(f"has the images of {entry.title} in another order", ORDER)
    if _pixels(images) != (marks.first_pixels, marks.first_reds):
        return Differs(f"has the pixels of {entry.title} in another order", PIXELS)
    return Differs(f"has images of {entry.title} with other pixels or labels here and there")


def colours(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each colour of images (n, height, width, 3) of uint8, divided by 255."""
    counts = np.stack([np.bincount(X[..., colour].reshape(-1), minlength=256) for colour in range(X.shape[-1])])
    values, n = np.arange(256), X[..., 0].size
    mean, square = counts @ values / n, counts @ values**2 / n
    return mean / 255, np.sqrt(square - mean**2) / 255


def _labels(images, n_classes):
    """The first ten labels of each part, and how often each class is in each fifth of the training images."""
    counts = (np.bincount(y, minlength=n_classes) for y in np.array_split(images.y_train, 5))
    first_train, first_test = (tuple(y[:10].tolist()) for y in (images.y_train, images.y_test))
    return first_train, first_test, tuple(tuple(row.tolist()) for row in counts)


def _pixels(images):
    """The first three pixels of the first training image, and the reds of those of the first test image."""
    first = images.X_train[0, 0, :3]
    return tuple(tuple(pixel) for pixel in first.tolist()), tuple(images.X_test[0, 0, :3, 0].tolist())
