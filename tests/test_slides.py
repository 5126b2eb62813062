"""The slides of a notebook: what stands on them, what only the speaker sees, and that a deck is one file."""

import re

import nbformat.v4 as new
import pytest
from conftest import ROOT

from publishing import browser_files, execute, notebooks, slides
from publishing.build import build
from publishing.errors import BookError
from publishing.markup import blocks

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def _text(source, anchor=None, tags=()):
    return new.new_markdown_cell(source, metadata={"tags": list(tags)} | ({"anchor": anchor} if anchor else {}))


def _code(source, *outputs, tags=()):
    return new.new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def _printed(text):
    return new.new_output("stream", name="stdout", text=text)


def _picture(alt="A pixel."):
    return new.new_output(
        "display_data", {"image/png": PIXEL, "text/plain": "<Figure>"}, metadata={"alt": alt} if alt else {}
    )


def _notebook(*cells):
    return new.new_notebook(cells=[_text("# Nets\n\nAll about nets.", "overview"), *cells])


def _deck(*cells, **more):
    return slides.columns(_notebook(*cells), **more)


def _kinds(deck):
    return [[slide.kind for slide in column] for column in deck]


def test_headings_start_columns_and_outputs_stand_below():
    deck = _deck(
        _text("## Sums\n\n*About 4 minutes.*\n\nAdd.\n\n*Predict first: how many?*", "sums"),
        _code("secret = 1\nplot()", _picture("Before.")),
        _code("plot()", _picture(), tags=["slide-code"]),
        _code("nothing = 1"),
        _text("### Deeper\n\nMore.", "deeper"),
        _text("## Products"),
    )
    assert _kinds(deck) == [["title"], ["section", "output", "output", "part"], ["section"]]
    first, before, drawn, part = deck[1]
    assert (first.heading, first.anchor) == ("Sums", "sums") and "Add." in first.blocks[0]
    assert "<strong>Predict first:</strong> how many?" in first.blocks[1] and 'class="asked"' in first.blocks[1]
    assert "About 4 minutes." in first.notes[0] and not any("minutes" in block for block in first.blocks)
    assert 'alt="Before."' in before.blocks[0] and before.heading == "Sums"
    assert "plot" in drawn.blocks[0] and 'alt="A pixel."' in drawn.blocks[1] and "secret" not in str(deck)
    assert (part.heading, part.anchor) == ("Deeper", "deeper")


def test_text_without_a_heading_is_for_the_speaker_but_for_questions_and_conclusions():
    answer = (
        "<details><summary>Answer</summary>\n\nTwo, *not* three: $a<b$.\n\n</details>\n\nRead it so.\n\n"
        "*Predict first: and now?*\n\n**Learnt:** it adds up."
    )
    deck = _deck(_text("## Sums", "sums"), _code("print(2)", _printed("2")), _text(answer))
    assert _kinds(deck)[1] == ["section", "output", "question", "learnt"]
    _, output, question, learnt = deck[1]
    assert output.blocks[1:] == [
        '<div class="answer fragment"><p>Two, <em>not</em> three: <span class="math">\\(a&lt;b\\)</span>.</p></div>'
    ]
    folded, read = output.notes
    assert folded.startswith("<details open><summary>Answer</summary>") and folded.rstrip().endswith("</details>")
    assert "<em>not</em>" in folded and r"\(a&lt;b\)" in folded and "Read it so." in read
    assert "and now?" in question.blocks[0] and "it adds up." in learnt.blocks[0] and not question.notes


def test_the_choices_stand_below_their_question():
    choices = "- **a** four\n- **b** $5$\n- **c** ten"
    deck = _deck(
        _text(f"## Sums\n\nAdd.\n\n*Predict first: how many?*\n\n{choices}", "sums"),
        _code("print(2)", _printed("2")),
        _text(f"Read it so.\n\n*Predict first: and now?*\n\n{choices}"),
    )
    assert _kinds(deck)[1] == ["section", "output", "question"]
    for asked in (deck[1][0].blocks[1], deck[1][2].blocks[0]):
        assert asked.count("<div") == asked.count("</div>") == 1 and asked.endswith("</ul>\n</div>")
        assert asked.index("?</em>") < asked.index("<li><strong>a</strong> four</li>") and r"\(5\)" in asked
    assert deck[1][1].notes == ["<p>Read it so.</p>\n"]


