"""Two columns of quotes: what the learner took from the record for a code, and what the key takes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from chartpath.answers import Answer
from chartpath.items import Key
from chartpath.scoring import Graded

Row = tuple[str, tuple[str, ...], tuple[str, ...]]
_CELL = "text-align:left;vertical-align:top;padding:4px 12px 4px 0;border-top:1px solid #767676"


def quoted(answer: Answer) -> list[str]:
    """Every phrase that an answer quotes, in order."""
    cited = [*(line.evidence for line in answer.lines), *(line.evidence for line in answer.queries)]
    return list(dict.fromkeys(phrase for phrases in cited for phrase in phrases))


def key_phrases(key: Key) -> list[str]:
    """Every phrase that a key quotes: for its codes, then for its questions to the provider."""
    cited = [*(code.evidence for code in key.codes), *(query.evidence for query in key.queries)]
    return [phrase for phrases in cited for phrase in phrases]


def evidence_rows(graded: Graded) -> list[Row]:
    """(code or question, the learner's phrases, the key's), in the order of the key; then what only the learner has."""
    yours = {line.code: line.evidence for line in graded.answer.lines}
    yours |= {f"query {line.reason}": line.evidence for line in graded.answer.queries}
    keys = {code.code: code.evidence for code in graded.key.codes}
    keys |= {f"query {query.reason}": query.evidence for query in graded.key.queries}
    return [(name, yours.get(name, ()), keys.get(name, ())) for name in dict.fromkeys((*keys, *yours))]


def evidence_html(graded: Graded) -> str:
    """The two columns as a table; nothing where the learner quoted nothing. It names the codes of the key."""
    if not quoted(graded.answer):
        return ""
    known = {code.code for code in graded.key.codes} | {f"query {one.reason}" for one in graded.key.queries}
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL};white-space:nowrap">{escape(name)}</th>'
        f'<td style="{_CELL}">{_quotes(yours)}</td>'
        f'<td style="{_CELL}">{_quotes(keys) if name in known else "not in the answer"}</td></tr>'
        for name, yours, keys in evidence_rows(graded)
    )
    head = "".join(
        f'<th scope="col" style="text-align:left;padding:2px 12px 2px 0">{name}</th>'
        for name in ("For", "You quoted", "The key quotes")
    )
    return (
        '<table style="border-collapse:collapse;margin:8px 0"><caption style="text-align:left;font-weight:600">'
        f"Evidence, side by side</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _quotes(phrases: Iterable[str]) -> str:
    return "<br>".join(f"“{escape(phrase)}”" for phrase in phrases) or "nothing"
