"""Display formulas that carry a number in the book, and links in the prose that name it.

A cell holds plain CommonMark and LaTeX. Here a formula that stands in a block of its own gets the label ``eq-<anchor>``
(the first under an anchor), ``eq-<anchor>-2`` (the second) and so on, and a link to such a label becomes a reference
with the formula's number.
"""

import re

# A piece of code, which stays as it is, or a link to a place in the book: its text (which may itself hold brackets) and
# the name of the place.
LINK = re.compile(
    r"(?P<code>^ *```.*?^ *```|`[^`\n]+`)|\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])+)\]\(#(?P<target>[^)\s]+)\)",
    re.DOTALL | re.MULTILINE,
)


def label_formulas(text, anchor, before=0):
    """Label the display formulas of one cell.

    Parameters
    ----------
    text : str
        The cell's CommonMark.
    anchor : str
        Of the section that the cell is in.
    before : int
        How many formulas this section had in earlier cells.

    Returns
    -------
    text : str
        With ``(label)`` after each formula that stands in a block of its own, as MyST has it.
    labels : list of str

    >>> label_formulas("So:\\n\\n$$a = 1$$\\n\\n$$b = 2$$", "sums")
    ('So:\\n\\n$$a = 1$$ (eq-sums)\\n\\n$$b = 2$$ (eq-sums-2)', ['eq-sums', 'eq-sums-2'])
    """
    lines, labels, is_code, is_formula, above = [], [], False, False, ""
    for line in text.split("\n"):
        bare = line.strip()
        if not is_formula and bare.startswith("```"):
            is_code = not is_code
        is_alone = bare.startswith("$$") and ("$$" not in bare[2:] or bare.endswith("$$"))
        opens = is_alone and not is_code and not is_formula and not above
        ends = bare.endswith("$$") and (is_formula or (opens and len(bare) > 3))
        is_formula = (is_formula or opens) and not ends
        if ends:
            number = before + len(labels) + 1
            labels.append(f"eq-{anchor}" if number == 1 else f"eq-{anchor}-{number}")
            line = f"{line.rstrip()} ({labels[-1]})"
        lines.append(line)
        above = bare
    return "\n".join(lines), labels


def number_references(text):
    """Put the number of a formula after the text of each link to one, where the link was: "the rule (1.3)".

    >>> number_references("See [the rule](#eq-sums) of [sums](#sums).")
    'See the rule\\xa0{eq}`eq-sums` of [sums](#sums).'
    """

    def reference(link):
        if link["target"] and link["target"].startswith("eq-"):
            return f"{link['text']}\N{NO-BREAK SPACE}{{eq}}`{link['target']}`"
        return link[0]

    return LINK.sub(reference, text)


def targets(text):
    """Return the places in the book that a cell links to, without their ``#``."""
    return [link["target"] for link in LINK.finditer(text) if link["target"]]
