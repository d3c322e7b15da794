"""`cp.drill`, practice that does not run out, and `words`, the tables it is made from."""

from __future__ import annotations

import secrets
from html import escape
from typing import Any

from chartpath import cards, items, termdrills, terms
from chartpath.errors import BadInput

MOST = 20
_PARTS = ("form", "meaning", "example", "example_meaning")
_COLUMNS = {
    "combining-forms": (*_PARTS, "chapter"),
    "prefixes": ("form", "meaning", "contrast", "example", "example_meaning"),
    "suffixes": _PARTS,
    "directions": ("term", "meaning", "opposite", "example"),
    "abbreviations": ("abbreviation", "meaning", "context"),
    "do-not-use": ("entry", "problem", "write", "wrong_order", "right_order"),
    "eponyms": ("name", "description", "code"),
    "plurals": ("singular", "plural", "rule"),
    "traps": ("term", "meaning"),
    "everyday": ("everyday", "clinical", "code"),
    "operations": ("suffix", "term", "operation", "situation"),
}
_HEADS = {
    "form": "part",
    "example_meaning": "which means",
    "contrast": "not to be taken for",
    "context": "a line that decides",
    "wrong_order": "so nobody may write",
    "right_order": "so it may stand",
    "everyday": "the patient says",
    "clinical": "the record says",
    "opposite": "opposite or other",
    "operation": "root operation",
}
_CELL = "text-align:left;vertical-align:top;padding:3px 14px 3px 0"


class Words:
    """Rows of a table of terminology, shown as a table in a notebook and as lines elsewhere."""

    def __init__(self, name: str, rows: list[terms.Row]) -> None:
        self.name, self.rows = name, rows

    def __repr__(self) -> str:
        return "\n".join("  ".join(row[column] for column in _COLUMNS[self.name]) for row in self.rows)

    def _repr_html_(self) -> str:
        columns = _COLUMNS[self.name]
        head = "".join(
            f'<th scope="col" style="{_CELL}">{escape(_HEADS.get(one, one))}</th>' for one in columns
        )
        body = "".join(
            "<tr>" + "".join(f'<td style="{_CELL}">{escape(row[one])}</td>' for one in columns) + "</tr>"
            for row in self.rows
        )
        told = f"{self.name.replace('-', ' ')}: {len(self.rows)}"
        return f"<table><caption>{escape(told)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def words(name: str, filled: str = "", **where: str) -> Words:
    """The rows of a terminology table, like `words("suffixes", kind="symptom")` or `words("prefixes", filled="contrast")`.

    `where` names columns and the text they must hold; `filled` a column that must not be empty. Raises BadInput
    for a table, a column or a text that is not there, naming those that are.
    """
    if name not in _COLUMNS:
        raise BadInput(
            f"There is no table {str(name)[:40]!r} of words. The tables are {', '.join(_COLUMNS)}."
        )
    rows = list(terms.table(name))
    for column in (*where, *([filled] if filled else [])):
        if column not in rows[0]:
            raise BadInput(f"{name} has no column {column[:40]!r}. Its columns are {', '.join(rows[0])}.")
    for column, text in where.items():
        known = sorted({row[column] for row in rows})
        rows = [row for row in rows if row[column] == str(text)]
        if not rows:
            raise BadInput(
                f"{name}: no row has {column} {str(text)[:40]!r}. Try one of {', '.join(known[:15])}."
            )
    return Words(name, [row for row in rows if not filled or row[filled]])


def drill(kind: str, seed: int | str | None = None, n: int = 3, system: str = "") -> None:
    """Show `n` new questions of a kind (1 to 20), each with the line to answer it by.

    The same `seed` shows the same questions again; without one, they are new each time. `system`, like "urinary",
    keeps words and word parts to one body system. Nothing drilled is ever graded. Raises BadInput for an unknown
    kind or body system (naming all), a seed that is no plain word or number, and a number out of range.
    """
    if kind not in termdrills.KINDS:
        raise BadInput(f"There is no drill {str(kind)[:40]!r}. The drills are {', '.join(termdrills.KINDS)}.")
    if not isinstance(n, int) or not 1 <= n <= MOST:
        raise BadInput(f"cp.drill: n is how many questions you want, 1 to {MOST}; it is {n!r}.")
    if system and system not in termdrills.systems():
        raise BadInput(
            f"There is no body system {str(system)[:40]!r}. They are {', '.join(termdrills.systems())}."
        )
    word = system + (str(seed).strip().lower() if seed is not None else str(secrets.randbelow(10**6)))
    for number in range(1, n + 1):
        _show(items.item(f"drill-{kind}-{word}-{number}"))


def _show(item: items.Item) -> None:
    from IPython.display import display

    line = f"%%answer {item.id}"
    told = f"<p>To answer, begin a new cell with <code>{line}</code> and type your answer below it.</p>"
    data: dict[str, Any] = {
        "text/plain": f"{cards.question_text(item)}\nTo answer, begin a new cell with {line}",
        "text/html": cards.question_html(item) + told,
    }
    display(data, raw=True)
