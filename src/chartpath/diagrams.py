"""The course's own schematic anatomy diagrams: labeled, lettered for a question, or with one region marked.

    cp.diagram("colon")                          labels, and a fold that says the same in words
    cp.diagram("colon", highlight="sigmoid")     one region dark
    cp.diagram("colon", quiz=True)               letters instead of labels, and no names in the words

The drawings are `datasets/anatomy/*.svg`; what each region is called, where it lies and which code it leads to
stands in `datasets/anatomy/regions.csv`. Only the standard library is needed to show one.
"""

from __future__ import annotations

import csv
import difflib
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from pathlib import Path
from xml.etree import ElementTree as ET

from attrs import frozen

from chartpath import paths
from chartpath.errors import BadInput

_SVG = "{http://www.w3.org/2000/svg}"
_BOX = (
    "font-family:system-ui,'Segoe UI',Arial,sans-serif;font-size:15px;line-height:1.45;color:#1a1a1a;background:#fff;"
    "border:1px solid #767676;border-radius:4px;padding:10px;margin:6px 0;max-width:36em"
)
ET.register_namespace("", _SVG[1:-1])


@frozen
class Region:
    """One region of a diagram.

    `letter` names it in the lettered variant, `where` says in words where it is drawn. `cm_code` is the ICD-10-CM
    node it leads to and `pcs_part` the first four characters of an ICD-10-PCS code (table and body part), each with
    its official words; empty where the detail drives no character.
    """

    diagram: str
    region: str
    letter: str
    label: str
    lay_name: str
    where: str
    cm_code: str
    cm_title: str
    pcs_part: str
    pcs_label: str


@frozen
class Diagram:
    """A drawing with its regions, as a notebook shows it. `marked` holds the highlighted region ids."""

    name: str
    title: str
    about: str
    svg: str
    regions: tuple[Region, ...]
    marked: tuple[str, ...] = ()
    quiz: bool = False

    def _repr_html_(self) -> str:
        rows = "".join(f"<li style='margin:2px 0'>{escape(row)}</li>" for row in self._rows())
        # An image keeps the ids and styles of one drawing apart from those of the next on the same page.
        source = b64encode(self.svg.encode()).decode()
        return (
            f'<figure style="{_BOX}">'
            f'<figcaption style="font-weight:600;margin:0 0 4px">{escape(self.title)}</figcaption>'
            f'<img alt="{escape(self._alternative(), quote=True)}" src="data:image/svg+xml;base64,{source}" '
            f'style="display:block;width:100%;max-width:30em;height:auto;background:#fff">'
            f'<details style="margin-top:6px"><summary style="cursor:pointer">The same in words</summary>'
            f"<p style='margin:4px 0'>{escape(self.about)}</p>"
            f'<ul style="list-style:none;padding-left:8px;margin:0">{rows}</ul></details></figure>'
        )

    def __repr__(self) -> str:
        return "\n".join([self.title, self.about, *(f"  {row}" for row in self._rows())])

    def _alternative(self) -> str:
        return f"Diagram: {self.title}. {self.about} The regions are listed below it."

    def _rows(self) -> list[str]:
        """A line a region: letter and place only in the lettered variant, everything in the labeled one."""
        if self.quiz:
            lettered = sorted(self.regions, key=lambda one: one.letter)
            return [self._mark(one, f"{one.letter}: {one.where}") for one in lettered]
        return [self._mark(one, _told(one)) for one in self.regions]

    def _mark(self, region: Region, words: str) -> str:
        return f"▶ {words} (marked)" if region.region in self.marked else words


