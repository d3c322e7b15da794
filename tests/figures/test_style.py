"""The house style: readable at phone width, the same on a grey printer, and said in words."""

from __future__ import annotations

from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from chartpath import figures
from chartpath.errors import BadInput
from chartpath.figures import style
from figures.pictures import drawn, figure_of, texts

PHONE, PIXELS_PER_POINT = 390, 96 / 72


class _Reader(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def one(self, tag: str) -> dict[str, str | None]:
        (found,) = [attributes for name, attributes in self.tags if name == tag]
        return found


def test_steps_fall_in_luminance_far_enough_apart_for_a_grey_printer() -> None:
    # L* of CIELAB is even to the eye; ten points apart are told apart side by side.
    lightness = [116 * style.luminance(color) ** (1 / 3) - 16 for color in style.STEPS]
    assert all(before - after > 10 for before, after in pairwise(lightness))


@pytest.mark.parametrize("color", [*style.STEPS, style.PAPER])
def test_letters_on_every_color_reach_contrast_aa(color: str) -> None:
    low, high = sorted((style.luminance(color), style.luminance(style.on(color))))
    assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize("color", [style.INK, style.QUIET, style.DARK, style.MID])
def test_letters_and_marks_stand_out_on_paper(color: str) -> None:
    assert 1.05 / (style.luminance(color) + 0.05) >= 4.5


def test_letters_on_a_phone_are_ten_pixels_or_more() -> None:
    ax = figures.career_ladder()
    wide = figure_of(ax).get_figwidth() * 96
    smallest = min(float(one.get_fontsize()) for one in texts(ax))
    assert smallest * PIXELS_PER_POINT * PHONE / wide >= 10


def test_width_is_never_less_than_what_is_drawn() -> None:
    figure = Figure(figsize=(5, 1), dpi=192)
    canvas = FigureCanvasAgg(figure)
    lines = (
        "Half of medical records specialists",
        "$51,140 to $64,820 AV. To Wa",
        "\N{MINUS SIGN}8.2% (2025-35)",
    )
    with mpl.rc_context(style.STYLE):
        for line in lines:
            for bold in (False, True):
                text = figure.text(0, 0, line, size=10, weight="bold" if bold else "normal")
                drawn = text.get_window_extent(canvas.get_renderer()).width / 192 * 72
                assert drawn <= style.width_of(line, 10, bold) <= drawn * 1.12


def test_wrapped_lines_fit_and_keep_every_word() -> None:
    text = "Of 14,200 openings a year, 1,380 are new jobs; the rest replace people who leave"
    lines = style.wrap(text, 120, 10).split("\n")
    assert " ".join(lines) == text
    assert all(style.width_of(line, 10) <= 120 for line in lines)
    assert style.wrap(text, 120, 10, first=5).startswith("\n")
    assert style.wrap("Incomprehensibilities a", 20, 10) == "Incomprehensibilities\na"
    assert style.wrap("", 20, 10) == ""


def test_a_picture_shows_itself_with_its_words() -> None:
    ax = figures.openings("coder")
    shown = ax._repr_mimebundle_()
    page, said = _Reader(shown["text/html"]), figures.alt(ax)
    assert shown["text/plain"] == said
    assert page.one("figure")["role"] == "img"
    assert page.one("figure")["aria-label"] == said
    # JupyterLab takes role and label off a picture in a notebook that it does not trust; alt stays.
    assert page.one("img")["alt"] == said
    assert said in page.text
    source = page.one("img")["src"]
    assert source is not None
    image = Image.open(BytesIO(b64decode(source.removeprefix("data:image/png;base64,"))))
    assert image.size[0] == style.WIDTH / 72 * style.DPI


def test_the_same_picture_is_the_same_bytes() -> None:
    assert figures.png(figures.openings("biller")) == figures.png(figures.openings("biller"))


def test_a_picture_is_light_enough_for_a_notebook() -> None:
    assert all(len(figures.png(draw())) < 100_000 for draw in (figures.career_ladder, figures.uncertainty))


def test_words_are_escaped_in_html() -> None:
    ax = style.begin(None)
    style.finish(ax, style.Words("a < b", "", "Source: R&D.", 'says "5 < 6" & more'), 50)
    assert _Reader(figures.html(ax)).one("img")["alt"] == 'says "5 < 6" & more'


def test_twin_maps_are_two_pictures_that_can_stack() -> None:
    twin = figures.state_tiles_twin("coder")
    html = twin._repr_mimebundle_()["text/html"]
    assert html.count('role="img"') == 2
    assert "flex-wrap:wrap" in html
    assert all(figures.alt(one) in figures.alt(twin) for one in twin.pictures)


def test_drawing_on_given_axes_returns_them_and_keeps_the_readers_settings() -> None:
    before = dict(mpl.rcParams)
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5))
    try:
        size = tuple(figure.get_size_inches())
        assert figures.pay_range("CA", "coder", ax=left) is left
        assert figures.state_tiles("coder", ax=right) is right
        assert tuple(figure.get_size_inches()) == size
        assert figures.alt(figure) == f"{figures.alt(left)} {figures.alt(right)}"
        assert "California" in left.get_title(loc="left")
        assert dict(mpl.rcParams) == before
    finally:
        plt.close(figure)


def test_a_strange_picture_has_no_words() -> None:
    figure = Figure()
    ax = figure.add_subplot()
    for picture in (figure, ax):
        with pytest.raises(BadInput, match=r"chartpath\.figures"):
            figures.alt(picture)


def test_a_picture_uses_no_hue_to_tell_things_apart() -> None:
    """Printed grey, the two lines of pay over time differ in marker, dash and lightness."""
    ax = figures.pay_over_time("coder")
    by_label = {str(line.get_label()): line for line in ax.get_lines() if line.get_label() in _LINES}
    real, nominal = (by_label[label] for label in _LINES)
    assert real.get_marker() != nominal.get_marker()
    assert real.get_linestyle() != nominal.get_linestyle()
    assert abs(style.luminance(str(real.get_color())) - style.luminance(str(nominal.get_color()))) > 0.1
    assert drawn(ax).grey.min() < 80


_LINES = ("after prices", "dollars of each year")
