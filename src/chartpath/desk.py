"""What a learner touches in a notebook: `show`, `score`, `code`, `search` and the `%%answer` cell."""

from __future__ import annotations

import os
from html import escape
from typing import TYPE_CHECKING, Any

from IPython.core.magic import no_var_expand

from chartpath import answers, cards, items, record
from chartpath.audit import scrub, scrub_remarks
from chartpath.cards.frame import section
from chartpath.codecards import CodeCard, SearchCard
from chartpath.codesets import CURRENT_EDITION, edition_for, views
from chartpath.errors import BadInput
from chartpath.items import Item
from chartpath.scoring import Graded, grade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from IPython.core.interactiveshell import InteractiveShell

# The last answer to each item in this session: what `score` looks at, as a top-to-bottom run would.
_answered: dict[str, str] = {}

# Items whose answers go elsewhere instead of being judged at once: a running exam takes them.
_held: dict[str, Callable[[str, str], str]] = {}


def show(item_id: str) -> None:
    """Show the record or the question of an item."""
    item = items.item(item_id)
    _display(cards.question_html(item), cards.question_text(item))


def score(item_id: str) -> float:
    """Points of the last answer to an item, with its feedback card.

    Raises KeyNotAtHand for an assessed item where its key is not on this machine; never guesses.
    """
    item = items.item(item_id)
    body = _answered.get(item.id, "")
    if answers.parse(body, item.kind, item.systems).blank and not _autograding():
        raise BadInput(
            f"{item.id}: no answer yet. Fill in the cell above, run it with Shift+Enter, then run this one."
        )
    graded = grade_body(item, body)
    _display(cards.result_html(graded, reveal=item.assessed), cards.result_text(graded))
    return graded.points


def given(item_id: str) -> str:
    """The last answer to an item in this session, as typed; empty when there is none."""
    return _answered.get(item_id, "")


def hold(item_ids: Iterable[str], take: Callable[[str, str], str]) -> None:
    """Send the answers to these items to `take(item id, body)`, which gives one line to show, until `release`."""
    _held.update(dict.fromkeys(item_ids, take))


def release(item_ids: Iterable[str]) -> None:
    """Judge the answers to these items at once again."""
    for item_id in item_ids:
        _held.pop(item_id, None)


def grade_body(item: Item, body: str) -> Graded:
    """Score the body of an answer cell (the text below `%%answer ID`)."""
    return grade(item, items.key(item.id), answers.parse(body, item.kind, item.systems))


def code(text: str, edition: str = CURRENT_EDITION, system: str | None = None) -> CodeCard:
    """A code with its place in the tree and every note that binds it, or a HCPCS modifier. Raises BadInput, naming near codes.

    `system` is icd10cm, icd10pcs or hcpcs; left out, the code itself tells.
    """
    return CodeCard(views.find(text, edition, system))


def search(text: str, limit: int = 10, system: str | None = None) -> SearchCard:
    """Codes whose title, notes or index terms fit the words, best first; HCPCS modifiers by their two characters."""
    return SearchCard(text, tuple(views.search(text, system, limit)))


@no_var_expand  # IPython would otherwise evaluate what stands in braces on the first line
def answer(line: str, cell: str | None = None) -> None:
    """The `%%answer ITEM-ID` cell: its body is parsed, never executed."""
    parts = answers.split_cell(f"%%answer {line}\n{cell or ''}")
    if parts is None or not parts[0]:
        raise BadInput(
            "After %%answer stands the name of one item, like %%answer start-first-code. Copy it from the text above."
        )
    item = items.item(parts[0])
    parsed = answers.parse(parts[1], item.kind, item.systems)
    if item.id in _held and not parsed.blank:
        _say(item, _held[item.id](item.id, parts[1]))
        return
    _answered[item.id] = parts[1]
    if parsed.blank:
        _display(cards.blank_html(item), f"{item.id}: no answer yet")
    elif item.assessed:
        _check(item, parsed)
    else:
        graded = grade(item, items.key(item.id), parsed)
        _display(cards.result_html(graded), cards.result_text(graded))
        told = record.answered(item.id, graded.score, parts[1])
        if told:
            _say(item, told)


def _autograding() -> bool:
    """nbgrader sets this variable while it grades: a blank answer is then worth 0, not a reminder."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def _check(item: Item, parsed: answers.Answer) -> None:
    """Say of an assessed answer what needs no key."""
    problems = [str(problem) for problem in parsed.problems]
    if item.kind != "codes" or item.chart is None:
        problems += [
            f"There is no option {letter} here. The options are {', '.join(item.options)}."
            for letter in parsed.letters
            if letter not in item.options
        ]
        _display(cards.check_html(item, problems), cards.check_text(item, problems))
        return
    chart = item.chart
    edition = edition_for(chart.encounter_date)
    findings = scrub(parsed, edition, age=chart.age, sex=chart.sex, inpatient=chart.inpatient)
    remarks = scrub_remarks(parsed, edition)
    _display(
        cards.check_html(item, problems, findings, parsed, edition, remarks),
        cards.check_text(item, problems, [*findings, *remarks]),
    )


def register(shell: InteractiveShell) -> None:
    """Teach a running IPython the cells `%%answer` and `%%plan`."""
    register_function: Any = (
        shell.register_magic_function
    )  # its decorated signature hides `self` from a checker
    register_function(answer, magic_kind="cell", magic_name="answer")
    register_function(plan, magic_kind="cell", magic_name="plan")


def plan(line: str, cell: str | None = None) -> None:
    """The `%%plan` cell: a career plan, read line by line and never executed."""
    from chartpath.plan import plan as show_plan

    show_plan(line, cell)


def _say(item: Item, told: str) -> None:
    """Show one line about an answer."""
    _display(section("plain", f"Note on {item.id}", f"<p style='margin:0'>{escape(told)}</p>"), told)


def _display(html: str, text: str) -> None:
    from IPython.display import display

    data: dict[str, Any] = {"text/plain": text, "text/html": html}
    display(data, raw=True)
