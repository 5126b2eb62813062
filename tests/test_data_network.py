"""Images from the network: OpenML's real client against a server on loopback that serves them, or lies."""

import re
import time
from dataclasses import replace

import numpy as np
import pytest
from fake_openml import (
    LABELS,
    NUMBER,
    PIXELS,
    TINY,
    as_arff,
    as_parquet,
    find,
    frame,
    kept,
    run_client_here,
    serving,
    use_empty_cache,
    with_sample,
)

from lecture import data
from lecture.data import sources
from lecture.data.catalog import Unavailable
from lecture.data.images import digest

pd = pytest.importorskip("pandas", reason="needs pandas, which is not installed")


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    return use_empty_cache(tmp_path, monkeypatch)


@pytest.fixture
def here(monkeypatch):
    run_client_here(monkeypatch)


# -- served right


def test_parquet_by_the_real_client_in_its_own_process(tmp_path, empty_cache, capfd):
    def slowly(handler, content):
        for part in np.array_split(np.frombuffer(content, np.uint8), 8):
            handler.wfile.write(part.tobytes())
            handler.wfile.flush()
            time.sleep(0.5)

    words = np.array(TINY.class_names)[LABELS]
    with serving(parquet=as_parquet(frame(PIXELS.astype(float), words), tmp_path), behave=slowly) as server:
        images, used, said = find(server, limit=3)  # 4 s in all, but never 3 s without a byte
    assert server.asked == [
        f"GET /api/v1/xml/data/{NUMBER}",
        "HEAD /datasets/tiny/tiny.pq",
        "GET /datasets/tiny/tiny.pq",
    ]
    assert (digest(images), used, said) == (TINY.digest, "openml", [])
    assert kept(empty_cache) == [f"tiny.openml.{TINY.digest}.npz"]
    shown = capfd.readouterr().err
    assert "Tiny from OpenML" in shown and "starting its client" in shown and "downloading" in shown
    assert re.search(r"\| [\d.]+kB of [\d.]+kB \[", shown)
    # The second time nobody is asked.
    assert digest(find("http://127.0.0.1:9/api/v1/xml")[0]) == TINY.digest


def test_arff_by_the_real_client_in_its_own_process(empty_cache):
    with serving(arff=as_arff(frame())) as server:
        images, used, said = find(server)
    assert server.asked == [f"GET /api/v1/xml/data/{NUMBER}", "GET /data/tiny.arff"]
    assert (digest(images), used, said) == (TINY.digest, "openml", [])
    assert kept(empty_cache) == [f"tiny.openml.{TINY.digest}.npz"]


@pytest.mark.parametrize(
    "labels",
    [
        LABELS.astype(str),
        LABELS.astype(float),
        np.array(TINY.class_names)[LABELS],
        pd.Categorical(LABELS.astype(str), categories=list("9876543210")),
        [f"{label}.0" for label in LABELS],
        [str(label).encode() for label in LABELS],
    ],
    ids=["text", "floats", "names", "categories", "text of floats", "bytes"],
)
def test_labels_of_another_kind_are_put_right(labels, tmp_path, here):
    with serving(parquet=as_parquet(frame(labels=labels), tmp_path)) as server:
        assert digest(find(server)[0]) == TINY.digest


# -- served wrong


def lie(name):
    """A table that is not what it should be."""
    order = np.random.default_rng(1).permutation(80)
    pixels = PIXELS.copy()
    pixels[3, 3] ^= 1
    return {
        "one pixel": frame(pixels),
        "another order": frame(PIXELS[order], LABELS[order]),
        "too few columns": frame(PIXELS[:, 1:]),
        "too few rows": frame(PIXELS[1:], LABELS[1:]),
        "other labels": frame(labels=np.array(["shoe"] * 80)),
        "labels from 1": frame(labels=LABELS + 1),
        "fractions": frame(PIXELS / 255),
        "missing": frame(np.where(PIXELS == PIXELS[0, 0], np.nan, PIXELS.astype(float))),
        "words": frame(PIXELS.astype(str).astype(object), LABELS).replace("0", "none"),
        "no labels": frame().rename(columns={"class": "kind"}),
    }[name]


@pytest.mark.parametrize(
    "name, reason",
    [
        ("one pixel", "OpenML holds other images or labels than Tiny"),
        ("another order", "OpenML has the rows of Tiny in another order, so that the official split is lost"),
        ("too few columns", "OpenML has a table of 80 × 15 pixels, where 80 × 16 were wanted"),
        ("too few rows", "OpenML has a table of 79 × 16 pixels, where 80 × 16 were wanted"),
        ("other labels", "OpenML failed (ValueError: it has a label 'shoe' that is no class)"),
        ("labels from 1", "OpenML failed (ValueError: it has a label '10' that is no class)"),
        ("fractions", "OpenML failed (ValueError: it has pixels that are no whole numbers from 0 to 255)"),
        ("missing", "OpenML failed (ValueError: it has pixels that are no whole numbers from 0 to 255)"),
        ("words", "OpenML failed (ValueError: it has pixels that are no numbers)"),
        ("no labels", "OpenML failed (ValueError: it has no column of labels 'class')"),
    ],
)
def test_a_server_that_lies_is_named_and_the_next_source_is_tried(name, reason, tmp_path, empty_cache, here):
    with serving(parquet=as_parquet(lie(name), tmp_path)) as server, pytest.warns(data.DataWarning) as caught:
        with pytest.raises(
            Unavailable,
            match="Tiny was not loaded: the cache holds no Tiny; OpenML .*; the Keras mirror cannot be reached",
        ):
            sources.find(TINY, "auto", server=f"{server.home}/api/v1/xml")
    assert next(str(warning.message) for warning in caught).startswith(f"Tiny: {reason}")
    assert str(caught[0].message).endswith("next comes the Keras mirror.")
    assert kept(empty_cache) == []


def test_a_file_that_is_no_parquet(empty_cache, here):
    with serving(parquet=b"<html>down for maintenance</html>") as server:
        with pytest.raises(Unavailable, match="Tiny was not loaded: OpenML failed"):
            find(server)
    assert kept(empty_cache) == []


def test_an_arff_that_is_not_what_its_checksum_says(empty_cache, here):
    with serving(
        arff=as_arff(frame()), behave=lambda handler, content: handler.wfile.write(content[:-2] + b"9\n")
    ) as server:
        with pytest.raises(Unavailable, match="OpenML failed .OpenMLHashException"):
            find(server)
    assert kept(empty_cache) == []


def test_a_number_that_the_server_does_not_know(empty_cache, here):
    with serving(parquet=b"") as server:
        with pytest.raises(Unavailable, match="OpenML failed"):
            find(server, entry=replace(TINY, openml_id=1))
    assert kept(empty_cache) == []


def test_a_truncated_answer_ends_in_the_sample(tmp_path, empty_cache):
    def half(handler, content):
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        handler.connection.close()

    with serving(parquet=as_parquet(frame(), tmp_path), behave=half) as server:
        images, used, said = find(server, "auto", with_sample())
    assert used == "sample" and len(images.y_train) == 8000
    assert said[0].startswith("Fashion-MNIST: OpenML failed (") and said[0].endswith("next comes the Keras mirror.")
    assert said[1].startswith(
        "Fashion-MNIST: the Keras mirror cannot be reached (127.0.0.1: Connection refused); next comes the embedded"
    )
    assert "the embedded sample is used, 10,000 of the 70,000 images (8,000 for training, 2,000 for testing)" in said[2]
    assert len(said) == 3 and kept(empty_cache) == []
