"""A table as a browser parses it, and as a terminal shows it."""

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from lecture.tables import Table


class _Cells(HTMLParser):
    """The cells of a table: (tag, scope, style, words)."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.open, self.seen = [], [], []
        self.feed(text)
        self.close()
        assert not self.open, "each tag is closed"

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append([tag, dict(attrs).get("scope"), dict(attrs)["style"], ""])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("th", "td"):
            self.rows[-1][-1][3] += data


TABLE = Table(
    ["optimizer", "below 0.1 at step", "loss", "why"],
    [
        ("sgd", 1234, 0.00717, "it is <small> & steady, whatever the surface does"),
        ("adam", "never", np.float32(12), ""),
    ],
)


def test_a_page_gets_cells_and_headings():
    found = _Cells(TABLE._repr_html_())
    head, *body = found.rows
    assert [(tag, scope, words) for tag, scope, _, words in head] == [("th", "col", name) for name in TABLE.head]
    assert [[words for *_, words in row] for row in body] == [list(row) for row in TABLE.rows]
    assert body[0][3][3] == "it is <small> & steady, whatever the surface does"  # and nothing of it is taken for HTML
    assert [[tag for tag, *_ in row] for row in body] == [["th", "td", "td", "td"]] * 2
    assert {row[0][1] for row in body} == {"row"}


def test_numbers_stand_right_and_words_left():
    found = _Cells(TABLE._repr_html_())
    for row in found.rows:
        sides = [style.split("text-align: ")[1].split(";")[0] for _, _, style, _ in row]
        assert sides == ["left", "right", "right", "left"]
    assert "min-width" in found.rows[1][3][2] and "min-width" not in found.rows[1][0][2]


def test_a_table_scrolls_rather_than_the_page():
    (tag, attributes), *_ = _Cells(TABLE._repr_html_()).seen
    assert tag == "div" and "overflow-x: auto" in attributes["style"]


def test_a_terminal_gets_columns():
    assert str(TABLE).splitlines()[:2] == [
        "optimizer  below 0.1 at step     loss  why",
        "sgd                    1,234  0.00717  it is <small> & steady, whatever the surface does",
    ]
    assert repr(TABLE) == str(TABLE)


@pytest.mark.parametrize(
    ("column", "is_numbers"),
    [
        (["3%", "+0.4%", "−1.5"], True),
        (["0.012 (−0.01 to 0.03)", "2e-7"], True),
        (["7", "never"], True),
        (["7", "never", "never"], False),
        (["784-512-10", "26×26×8"], False),
        (["3·3·1·8 + 8"], False),
        (["", ""], False),
        ([".514", None], True),
    ],
)
def test_a_column_of_numbers_is_known(column, is_numbers):
    assert Table(["name", "x"], [("a", cell) for cell in column]).are_numbers == (False, is_numbers)


def test_a_dataframe_is_shown_without_its_index():
    frame = pd.DataFrame({"what": ["a", "b"], "published": ["0.7", "0.9"], "n": [1000, 2]}, index=[7, 8])
    table = Table.of(frame)
    assert table.head == ("what", "published", "n")
    assert table.rows == (("a", "0.7", "1,000"), ("b", "0.9", "2"))
    assert Table.of(frame[:0]).rows == () and "<tbody>" in Table.of(frame[:0])._repr_html_()


def test_a_truth_is_no_number():
    assert Table(["a", "b"], [("x", True)]).rows == (("x", "True"),)


@pytest.mark.parametrize(
    ("head", "rows", "sentence"),
    [
        ([], [], "head must have the heading of one column or more, got none"),
        (["a", "b"], [(1, 2), (1, 2, 3)], "row 1 must have 2 cells, as the heading has, got 3"),
    ],
)
def test_what_is_no_table_is_refused(head, rows, sentence):
    with pytest.raises(ValueError, match=sentence):
        Table(head, rows)


def test_a_folded_table_opens_at_its_title_and_is_the_same_inside():
    head, rows = ["a", "b"], [["x", 1]]
    shown = Table(head, rows, folded="All <numbers>")._repr_html_()
    inside = Table(head, rows)._repr_html_()
    assert shown == f"<details><summary>All &lt;numbers&gt;</summary>{inside}</details>"
    assert str(Table(head, rows, folded="All")) == str(Table(head, rows))
