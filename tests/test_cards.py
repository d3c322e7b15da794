"""What a person reads: escaped, marked, complete, and never the answer before its time."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartpath import cards, items
from chartpath.answers import parse
from chartpath.items import Chart, Item
from chartpath.scoring import Graded, grade

CODED = [one for one in items.items() if one.kind == "codes"]


class Balanced(HTMLParser):
    """Fails on a tag that is closed wrongly, a script, or an event handler."""

    void = frozenset({"br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "iframe", "object", "style", "link"}
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_html(html: str) -> str:
    parser = Balanced()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return re.sub(r"<[^>]+>", " ", html)


def graded(item: Item, typed: str) -> Graded:
    return grade(item, items.key(item.id), parse(typed, item.kind, item.systems))


def wrong_answers(item: Item) -> list[str]:
    return ["\n".join(wrong.codes) for wrong in items.key(item.id).miscodings]


@pytest.mark.parametrize("item", CODED, ids=[one.id for one in CODED])
def test_feedback_never_names_a_code_the_learner_did_not_type(item: Item) -> None:
    """Before the fold, that is: the answer stands under its own heading, closed until it is asked for."""
    for typed in wrong_answers(item):
        html = cards.result_html(graded(item, typed))
        check_html(html)
        # The book's own words may name it, and so may the list of real codes near one that does not exist.
        before = re.sub(r"<i>Rule: .*?</i>|Near it in the book: [^<]*", "", html.split("<details")[0])
        missing = [code.code for code in items.key(item.id).codes if code.required and code.code not in typed]
        assert [code for code in missing if re.search(rf"(?<![\w.]){re.escape(code)}(?![\w.])", before)] == []


@pytest.mark.parametrize("item", CODED, ids=[one.id for one in CODED])
def test_closed_feedback_tells_codes_reasons_and_evidence(item: Item) -> None:
    html = cards.result_html(graded(item, "Z99.89"), reveal=True)
    text = " ".join(check_html(html).split())
    assert "<details" not in html
    for code in items.key(item.id).codes:
        assert code.code in text
    assert "<mark" in html


def test_every_finding_shows_its_rule() -> None:
    for item in CODED:
        for typed in wrong_answers(item):
            result = graded(item, typed)
            assert result.audit is not None
            html = cards.result_html(result)
            assert html.count("Rule: ") >= len([one for one in result.audit.told if one.rule])


def test_a_right_answer_says_so() -> None:
    for item in CODED:
        typed = "\n".join(code.code for code in items.key(item.id).codes if code.required)
        assert "audit-ready: nothing to change" in cards.headline(graded(item, typed))


def test_a_blank_answer_is_not_called_wrong() -> None:
    assert cards.headline(graded(CODED[0], "")).startswith("No answer yet")


def chart(note: str) -> Chart:
    return Chart("a", "<b>Title</b> & more", "ed", 1, dt.date(2026, 5, 2), 0, "M", note)


def test_the_record_is_escaped_and_dated() -> None:
    html = cards.chart_html(chart("BP < 90 & falling <script>alert(1)</script>"))
    text = check_html(html)
    assert "&lt;script&gt;" in text
    assert "05/02/2026" in text
    assert "under 1 year, male" in text


def test_phrases_are_marked_across_line_breaks_and_overlaps() -> None:
    html = cards.chart_html(
        chart("acute\n  cystitis without hematuria"), ["Acute cystitis", "cystitis without"]
    )
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", html) == ["acute\n  cystitis", " without"]


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=4))
def test_marking_never_changes_the_words(note: str, phrases: list[str]) -> None:
    marked = cards._marked(note, phrases)
    assert re.sub(r"</?mark[^>]*>", "", marked) == cards.escape(note)


@given(st.text(max_size=60))
def test_typed_text_never_becomes_markup(typed: str) -> None:
    for item in (CODED[0], next(one for one in items.items() if one.kind == "term")):
        check_html(cards.result_html(graded(item, typed + "<img src=x onerror=alert(1)>")))
