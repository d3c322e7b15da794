"""Progress: true of an empty record, of a full one and of a damaged one, and it says what to do next."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from chartpath import learned, paths, record, standing
from chartpath.standing import Progress
from learner import AT, event, own_home

LATER = AT + dt.timedelta(days=30)


class Outline(HTMLParser):
    """Links of a page, and whether its tags close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return own_home(tmp_path, monkeypatch)


def keep(item: str, score: float, days: float = 0) -> None:
    assert record.keep(event(item, score, days)) == ""


def mine(unit: str, kind: str = "choice") -> list[str]:
    return [one.id for one in learned.bank().values() if one.unit.startswith(unit) and one.kind == kind]


def shown(page: Progress) -> tuple[str, Outline]:
    outline = Outline(page._repr_html_())
    assert outline.open == []
    return repr(page), outline


def test_an_empty_record_leads_to_the_first_page(path: Path) -> None:
    page = standing.progress(LATER)
    text, outline = shown(page)
    assert "Nothing answered yet" in text
    assert outline.links == ["../00-start-here/start-here.ipynb"]
    assert "Readiness" not in page._repr_html_()
    assert not path.exists()


def test_what_to_do_next_is_due_cards_then_the_unit_begun_then_the_weakest_competency(path: Path) -> None:
    law = mine("15-")
    for number, name in enumerate(law[:12]):
        keep(name, 100 if number < 4 else 0, number / 100)
    page = standing.progress(LATER)
    assert page.steps[0].code == "cp.review()"
    assert page.steps[0].words == "Review: 8 cards are due."
    assert page.steps[1].words.startswith("Go on with HIPAA and compliance")
    assert page.steps[2].words.startswith("Look again at ")
    assert page.steps[2].code in {f'cp.show("{name}")' for name in law[4:12]}
    text, outline = shown(page)
    assert "12 items answered, 4 of them right" in text
    assert len(outline.links) >= 1
    for link in outline.links:
        assert (paths.notebooks() / "any" / ".." / unquote(link).removeprefix("../")).resolve().is_file(), (
            link
        )


def test_a_mock_exam_is_proposed_when_enough_was_tried(path: Path) -> None:
    names = list(learned.bank())[: standing.ENOUGH_FOR_EXAM]
    for name in names[:-1]:
        keep(name, 100)
    assert not any("cp.exam" in one.code for one in standing.progress(AT).steps)
    keep(names[-1], 100)
    assert any("cp.exam" in one.code for one in standing.progress(AT).steps)


def test_trend_mastery_and_readiness_stand_in_card_and_text(path: Path) -> None:
    for name in mine("06-")[:6]:
        keep(name, 100, -8)
    keep(mine("06-")[7], 0, 0)
    page = standing.progress(AT)
    text, _ = shown(page)
    html = page._repr_html_()
    assert [share for _, share in page.weeks] == [learned.Share(6, 6), learned.Share(0, 1)]
    assert "2026-10-26: 6 of 6, 100% (61 to 100)" in text
    assert "Week that began on Monday" in html
    assert "October 26, 2026" in html
    assert any(one.state == "mastered" for one in page.rows)
    for exam in standing.EXAMS:
        assert f"Readiness for {exam}" in text
        assert f"Readiness for {exam}" in html
        for one in learned.domains(exam):
            assert "unconfirmed" in one.told or one.confirmed
            assert f"{one.label}, {one.told}, in this kit" in text
            assert f">{one.told}</td>" in html
    assert "58% of the exam asks for CPT codes" in text
    assert "Weighed as the exam weighs its domains, 86% of what you answered is right" in text


def test_a_damaged_line_is_said_on_the_card(path: Path) -> None:
    keep(mine("06-")[0], 100)
    with path.open("a", encoding="utf-8") as stream:
        stream.write("<b>broken</b>\n")
    text, _ = shown(standing.progress(AT))
    assert "line 2 is damaged" in text
    assert "1 items answered" not in text
    assert "1 item answered" in text


def test_an_item_that_the_kit_lost_breaks_nothing(path: Path) -> None:
    keep("gone-for-good", 100)
    text, _ = shown(standing.progress(AT))
    assert "1 item answered" in text
