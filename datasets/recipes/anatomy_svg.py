"""Draw the schematic diagrams of `datasets/anatomy/`: one SVG a diagram, words from its `regions.csv`.

A figure of `anatomy_figures.py` holds geometry only, in units of a drawing 440 wide. Each region becomes
`<g id="region-NAME">`; each label `<g class="label">` with a leader line, its words, and its letter for the
lettered variant. Greys differ in lightness, so that the drawings read without color.

Run `python datasets/recipes/anatomy_svg.py` after a change; the SVG files are what the course loads.
"""

from __future__ import annotations

import csv
import os
import textwrap
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "anatomy"
WIDTH = 440
LINE = 17
STYLE = (
    "text{font:15px system-ui,'Segoe UI',Arial,sans-serif;fill:#111}"
    ".side{font-size:13px;font-style:italic}.plain{font-weight:600}"
    ".a{fill:#fff}.b{fill:#e8ecf3}.c{fill:#cdd5e2}.d{fill:#a9b5c9}.e{fill:#74839d}"
    ".a,.b,.c,.d,.e{stroke:#222b3a;stroke-width:1.6;stroke-linejoin:round}"
    ".t{fill:none;stroke-linejoin:round}.o{stroke:#222b3a}.ta{stroke:#fff}.tb{stroke:#e8ecf3}"
    ".tc{stroke:#cdd5e2}.td{stroke:#a9b5c9}.te{stroke:#74839d}"
    ".dash{stroke-dasharray:9 5}.thin{fill:none;stroke:#222b3a;stroke-width:1.3}"
    ".arrow{fill:none;stroke:#222b3a;stroke-width:4}.tip{fill:#222b3a}"
    ".leader{fill:none;stroke:#111;stroke-width:1.2}.dot{fill:#111;stroke:#fff;stroke-width:1}"
    ".disk{fill:#fff;stroke:#111;stroke-width:1.6}.key{font-weight:700;font-size:15px}"
    ".on .a,.on .b,.on .c,.on .d,.on .e{fill:#23395d;stroke-width:3}.on .t:not(.o){stroke:#23395d}"
    ".on .arrow{stroke-width:7}.lit text{font-weight:700}.lit.inside text{fill:#fff}"
)


class Figure:
    """A drawing under way: shapes of regions, background, and labels."""

    def __init__(self, name: str, title: str, about: str, height: int, words: dict[str, tuple[str, str]]):
        """`words` maps a region to its label and its letter."""
        self.name, self.title, self.about, self.height = name, title, about, height
        self.words = words
        self.shapes: list[str] = []
        self.labels: list[str] = []
        self.drawn: set[str] = set()

    def back(self, *shapes: str) -> None:
        """Something that is no region."""
        self.shapes += shapes

    def region(self, name: str, *shapes: str) -> None:
        """The shapes of a region of `regions.csv`. Raises KeyError for an unknown one."""
        label, _ = self.words[name]
        self.drawn.add(name)
        self.shapes.append(f'<g id="region-{name}" class="region" data-label="{escape(label)}">')
        self.shapes += [f"  {shape}" for shape in shapes]
        self.shapes.append("</g>")

    def inside(self, name: str, x: float, y: float, width: int = 12) -> None:
        """A label on the region itself, centered at x, y."""
        self._label(name, x, y, "middle", width, (), inside=True)

    def side(
        self, name: str, x: float, y: float, to: tuple[float, float], right: bool = False, width: int = 12
    ) -> None:
        """A label beside the drawing with a leader to a point of the region: ends at x, or begins there (`right`)."""
        start = (x - 5, y) if right else (x + 5, y)
        self._label(name, x, y, "start" if right else "end", width, (start, to))

    def over(
        self,
        name: str,
        x: float,
        y: float,
        to: tuple[float, float],
        width: int = 14,
        start: float | None = None,
    ) -> None:
        """A label above or below the drawing, centered at x; its leader begins at `start` and ends in the region."""
        edge = LINE * len(self._wrapped(name, width)) / 2 + 2
        begin = x if start is None else start
        self._label(name, x, y, "middle", width, ((begin, y + edge if to[1] > y else y - edge), to))

    def note(self, text: str, x: float, y: float, anchor: str = "middle") -> None:
        """Words that name no region, such as the side of the patient."""
        self.labels.append(
            f'<text class="side" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def sides(self, y: float = 16) -> None:
        """Which side of the patient is where: what every picture from the front must say."""
        self.note("patient's right", 6, y, "start")
        self.note("patient's left", WIDTH - 6, y, "end")

    def _wrapped(self, name: str, width: int) -> list[str]:
        label = self.words[name][0].replace("hypochon", "hypo-chon")
        return textwrap.wrap(label, width, break_long_words=False)

    def _label(
        self,
        name: str,
        x: float,
        y: float,
        anchor: str,
        width: int,
        leader: Iterable[tuple[float, float]],
        inside: bool = False,
    ) -> None:
        lines = self._wrapped(name, width)
        first = y - LINE * (len(lines) - 1) / 2 + 5
        spans = "".join(
            f'<tspan x="{x:g}" y="{first + LINE * row:g}">{escape(line)}</tspan>'
            for row, line in enumerate(lines)
        )
        points = list(leader)
        at = (x, y)
        if points:  # the letter's disk, 12 away from where the leader begins
            (sx, sy), step = points[0], 12
            at = {
                "end": (sx - step - 5, y),
                "start": (sx + step + 5, y),
                "middle": (sx, sy + (-step if y < sy else step)),
            }[anchor]
        self.labels.append(
            f'<g class="label{" inside" if inside else ""}" data-region="{name}" data-letter="{self.words[name][1]}" '
            f'data-at="{at[0]:g} {at[1]:g}">'
        )
        if points:
            path = "M" + "L".join(f"{px:g} {py:g}" for px, py in points)
            self.labels.append(f'  <path class="leader" d="{path}"/>')
            self.labels.append(f'  <circle class="dot" cx="{points[-1][0]:g}" cy="{points[-1][1]:g}" r="3"/>')
        self.labels.append(f'  <text text-anchor="{anchor}">{spans}</text>')
        self.labels.append("</g>")

    def svg(self) -> str:
        """The whole file. Raises ValueError when a region of the table is not drawn."""
        missing = set(self.words) - self.drawn
        if missing:
            raise ValueError(f"{self.name}: not drawn: {', '.join(sorted(missing))}")
        body = "\n".join([*self.shapes, *self.labels])
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" role="img">\n'
            f"<title>{escape(self.title)}</title>\n<desc>{escape(self.about)}</desc>\n<style>{STYLE}</style>\n"
            f'<rect width="{WIDTH}" height="{self.height}" fill="#fff"/>\n{body}\n</svg>\n'
        )