def test_what_was_learnt_comes_below_what_shows_it():
    cells = (_text("## Sums\n\n*Predict first: how many?*", "sums"), _code("plot()", _picture()))
    deck = _deck(
        *cells, _text("<details><summary>Answer</summary>\n\nTwo.\n\nSee.\n\n</details>\n\n**Learnt:** it adds.")
    )
    assert _kinds(deck)[1] == ["section", "output"]
    _, answer, learnt = deck[1][1].blocks
    assert answer == '<div class="answer fragment"><p>Two.</p></div>' and "See." in deck[1][1].notes[0]
    assert learnt.startswith('<div class="learnt fragment"><p><strong>Learnt:</strong> it adds.</p>')


def test_a_printed_line_stands_with_its_neighbour_but_after_no_answer():
    line, figure = _code("print(2)", _printed("2")), _code("plot()", _picture())
    other = _code("plot()", _picture())
    long = _code("print()", _printed("\n".join("abcdef")))
    for cells, sizes in (
        ((line, figure), [2]),
        ((figure, line), [2]),
        ((figure, other), [1, 1]),
        ((figure, long), [1, 1]),
    ):
        assert [len(slide.blocks) for slide in _deck(_text("## Sums"), *cells)[1][1:]] == sizes
    answer = _text("<details><summary>Answer</summary>\n\nTwo.\n\n</details>")
    assert [len(it.blocks) for it in _deck(_text("## Sums"), line, answer, figure)[1][1:]] == [2, 1]
    asked = _deck(_text("## Sums"), figure, _text("*Predict first: and?*"), line)
    assert _kinds(asked)[1] == ["section", "output", "question", "output"]


def test_references_are_for_the_speaker():
    (slide,) = _deck(_text("## References\n\n- Ada (1843). *Notes*.", "references"))[1]
    assert slide.anchor == "references" and "Notes" in slide.notes[0] and "Notes" not in "".join(slide.blocks)


def test_what_a_chapter_is_run_with_is_for_the_speaker():
    deck = _deck(_code("import x", _printed("Keras 3.1")), _code("plot()", _picture()))
    assert _kinds(deck) == [["title", "output"]] and "Keras 3.1" in deck[0][0].notes[0]


def test_a_cell_that_is_tagged_for_slides_leads_to_what_comes_below_it():
    deck = _deck(
        _text("## Sums", "sums"),
        _text("**Like this**: add.", tags=["slide"]),
        _code("print(2)", _printed("2")),
        _code("print(3)", _printed("3")),
    )
    assert [len(slide.blocks) for slide in deck[1]] == [0, 3]
    assert "Like this" in deck[1][1].blocks[0] and ">2<" in deck[1][1].blocks[1]
    asked = _deck(
        _text("## Sums", "sums"),
        _text("Add.\n\n*Predict first: how many?*", tags=["slide"]),
        _code("print(2)", _printed("2")),
    )
    assert _kinds(asked)[1] == ["section", "question", "output"] and "Add." in asked[1][1].blocks[0]