def diagram(name: str, highlight: str | Iterable[str] | None = None, quiz: bool = False) -> Diagram:
    """The drawing of this name. `highlight` is a region id, label or letter, or several; `quiz` shows letters for labels.

    Raises BadInput for an unknown diagram or region, with the near ones, and for a drawing that cannot be read.
    Source: `datasets/anatomy/`.
    """
    wanted = re.sub(r"[\s_]+", "-", str(name).strip().lower())
    if wanted not in names():
        raise BadInput(f"There is no diagram {str(name)[:40]!r}. {_near(wanted, names())}")
    regions = tuple(one for one in _regions() if one.diagram == wanted)
    asked = [highlight] if isinstance(highlight, str) else list(highlight or ())
    marked = tuple(_region(one, regions, wanted) for one in asked)
    tree = _drawing(paths.datasets() / "anatomy" / f"{wanted}.svg")
    for element in tree.iter():
        region = element.get("id", "").removeprefix("region-") if element.get("class") == "region" else ""
        if region in marked:
            element.set("class", "region on")
        if element.get("data-region") in marked:
            element.set("class", f"{element.get('class')} lit")
    if quiz:
        _letter(tree, {one.region: one.letter for one in regions})
    title, about = (tree.findtext(f"{_SVG}{tag}") or "" for tag in ("title", "desc"))
    return Diagram(wanted, title, about, ET.tostring(tree, "unicode"), regions, marked, quiz)


def names() -> list[str]:
    """Names that `diagram` accepts, in teaching order."""
    return list(dict.fromkeys(one.diagram for one in _regions()))


@lru_cache(maxsize=1)
def _regions() -> tuple[Region, ...]:
    path = paths.datasets() / "anatomy" / "regions.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(Region(**row) for row in csv.DictReader(file))
    except (OSError, TypeError, UnicodeDecodeError) as error:
        raise BadInput(
            "anatomy/regions.csv cannot be read. Restore the file or install chartpath again."
        ) from error


def _drawing(path: Path) -> ET.Element:
    try:
        return ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - a file of the kit itself
    except (OSError, ET.ParseError, UnicodeDecodeError) as error:
        raise BadInput(
            f"anatomy/{path.name} cannot be read. Restore the file or install chartpath again."
        ) from error


def _letter(tree: ET.Element, letters: dict[str, str]) -> None:
    """Put a letter in place of each label, and leave no name of a region in the drawing."""
    for element in tree.iter(f"{_SVG}g"):
        if element.get("class") and element.get("class", "").startswith("region"):
            letter = letters[element.get("id", "").removeprefix("region-")]
            element.attrib.pop("data-label", None)
            element.set("id", f"region-{letter.lower()}")
        elif "data-region" in element.attrib:
            letter = letters[element.attrib.pop("data-region")]
            for words in element.findall(f"{_SVG}text"):
                element.remove(words)
            x, y = element.get("data-at", "0 0").split()
            ET.SubElement(element, f"{_SVG}circle", {"class": "disk", "cx": x, "cy": y, "r": "13"})
            place = {"class": "key", "x": x, "y": f"{float(y) + 5:g}", "text-anchor": "middle"}
            ET.SubElement(element, f"{_SVG}text", place).text = letter
            element.set("class", "label")


def _region(wanted: str, regions: tuple[Region, ...], name: str) -> str:
    """The id of the region meant by its id, label or letter."""
    bare = wanted.strip().casefold()
    for one in regions:
        if bare in (one.region, one.label.casefold(), one.letter.casefold(), one.region.replace("-", " ")):
            return one.region
    raise BadInput(
        f"The diagram {name} has no region {wanted[:40]!r}. {_near(bare, [one.region for one in regions])}"
    )


def _near(wanted: str, known: list[str]) -> str:
    near = difflib.get_close_matches(wanted, known, 3, 0.5)
    near += [one for one in known if len(wanted) > 2 and wanted in one and one not in near]
    return f"Did you mean {' or '.join(near[:3])}?" if near else f"There are {', '.join(known)}."


def _told(region: Region) -> str:
    """Name, everyday name and codes of a region."""
    lay = f" ({region.lay_name})" if region.lay_name.casefold() != region.label.casefold() else ""
    codes = []
    if region.cm_code:
        codes.append(f"{region.cm_code} {region.cm_title}")
    if region.pcs_part:
        codes.append(f"ICD-10-PCS {region.pcs_part}: body part {region.pcs_part[3]}, {region.pcs_label}")
    return f"{region.label}{lay}: {'; '.join([region.where, *codes])}"
