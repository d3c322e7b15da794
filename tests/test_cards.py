"""What a person reads: escaped, marked, complete, and never the answer before its time."""

from __future__ import annotations

import datetime as dt
import re
from html import escape
from html.parser import HTMLParser

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chartpath import cards, items
from chartpath.answers import parse
from chartpath.cards.frame import marked
from chartpath.items import DEFAULT_PROMPT, Chart, Item, Key, KeyCode, Query
from chartpath.scoring import Graded, grade, key_lines

FOLD = '<details style="margin-top:8px"'  # a part of the card that is closed until it is asked for; a rule is not one
CODED = [one for one in items.items() if one.kind == "codes"]
TERM = next(one for one in items.items() if one.kind == "term")


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
        before = re.sub(r"<i>Rule: .*?</i>|Near it in the book: [^<]*", "", html.split(FOLD)[0])
        missing = [code.code for code in items.key(item.id).codes if code.required and code.code not in typed]
        assert [code for code in missing if re.search(rf"(?<![\w.]){re.escape(code)}(?![\w.])", before)] == []


@pytest.mark.parametrize("item", CODED, ids=[one.id for one in CODED])
def test_closed_feedback_tells_codes_reasons_and_evidence(item: Item) -> None:
    html = cards.result_html(graded(item, "Z99.89"), reveal=True)
    text = " ".join(check_html(html).split())
    assert "<details>" not in html.replace(
        '<details style="margin-top:8px"', "<details>"
    )  # nothing is folded away
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
        typed = "\n".join(key_lines(items.key(item.id)))
        assert "audit-ready: nothing to change" in cards.headline(graded(item, typed))


def test_a_blank_answer_is_not_called_wrong() -> None:
    assert cards.headline(graded(CODED[0], "")).startswith("No answer yet")


@pytest.mark.parametrize("kind", ["choice", "number", "term", "spans", "parts"])
def test_the_verdict_leads_the_result_of_a_wrong_answer(kind: str) -> None:
    """Whoever hears the result hears first whether it is right, then why."""
    questions = [one for one in items.items() if one.kind == kind and not one.assessed]
    assert questions
    for item in questions:
        key = items.key(item.id)
        wrong = next((letter for letter in item.options if letter != key.answer), "")
        typed = wrong or {"number": "987654321.5"}.get(kind, "zz-zy")
        result = grade(item, key, parse(typed, kind))
        heading = re.search(r"<p[^>]*>([^<]*)</p>", cards.result_html(result))
        assert heading is not None
        for told in (cards.headline(result), cards.result_text(result), heading[1]):
            assert told.startswith("Not right. "), item.id


def test_a_choice_that_is_right_or_no_option_is_not_called_wrong() -> None:
    item = next(one for one in items.items() if one.kind == "choice" and not one.assessed)
    key = items.key(item.id)
    assert cards.headline(grade(item, key, parse(str(key.answer), "choice"))).startswith("Right.")
    assert cards.headline(grade(item, key, parse("Z", "choice"))).startswith("There is no option Z here.")


def chart(note: str) -> Chart:
    return Chart("a", "<b>Title</b> & more", "ed", 1, dt.date(2026, 5, 2), 0, "M", note)


def test_the_record_is_escaped_and_dated() -> None:
    html = cards.chart_html(chart("BP < 90 & falling <script>alert(1)</script>"))
    text = check_html(html)
    assert "&lt;script&gt;" in text
    assert "05/02/2026" in text
    assert "under 1 year, male" in text


STAY_NOTE = """=== HISTORY AND PHYSICAL | 05/03/2026 14:10 | R. Amadi, MD
Lobar pneumonia, pneumococcus.
=== NURSING NOTE | 05/04/2026
Blood loss <1 unit. Pneumonia improving.
=== DISCHARGE SUMMARY
Pneumococcal pneumonia with blood loss anemia."""
STAY = Chart(
    "stay",
    "Cough",
    "inpatient",
    3,
    dt.date(2026, 5, 6),
    61,
    "M",
    STAY_NOTE,
    admitted=dt.date(2026, 5, 3),
)
STAY_KEY = Key(
    "stay",
    codes=(
        KeyCode("J13", "principal", poa="Y", evidence=("Pneumococcal pneumonia",)),
        KeyCode("D62", "secondary", poa="N", evidence=("blood loss anemia",)),
    ),
    queries=(
        Query(
            "cause",
            evidence=("Blood loss <1 unit",),
            why="Nobody says what the blood loss came from, and two things are possible.",
            ask="The nursing note has a blood loss. What did it come from: the line, another cause, or unable to determine?",
        ),
    ),
)