def test_exercises_are_a_list_and_what_they_ask_goes_to_the_speaker():
    def exercise(title, answer):
        return (
            _text(f"### Exercise: {title}\n\nCount.", tags=["exercise"]),
            _code("x = ...\nexercises.check('add', x)", _printed("Not answered yet."), tags=["exercise"]),
            _code(f"# @title Solution\nexercises.check('add', {answer})", _printed("Right."), tags=["solution"]),
        )

    deck = _deck(
        _text("## Exercises: sums\n\nAnswer."),
        *exercise("add", "1 + 41"),
        *exercise("take *away*", "43 - 1"),
        _code("set_up()", _printed("colab"), tags=["colab", "remove-cell"]),
    )
    assert _kinds(deck)[1] == ["section"]
    (slide,) = deck[1]
    assert slide.blocks[1] == '<ol class="exercises"><li>Add</li><li>Take <em>away</em></li></ol>'
    notes = re.sub("<[^>]+>", "", "".join(slide.notes))
    assert all(word in notes for word in ("Count.", "x = ...", "1 + 41", "43 - 1"))
    assert not any(word in str(slide.blocks) for word in ("Not answered", "41", "Right", "colab", "@title"))
    within = _deck(_text("## Sums", "sums"), _code("plot()", _picture()), *exercise("add", "1"), *exercise("take", "2"))
    assert _kinds(within)[1] == ["section", "output", "exercises"] and within[1][2].blocks[1].count("<li>") == 2
    cut = _deck(_text("## Exercises: sums"), *exercise("add", "1"), _code("plot()", _picture()), *exercise("take", "2"))
    assert cut[1][1].blocks[-1] == '<ol class="exercises" start="2"><li>Take</li></ol>'


def _parted():
    cells = [
        _text("# Nets\n\nAll about nets.", "overview"),
        _text("## Sums\n\n*About 9 minutes.*", "sums"),
        _text("## Products", "products"),
        _text("## Ends", "ends"),
    ]
    for cell, part in zip(cells, ("Counting", None, "A & B", "Ends")):
        if part:
            cell.metadata["part"] = part
    return new.new_notebook(cells=cells)


def test_each_part_is_a_deck_that_names_its_chapter_and_its_neighbours():
    more = new.new_notebook(cells=[_text("# Nets"), _text("## More\n\nAs [in sums](#sums).", "more")])
    made = slides.decks({"01_nets": _parted(), "02_more": more})
    assert list(made) == ["01_nets", "01_nets_2", "01_nets_3", "02_more"]
    shown = {name: text.partition('<div class="slides">')[2].partition("<script")[0] for name, text in made.items()}
    assert "<title>Nets: A &amp; B</title>" in made["01_nets_2"] and "<title>Nets</title>" in made["02_more"]
    for number, (name, links) in enumerate(
        {
            "01_nets": ["Next: 01_nets_2"],
            "01_nets_2": ["Before: 01_nets", "Next: 01_nets_3"],
            "01_nets_3": ["Before: 01_nets_2", "Next: 02_more"],
        }.items(),
        1,
    ):
        title = shown[name].partition("</section>")[0]
        assert f"Nets, part {number} of 3" in title
        assert [
            f"{word}: {deck}" for word, deck in re.findall(r'(Before|Next): <a href="([^"]+)\.html"', title)
        ] == links
        end = shown[name].split("<section ")[-1]
        following = [link.removeprefix("Next: ") for link in links if link.startswith("Next")]
        assert "In short</h2>" in end and re.findall(r'Next: <a href="([^"]+)\.html"', end) == following
    assert 'Next: <a href="02_more.html">Nets</a>' in shown["01_nets_3"]
    assert "A &amp; B</h1>" in shown["01_nets_2"] and 'href="#/products"' in shown["01_nets_2"]
    assert 'href="01_nets.html#/sums"' in shown["02_more"] and 'id="products"' not in shown["01_nets"]