def path(d: str, shade: str) -> str:
    """A filled outline."""
    return f'<path class="{shade}" d="{d}"/>'


def oval(x: float, y: float, rx: float, ry: float, shade: str, turn: float = 0) -> str:
    """An ellipse, turned by `turn` degrees."""
    turned = f' transform="rotate({turn:g} {x:g} {y:g})"' if turn else ""
    return f'<ellipse class="{shade}" cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}"{turned}/>'


def box(x: float, y: float, width: float, height: float, shade: str, round_by: float = 0) -> str:
    """A rectangle."""
    return (
        f'<rect class="{shade}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_by:g}"/>'
    )


def tube(d: str, shade: str, width: float, dashed: bool = False, cap: str = "butt") -> str:
    """A vessel or a hollow organ along a line, with an outline."""
    dash = " dash" if dashed else ""
    ends = f'stroke-linecap="{cap}"'
    return (
        f'<path class="t o{dash}" {ends} stroke-width="{width + 3:g}" d="{d}"/>'
        f'<path class="t t{shade}{dash}" {ends} stroke-width="{width:g}" d="{d}"/>'
    )


def line(d: str) -> str:
    """A thin line."""
    return f'<path class="thin" d="{d}"/>'


def arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    """An arrow from the first point to the second."""
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    bx, by = x2 - 12 * ux, y2 - 12 * uy
    tip = f"M{x2:g} {y2:g}L{bx - 7 * uy:.1f} {by + 7 * ux:.1f}L{bx + 7 * uy:.1f} {by - 7 * ux:.1f}Z"
    return f'<path class="arrow" d="M{x1:g} {y1:g}L{bx:.1f} {by:.1f}"/><path class="tip" d="{tip}"/>'


def words(diagram: str) -> dict[str, tuple[str, str]]:
    """Label and letter of each region of a diagram, from `regions.csv`."""
    with (FOLDER / "regions.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["region"]: (row["label"], row["letter"])
            for row in csv.DictReader(file)
            if row["diagram"] == diagram
        }


def write(name: str, text: str) -> None:
    """Write beside and rename, so that a drawing is whole or not there."""
    target = FOLDER / f"{name}.svg"
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(target)


def main() -> None:
    """Draw every figure."""
    from anatomy_figures import FIGURES as FIRST  # the figures import this module
    from anatomy_organs import FIGURES as SECOND

    figures: dict[str, Callable[[], Figure]] = {**FIRST, **SECOND}
    for name, draw in figures.items():
        write(name, draw().svg())
    print(f"{len(figures)} diagrams in {FOLDER.name}/")


if __name__ == "__main__":
    main()
