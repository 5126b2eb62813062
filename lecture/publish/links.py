"""Links between places in the lecture: every anchor and every numbered formula has an address, and no link leads nowhere."""

from difflib import get_close_matches

from lecture.publish.equations import label_formulas, targets
from lecture.publish.errors import BookError
from lecture.publish.outline import by_section


def check_links(notebooks):
    """See that every link to a place in the lecture has its place.

    Parameters
    ----------
    notebooks : mapping of str to notebook
        Each by the name of its source, without ending.

    Raises
    ------
    BookError
        If a cell links to an anchor or formula that no notebook has; the sentence names the cell.
    """
    places, links = set(), []
    for name, notebook in notebooks.items():
        labelled = with_labels(notebook, places)
        links += [(name, heading, target) for _, heading, cell in by_section(labelled) if cell.cell_type == "markdown" for target in targets(cell.source)]
    for name, heading, target in links:
        if target not in places:
            thing = "a formula" if target.startswith("eq-") else "a place"
            near = ", ".join(get_close_matches(target, sorted(places))) or "none is like it"
            raise BookError(f'{name}.py: the cell under "{heading}" links to #{target}, {thing} that no notebook has (near: {near}).')


def with_labels(notebook, places):
    """Return a copy of a notebook with its formulas labelled; its anchors and these labels are added to the set ``places``."""
    copy = notebook.copy()
    copy.cells = [cell.copy() for cell in notebook.cells]
    counts = {}
    for anchor, _, cell in by_section(copy):
        if not anchor or cell.cell_type != "markdown":
            continue
        cell.source, labels = label_formulas(cell.source, anchor, counts.get(anchor, 0))
        counts[anchor] = counts.get(anchor, 0) + len(labels)
        places.update([anchor, *labels])
    return copy
