"""`cp.read`: the record of `cp.show` with tools; evidence side by side, and no key before its time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

import pytest

import chartpath
from chartpath import desk, items
from chartpath.cards.evidence import evidence_html, evidence_rows, key_phrases, quoted
from chartpath.cards.study import section_heading, study_html
from chartpath.errors import BadInput

CODED = [one for one in items.items() if one.kind == "codes" and one.chart]
STAY = next(one for one in CODED if one.chart and not one.assessed and len(one.chart.documents) > 2)
ASSESSED = next(one for one in CODED if one.assessed)
QUESTION = next(one for one in items.items() if one.chart is None)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    desk._answered.clear()
    yield
    desk._answered.clear()


def page(item_id: str) -> str:
    """The reader without its style and its script."""
    return re.sub(r"<(style|script)>.*?</\1>", "", chartpath.read(item_id)._repr_html_(), flags=re.DOTALL)


def body(item: items.Item, codes: int | None = None) -> str:
    key = items.key(item.id).codes[:codes]
    return "\n".join(f'{code.code} "{code.evidence[0]}"' if code.evidence else code.code for code in key)


def test_without_a_script_every_document_stands_open_with_date_and_author() -> None:
    shown = page(STAY.id)
    assert STAY.chart
    for document in STAY.chart.documents:
        assert escape(document.author) in shown
        assert escape(document.text.splitlines()[0]) in shown
    assert shown.count("<details open") == len(STAY.chart.documents)
    assert '<div class="cr-tools" hidden>' in shown  # what needs the script is shown by the script
    assert "<mark" not in shown
    assert STAY.chart.documents[0].text in repr(chartpath.read(STAY.id))


def test_after_a_wrong_answer_the_key_is_under_a_fold_and_nothing_of_it_is_marked() -> None:
    desk._answered[STAY.id] = body(STAY, 1)
    shown = page(STAY.id)
    first = items.key(STAY.id).codes[0].evidence[0]
    assert {" ".join(mark.split()) for mark in re.findall(r"<mark[^>]*>([^<]*)</mark>", shown)} == {
        escape(first)
    }
    before, fold = shown.split("Your evidence beside")
    assert items.key(STAY.id).codes[-1].code not in before
    assert items.key(STAY.id).codes[-1].code in fold
    assert "You quoted" in fold


def test_an_answer_without_quotes_brings_no_table() -> None:
    desk._answered[STAY.id] = "R05.9"
    shown = page(STAY.id)
    assert "<table" not in shown
    assert "Your evidence" not in shown


def test_the_key_of_an_assessed_item_stays_away_even_where_it_is_at_hand() -> None:
    desk._answered[ASSESSED.id] = body(ASSESSED)
    shown = page(ASSESSED.id)
    assert "The key quotes" not in shown
    desk._answered[ASSESSED.id] = "R05.9"
    assert "<mark" not in page(ASSESSED.id)


def test_an_item_without_a_record_is_one_sentence() -> None:
    with pytest.raises(BadInput, match="has no record"):
        chartpath.read(QUESTION.id)
    with pytest.raises(BadInput, match="no item"):
        chartpath.read("no-such-item")


def test_evidence_stands_side_by_side_in_the_order_of_the_key() -> None:
    graded = desk.grade_body(STAY, 'R05.9 "made <up>"\n' + body(STAY, 1))
    rows = evidence_rows(graded)
    assert [name for name, _, _ in rows][: len(graded.key.codes)] == [code.code for code in graded.key.codes]
    assert rows[0][1] == (rows[0][2][0],)
    assert rows[-1] == ("R05.9", ("made <up>",), ())
    html = evidence_html(graded)
    assert "made &lt;up&gt;" in html
    assert "not in the answer" in html
    assert quoted(graded.answer)[0] == "made <up>"
    assert set(key_phrases(graded.key)) >= {phrase for code in graded.key.codes for phrase in code.evidence}
    assert evidence_html(desk.grade_body(STAY, "R05.9")) == ""


def test_every_key_sends_to_a_section_that_its_lesson_has() -> None:
    for item in items.items():
        lesson = items.key(item.id).lesson
        stem, _, slug = lesson.partition("#")
        heading = section_heading(stem, slug)
        assert re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-") == slug
        assert heading.endswith("?") or f"{heading}?" not in study_html(
            lesson
        )  # the words are those of the lesson
    assert section_heading("no-such-lesson", "what-is-left") == "What is left"
