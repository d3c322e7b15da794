"""Where to read next: the lesson section that a key names, with a link that JupyterLab follows."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import escape
from urllib.parse import quote

from chartpath import paths

_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


def study_html(lesson: str) -> str:
    """The line that names a lesson section (`stem#slug-of-the-heading`) and links to it, in the folder of its unit."""
    stem, _, slug = lesson.partition("#")
    heading = section_heading(stem, slug)
    # JupyterLab anchors a heading by its text with hyphens for blanks, everything else kept.
    anchor = f"#{quote(heading.replace(' ', '-'))}" if slug else ""
    return f'Study next: <a href="{escape(stem)}.ipynb{escape(anchor)}" style="color:#0b4f9e">{escape(heading)}</a>'


def section_heading(stem: str, slug: str = "") -> str:
    """The heading of a section as the lesson prints it; of the lesson's title without a slug.

    Where the lesson is not at hand (a page on its own), the slug in words.
    """
    known = _headings(stem)
    for heading in known:
        if not slug or _slug(heading) == slug:
            return heading
    return (slug or stem).replace("-", " ").capitalize()


@lru_cache(maxsize=64)
def _headings(stem: str) -> tuple[str, ...]:
    """Every heading of a lesson, in order."""
    for notebook in paths.notebooks().glob(f"*/{stem}.ipynb"):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        texts = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        return tuple(heading for text in texts for heading in _HEADING.findall(text))
    return ()


def _slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
