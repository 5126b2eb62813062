"""Test images that are opened once, and data sets with fewer and smaller images."""

import warnings

import numpy as np
import pytest
from tiny_images import OPTIONS, entry_of, some_images

from lecture.data import fewer, sealed
from lecture.data.dataset import build


def dataset(**options):
    images = some_images(60, 20)
    return build(images, entry_of(images), "sample", **OPTIONS | options)


def test_sealed_images_have_no_test_set_and_are_the_same_otherwise():
    whole = dataset()
    images, test = sealed(whole)
    assert images.X_test.shape == (0, 16) and images.y_test.shape == (0, 10)
    assert images.X_train is whole.X_train and images.y_val is whole.y_val
    assert repr(test) == "20 test images, sealed"


def test_the_test_set_is_opened_once_and_every_later_time_is_told():
    whole = dataset()
    _, test = sealed(whole)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert test.open() is whole
    assert repr(test) == "20 test images, opened once"
    fourth_to_23rd = "4th 5th 6th 7th 8th 9th 10th 11th 12th 13th 14th 15th 16th 17th 18th 19th 20th 21st 22nd 23rd"
    for time in ("second", "third", *fourth_to_23rd.split()):
        with pytest.warns(UserWarning, match=f"opened for the {time} time"):
            assert test.open() is whole
    assert repr(test) == "20 test images, opened before"


def test_fewer_images_are_the_first_ones():
    whole = dataset()
    some = fewer(whole, 12, 5)
    np.testing.assert_array_equal(some.X_train, whole.X_train[:12])
    np.testing.assert_array_equal(some.y_val, whole.y_val[:5])
    assert some.X_test is whole.X_test and some.image_shape == (4, 4)
    assert len(fewer(whole, 12, 1000).X_val) == len(whole.X_val)


@pytest.mark.parametrize("flatten", [True, False])
def test_averaged_pixels_are_means_of_two_by_two(flatten):
    whole = dataset(flatten=flatten)
    some = fewer(whole, 12, 5, averaged=True)
    assert some.image_shape == (2, 2) and some.X_train.shape == ((12, 4) if flatten else (12, 2, 2))
    for part in ("train", "val", "test"):
        before, after = whole.images(part), some.images(part)
        assert after.dtype == np.float32 and len(after) == min(len(before), {"train": 12, "val": 5}.get(part, 20))
        for row, column in np.ndindex(2, 2):
            by_hand = before[: len(after), 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].mean(axis=(1, 2))
            np.testing.assert_allclose(after[:, row, column], by_hand, rtol=1e-5)


def test_images_whose_test_set_is_sealed_can_be_fewer():
    images, _ = sealed(dataset())
    assert fewer(images, 12, 5, averaged=True).X_test.shape == (0, 4)


def test_colours_are_averaged_apart():
    images = some_images(60, 20, shape=(4, 4, 3))
    whole = build(images, entry_of(images), "sample", **OPTIONS)
    some = fewer(whole, 3, 3, averaged=True)
    assert some.image_shape == (2, 2, 3)
    by_hand = whole.images("train")[:3, :2, 2:, 1].mean(axis=(1, 2))
    np.testing.assert_allclose(some.images("train")[:, 0, 1, 1], by_hand, rtol=1e-5)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="n_train must be a whole number from 1 to 50, got 51"):
        fewer(dataset(), 51, 5)
    with pytest.raises(ValueError, match="n_val must be a whole number of at least 1, got 0"):
        fewer(dataset(), 5, 0)
    odd = some_images(60, 20, shape=(3, 4))
    with pytest.raises(ValueError, match="even numbers of rows and columns to be averaged, got 3 × 4"):
        fewer(build(odd, entry_of(odd), "sample", **OPTIONS), 5, 5, averaged=True)