def test_a_deck_begins_with_its_part_and_ends_with_what_was_learnt():
    part = _parted()
    part.cells[2:] = [
        _text("## Part 2: a & b\n\nOf two things.\n\nRead what is in small print.", "part-2"),
        _text("## Products\n\n**Learnt:** a product is many sums.", "products"),
        _text("## References\n\n- Ada (1843). *Notes*.", "references"),
    ]
    part.cells[2].metadata["part"] = "A & B"
    made = slides.decks({"01_nets": part})["01_nets_2"].partition('<div class="slides">')[2].partition("<script")[0]
    title, products, end = made.split("<section ")[1:]
    assert 'id="part-2"' in title and title.count("A &amp; B</h1>") == 1
    assert (
        "<p>Of two things.</p>" in title
        and "in small print" not in title.partition("<aside")[0]
        and "in small print" in title.partition("<aside")[2]
    )
    assert re.findall('href="#/([^"]+)"', title) == ["products"] and 'class="section"' in products
    assert "<ul><li>A product is many sums.</li></ul>" in end and 'id="references"' in end
    assert "Ada (1843)" in end.partition("<aside")[2] and "Ada (1843)" not in end.partition("<aside")[0]


def test_what_comes_first_in_a_later_part_is_shown():
    part = _parted()
    part.cells.insert(3, _code("print(2)", _printed("two\n")))  # below the section that begins part 2
    shown = slides.decks({"01_nets": part})["01_nets_2"].partition('<div class="slides">')[2]
    assert '<pre class="printed">two</pre>' in shown.partition("<aside")[0].partition("<script")[0]


def test_code_that_gives_nothing_out_leads_to_what_comes_of_it():
    first, second = (_code(text, *given, tags=["slide-code"]) for text, given in (("a = 1", ()), ("a", (_picture(),))))
    deck = _deck(_text("## Sums", "sums"), first, second, _code("b = 1", tags=["slide-code"]))
    assert [len(slide.blocks) for slide in deck[1]] == [0, 3, 1]


def test_outputs_are_safe_and_explorers_whole():
    explorer = '<div class="lecture-explorer" data-explorer="net"><img alt="A net."></div>'
    deck = _deck(
        _text("## Sums"),
        _code(
            "a",
            _printed("\x1b[31m<b>\x1b[0m & c\n"),
            new.new_output("execute_result", {"text/html": explorer, "text/plain": "Page"}),
        ),
        _code("b", _printed("  \n"), new.new_output("execute_result", {"text/plain": "x < 1"})),
        _code("c", new.new_output("execute_result", {"text/markdown": "It *grows*.", "text/plain": "It grows."})),
    )
    assert deck[1][1].blocks == [
        '<pre class="printed">&lt;b&gt; &amp; c</pre>',
        f'<div class="explorer">{explorer}</div>',
        '<pre class="printed">x &lt; 1</pre>',
        "<p>It <em>grows</em>.</p>\n",
    ]


def test_numbers_that_decide_go_to_the_speaker_and_a_long_table_shows_its_first_rows():
    said = "It grows. <small>(gain: 0.03, 4 runs; the claim is at least 0.01)</small>"
    table = "<table><thead><tr><th>n</th></tr></thead><tbody>{}</tbody></table>"
    short, long = (table.format("".join(f"<tr><td>{n}</td></tr>" for n in range(count))) for count in (12, 30))
    cells = (
        new.new_output("execute_result", {kind: text, "text/plain": ""})
        for kind, text in (("text/markdown", said), ("text/html", short), ("text/html", long))
    )
    deck = _deck(_text("## Sums"), *(_code("a", output) for output in cells))
    _, first, last = deck[1]
    assert first.blocks[0] == "<p>It grows.</p>\n" and "the claim is" in "".join(first.notes)
    assert first.blocks[1] == f'<div class="made">{short}</div>'
    assert (
        last.blocks[0].count("<td>") == 6 and "6 of 30 rows" in last.blocks[0] and "</tbody></table>" in last.blocks[0]
    )


def test_of_a_long_print_the_first_lines_are_shown():
    for count, shown in ((40, 40), (41, 21)):
        text = "\n".join(f"line {n}" for n in range(count))
        (block,) = _deck(_text("## Sums"), _code("a", _printed(text)))[1][1].blocks
        assert block.count("\n") + 1 == shown and ("20 of 41 lines" in block) is (count == 41)
        listing = new.new_output("display_data", {"text/markdown": f"```python\n{text}\n```", "text/plain": ""})
        (block,) = _deck(_text("## Sums"), _code("a", listing))[1][1].blocks
        assert block.count("line ") + block.count("lines;") == shown


