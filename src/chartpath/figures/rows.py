"""Rows that carry their label above the line, so that long names need no margin and phones can read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chartpath.figures.style import INK, PAPER, QUIET, SIZE, room, width_of
from chartpath.figures.words import count, thousands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

ROW = 46.0
# In a row that is one unit high, the label stands above the middle and the mark below it.
LABEL, MARK = 0.34, 0.12
# A value on the scale and the text that stands beside it.
Label = tuple[float, str]


def lay(ax: Axes, many: int, top: float, label: str, money: bool = True, start: float = 0) -> None:
    """Axes for `many` rows from the top, a scale from `start` to `top` below them, in dollars or jobs."""
    ax.set_ylim(many - 0.5, -0.62)
    ax.set_xlim(start, top)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.locator_params(axis="x", nbins=5)
    # Room before zero is for labels: it is no part of the scale.
    ax.set_xticks([tick for tick in ax.get_xticks() if max(start, 0) <= tick <= top])
    ax.xaxis.set_major_formatter(thousands if money else count)
    ax.set_xlabel(label, color=QUIET)


def span(ax: Axes, left: Sequence[Label], right: Sequence[Label]) -> tuple[float, float]:
    """Start and top of a scale from 0 that has room for figures at the left and at the right of their values."""
    wide = room(ax)
    start, top = 0.0, 1.0
    for _ in range(8):  # each end moves the other a little; eight rounds settle it far below a point
        parts = [(value, (width_of(text, SIZE, bold=True) + 4) / wide) for value, text in right]
        top = max((1.0, *((value - part * start) / (1 - part) for value, part in parts)))
        parts = [(value, (width_of(text, SIZE) + 4) / wide) for value, text in left]
        start = min((0.0, *((value - part * top) / (1 - part) for value, part in parts)))
    return start, top


def name(ax: Axes, row: float, text: str, right: str = "") -> None:
    """The label of a row at its left, cut where it would run into the figure at its right end."""
    across = ax.get_yaxis_transform()
    free = room(ax) - (width_of(right, SIZE) + 6 if right else 0)
    # White behind the words keeps the lines of the grid out of them.
    look: dict[str, Any] = {"va": "center", "color": INK, "zorder": 6}
    look["bbox"] = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}
    ax.text(0, row - LABEL, clip(text, free), transform=across, weight="bold", **look)
    if right:
        ax.text(1, row - LABEL, right, transform=across, ha="right", **look)


def clip(text: str, room: float, bold: bool = True) -> str:
    """The text, cut at a word with an ellipsis when it is wider than `room` points."""
    if width_of(text, SIZE, bold) <= room:
        return text
    words = text.split()
    while len(words) > 1 and width_of(" ".join(words) + "...", SIZE, bold) > room:
        words.pop()
    return " ".join(words).rstrip(",;") + "..."