def stay(typed: str) -> Graded:
    item = Item("stay", "codes", "unit", False, 10, "Code this stay with POA letters.", chart=STAY)
    return grade(item, STAY_KEY, parse(typed, "codes"))


def test_a_stay_shows_each_document_under_its_heading() -> None:
    html = cards.chart_html(STAY, ["pneumonia"])
    check_html(html)
    headings = re.findall(r"<summary[^>]*>([^<]*)</summary>", html)
    assert headings == [
        "HISTORY AND PHYSICAL · 05/03/2026 14:10 · R. Amadi, MD",
        "NURSING NOTE · 05/04/2026",
        "DISCHARGE SUMMARY",
    ]
    assert html.count("<details open") == 3  # nothing is hidden, on paper either
    assert html.count("<mark") == 3  # in every document
    assert "===" not in html
    assert "Inpatient hospital" in html
    assert "05/03/2026 to 05/06/2026" in html
    text = cards.chart_text(STAY)
    assert "NURSING NOTE · 05/04/2026\n-------------------------\nBlood loss <1 unit." in text
    assert "===" not in text


def test_a_task_of_its_own_is_shown_with_the_record() -> None:
    item = stay("").item
    for shown in (cards.question_html(item), cards.question_text(item)):
        assert "Code this stay with POA letters." in shown
    usual = evolve(item, prompt=DEFAULT_PROMPT)
    assert DEFAULT_PROMPT not in cards.question_html(usual)


def test_a_question_that_is_missing_is_told_without_its_reason() -> None:
    closed = cards.result_html(stay("J13 Y\nD62 N"))
    before = re.sub(r"<i>Rule: .*?</i>", "", closed.split(FOLD)[0])
    assert "A question to the provider is missing" in before
    assert "cause" not in before.lower().replace("because", "")
    assert "A query is missing: cause" in cards.result_html(stay("J13 Y\nD62 N"), reveal=True)
    right = stay('J13 Y\nD62 N\nquery cause "Blood loss <1 unit"')
    opened = check_html(cards.result_html(right, reveal=True))
    assert right.right
    assert "What did it come from" in opened
    assert "Nobody says" in opened
    wrong = cards.result_html(stay('J13 Y\nD62 N\nquery timing "Blood loss <1 unit"'))
    assert "Query timing: the question has another reason" in wrong


def test_a_stay_shows_its_group_and_what_the_order_does_to_it() -> None:
    shown = " ".join(check_html(cards.result_html(stay("D62 N\nJ13 Y"))).split())
    assert "MS-DRG of your list : 811" in shown
    assert "With the right principal diagnosis first : 194" in shown
    assert "not the CMS grouper" in shown
    assert "procedures are no part of this exercise" in shown
    right = cards.result_html(stay('J13 Y\nD62 N\nquery cause "Blood loss <1 unit"'))
    assert "MS-DRG of this answer" not in right
    missing = cards.result_html(stay("J13 Y"))
    assert "MS-DRG of this answer" in missing.split("The answer, and why")[1]  # under the fold
    assert "MS-DRG of this answer" not in missing.split("The answer, and why")[0]


def test_a_supply_line_is_shown_as_it_is_billed() -> None:
    chart = evolve(STAY, setting="supplier", note="Sleep apnea. CPAP rented.", admitted=None)
    item = Item("cpap", "codes", "unit", False, 10, "?", chart=chart, systems=("icd10cm", "hcpcs"))
    line = KeyCode("E0601", "procedure", modifiers=("RR",), units=1, evidence=("CPAP rented",))
    key = Key("cpap", codes=(KeyCode("G47.33", "first_listed", evidence=("Sleep apnea",)), line))
    shown = check_html(
        cards.result_html(grade(item, key, parse("G47.33\nE0601-NU x3", "codes", item.systems)), reveal=True)
    )
    assert "E0601-RR x1" in shown
    assert "the modifiers are not right" in shown
    assert "the units are not right" in shown
    assert "not in the code set" not in shown


def test_phrases_are_marked_across_line_breaks_and_overlaps() -> None:
    html = cards.chart_html(
        chart("acute\n  cystitis without hematuria"), ["Acute cystitis", "cystitis without"]
    )
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", html) == ["acute\n  cystitis", " without"]


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=4))
def test_marking_never_changes_the_words(note: str, phrases: list[str]) -> None:
    assert re.sub(r"</?mark[^>]*>", "", marked(note, phrases)) == escape(note)


@given(st.text(max_size=60))
def test_typed_text_never_becomes_markup(typed: str) -> None:
    for item in (CODED[0], TERM):
        check_html(cards.result_html(graded(item, typed + "<img src=x onerror=alert(1)>")))