def test_a_figure_without_alternative_text_is_refused():
    with pytest.raises(BookError, match="01_nets.py: a figure has no alternative text"):
        slides.decks({"01_nets": _notebook(_code("plot()", _picture(alt="")))})


def test_links_lead_to_slides_of_this_deck_and_of_the_others():
    first = _notebook(
        _text(
            "## Sums\n\nSee [products](#products), [here](#sums), [the rule](#eq-products-2),"
            " [a paper](https://example.org).\n\n$$a = 1$$",
            "sums",
        )
    )
    other = _notebook(_text("## Products\n\n$$b = 1$$", "products"), _text("Then:\n\n$$c = 2$$"))
    other.cells[0].metadata["anchor"] = "more"
    made = slides.decks({"01_nets": first, "02_more": other})
    links = re.findall(
        r'<a href="([^"]+)"([^>]*)>', made["01_nets"].partition('<div class="slides">')[2].partition("<script")[0]
    )
    assert [target for target, _ in links] == [
        "02_more.html#/products",
        "#/sums",
        "02_more.html#/products",
        "https://example.org",
    ]
    assert 'target="_blank"' in links[-1][1] and not links[0][1]
    first.cells[1].source += "\n\n[lost](#nowhere)"
    with pytest.raises(BookError, match='the cell under "Sums" links to #nowhere'):
        slides.decks({"01_nets": first, "02_more": other})


def test_no_slide_shows_a_question_with_what_answers_it():
    for source in notebooks.sources(ROOT / "notebooks"):
        notebook = notebooks.from_source(source)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [_printed("shown")]
        for column in slides.columns(notebook, source.stem):
            assert not any(
                "Predict first:" in "".join(slide.blocks) and "shown" in "".join(slide.blocks) for slide in column
            )


def test_every_section_of_the_lecture_is_a_slide_with_its_address():
    for source in notebooks.sources(ROOT / "notebooks"):
        notebook = notebooks.from_source(source)
        deck = slides.columns(notebook, source.stem)
        anchors = [slide.anchor for column in deck for slide in column if slide.anchor]
        assert anchors == [cell.metadata["anchor"] for cell in notebook.cells if "anchor" in cell.metadata]
        assert len(set(anchors)) == len(anchors)
        assert deck[0][0].kind == "title" and all(column[0].kind == "section" for column in deck[1:])
        questions = sum(cell.source.count("*Predict first:") for cell in notebook.cells if cell.cell_type == "markdown")
        assert (
            sum(block.count("Predict first:") for column in deck for slide in column for block in slide.blocks)
            == questions
        )
        assert not any("<details" in block for column in deck for slide in column for block in slide.blocks), (
            "answers are not given away"
        )


def test_a_deck_is_one_file_that_asks_for_nothing():
    text = slides.decks(
        {"01_nets": _notebook(_text("## Sums\n\n$$a = 1$$\n\n</script>", "sums"), _code("plot()", _picture()))}
    )["01_nets"]
    assert text.startswith("<!doctype html>") and "<title>Nets</title>" in text and 'id="sums"' in text
    assert not re.findall(
        r"<(?:link|iframe)\b|<script[^>]+src=|<img[^>]+src=\"(?!data:)|@import|url\((?!data:)",
        re.sub(r"(?s)<script>.*?</script>", "", text),
    )
    assert "plot" not in text.partition('<div class="slides">')[2].partition("<script")[0], (
        "only code with the tag slide-code is shown"
    )


