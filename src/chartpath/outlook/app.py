"""The controls around the page: an area to type, occupations to check, a handout to take along."""

from __future__ import annotations

import re
import tempfile
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from IPython.display import HTML, display

from chartpath import careers
from chartpath.careers import Occupation
from chartpath.errors import BadInput, ChartpathError
from chartpath.outlook.html import page_html
from chartpath.outlook.model import MOST, Page
from chartpath.outlook.page import view

START = ("US", "29-2072")
# Titles of federal groups in which people do not look for themselves.
_PLAIN = {"coder": "coders", "biller": "billers"}


class Outlook:
    """The page with its state. Every change is answered by a sentence that a screen reader speaks."""

    def __init__(self) -> None:
        self.page: Page = view(*START)
        self._settling = False
        self.area = widgets.Combobox(
            value=self.page.area.name,
            options=tuple(one.name for one in careers.areas()),
            description="Area: a state, a city, or a region",
            continuous_update=False,
            ensure_option=False,
        )
        self.choices: dict[str, widgets.Checkbox] = {
            one.soc: widgets.Checkbox(
                value=one in self.page.occupations, description=_label(one), indent=False
            )
            for one in _offered()
        }
        self.button = widgets.Button(description="Make the handout (PDF)")
        self.status = widgets.HTML(escape(self.page.announcement))
        self.download = widgets.HTML("")
        self.results = widgets.HTML("")
        self.area.observe(self._area_changed, "value")
        for box in self.choices.values():
            box.observe(self._occupation_changed, "value")
        self.button.on_click(self._make_handout)
        self._dress()

    def _dress(self) -> None:
        """Names for the style sheet and for the script that gives the controls their roles."""
        names = {"area": self.area, "status": self.status, "download": self.download, "results": self.results}
        for name, widget in (names | {"button": self.button}).items():
            widget.add_class(f"op-{name}")

    def controls(self) -> widgets.VBox:
        """Area, occupations, handout and the line that says what happened."""
        boxes = widgets.Box(list(self.choices.values()))
        boxes.add_class("op-choices")
        handout = widgets.Box([self.button, self.download])
        handout.add_class("op-handout")
        whole = widgets.VBox([self.area, boxes, handout, self.status])
        whole.add_class("op-controls")
        return whole

    def chosen(self) -> list[str]:
        """Codes of the checked occupations, in the order of the table."""
        return [soc for soc, box in self.choices.items() if box.value]

    def _area_changed(self, change: dict[str, Any]) -> None:
        if not self._settling:
            self._show(str(change["new"]))

    def _occupation_changed(self, change: dict[str, Any]) -> None:
        if not self._settling:
            self._show(self.page.area.code)

    def _show(self, area: str) -> None:
        """Show the area and the checked occupations, or say why not and leave the page as it is."""
        try:
            page = view(area, self.chosen())
        except BadInput as error:
            self._say(f"Not changed. {error}", "op-warn")
            return
        finally:
            self._limit()
        self.page = page
        self.download.value = ""
        self.results.value = page_html(page)
        self._settling = True
        self.area.value = page.area.name
        self._settling = False
        self._say(page.announcement)

    def _limit(self) -> None:
        """With the most that can be compared, the other boxes rest until one is free."""
        full = len(self.chosen()) >= MOST
        for box in self.choices.values():
            box.disabled = full and not box.value

    def _say(self, text: str, kind: str = "") -> None:
        self.status.value = f'<span class="{kind}">{escape(text)}</span>' if kind else escape(text)

    def _make_handout(self, _: widgets.Button) -> None:
        """Make the PDF and offer it as a link that needs no server; the page's script follows the link at once."""
        self._say("Making the handout. This takes a moment.")
        outcome = ("No handout was made, for a reason that only the server's messages tell.", "op-warn")
        try:
            data = handout_bytes(self.page)
            name = handout_name(self.page)
            self.download.value = (
                f'<a class="op-file" download="{escape(name, quote=True)}" '
                f'href="data:application/pdf;base64,{b64encode(data).decode()}">Save {escape(name)}</a>'
            )
            size = len(data) // 1024 + 1
            outcome = (
                f"The handout is ready: {name}, {size} KB. It is in your downloads, or follow the link.",
                "",
            )
        except ChartpathError as error:
            outcome = (f"No handout was made. {error}", "op-warn")
        finally:
            self._say(*outcome)


def _label(one: Occupation) -> str:
    """The title of an occupation, with the everyday word where the title hides it."""
    return f"{one.title} ({_PLAIN[one.role]})" if one.role in _PLAIN else one.title


def _offered() -> list[Occupation]:
    """The occupations of the course: coders first, the yardstick of all occupations last."""
    offered = [one for one in careers.occupations() if one.in_course and one.in_oews]
    return sorted(offered, key=lambda one: (one.soc != START[1], one.role == "yardstick"))


def handout_bytes(page: Page) -> bytes:
    """The handout of a page's area and occupations, as a PDF file. Raises what `handout.handout` raises."""
    from chartpath.handout import handout

    with tempfile.TemporaryDirectory() as folder:
        made = handout(page.area.code, [one.soc for one in page.occupations], Path(folder) / "handout.pdf")
        return made.read_bytes()


def handout_name(page: Page) -> str:
    """A file name that says what is inside: `outlook-california-29-2072.pdf`."""
    where = re.sub(r"[^a-z0-9]+", "-", page.area.name.lower()).strip("-")
    return "-".join(("outlook", where, *(one.soc for one in page.occupations))) + ".pdf"


def show() -> None:
    """Display the page: the first view as plain HTML, which needs no script to be seen, and the controls."""
    outlook = Outlook()
    for part, shown in (
        ("controls", outlook.controls()),
        ("first", HTML(page_html(outlook.page))),
        ("results", outlook.results),
    ):
        display(shown, metadata={"chartpath": part})


__all__ = ["START", "Outlook", "handout_bytes", "handout_name", "show"]
