"""How a built book's pictures are loaded: files beside the pages, asked for when they come into view."""

import base64
import hashlib
import io
import re

import numpy as np
import pytest
from conftest import watch
from PIL import Image

from publishing import loading


def _picture(number, kind):
    """A picture of 60 × 40 pixels as bytes, each number another one."""
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(number).integers(0, 256, (40, 60, 3), dtype=np.uint8)).save(buffer, kind)
    return buffer.getvalue()


def _tag(content, kind, rest):
    return f'<img src="data:image/{kind};base64,{base64.b64encode(content).decode()}" {rest}>'


@pytest.fixture
def html(tmp_path):
    """A built book of a few pages; one picture of the gallery is a chapter's figure, which Sphinx has written."""
    figure = _picture(0, "png")
    name = f"{hashlib.sha256(figure).hexdigest()}.png"
    for folder in ("_images", "notebooks", "_static"):
        (tmp_path / folder).mkdir()
    (tmp_path / "_images" / name).write_bytes(figure)
    tall = '<div style="height: 4000px"></div>'
    pictures = [
        _tag(_picture(number, "png"), "png", f'alt="Picture {number}, &lt;not&gt; far."') for number in range(3)
    ]
    frame = _tag(_picture(3, "webp"), "webp", 'alt="A frame." width="40" height="27"')
    (tmp_path / "gallery.html").write_text(f"<!doctype html><body>{tall.join([*pictures, frame])}<p id=end></p></body>")
    chapter = f'<img alt="A figure." src="../_images/{name}" style="width: 30px; height: 20px;" />{frame}'
    (tmp_path / "notebooks" / "01.html").write_text(
        f'<!doctype html><body>{chapter}<img src="../_static/logo.png"></body>'
    )
    (tmp_path / "words.html").write_text('<p>&lt;img src="data:image/png;base64,AAAA"&gt;</p>')
    return tmp_path


def _images(page):
    return re.findall(r"<img [^>]*>", page.read_text())


def test_pictures_become_files_that_are_there_once_and_keep_their_bytes_and_text(html):
    loading.pictures_late(html)
    tags = _images(html / "gallery.html")
    kinds = ["png", "png", "png", "webp"]
    for number, (tag, kind) in enumerate(zip(tags, kinds, strict=True)):
        source = re.search(r'src="(_images/[0-9a-f]{64}\.\w+)"', tag)[1]
        assert (html / source).read_bytes() == _picture(number, kind) and source.endswith(kind)
        assert 'loading="lazy"' in tag
    assert [re.search('alt="([^"]*)"', tag)[1] for tag in tags] == [
        *(f"Picture {number}, &lt;not&gt; far." for number in range(3)),
        "A frame.",
    ]
    assert 'width="60" height="40"' in tags[0] and tags[3].count("width=") == 1
    assert len(list((html / "_images").iterdir())) == 4


def test_a_chapters_pictures_wait_too_and_other_images_stay_as_they_are(html):
    before = (html / "words.html").read_text()
    loading.pictures_late(html)
    figure, frame, logo = _images(html / "notebooks" / "01.html")
    assert figure.startswith('<img loading="lazy" width="60" height="40" alt="A figure."') and figure.endswith(
        'style="width: 30px; height: 20px;" />'
    )
    assert re.search(r'src="\.\./_images/[0-9a-f]{64}\.webp"', frame) and 'loading="lazy"' in frame
    assert logo == '<img src="../_static/logo.png">'
    assert (html / "words.html").read_text() == before


def test_a_picture_far_below_is_asked_for_when_it_is_scrolled_to_and_nothing_moves(html, browser):
    loading.pictures_late(html)
    context = browser.new_context(offline=True, viewport={"width": 800, "height": 600})
    page = context.new_page()
    asked, complaints = watch(page)
    files = []
    page.on("request", lambda request: request.url.startswith("file:") and files.append(request.url))
    page.goto((html / "gallery.html").as_uri())
    page.wait_for_timeout(300)
    first, *_, last = page.eval_on_selector_all("img", "all => all.map(it => it.src)")
    end = "document.getElementById('end').getBoundingClientRect().top + scrollY"
    before = page.evaluate(end)
    assert first in files and last not in files
    page.evaluate("document.getElementById('end').scrollIntoView()")
    page.wait_for_function("document.images[3].complete && document.images[3].naturalWidth === 60")
    assert last in files and page.evaluate(end) == before
    context.close()
    assert asked == complaints == []
