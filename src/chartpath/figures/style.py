"""The house style of every picture: sizes, greys, the frame of words around the plot, and the text alternative.

A picture is a matplotlib Axes. Above the plot stand a title that says the finding and a line on how to read it,
below it the source with its vintage. What a picture says is kept as text too (`alt`), and a notebook shows both.
All sizes are in points; pictures are drawn 480 CSS pixels wide with letters of 10 points or more, so that they can
be read on a phone of 390 pixels.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, wraps
from html import escape
from io import BytesIO
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import matplotlib as mpl
from attrs import frozen
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from PIL import Image  # matplotlib draws with Pillow, so it is there

from chartpath.errors import BadInput

INK, QUIET, GRID, PAPER = "#1a1a1a", "#4d4d4d", "#d0d0d0", "#ffffff"
# One hue, five steps of luminance: the order is the same on a grey printer.
STEPS = ("#e6eef6", "#b9d0e6", "#86abcf", "#3f729f", "#0f3558")
DARK, MID, LIGHT = STEPS[4], STEPS[3], STEPS[1]
HATCH = "////"
SIZE, TITLE, LEADING = 10.0, 13.0, 1.3
WIDTH = 480 * 0.75
MARGIN, EDGE = 8.0, 17.0
# Letters drawn on a screen are a little wider than on paper: their edges are moved to whole pixels.
_HINTED = 1.03
DPI = 192
STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": SIZE,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "axes.labelcolor": INK,
    "axes.labelsize": SIZE,
    "axes.edgecolor": QUIET,
    "axes.facecolor": PAPER,
    "axes.grid": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": TITLE,
    "axes.titleweight": "bold",
    "axes.unicode_minus": False,
    "figure.facecolor": PAPER,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "hatch.color": QUIET,
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": SIZE,
    "lines.linewidth": 2.0,
    "pdf.fonttype": 42,  # letters stay letters: a PDF can be searched and read aloud
    "savefig.facecolor": PAPER,
    "svg.fonttype": "none",
    "xtick.color": QUIET,
    "xtick.labelcolor": INK,
    "xtick.labelsize": SIZE,
    "ytick.color": QUIET,
    "ytick.labelcolor": INK,
    "ytick.labelsize": SIZE,
}
_P = ParamSpec("_P")
_R = TypeVar("_R")


@frozen
class Words:
    """What stands around a picture, and the picture in words."""

    title: str
    how: str
    source: str
    alt: str


_WORDS: WeakKeyDictionary[Axes, Words] = WeakKeyDictionary()


class Picture(Axes):
    """An Axes that shows itself in a notebook, as a picture with its text alternative."""

    name = "chartpath"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": html(self), "text/plain": alt(self)}


@frozen
class Gallery:
    """Pictures that belong together: side by side where there is room, else one below the other."""

    pictures: tuple[Axes, ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": html(self), "text/plain": alt(self)}


def in_style(draw: Callable[_P, _R]) -> Callable[_P, _R]:
    """Run a drawing function with the house style, and leave the reader's own settings as they were."""

    @wraps(draw)
    def styled(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return styled


def begin(ax: Axes | None) -> Axes:
    """The Axes to draw on: the given one, or a fresh picture of its own."""
    if ax is not None:
        return ax
    figure = Figure(figsize=(WIDTH / 72, WIDTH / 72))
    made = figure.add_axes((0.1, 0.1, 0.8, 0.8), axes_class=Picture)
    return made


def room(ax: Axes, left: float = EDGE, right: float = EDGE) -> float:
    """Width of the plot in points; `left` and `right` are the room beside it on a picture of its own."""
    if isinstance(ax, Picture):
        return WIDTH - left - right
    figure = ax.get_figure(root=True)
    if figure is None:
        raise BadInput("ax: these axes belong to no figure. Make them with plt.subplots().")
    return float(ax.get_window_extent().width / figure.dpi * 72)


def finish(
    ax: Axes, words: Words, height: float, left: float = EDGE, right: float = EDGE, below: float = 36.0
) -> Axes:
    """Put the words around the plot and, on a picture of its own, cut the figure to measure.

    `height` is the height of the plot, `left` and `right` the room for labels beside it, `below` for ticks and axis
    label; all in points.
    """
    own = isinstance(ax, Picture)
    across = room(ax, left, right)
    whole = WIDTH - 2 * MARGIN if own else across
    start = MARGIN - left if own else 0.0
    how = wrap(words.how, whole, SIZE)
    title = wrap(words.title, whole, TITLE, bold=True)
    source = wrap(words.source, whole, SIZE)
    over = tall(how, SIZE) + 12 if words.how else 8.0
    if own:
        top = over + tall(title, TITLE) + MARGIN
        bottom = below + tall(source, SIZE) + MARGIN
        total = top + height + bottom
        ax.figure.set_size_inches(WIDTH / 72, total / 72)  # type: ignore[union-attr]  # not a subfigure: `begin` made it
        ax.set_position((left / WIDTH, bottom / total, across / WIDTH, height / total))
    ax.set_title(title, loc="left", x=start / across, pad=over, linespacing=LEADING - 0.1)
    for text, corner, shift, where in ((how, 1, 6.0, "bottom"), (source, 0, -below, "top")):
        ax.annotate(
            text,
            (0, corner),
            (start, shift),
            xycoords="axes fraction",
            textcoords="offset points",
            va=where,
            color=QUIET,
            linespacing=LEADING - 0.1,
            annotation_clip=False,
        )
    _WORDS[ax] = words
    return ax


def words_of(ax: Axes) -> Words:
    """Title, reading help, source and text alternative of one picture. Raises BadInput for any other Axes."""
    if ax not in _WORDS:
        raise BadInput(
            "alt: this picture was not drawn by chartpath.figures. Give what one of its functions returned."
        )
    return _WORDS[ax]


def alt(picture: Axes | Figure | Gallery) -> str:
    """What a picture says, as text with every number in it; for a figure, all of its pictures in turn."""
    if isinstance(picture, Axes):
        return words_of(picture).alt
    if isinstance(picture, Gallery):
        return " ".join(words_of(one).alt for one in picture.pictures)
    drawn = [one for one in picture.axes if one in _WORDS]
    if not drawn:
        raise BadInput("alt: no picture of chartpath.figures is in this figure.")
    return " ".join(words_of(one).alt for one in drawn)


def html(picture: Axes | Gallery) -> str:
    """The picture as HTML: an image of its own, its text alternative for a screen reader, and the text to unfold."""
    if isinstance(picture, Gallery):
        inner = "".join(
            f'<div style="flex:1 1 340px;min-width:0">{html(one)}</div>' for one in picture.pictures
        )
        return f'<div style="display:flex;flex-wrap:wrap;gap:16px;max-width:1000px">{inner}</div>'
    said = escape(words_of(picture).alt, quote=True)
    image = b64encode(png(picture)).decode()
    # The label is on both: JupyterLab drops role and aria-label in a notebook that it does not trust yet.
    return (
        f'<figure role="img" aria-label="{said}" style="margin:8px 0;max-width:640px">'
        f'<img alt="{said}" src="data:image/png;base64,{image}" style="width:100%;height:auto"></figure>'
        '<details style="max-width:640px;font-size:14px"><summary>This picture in words</summary>'
        f"<p>{said}</p></details>"
    )


def png(picture: Axes, dpi: int = DPI) -> bytes:
    """The picture as a PNG file of at most 64 colors, which a notebook carries at a third of the weight.

    The figure of the Axes is drawn whole.
    """
    figure = picture.get_figure(root=True)
    if figure is None:
        raise BadInput("png: these axes belong to no figure.")
    out = BytesIO()
    with mpl.rc_context(STYLE):
        figure.savefig(out, format="png", dpi=dpi)
    light = BytesIO()
    with Image.open(out) as drawn:
        drawn.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(light, format="png", optimize=True)
    return light.getvalue()


@cache
def _advance(letter: str, bold: bool) -> float:
    """Width of a letter in letters of one point. A space alone has no ink to measure, so it stands between two bars."""
    font = FontProperties(family="DejaVu Sans", size=100, weight="bold" if bold else "normal")
    across, _, _ = TextToPath().get_text_width_height_descent(f"|{letter}|", font, ismath=False)
    bars, _, _ = TextToPath().get_text_width_height_descent("||", font, ismath=False)
    return float(across - bars) / 100 * _HINTED


@lru_cache(maxsize=1 << 16)
def _across(text: str, bold: bool) -> float:
    """Width of a text in letters of one point. A sheet is set a dozen times in other sizes until it fits."""
    return sum(_advance(letter, bold) for letter in text)


def width_of(text: str, size: float, bold: bool = False) -> float:
    """Width of a line in points, in the house's letters, without kerning: never less than what is drawn."""
    return _across(text, bold) * size


@lru_cache(maxsize=1 << 14)
def wrap(text: str, room: float, size: float, bold: bool = False, first: float | None = None) -> str:
    """The text in lines no wider than `room` points (the first no wider than `first`); a wider word stands alone.

    When not even a word fits into `first`, the first line is left empty.
    """
    space, lines, free = width_of(" ", size, bold), [""], room if first is None else first
    for word in text.split():
        across = width_of(word, size, bold)
        if lines[-1] and across + space <= free:
            lines[-1] += f" {word}"
            free -= across + space
        elif not lines[-1] and (len(lines) > 1 or first is None or across <= free):
            lines[-1] = word
            free -= across
        else:
            lines.append(word)
            free = room - across
    return "\n".join(lines)


def tall(text: str, size: float) -> float:
    """Height in points of wrapped text."""
    return (text.count("\n") + 1) * size * LEADING if text else 0.0


def luminance(color: str) -> float:
    """Relative luminance of a `#rrggbb` color, 0 black to 1 white (WCAG 2)."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def on(color: str) -> str:
    """Letters that can be read on a color: white or ink, whichever contrasts more."""
    ground = luminance(color) + 0.05
    return PAPER if 1.05 / ground > ground / (luminance(INK) + 0.05) else INK


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
