"""The pages around JupyterLite: the front page, and the counselor's figures for the nation and each state."""

from __future__ import annotations

import json
import shutil
from html import escape
from pathlib import Path
from urllib.parse import quote

from chartpath import careers, curriculum, outlook, paths
from chartpath.outlook.html import page_html
from chartpath.outlook.page import view

AUTOSAVE = 10  # seconds; what is typed in a browser's tab should outlive the tab
_OCCUPATION = "29-2072"
_STYLE = (
    Path(outlook.__file__).parent / "share" / "voila" / "templates" / "chartpath" / "static" / "outlook.css"
)
_LAB = (
    Path(outlook.__file__).parents[1]
    / "_jupyter"
    / "labextensions"
    / "chartpath-look"
    / "static"
    / "look.css"
)
_FRONT = """
.site-list { padding-left: 1.25rem; } .site-list li { margin: .3rem 0; }
.site-areas { columns: 14rem; padding-left: 1.25rem; } .site-go { font-size: 1.15rem; font-weight: 600; }
main.op-wide { padding-top: 1.25rem; padding-bottom: 3rem; }
"""


def write(folder: Path) -> None:
    """Write `index.html` and `outlook/` into the built site."""
    pages = folder / "outlook"
    pages.mkdir(exist_ok=True)
    css = _STYLE.read_text(encoding="utf-8") + _FRONT
    (folder / "site.css").write_text(css, encoding="utf-8")
    areas = [one for one in careers.areas() if one.kind in ("nation", "state")]
    for area in areas:
        body = (
            f'<p><a href="index.html">All states</a> · <a href="../index.html">The course</a></p>'
            f'<div id="results">{page_html(view(area.code, _OCCUPATION))}</div>'
        )
        title = f"Medical records specialists in {_place(area.name)}"
        (pages / _file(area.name)).write_text(_page(title, body, "../"), encoding="utf-8")
    links = "".join(f'<li><a href="{_file(one.name)}">{escape(one.name)}</a></li>' for one in areas)
    body = f'<p><a href="../index.html">The course</a></p><ul class="site-areas">{links}</ul>'
    title = "What the work pays, by state"
    (pages / "index.html").write_text(_page(title, body, "../"), encoding="utf-8")
    (folder / "index.html").write_text(_front(), encoding="utf-8")
    _dress_lab(folder)


def _dress_lab(folder: Path) -> None:
    """Give JupyterLite the style sheet that `chartpath lab` gives JupyterLab."""
    page = folder / "lab" / "index.html"
    text = page.read_text(encoding="utf-8")
    shutil.copyfile(_LAB, folder / "lab.css")
    page.write_text(
        text.replace("</head>", '<link rel="stylesheet" href="../lab.css"></head>', 1), encoding="utf-8"
    )


def _front() -> str:
    start = _lab("00-start-here/start-here.ipynb")
    body = (
        f'<p class="site-go"><a href="{start}">Begin here: code your first record</a></p>'
        "<p>Everything runs in this browser and stays in it: no account, and nothing is sent anywhere. The first "
        "notebook takes up to half a minute to start; after that the course works without a connection.</p>"
        f"<p>Answers are kept every {AUTOSAVE} seconds (at once with Ctrl+S), progress, review and pinned codes as you go, by "
        "this browser on this computer only. A private window forgets them, and so may a browser that clears its data "
        "(Safari does after seven days without a visit): File, Download saves a copy of a notebook.</p>"
        f"{_units()}"
        '<h2>For counselors and clients</h2><p><a href="outlook/index.html">What the work pays, by state</a></p>'
    )
    # JupyterLite looks in the root page for its settings; where they are empty, its own files hold.
    body += '<script id="jupyter-config-data" type="application/json" data-jupyter-lite-root=".">{}</script>'
    return _page("chartpath: learn US medical coding from charts", body, "")


def _units() -> str:
    titles = {str(row["unit"]): str(row["title"]) for row in curriculum.rows()}
    parts = []
    for unit in sorted(paths.notebooks().iterdir()):
        lessons = [_lesson(path) for path in sorted(unit.glob("*.ipynb"))] if unit.is_dir() else []
        if lessons:
            items = "".join(text for _, text in sorted(lessons))
            title = titles.get(unit.name, unit.name)
            parts.append(f'<h2>{escape(title)}</h2><ul class="site-list">{items}</ul>')
    return "".join(parts)


def _lesson(path: Path) -> tuple[tuple[int, str], str]:
    """Its place in the unit (lessons, then the assessment) and its line."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    facts = notebook["metadata"]["chartpath"]
    heading = "".join(notebook["cells"][0]["source"]).lstrip("# ").splitlines()[0]
    link = _lab(f"{path.parent.name}/{path.name}")
    kind = str(facts["kind"])
    text = (
        f'<li><a href="{link}">{escape(heading)}</a> ({escape(kind)}, {int(facts["minutes"])} minutes)</li>'
    )
    return (["start", "lesson", "assessment"].index(kind), path.name), text


def _lab(path: str) -> str:
    return f"lab/index.html?path={quote(path)}"


def _file(area: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in area.lower()) + ".html"


def _place(name: str) -> str:
    return f"the {name}" if name.startswith(("United", "District", "Virgin Islands")) else name


def _page(title: str, body: str, up: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en-US"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="{up}site.css">'
        f'</head><body><header class="op-top"><div class="op-wide"><h1>{escape(title)}</h1></div></header>'
        f'<main class="op-wide">{body}</main></body></html>\n'
    )
