"""The sheet for a client: one page for any place, real text, the numbers of the tables, and no file overwritten."""

from __future__ import annotations

import sys
import warnings
from functools import cache
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_pdf import PdfFile, RendererPdf
from matplotlib.figure import Figure
from typer.testing import CliRunner

from chartpath import careers, cli
from chartpath.errors import BadInput, ChartpathError
from chartpath.figures.style import STYLE
from chartpath.handout import handout, sheet
from chartpath.outlook.page import view
from figures.pictures import extremes, survey

STATES = [area.key for area in careers.areas() if area.kind == "state"]
COUNTED = [one.soc for one in careers.occupations() if one.in_oews]
AREAS = [area.code for area in careers.areas()]
# A sheet takes a second to set: a tenth of the places here, with those that have gaps; the extremes of all fit, says the slow test below.
SOME = sorted({*STATES[::10], "DC", "PR", "VI", "GU"})


def read(path: Path) -> str:
    """All text of a one-page PDF on one line, as a program that reads aloud would find it."""
    (page,) = pypdf.PdfReader(path).pages
    return " ".join(page.extract_text().split())


@pytest.mark.slow
@pytest.mark.parametrize("usps", SOME)
def test_sheet_of_every_state(usps: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = handout(usps, "coder", tmp_path / "sheet.pdf")
    text = read(made)
    row = survey().get((careers.find_area(usps).code, "29-2072"), {})
    for name in ("median", "p10", "p90"):
        if row.get(name):
            assert f"${int(row[name]):,}" in text
    if row.get("employment"):
        assert f"{int(row['employment']):,}" in text
    if not row.get("median") or not row.get("employment"):
        assert "Not published" in text
    assert text.startswith(f"Pay and outlook: {careers.find_area(usps).name}")
    assert "May 2025" in text


def test_sheet_says_what_the_page_says(tmp_path: Path) -> None:
    page = view("CA", ["coder"])
    text = read(handout("CA", "coder", tmp_path / "sheet.pdf"))
    assert page.title in text
    assert page.lead in text
    for measure in page.measures:
        assert measure.title in text
        assert measure.lines[0].value in text
        assert f"] {measure.source}." in text
    assert page.work[0].tasks[0] in text
    assert all(badge.key in text for badge in page.work[0].badges)
    assert all(caveat.text in text for caveat in page.caveats if not caveat.about)
    assert page.credit in text
    assert page.badges_source in text


def test_page_is_letter_with_letters_that_stay_letters(tmp_path: Path) -> None:
    made = handout("0031080", ["coder", "biller"], tmp_path / "sheet.pdf")
    reader = pypdf.PdfReader(made)
    (page,) = reader.pages
    assert [float(side) for side in page.mediabox] == [0, 0, 612, 792]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    assert all(font["/Subtype"] in ("/Type0", "/TrueType") for font in fonts)
    about = reader.metadata
    assert about is not None
    assert about.author == "chartpath"
    assert about.title == (
        "Pay and outlook: Los Angeles-Long Beach-Anaheim, CA, Medical Records Specialists, Billing and Posting Clerks"
    )
    assert about.subject is not None
    assert about.subject.startswith("In Los Angeles-Long Beach-Anaheim, CA, medical records specialists")


def test_suppressed_figures_are_said_to_be_missing(tmp_path: Path) -> None:
    text = read(handout("VI", ["registrar", "coder"], tmp_path / "sheet.pdf"))
    assert text.count("Not published") >= 4
    assert "That does not mean nobody works in it." in text
    assert "$0 a year" not in text


@cache
def renderer() -> RendererPdf:
    """One for all sheets: matplotlib remembers what it measured with a renderer, and most words stand on every sheet."""
    return RendererPdf(PdfFile(BytesIO()), 72, 11, 8.5)


def check(figure: Figure) -> None:
    """Nothing leaves the margins, and no two texts of the sheet lie on each other."""
    figure.set_dpi(72)
    # Measured as the PDF sets them: on a screen letters are moved to whole pixels.
    with mpl.rc_context(STYLE):
        boxes = [(one.get_text(), one.get_window_extent(renderer())) for one in figure.texts]
    for text, box in boxes:
        assert box.x0 >= 35, text
        assert box.x1 <= 612 - 35, text
        assert box.y0 >= 32, text
        assert box.y1 <= 792 - 20, text
    low = np.array([box.min for _, box in boxes])
    high = np.array([box.max for _, box in boxes])
    height = high[:, 1] - low[:, 1]
    shared = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
    over = (shared[..., 0] > 1) & (shared[..., 1] > 0.45 * np.minimum(height[:, None], height))
    pairs = [(boxes[one][0], boxes[other][0]) for one, other in np.argwhere(np.triu(over, 1))]
    assert pairs == []


@pytest.mark.slow
# Which note is long and which figure is missing differs by place: all of it must fit.
@settings(max_examples=30, deadline=None)
@given(st.sampled_from(AREAS), st.lists(st.sampled_from(COUNTED), min_size=1, max_size=4, unique=True))
def test_any_place_with_any_occupations_fits_on_one_page(area: str, chosen: list[str]) -> None:
    check(sheet(view(area, chosen)))


@pytest.mark.slow
def test_the_extremes_fit_on_one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four occupations say the most that can be said. The room for the picture is laid out before it is drawn."""
    monkeypatch.setattr(sys.modules["chartpath.handout"], "_ranges", lambda *_: None)
    longest = ["11-9111", "29-2072", "29-9021", "43-6013"]
    places = extremes(longest)
    assert len(places) > 50
    for area in places:
        made = sheet(view(area, longest))
        check(made)
        assert made.texts[0].get_text().startswith("Pay and outlook")


def test_shortened_sheets_say_so(tmp_path: Path) -> None:
    four = read(handout("DC", ["coder", "registrar", "manager", "31-9092"], tmp_path / "four.pdf"))
    assert "Shortened to fit" in four
    assert "A selection, in the order of O*NET" in four
    assert four.count("\N{PLUS-MINUS SIGN}") == 4


def test_an_existing_file_is_kept_until_told(tmp_path: Path) -> None:
    target = tmp_path / "sheet.pdf"
    target.write_text("mine")
    with pytest.raises(BadInput, match="exists already"):
        handout("CA", "coder", target)
    assert target.read_text() == "mine"
    handout("CA", "coder", target, overwrite=True)
    assert target.read_bytes().startswith(b"%PDF")
    assert [one.name for one in tmp_path.iterdir()] == ["sheet.pdf"]


@pytest.mark.parametrize(
    ("area", "occupation", "name", "says"),
    [
        ("CA", "coder", "sheet.txt", "ends in .pdf"),
        ("CA", "coder", "nowhere/sheet.pdf", "no such folder"),
        ("Narnia", "coder", "sheet.pdf", "no such area"),
        ("CA", "29-2071", "sheet.pdf", "until 2018"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_line(
    tmp_path: Path, area: str, occupation: str, name: str, says: str
) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        handout(area, occupation, tmp_path / name)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Figure, part: Path, **_: object) -> None:
        part.write_bytes(b"%PDF half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", full)
    with pytest.raises(ChartpathError, match="No space left on device"):
        handout("CA", "coder", tmp_path / "sheet.pdf")
    assert list(tmp_path.iterdir()) == []


def test_the_same_sheet_is_the_same_bytes(tmp_path: Path) -> None:
    one, other = (handout("TX", "biller", tmp_path / f"{at}.pdf").read_bytes() for at in (1, 2))
    assert one == other


def test_command_prints_the_sheet(tmp_path: Path) -> None:
    target = tmp_path / "x.pdf"
    call = [
        "handout",
        "--area",
        "CA",
        "--occupation",
        "29-2072",
        "--occupation",
        "biller",
        "--out",
        str(target),
    ]
    done = CliRunner().invoke(cli.app, call)
    assert done.exit_code == 0, done.output
    assert done.output.strip().replace("\n", "") == f"Written: {target}"
    assert "Billing and Posting Clerks" in read(target)
    again = CliRunner().invoke(cli.app, call)
    assert isinstance(again.exception, BadInput)
    assert CliRunner().invoke(cli.app, [*call, "--overwrite"]).exit_code == 0
