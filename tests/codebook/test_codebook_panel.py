"""The panel without a browser: what a learner's act changes, what is kept, what is said when it cannot be."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import chartpath
from chartpath.codebook import places
from chartpath.codebook.panel import PAUSE, Panel
from chartpath.codebook.places import HCPCS, Place
from chartpath.codebook.shelf import Shelf
from chartpath.errors import BadInput

CODE = Place("icd10cm", "E11.22", "Type 2 diabetes mellitus with diabetic chronic kidney disease", True)
OTHER = Place("icd10cm", "I10", "Essential (primary) hypertension", True)


def panel(start: str = "", edition: str = "2027") -> Panel:
    return Panel(start, edition, Shelf())


def rows(control: object) -> list[str]:
    return [label for label, _ in control.options]  # type: ignore[attr-defined]


def choose(control: object, text: str) -> None:
    """Choose the first row that holds the text, as a person would."""
    control.index = next(number for number, row in enumerate(rows(control)) if text in row)  # type: ignore[attr-defined]


def test_typing_shows_the_best_code_and_its_line() -> None:
    book = panel()
    book.search.value = "diabetes ckd"
    assert book.here
    assert book.here.id == "E11.22"
    assert book.line.value == "E11.22"
    assert not book.copy.disabled
    assert "E11 Type 2 diabetes mellitus" in book.notes.value
    assert "found for “diabetes ckd”, best first: E11.22" in book.status.value
    book.search.value = "diabetes ckd qqqzzz wwwvvv"
    book.search.value = "qqqzzz"
    assert book.here is None
    assert "Nothing found" in book.status.value
    assert book.copy.disabled


def test_a_set_alone_is_searched_when_it_is_chosen() -> None:
    book = panel("walker")
    assert rows(book.results)[0].startswith("HCPCS")
    book.system.value = "icd10cm"
    assert all(row.startswith("CM") for row in rows(book.results))


def test_the_beginning_of_a_procedure_stays_open() -> None:
    """The first code that begins so would fill in what the learner has not chosen."""
    book = panel("0FT4")
    assert book.here
    assert (book.here.id, book.here.level) == ("0FT4", "Body Part")
    assert [step.value for step in book.builder.steps] == [*"0FT4", "", "", ""]
    assert rows(book.results)[:2] == [
        "PCS 0FT4- Gallbladder",
        "PCS 0FT40ZZ Resection of Gallbladder, Open Approach",
    ]
    book.search.value = "0F"
    assert rows(book.results) == ["PCS 0F- Hepatobiliary System and Pancreas"]


@pytest.mark.parametrize("words", ["ct", "dm", "GZ"])
def test_two_letters_are_a_word_before_they_are_characters(words: str) -> None:
    assert all(one.billable for one in map(places.of_hit, places.find(words, places.PCS, "2027")))


def test_a_modifier_is_shown_as_one_and_gives_no_answer_line() -> None:
    book = panel()
    book.system.value = HCPCS
    book.search.value = "rt"
    assert rows(book.results)[0].startswith("HCPCS modifier RT Right side")
    assert "Modifier: goes behind a code" in book.entry.value
    assert (book.line.value, book.copy.disabled) == ("", True)
    assert any("Modifiers" in row for row in rows(book.tree))


def test_the_tree_can_be_walked_without_losing_it() -> None:
    book = panel("E11.22")
    tree = rows(book.tree)
    choose(book.tree, "E11.2 ")
    assert book.here
    assert book.here.id == "E11.2"
    assert rows(book.tree) == tree
    book.open.click()
    assert any("E11.29" in row for row in rows(book.tree))
    choose(book.tree, "Chapter 4")
    book.open.click()
    assert book.here.level == "chapter"
    assert any("E08-E13" in row for row in rows(book.tree))


def test_choosers_build_the_full_code() -> None:
    book = panel("S93.401")
    shown = {name for name, control in book.decisions.items() if control.layout.display != "none"}
    assert shown == {"Side", "7th character"}
    book.decisions["7th character"].value = "S93.401A"
    book.decisions["Side"].value = "S93.402A"
    assert book.line.value == "S93.402A"
    assert "S93.402A" in rows(book.kept)[0]


def test_the_builder_offers_only_what_leads_to_a_code() -> None:
    book = panel()
    assert book.builder.box.layout.display == "none"
    book.system.value = "icd10pcs"
    assert book.builder.box.layout.display is None
    for number, value in enumerate("0FT"):
        book.builder.steps[number].value = value
    assert book.builder.steps[3].description == "4 Body Part"
    assert book.builder.steps[4].disabled
    book.builder.steps[3].value = "4"
    book.builder.steps[4].value = "4"
    assert book.builder.prefix == "0FT44Z"  # one device is possible, so it is chosen
    book.builder.steps[6].value = "Z"
    assert book.line.value == "procedure 0FT44ZZ"
    book.builder.steps[2].value = ""
    assert book.builder.prefix == "0F"
    assert book.line.value == ""


def test_an_edition_without_tables_is_said_and_the_panel_goes_on() -> None:
    book = panel("0FT44ZZ", "2025")
    assert "not at hand" in book.status.value or "0FT44ZZ" in book.status.value
    book.search.value = "I10"
    assert book.line.value == "I10"
    with pytest.raises(BadInput, match="2019"):
        panel("", "2019")


def test_recent_holds_what_was_chosen_and_not_what_was_typed_past() -> None:
    book = panel()
    for end in range(1, 9):
        book.search.value = "diabetes"[:end]
    assert rows(book.kept) == []
    book.results.index = 1
    picked = book.here
    book.search.value = "asthma"
    assert picked
    assert picked.id in rows(book.kept)[0]


def test_pins_last_beyond_the_session_and_may_be_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "new" / "pins.json"
    book = Panel("E11.22", "2027", Shelf(file))
    book.pin.click()
    assert book.pin.description == "Unpin this code"
    assert Shelf(file).pinned == [("icd10cm", "E11.22")]
    assert "pinned: E11.22" in rows(Panel("", "2027", Shelf(file)).kept)[0]
    book.pin.click()
    assert Shelf(file).pinned == []
    assert [path.name for path in file.parent.iterdir()] == ["pins.json"]


def test_two_notebooks_pin_without_losing_each_others(tmp_path: Path) -> None:
    one, two = Shelf(tmp_path / "pins.json"), Shelf(tmp_path / "pins.json")
    one.pin(CODE)
    two.pin(OTHER)
    assert Shelf(tmp_path / "pins.json").pinned == [("icd10cm", "E11.22"), ("icd10cm", "I10")]


@pytest.mark.parametrize("text", ["{", '{"pinned": 3}', "[]", '{"pinned": [["a"]]}', "\x00"])
def test_a_damaged_file_is_kept_aside_and_said_in_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pins.json"
    file.write_text(text, encoding="utf-8")
    shelf = Shelf(file)
    assert shelf.pinned == []
    assert "not readable" in shelf.trouble
    assert "\n" not in shelf.trouble
    assert (tmp_path / "pins.damaged.json").read_text(encoding="utf-8") == text
    assert shelf.pin(CODE)
    assert Shelf(file).pinned == [("icd10cm", "E11.22")]


def test_a_folder_that_cannot_be_written_keeps_pins_for_the_session(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder should be", encoding="utf-8")
    shelf = Shelf(tmp_path / "blocked" / "pins.json")
    assert shelf.pin(CODE)
    assert shelf.holds(CODE)
    assert "Pins last for this session" in shelf.trouble


def test_the_other_sets_join_when_the_typing_pauses() -> None:
    async def typed() -> tuple[list[str], list[str]]:
        book = panel()
        book.search.value = "walk"
        book.search.value = "walker"
        first = rows(book.results)
        await asyncio.sleep(PAUSE * 3)
        return first, rows(book.results)

    first, later = asyncio.run(typed())
    assert all(row.startswith("CM") for row in first)
    assert later[0].startswith("HCPCS")


def test_nothing_is_said_before_every_set_was_asked() -> None:
    """A screen reader reads the line out: a code of a later set must not be called "nothing found" on its way."""

    async def typed() -> tuple[str, str]:
        book = panel()
        book.search.value = "0FT4"
        early = book.status.value
        await asyncio.sleep(PAUSE * 3)
        return early, book.status.value

    early, late = asyncio.run(typed())
    assert "found" not in early
    assert "found for “0FT4”, best first: 0FT4 Gallbladder" in late


def test_what_was_decided_meanwhile_is_not_talked_over() -> None:
    async def typed() -> str:
        book = panel()
        book.search.value = "S93.401"
        choose(book.decisions["Side"], "left")
        await asyncio.sleep(PAUSE * 3)
        return book.status.value

    assert "S93.402" in asyncio.run(typed())


def test_what_was_chosen_before_the_other_sets_came_stays_in_its_row() -> None:
    async def typed() -> tuple[Panel, str]:
        book = panel()
        book.search.value = "walker"
        book.results.index = 1
        chosen = rows(book.results)[1]
        await asyncio.sleep(PAUSE * 3)
        return book, chosen

    book, chosen = asyncio.run(typed())
    assert rows(book.results)[1] == chosen
    assert book.results.index == 1
    assert any(row.startswith("HCPCS") for row in rows(book.results))


@pytest.mark.parametrize(
    ("chooser", "choice", "code"), [("Side", "left", "S93.402"), ("7th character", "A ", "S93.401A")]
)
def test_what_was_decided_before_the_other_sets_came_stays_in_view(
    chooser: str, choice: str, code: str
) -> None:
    """On a slow machine the other sets answer seconds later: they must not take the learner back."""

    async def typed() -> Panel:
        book = panel()
        book.search.value = "S93.401"
        choose(book.decisions[chooser], choice)
        await asyncio.sleep(PAUSE * 3)
        return book

    book = asyncio.run(typed())
    assert book.here
    assert book.here.id == code


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def test_without_widgets_it_stands_as_text(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHARTPATH_HOME", str(tmp_path))
    for _ in range(2):  # importing the package binds its name: the second call must work too
        book = chartpath.codebook("E11.22")
    with capture_output() as captured:
        book._ipython_display_()
    script, shown = (output.data for output in captured.outputs)
    assert "chartpathCodebook" in script["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert "Use additional code" in shown["text/plain"]
    assert "<" not in shown["text/plain"].replace("<!", "")
    json.dumps(shown)


def test_ipywidgets_come_only_when_they_are_asked_for() -> None:
    code = "import sys, chartpath; chartpath.codebook; chartpath.read; print([n for n in ('ipywidgets', 'pandas') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
