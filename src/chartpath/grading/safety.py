"""What a learner wrote is shown in the instructor's browser: here it becomes text that cannot act."""

from __future__ import annotations

import re
from typing import Any

import bleach  # type: ignore[import-untyped]
import mistune
from jinja2 import pass_context

_TAGS = frozenset((
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "small", "span", "strong",
    "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
))  # fmt: skip
_ATTRIBUTES = {
    "a": ["href", "title"],
    "img": ["src", "alt", "title"],
    "td": ["align"],
    "th": ["align", "scope"],
    "ol": ["start"],
}
# A picture may be part of the page or lie beside it. One from the web would tell a stranger when it is read.
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*|[^:\\]*", re.IGNORECASE)


def _allowed(tag: str, name: str, value: str) -> bool:
    if name not in _ATTRIBUTES.get(tag, ()):
        return False
    return (
        bool(_PICTURE.fullmatch(value)) and not value.startswith("//")
        if (tag, name) == ("img", "src")
        else True
    )


_CLEANER = bleach.Cleaner(
    tags=_TAGS,
    attributes=_allowed,
    protocols=frozenset({"http", "https", "mailto", "data"}),
    strip=True,
    strip_comments=True,
)


def clean_html(html: str) -> str:
    """HTML with everything removed that could run, load from the web, or restyle the page."""
    return str(_CLEANER.clean(html))


_MARKDOWN = mistune.create_markdown(escape=False, plugins=["table", "strikethrough"])


@pass_context
def safe_markdown(context: Any, source: str) -> str:
    """nbconvert's filter `markdown2html` for untrusted Markdown: rendered without formulas, then cleaned.

    Dollar amounts stay as they are, and the mark on the outermost element keeps MathJax away, whose own
    commands can make links that run.
    """
    return (
        f'<div class="tex2jax_ignore mathjax_ignore">{clean_html(str(_MARKDOWN(plain_text(source))))}</div>'
    )


def plain_text(value: Any) -> str:
    """Any JSON value of a cell's `source` as text that can be written as UTF-8."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    # A lone surrogate is legal in JSON and cannot be written to a file.
    return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
