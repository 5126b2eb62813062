"""Whether images are the official ones, and what is said of those that are not."""

from dataclasses import replace

import numpy as np
import pytest
from small_cifar import batches_of, cifar10_of, colour_images
from tiny_images import entry_of, some_images

from lecture.data.catalog import CIFAR10, Unavailable
from lecture.data.cifar_batches import digests, from_rows, joined
from lecture.data.images import digest
from lecture.data.official import Differs, check, colours


def test_checks_name_what_is_wrong():
    images = some_images()
    entry = entry_of(images)
    check(images, entry)
    order = np.random.default_rng(1).permutation(60)
    with pytest.raises(Unavailable, match="has the rows of Tiny in another order"):
        check(replace(images, X_train=images.X_train[order], y_train=images.y_train[order]), entry)
    with pytest.raises(Unavailable, match="holds other images or labels than Tiny"):
        check(replace(images, y_train=images.y_train[order]), entry)
    with pytest.raises(Unavailable, match=r"train images of shape \(59, 4, 4\).*where \(60, 4, 4\)"):
        check(replace(images, X_train=images.X_train[1:]), entry)
    with pytest.raises(Unavailable, match="of type float32 and uint8, where uint8 was wanted"):
        check(replace(images, X_test=images.X_test.astype(np.float32)), entry)
    with pytest.raises(Unavailable, match="test label 10, where 0 to 9"):
        check(replace(images, y_test=images.y_test + np.uint8(1)), entry)


def test_what_passes_has_its_digest():
    images = some_images()
    assert check(images, entry_of(images)).sha256 == digest(images) != ""
    colour = colour_images()
    assert check(colour, cifar10_of(colour)).sha256 == digest(colour)


def test_one_wrong_pixel_of_cifar10_is_found_in_any_batch():
    images = colour_images()
    entry = cifar10_of(images)
    for number in range(50):
        X = images.X_train.copy()
        X[number, 31, 31, 2] ^= 1
        with pytest.raises(Differs):
            check(replace(images, X_train=X), entry)
    X = images.X_test.copy()
    X[-1, 31, 31, 2] ^= 1
    with pytest.raises(Differs, match="has images of CIFAR-10 with other pixels or labels here and there"):
        check(replace(images, X_test=X), entry)


def test_images_whose_archive_passed_need_no_other_check():
    images = replace(colour_images(), sha256="of the archive")
    assert check(images, cifar10_of(colour_images(seed=1))) is images
    with pytest.raises(Unavailable, match="train label 10"):
        check(replace(images, y_train=images.y_train + np.uint8(1)), cifar10_of(images))


def _smoothed(images):
    """A copy that is a little narrower, as JPEG leaves it, with the same means."""
    X = images.X_train.astype(float)
    mean = X.mean(axis=(0, 1, 2))
    return replace(images, X_train=np.round(mean + 0.993 * (X - mean)).astype(np.uint8))


def _other_labels(images):
    swapped = images.y_train.copy()
    swapped[[0, np.flatnonzero(swapped != swapped[0])[0]]] = swapped[[np.flatnonzero(swapped != swapped[0])[0], 0]]
    return replace(images, y_train=swapped)


@pytest.mark.parametrize(
    "change, kind, words",
    [
        (_smoothed, "a near copy", "has a near copy of CIFAR-10, such as JPEG makes"),
        (_other_labels, "the images in another order", "has the images of CIFAR-10 in another order"),
        (
            lambda images: replace(images, X_train=images.X_train.transpose(0, 2, 1, 3)),
            "the pixels in another order",
            "has the pixels of CIFAR-10 in another order",
        ),
        (
            lambda images: replace(images, X_train=images.X_train // 2),
            "other images",
            "has other training images than CIFAR-10",
        ),
        (
            lambda images: replace(images, y_train=np.where(images.y_train == 5, 9, images.y_train).astype(np.uint8)),
            "other images",
            "has 0 to 10 train images per class, where equally many were wanted",
        ),
        (
            lambda images: replace(images, y_test=np.where(images.y_test == 5, 9, images.y_test).astype(np.uint8)),
            "other images",
            "has 0 to 4 test images per class, where equally many were wanted",
        ),
    ],
)
def test_what_differs_is_told_apart(change, kind, words):
    images = colour_images()
    with pytest.raises(Differs, match=words) as caught:
        check(change(images), cifar10_of(images))
    assert caught.value.kind == kind


def test_a_near_copy_says_how_much_narrower_its_colours_are():
    images = colour_images()
    near = _smoothed(images)
    came, was = (X.reshape(-1, 3).std(axis=0, dtype=float) for X in (near.X_train, images.X_train))
    with pytest.raises(
        Differs, match=", ".join(f"{100 * change:+.1f}" for change in came / was - 1).replace("+", "[+]")
    ):
        check(near, cifar10_of(images))


def test_colours_swapped_are_other_images():
    images = replace(colour_images(), X_train=np.minimum(colour_images().X_train, np.uint8([255, 150, 50])))
    with pytest.raises(Differs, match="other training images"):
        check(replace(images, X_train=images.X_train[..., ::-1]), cifar10_of(images))


def test_mean_and_deviation_of_colours_are_those_of_numpy():
    X = colour_images().X_train
    mean, std = colours(X)
    np.testing.assert_allclose(mean, (X / 255).mean(axis=(0, 1, 2)), rtol=1e-12)
    np.testing.assert_allclose(std, (X / 255).std(axis=(0, 1, 2)), rtol=1e-10)


def test_the_rows_that_are_digested_are_those_of_the_bin_files():
    images = colour_images()
    contents = batches_of(images, pickled=False)
    read = joined({name.removesuffix(".bin"): from_rows(content) for name, content in contents.items()})
    assert digest(read) == digest(images)
    assert digests(read) == cifar10_of(images).batches


def test_the_published_counts_of_cifar10_add_up():
    counts = np.array(CIFAR10.marks.counts)
    assert counts.sum(axis=0).tolist() == [5000] * 10 and counts.sum(axis=1).tolist() == [10000] * 5
    assert len(set(CIFAR10.batches)) == 6 and {len(sha) for sha in CIFAR10.batches} == {64}
