"""A notebook's markdown as safe HTML: no raw HTML, no links, no pictures, no code."""

from __future__ import annotations

import functools
from typing import Any

from markupsafe import Markup, escape

from crmlib.report import tongue

Token = dict[str, Any]
_DROPPED = {"blank_line", "block_html", "block_code"}


def tokens(markdown: str) -> list[Token]:
    """The blocks of a markdown text as mistune's tokens, without what a client's page must not hold.

    A link becomes its text and its address, a picture its alternative text; code is the notebook's own business.

    Example:
        >>> [token["type"] for token in tokens("# Who buys again?")]
        ['heading']
    """
    import mistune

    parsed = mistune.create_markdown(renderer="ast", escape=True, plugins=["table"])(markdown)
    return [_cleaned(token) for token in parsed if isinstance(token, dict) and token["type"] not in _DROPPED]


def html(token: Token) -> Markup:
    r"""One block as HTML; whatever its text holds comes out as text.

    Example:
        >>> html(tokens("1 < 2, <b>x</b>")[0])
        Markup('<p>1 &lt; 2, &lt;b&gt;x&lt;/b&gt;</p>\n')
    """
    from mistune.core import BlockState

    return Markup(_renderer().render_tokens([token], BlockState()))  # noqa: S704 - the renderer escapes every text


def plain(token: Token) -> str:
    """The text of a block without its marks.

    Example:
        >>> plain(tokens("## The *second* purchase")[0])
        'The second purchase'
    """
    if "children" in token:
        return "".join(plain(child) for child in token["children"])
    return token.get("raw", " " if token["type"] in ("softbreak", "linebreak") else "")


@functools.cache
def _renderer() -> Any:
    import mistune

    renderer: Any = mistune.create_markdown(renderer="html", escape=True, plugins=["table"]).renderer
    renderer.register("table_cell", _cell)
    # A registered method does not come before one of the renderer's own.
    renderer.text = _text
    return renderer


def _text(text: str) -> str:
    return str(escape(tongue.marked(text)))


def _cell(_: Any, text: str, *, align: None = None, head: bool = False, names: bool = False) -> str:  # noqa: ARG001
    """A cell; headers say what they head. It has no alignment: that is a style=, which the page's policy forbids."""
    scope = "col" if head else "row"
    return f'<th scope="{scope}">{text}</th>\n' if head or names else f"<td>{text}</td>\n"


def _cleaned(token: Token) -> Token:
    if token["type"] in ("link", "image"):
        return {"type": "text", "raw": _spoken(token)}
    if token["type"] == "table_row":
        first, *others = token["children"]
        token = {**token, "children": [{**first, "attrs": {**first["attrs"], "names": True}}, *others]}
    children = [_cleaned(child) for child in token.get("children", []) if child["type"] not in _DROPPED]
    return {**token, "children": children} if "children" in token else token


def _spoken(token: Token) -> str:
    text, url = plain(token), token["attrs"]["url"]
    return text if token["type"] == "image" or url in text else f"{text} ({url})"