@pytest.mark.parametrize(
    "text, kinds",
    [
        ("# A\n\nb\n\n- c\n- d", ["heading", "text", "text"]),
        ("<details>\n<summary>x</summary>\n\na\n\n- b\n\n</details>\n\nc", ["details", "text"]),
        ("*About 1 minute.*\n\n*Predict first: a\nb?*\n\n**Learnt:** c", ["minutes", "question", "learnt"]),
        ("*Predict first: a?*\n\n- **a** b\n- **b** c", ["question"]),
        ("| a | b |\n| - | - |\n| 1 | 2 |", ["text"]),
        ("", []),
    ],
)
def test_a_cell_is_parted_into_blocks(text, kinds):
    assert [block.kind for block in blocks(text, {})] == kinds


@pytest.mark.parametrize(
    "formula", ["$a_1 * b_2 * c$", "$$a_1 * b_2$$", "text $x < y$ and $z > 1$", "$$\na &= b \\\\\nc &= d\n$$"]
)
def test_markup_leaves_formulas_as_they_are(formula):
    shown = "".join(block.html for block in blocks(formula, {}))
    assert "<em>" not in shown and "$" not in shown
    wanted = [part.strip() for part in re.split(r"\$\$?", formula)[1::2]]
    found = [part.strip() for part in re.findall(r"\\[([](.*?)\\[)\]]", shown, re.DOTALL)]
    assert [part.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for part in found] == wanted


def test_a_missing_browser_file_is_one_sentence(monkeypatch):
    with pytest.raises(BookError, match=r"^a.js, .* is in the package no-such-package, which is not installed: pip "):
        browser_files._folder("no-such-package", "a.js")
    with pytest.raises(
        BookError, match=r"^no-such.js, a file for browsers, is missing from the package pytest: .*brings it back\.$"
    ):
        browser_files._folder("pytest", "no-such.js")


def _checkout(tmp_path, source):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "preamble.py").write_text("")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "_toc.yml").write_text("chapters:\n  - file: notebooks/01_small\n")
    (tmp_path / "notebooks" / "01_small.py").write_text(source)
    return tmp_path


def test_decks_are_written_whole_or_stay_as_they_were(tmp_path):
    checkout = _checkout(tmp_path, '# %% [markdown] anchor="a"\n# # Small\n\n# %%\nprint(6 * 7)\n')
    said = []
    deck = build(slides.assemble, checkout, environment={"LECTURE_MODE": "short"}, say=said.append) / "01_small.html"
    assert (
        deck == tmp_path / "_build" / "slides" / "01_small.html" and '<pre class="printed">42</pre>' in deck.read_text()
    )
    assert said[0].startswith("01_small: ran in") and said[1].startswith("01_small.html: ")
    before = deck.read_bytes()
    (checkout / "notebooks" / "01_small.py").write_text("# %% [markdown]\n# # Small\n# [lost](#lost)\n")
    with pytest.raises(BookError, match="#lost"):
        build(slides.assemble, checkout, environment={"LECTURE_MODE": "short"}, say=said.append)
    (checkout / "notebooks" / "01_small.py").write_text("# %%\n1 / 0\n")
    with pytest.raises(execute.NotebookError, match="ZeroDivisionError"):
        build(slides.assemble, checkout, environment={"LECTURE_MODE": "short"}, say=said.append)
    assert deck.read_bytes() == before and [file.name for file in deck.parent.iterdir()] == ["01_small.html"]


def test_an_unwritable_folder_is_said_before_any_notebook_runs(tmp_path):
    checkout = _checkout(tmp_path, "# %%\nopen('ran', 'w')\n")
    (tmp_path / "_build").write_text("a file where the folder should be")
    with pytest.raises(
        ValueError, match=rf"^nothing can be written in {re.escape(str(tmp_path))}/_build: Not a directory\.$"
    ):
        build(slides.assemble, checkout, environment={})
    assert not (tmp_path / "notebooks" / "ran").exists()


def test_what_the_page_folds_is_on_no_slide():
    folded = new.new_output("execute_result", {"text/html": "<details><summary>All</summary><table/></details>"})
    (column,) = _deck(_text("## Sums"), _code("a", folded))[1:]
    assert "All" not in "".join(block for slide in column for block in slide.blocks)
