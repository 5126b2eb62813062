"""The gallery of the book: each figure and explorer once, with its line and a link that opens it."""

import nbformat.v4 as new

from publishing import gallery

FRAME = (
    '<div class="lecture-explorer" data-explorer="net" data-state="explorer=net&amp;n_layers=2" style="margin: 1em 0">'
    '\n<img src="data:image/webp;base64,AAAA" alt="A net.">'
)


def _notebook():
    picture = new.new_output("display_data", {"image/png": "QUJD\n"}, metadata={"alt": "A <curve>."})
    live = new.new_output("display_data", {"image/png": "REVG"}, metadata={"image/png": {"alt": "A plot."}})
    explorer = new.new_output("execute_result", {"text/html": FRAME, "text/plain": "Page"})
    text = new.new_output("stream", name="stdout", text="no picture")
    return new.new_notebook(
        cells=[
            new.new_markdown_cell("# Nets", metadata={"anchor": "overview"}),
            new.new_code_cell("x = 1\nplots.plot_curve(x < 2);\nplt.show()\ny = 2\nprint(y)", outputs=[picture, text]),
            new.new_markdown_cell("## More", metadata={"anchor": "more-layers"}),
            new.new_code_cell(
                "def net(n_layers=2):\n    return 1\n\n\nexplore(net,\n        n_layers=(0, 6))", outputs=[explorer]
            ),
            new.new_code_cell("print(1)", outputs=[text]),
            new.new_code_cell("%magic", outputs=[live]),
        ]
    )


def test_each_figure_stands_there_once_in_order_with_its_line_and_a_link():
    page = gallery.page({"01_nets": _notebook()})
    assert page.startswith("# Gallery") and "\n## Nets\n" in page
    first, second, third = page.split("<figure")[1:]
    assert 'src="data:image/png;base64,QUJD" alt="A &lt;curve&gt;."' in first
    assert (
        'href="notebooks/01_nets.html#overview"' in first
        and "<figcaption>Nets<br><code>plots.plot_curve(x &lt; 2)</code>" in first
    )
    assert 'href="notebooks/01_nets.html?explorer=net&amp;n_layers=2#more-layers"' in second
    assert 'alt="A net."' in second and "More<br><code>explore(net, n_layers=(0, 6))</code>" in second
    assert 'alt="A plot."' in third and "<figcaption>More</figcaption>" in third


def test_a_notebook_without_figures_has_no_heading():
    assert "##" not in gallery.page({"01_nets": new.new_notebook(cells=[new.new_markdown_cell("# Words")])})


def test_what_an_explorer_says_of_itself_is_what_the_gallery_reads():
    from lecture.explore import explore
    from lecture.plots import plot_activation

    page = explore(plot_activation, live=False, name=["relu", "tanh"])
    image, state = gallery._first_frame(new.new_output("execute_result", {"text/html": page.html}), "01_nets.py")
    assert image.startswith('<img src="data:image/webp') and state == "explorer=plot_activation&name=relu"


def test_a_caption_has_no_code_that_does_not_draw_and_none_that_is_long():
    assert gallery._caption("A & b", "network.fit(X, y)\nplots.describe(ax, 'Curves.')") == "A &amp; b"
    shown = gallery._caption("Sums", f"plots.plot_curve({', '.join(['number'] * 40)})")
    assert shown.startswith("Sums<br><code>plots.plot_curve(number, ") and shown.endswith(" …</code>")
    assert len(shown) < 120
