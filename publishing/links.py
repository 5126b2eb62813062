"""Links within the lecture: each anchor and numbered formula has an address, and every link leads to one."""

from difflib import get_close_matches

from publishing.equations import label_formulas, targets
from publishing.errors import BookError
from publishing.outline import by_section


def check_links(notebooks):
    """See that every link to a place in the lecture has its place.

    Parameters
    ----------
    notebooks : mapping of str to notebook
        Each by the name of its source, without its suffix.

    Raises
    ------
    BookError
        If a cell links to an anchor or formula that no notebook has; the sentence names the cell.
    """
    places, links = set(), []
    for name, notebook in notebooks.items():
        labelled = with_labels(notebook, places)
        links += [
            (name, heading, target)
            for _, heading, cell in by_section(labelled)
            if cell.cell_type == "markdown"
            for target in targets(cell.source)
        ]
    for name, heading, target in links:
        if target not in places:
            thing = "a formula" if target.startswith("eq-") else "a place"
            near = ", ".join(get_close_matches(target, sorted(places))) or "none is like it"
            raise BookError(
                f'{name}.py: the cell under "{heading}" links to #{target},'
                f" {thing} that no notebook has (near: {near})."
            )


def with_labels(notebook, places):
    """Return a copy of a notebook with its formulas labelled; add anchors and labels to the set ``places``."""
    copy = notebook.copy()
    copy.cells = [cell.copy() for cell in notebook.cells]
    for anchor, cell, text, labels in _labelled(copy):
        cell.source = text
        places.update([anchor, *labels])
    return copy


def slide_addresses(notebooks, here):
    """Return where in the decks each anchor and each numbered formula is, as seen from the deck of ``here``.

    Parameters
    ----------
    notebooks : mapping of str to notebook
    here : str
        The name of one of them.

    Returns
    -------
    dict of str to str
        A formula is found on the slide of its anchor: ``{"adam": "#/adam", "eq-adam": "#/adam", …}``.
    """
    found = {}
    for name, notebook in notebooks.items():
        deck = "" if name == here else f"{name}.html"
        for anchor, _, _, labels in _labelled(notebook):
            found |= dict.fromkeys([anchor, *labels], f"{deck}#/{anchor}")
    return found


def places_under_anchors(notebook):
    """Return what a page calls the places of a notebook: of each anchor a list of it and its numbered formulas."""
    found = {}
    for anchor, _, _, labels in _labelled(notebook):
        found.setdefault(anchor, [anchor]).extend(f"equation-{label}" for label in labels)
    return found


def _labelled(notebook):
    """Yield (anchor, cell, its text with labels, these labels) of each markdown cell that stands under an anchor."""
    counts = {}
    for anchor, _, cell in by_section(notebook):
        if anchor and cell.cell_type == "markdown":
            text, labels = label_formulas(cell.source, anchor, counts.get(anchor, 0))
            counts[anchor] = counts.get(anchor, 0) + len(labels)
            yield anchor, cell, text, labels
