"""What a test can see of a picture: its texts with their boxes, its colors, and its grey values."""

from __future__ import annotations

import csv
import re
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
from attrs import frozen
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from chartpath import careers, catalog
from chartpath.figures.style import STYLE

NUMBER = re.compile(r"[$+\N{MINUS SIGN}]?\d[\d,]*(?:\.\d+)?%?")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a table straight from its file, so that tests do not ask the code they test."""
    found: list[dict[str, str]] = []
    for file in catalog.tables()[name].files:
        with file.open(encoding="utf-8", newline="") as stream:
            found += csv.DictReader(stream)
    return tuple(found)


@cache
def survey() -> dict[tuple[str, str], dict[str, str]]:
    """All industries together, by area code and occupation."""
    return {
        (row["area_code"], row["soc"]): row for row in rows("labour/oews") if row["industry_code"] == "000000"
    }


def extremes(chosen: list[str]) -> list[str]:
    """Of every kind of place and every pattern of missing figures: the places with the longest names and the shortest."""
    alike: dict[object, list[careers.Area]] = {}
    for area in careers.areas():
        found = [survey().get((area.code, soc), {}) for soc in chosen]
        gaps = [tuple(name for name, value in row.items() if not value) or bool(row) for row in found]
        alike.setdefault((area.kind, *gaps), []).append(area)
    groups = [sorted(group, key=lambda area: len(area.name)) for group in alike.values()]
    return [area.code for group in groups for area in {*group[:1], *group[-3:]}]


def figure_of(ax: Axes) -> Figure:
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def texts(ax: Axes) -> list[Text]:
    """Texts of a picture that a reader sees: words, figures, title and tick labels."""
    inside = []
    if ax.axison:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            # A tick beyond the ends of an axis has a label that is never drawn.
            inside += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
        inside.append(ax.xaxis.label)
    legend = ax.get_legend()
    entries = list(legend.get_texts()) if legend else []
    every = [*ax.texts, ax.title, ax._left_title, *inside, *entries]  # type: ignore[attr-defined]
    return [one for one in every if one.get_text().strip() and one.get_visible()]


@frozen
class Drawn:
    """A picture drawn once: its texts with their boxes in pixels, the paper, and its grey values (0 to 255)."""

    boxes: tuple[tuple[str, Bbox], ...]
    paper: Bbox
    grey: np.ndarray[Any, np.dtype[np.float64]]

    def outside(self) -> list[str]:
        """Texts that leave the paper."""
        paper = self.paper
        return [
            text
            for text, box in self.boxes
            if box.x0 < paper.x0 - 1
            or box.x1 > paper.x1 + 1
            or box.y0 < paper.y0 - 1
            or box.y1 > paper.y1 + 1
        ]

    def colliding(self) -> list[tuple[str, str]]:
        """Pairs of texts that lie on each other by more than a hair."""
        found = []
        for at, (text, box) in enumerate(self.boxes):
            for other, there in self.boxes[at + 1 :]:
                across = min(box.x1, there.x1) - max(box.x0, there.x0)
                down = min(box.y1, there.y1) - max(box.y0, there.y0)
                # A box has room for letters that hang below the line; digits and most words do not use it.
                if across > 1 and down > 0.3 * min(box.height, there.height):
                    found.append((text, other))
        return found


def drawn(ax: Axes, inked: bool = True) -> Drawn:
    """Draw the picture on a grey printer, so to speak; where only places matter, without ink, which takes half the time."""
    figure = figure_of(ax)
    canvas = FigureCanvasAgg(figure)
    with mpl.rc_context(STYLE):
        canvas.draw() if inked else figure.draw_without_rendering()
        # Without the white paper behind a label, which may lie under its neighbors.
        boxes = tuple(
            (one.get_text(), Text.get_window_extent(one, canvas.get_renderer())) for one in texts(ax)
        )
    if not inked:
        return Drawn(boxes, figure.bbox, np.empty((0, 0)))
    colors = np.asarray(canvas.buffer_rgba(), dtype=float)[..., :3]
    return Drawn(boxes, figure.bbox, colors @ np.array([0.299, 0.587, 0.114]))


def figures_in(text: str) -> set[str]:
    """Numbers of a text as they are printed, without a comma or period behind them."""
    return {one.strip(".,") for one in NUMBER.findall(text)}
