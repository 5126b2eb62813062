"""From CommonMark with formulas to HTML, a block at a time, each with what it is in a lesson."""

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from publishing.outline import MINUTES, QUESTION

LEARNT = re.compile(r"^\*\*Learnt:\*\*")
FORMATTER = HtmlFormatter(nowrap=True, style="default")
CODE_STYLES = FORMATTER.get_style_defs("pre.code")


@dataclass(frozen=True)
class Block:
    """A part of a cell.

    Attributes
    ----------
    kind : str
        ``"heading"``, ``"minutes"``, ``"question"`` (with its choices), ``"learnt"``, ``"details"`` (something folded)
        or ``"text"``.
    html : str
        All of it; of a heading what is inside it.
    level : int
        Of a heading, 1 to 6; else 0.
    """

    kind: str
    html: str
    level: int = 0


def blocks(text, addresses):
    """Return the blocks of a markdown cell.

    Formulas stand in ``\\\\(…\\\\)`` and ``\\\\[…\\\\]``, for MathJax.

    Parameters
    ----------
    text : str
        CommonMark with tables, ``<details>`` and formulas in dollars.
    addresses : mapping of str to str
        Where a link ``#name`` leads; one that is not in it stays as it is.

    Returns
    -------
    list of Block
    """
    parser = _parser()
    tokens = parser.parse(text)
    for inline in tokens:
        for token in inline.children or []:
            if token.type == "link_open":
                _aim(token, addresses)
    found = []
    for group in _groups(tokens):
        kind = _kind(group)
        shown = parser.renderer.render(group[1:-1] if kind == "heading" else group, parser.options, {})
        if kind == "question":
            shown = f'<div class="asked">{shown.replace("Predict first:", "<strong>Predict first:</strong>", 1)}</div>'
        if group[0].type == "bullet_list_open" and found and found[-1].kind == "question":  # its choices
            found[-1] = Block("question", f"{found[-1].html.removesuffix('</div>')}{shown}</div>")
            continue
        found.append(Block(kind, shown, int(group[0].tag[1]) if kind == "heading" else 0))
    return found


def code(source):
    """Return Python code as HTML, with its parts in colours (``CODE_STYLES``)."""
    return f'<pre class="code">{highlight(source, PythonLexer(), FORMATTER).rstrip()}</pre>'


def _parser():
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    parser.use(dollarmath_plugin, allow_labels=False, double_inline=True)
    parser.add_render_rule(
        "math_inline", lambda self, tokens, at, *_: f'<span class="math">\\({_escaped(tokens[at].content)}\\)</span>'
    )
    parser.add_render_rule(
        "math_inline_double",
        lambda self, tokens, at, *_: f'<span class="math">\\[{_escaped(tokens[at].content)}\\]</span>',
    )
    parser.add_render_rule(
        "math_block",
        lambda self, tokens, at, *_: f'<div class="math formula">\\[{_escaped(tokens[at].content)}\\]</div>\n',
    )
    return parser


def _escaped(formula):
    return formula.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").strip()


def _aim(link, addresses):
    """Let a link lead to its place, or, if it leads outside, into a window of its own."""
    target = link.attrGet("href")
    if target.startswith("#"):
        link.attrSet("href", addresses.get(target[1:], target))
    else:
        link.attrSet("target", "_blank")
        link.attrSet("rel", "noopener")


def _groups(tokens):
    """Part tokens into blocks: what is at the top level, and everything between <details> and </details>."""
    group, depth, folded = [], 0, 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if token.type == "html_block":
            folded += token.content.count("<details") - token.content.count("</details")
        if depth == 0 and folded == 0:
            yield group
            group = []
    if group:
        yield group


def _kind(group):
    first, text = group[0], group[1].content if len(group) > 1 else group[0].content
    if first.type == "heading_open":
        return "heading"
    if first.type == "html_block" and first.content.startswith("<details"):
        return "details"
    if first.type == "paragraph_open":
        return next(
            (
                kind
                for kind, sign in (("minutes", MINUTES), ("question", QUESTION), ("learnt", LEARNT))
                if sign.match(text)
            ),
            "text",
        )
    return "text"
