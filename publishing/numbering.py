"""A Sphinx extension that counts the formulas of a chapter through all of its pages: (1.1) on the first, and on."""

from itertools import count


def setup(app):
    """Register the extension; Sphinx calls this."""
    app.connect("env-get-updated", number_through, priority=900)  # after Sphinx has numbered each page by itself
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def number_through(app, environment):
    """Number the formulas of each numbered page and of those below it: chapter, then a count that runs on."""
    for chapter, sections in environment.toc_secnumbers.items():
        numbers = count(1)
        for page in [chapter, *environment.toctree_includes.get(chapter, ())] if sections.get("") else []:
            formulas = environment.toc_fignumbers.get(page, {}).get("displaymath", {})
            for name in formulas:
                formulas[name] = (*sections[""], next(numbers))
    return []  # no page has to be read again
