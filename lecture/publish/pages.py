"""The parts of the book's pages that are made: in ``book/*.md``, ``<!-- made: NAME -->`` on a line of its own stands for one."""

import html
import re

from lecture.publish import address
from lecture.publish.errors import BookError
from lecture.publish.outline import chapters

MARK = re.compile(r"^<!-- made: ([a-z]+)(?: ([\w-]+))? -->$", re.MULTILINE)
LENGTHS = (45, 90)  # minutes of a session


def fill(text, made, name):
    """Return a page with each mark replaced by what it stands for.

    Parameters
    ----------
    text : str
        The page.
    made : Made
    name : str
        Of the page's file, for the error.

    Raises
    ------
    BookError
        If nothing that is made has that name.
    """
    def part(mark):
        maker = getattr(made, mark[1], None)
        if maker is None:
            raise BookError(f"{name}: nothing that is made is called {mark[1]!r}.")
        try:
            return maker(mark[2]) if mark[2] else maker()
        except LookupError as error:
            raise BookError(f"{name}: {error.args[0]}.") from error

    return MARK.sub(part, text)


class Made:
    """Makes the parts, each from the notebooks.

    Parameters
    ----------
    notebooks : mapping of str to notebook
        Each executed notebook by the name of its page.
    repository : str or None
        The address of the repository.
    output : pathlib.Path
        Where everything that is made lies: decks in its ``slides`` are linked.
    """

    def __init__(self, notebooks, repository, output):
        self.notebooks = notebooks
        self.chapters = chapters(notebooks)
        self.repository = repository
        self.output = output
