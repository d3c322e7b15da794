"""The page a learner gets back: what it says, and that nothing a learner wrote can act on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from classroom import (
    FIRST,
    NOTEBOOK,
    SECOND,
    UNIT,
    answer,
    autograded,
    cell,
    code,
    gold,
    markdown,
    submit,
    wrong,
)

from chartpath import items
from chartpath.grading import grade_unit, pages
from chartpath.grading.course import Course
from chartpath.grading.safety import clean_html, plain_text, safe_markdown

ATTACKS = [
    "<script>window.pwned=1</script>",
    "<img src=x onerror='window.pwned=1'>",
    "<svg onload=window.pwned=1>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<a href='javascript:window.pwned=1'>click</a>",
    "[click](javascript:window.pwned=1)",
    "<a href='java\tscript:window.pwned=1'>click</a>",
    "<form action='https://example.org'><input name=x><button>send</button></form>",
    "<style>body{display:none}</style>",
    "<base href='https://example.org/'>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<object data='data:text/html,<script>1</script>'></object>",
    "![x](https://example.org/pixel.png)",
    "<img src='//example.org/pixel.png'>",
    "<img src='data:image/svg+xml,<svg onload=1>'>",
    "<div style='position:fixed;inset:0;background:url(https://example.org)'>x</div>",
    "<details open ontoggle=window.pwned=1>x</details>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=window.pwned=1></style></mglyph></math>",
    "<noscript><p title='</noscript><img src=x onerror=window.pwned=1>'></noscript>",
    "<!--><img src=x onerror=window.pwned=1>-->",
    "$$\\href{javascript:window.pwned=1}{x}$$",
    "```html\n<script>window.pwned=1</script>\n```",
]
HARMFUL = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "base",
    "meta",
    "link",
    "svg",
    "math",
}


def harms(html: str) -> list[str]:
    """What in a piece of HTML could run, load from the web, restyle or send."""
    found = []
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        if tag.name in HARMFUL:
            found.append(tag.name)
        for name, value in tag.attrs.items():
            text = "".join(str(value).split()).lower()
            if name.startswith("on") or name == "style":
                found.append(f"{tag.name} {name}")
            if name == "href" and not text.startswith(("http:", "https:", "mailto:", "#")) and ":" in text:
                found.append(f"{tag.name} {text}")
            if (
                name == "src"
                and not text.startswith(("data:image/png", "data:image/jpeg", "data:image/gif"))
                and text not in ("x", "")
            ):
                found.append(f"{tag.name} {text}")
    return found


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_markdown_can_act(attack: str) -> None:
    for text in (
        attack,
        f"words\n\n{attack}\n\nwords",
        f"- {attack}",
        f"> {attack}",
        f"| a |\n|---|\n| {attack} |",
    ):
        assert harms(safe_markdown({}, text)) == []


def test_the_harm_check_finds_harm() -> None:
    assert (
        harms("<script>1</script><a href='javascript:1'>x</a><p onclick=1 style='x'></p><img src='//x'>")
        != []
    )


def test_plain_markdown_looks_as_it_should() -> None:
    html = safe_markdown(
        {}, "# Title\n\n**bold** and `code`, a < b, $5 to $10\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    assert "<strong>bold</strong>" in html
    assert "<code>code</code>" in html
    assert "a &lt; b" in html
    assert "$5 to $10" in html
    assert BeautifulSoup(html, "html.parser").select("table td")[1].text == "2"
    picture = "data:image/png;base64,iVBORw0KGgo="
    assert picture in clean_html(f'<img alt="scan" src="{picture}">')
    assert 'href="https://www.cms.gov"' in safe_markdown({}, "[CMS](https://www.cms.gov)")


def test_any_source_becomes_text() -> None:
    assert plain_text(["a", 1, "b"]) == "ab"
    assert plain_text({"x": 1}) == plain_text(None) == ""
    assert plain_text("a\ud800\x00b").encode("utf-8") == b"a?b"


def feedback(course: Course, learner: str) -> BeautifulSoup:
    path = course.feedback / learner / UNIT / f"{Path(NOTEBOOK).stem}.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def text_of(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def test_it_shows_score_findings_rules_and_rationale(course: Course) -> None:
    submit(course, "ann", lambda book: answer(book, wrong(FIRST), gold(SECOND)))
    (row,) = grade_unit(UNIT, course=course).rows
    page = feedback(course, "ann")
    text = text_of(page)
    assert f"{row.score:g} of 20 points" in text
    assert page.select_one("h1").text == "Code two charts"  # type: ignore[union-attr]
    assert "Rule: " in text
    for item_id in (FIRST, SECOND):
        key = items.key(item_id)
        assert items.item(item_id).title in text
        assert " ".join(key.rationale.split()) in text
        assert all(code_.code in text for code_ in key.codes)
    assert " ".join(wrong(FIRST).split()) in text
    assert page.select("mark")
    headings = [heading.get("id") for heading in page.select("h2")]
    assert headings == [f"score-{FIRST}", f"score-{SECOND}"]
    assert [link["href"] for link in page.select("table.scores a")] == [f"#{one}" for one in headings]


def test_it_needs_no_server_and_no_script(course: Course) -> None:
    submit(course, "ann", lambda book: answer(book, gold(FIRST)))
    grade_unit(UNIT, course=course)
    page = feedback(course, "ann")
    assert page.select("script, link, iframe, object") == []
    policy = page.select_one('meta[http-equiv="Content-Security-Policy"]')
    assert policy is not None
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert [link["href"] for link in page.select("a[href]") if not str(link["href"]).startswith("#")] == []
    assert page.html is not None
    assert page.html["lang"] == "en"


def test_prose_that_was_released_is_not_repeated_and_own_words_are(course: Course) -> None:
    def write(book: dict[str, Any]) -> None:
        book["cells"].append(markdown("Here is **why** I chose it.", "own"))
        book["cells"].append(code("1 + 1", "sum"))

    submit(course, "ann", write)
    grade_unit(UNIT, course=course)
    page = feedback(course, "ann")
    assert "Here is why I chose it." in text_of(page)
    assert [heading.text for heading in page.select("main h1")] == []
    assert "A cell of yours that is not scored" in text_of(page)


def test_a_blank_answer_is_called_blank(course: Course) -> None:
    submit(course, "ann", lambda book: None)
    grade_unit(UNIT, course=course)
    text = text_of(feedback(course, "ann"))
    assert text.count("None was typed.") == 2
    assert "No response" not in text
    assert "# one code a line" not in text


def test_remarks_on_a_changed_file_are_told(course: Course) -> None:
    submit(course, "ann", lambda book: book["cells"].remove(cell(book, f"score-{FIRST}")))
    grade_unit(UNIT, course=course)
    page = feedback(course, "ann")
    assert [one.text for one in page.select('[role="note"] li')] == [
        f"The cell score-{FIRST} was missing; it was put back."
    ]


def test_damaged_work_gets_a_page_too(course: Course) -> None:
    submit(course, "ann", b"<script>")
    grade_unit(UNIT, course=course)
    text = text_of(feedback(course, "ann"))
    assert "0 points" in text
    assert "It is not a notebook" in text
    submit(course, "ann", lambda book: None)
    grade_unit(UNIT, course=course)
    assert "could not be graded" not in text_of(feedback(course, "ann"))


def test_a_page_that_cannot_be_made_does_not_stop_the_batch(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*cells: object) -> None:
        raise RuntimeError("no page today")

    monkeypatch.setattr(pages, "annotate", fail)
    submit(course, "ann", lambda book: answer(book, gold(FIRST)))
    submit(course, "bob", lambda book: None)
    rows = grade_unit(UNIT, course=course).rows
    assert [(row.status, row.score) for row in rows] == [("graded", 10), ("graded", 0)]
    assert rows[0].notes == (f"No feedback page for {NOTEBOOK}: RuntimeError: no page today",)


def hostile(book: dict[str, Any]) -> None:
    """Every attack, in Markdown, in a raw cell, in code and in an answer."""
    answer(book, "\n".join(f'N30.00 "{attack}" {attack}' for attack in ATTACKS))
    book["cells"] += [markdown(attack, f"m{number}") for number, attack in enumerate(ATTACKS)]
    raw = {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}}
    book["cells"] += [raw | {"id": f"r{number}", "source": attack} for number, attack in enumerate(ATTACKS)]
    for number, attack in enumerate(ATTACKS):
        own = code(attack, f"c{number}")
        own["outputs"] = [{"output_type": "display_data", "data": {"text/html": attack}, "metadata": {}}]
        own["metadata"] = {
            "tags": [attack],
            "nbgrader": {"comment": attack, "grade_id": attack, "grade": True, "solution": True},
        }
        book["cells"].append(own)
    book["metadata"] |= {
        "title": ATTACKS[0],
        "language_info": {"name": ATTACKS[0], "pygments_lexer": ATTACKS[0]},
        "widgets": {},
    }


def test_nothing_a_learner_wrote_can_act(course: Course) -> None:
    submit(course, "eve", hostile)
    grade_unit(UNIT, course=course)
    page = feedback(course, "eve")
    assert page.main is not None
    for card in page.main.select("section"):
        card["style"] = ""  # the kit's own cards are styled
        for inside in card.select("[style]"):
            del inside["style"]
        del card["style"]
    assert harms(str(page.main)) == []
    kept = autograded(course, "eve")["cells"]
    assert [one for one in kept if one["cell_type"] == "raw"] == []
    own = [one for one in kept if one["id"].startswith("c")]
    assert own
    assert all(one["outputs"] == [] and one["metadata"] == {} for one in own)
