"""Questions to the provider: whether the right one was asked, and what has to wait for its reply."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chartpath.answers import QueryLine
from chartpath.audit.model import Finding
from chartpath.audit.pairs import Case
from chartpath.audit.quotes import in_note, plain
from chartpath.audit.rules import Rule, guideline
from chartpath.codesets import normalize
from chartpath.items import Query

HALF = 0.5
"""Credit of a question that sees the problem and names another reason, or names the reason without the words."""

_FEWEST_WORDS = 3  # a shorter part of a phrase may be anything
_COMPLICATION = re.compile(r"T8[0-8]")
_CARE = re.compile(r"postprocedural|postoperative|intraoperative|following a procedure", re.IGNORECASE)


def query_share(case: Case) -> float | None:
    """Mean credit over the questions of the key; None when it has none (the part does not apply)."""
    asked = case.key.queries
    return sum(_credit(case, one) for one in asked) / len(asked) if asked else None


def check_queries(case: Case) -> Iterator[Finding]:
    """`missing_query` for a question that was not asked, `wrong_query` for one asked for another reason."""
    told: dict[str, int] = {}
    for query in case.key.queries:
        told[query.reason] = told.get(query.reason, 0) + 1
        credit, lines = _credit(case, query), _on_the_point(case, query)
        rule = query_rule(case, query)
        if credit == HALF and lines:
            yield Finding(
                "wrong_query",
                lines[0].reason,
                "You see what has to be asked. The reason that you give for it is not the one.",
                rule.text,
                rule.source,
                next="Is the record silent, does it contradict itself, or does it leave a link or a time open?",
            )
        elif credit == 0:
            number = f"-{told[query.reason]}" if told[query.reason] > 1 else ""
            yield Finding(
                "missing_query",
                query.reason + number,
                "Part of this record cannot be coded as it stands, and no line of yours asks the provider about it.",
                rule.text,
                rule.source,
                next="Hold the documents, and the lines of each, against one another and against what a code wants to know. "
                "Then write a query line with its reason and the words that raise it.",
            )


def query_remarks(case: Case) -> Iterator[Finding]:
    """Remarks on questions: words that are not in the record, a bare reason, a question that it answers."""
    for line in case.sheet.queries:
        strange = [phrase for phrase in line.evidence if not in_note(phrase, case.chart.note)]
        useful = any(line in _on_the_point(case, query) for query in case.key.queries)
        if useful:
            continue
        label = f"query {line.reason}"
        if strange:
            yield Finding(
                "quote_not_found",
                "",
                f"The words “{strange[0]}” are not in this record. A query quotes the record as it stands.",
                "Evidence is quoted word for word",
                "chartpath scoring",
                next="Copy the phrase from the note. Capitals and line breaks do not matter.",
                label=label,
            )
        elif not line.evidence and _bare(case, line):
            yield Finding(
                "query_unquoted",
                "",
                "The reason is the right one. Which words of the record raise the question?",
                "Evidence is quoted word for word",
                "chartpath scoring",
                next="Put them between quotation marks after the reason.",
                label=label,
            )
        else:
            yield Finding(
                "needless_query",
                "",
                "This question needs no answer from the provider to code this record. It costs nothing here; "
                "at work each one costs two people their time.",
                "Ask what the record, the book and the guidelines do not settle",
                "chartpath scoring",
                next="Does a later entry, a note in the book or a guideline settle it?",
                label=label,
            )


def waits(case: Case, code: str) -> Query | None:
    """The question whose reply has to come before this code can be reported, or None."""
    bare = code.replace(".", "")
    for query in case.key.queries:
        if any(prefix and bare.startswith(prefix.replace(".", "")) for prefix in query.about):
            return query
    return None


def query_rule(case: Case, query: Query) -> Rule:
    """The guideline that sends the coder to the provider for a reason."""
    book = case.book
    if query.reason == "conflict":
        return guideline(book, "I.A.19", "I.B.14")
    if query.reason == "specificity":
        return guideline(book, "I.B.2", "I.B.18")
    if query.reason == "diagnosis":
        return guideline(book, "III.B") if case.chart.inpatient else guideline(book, "I.A.19", "I.B.4")
    if query.reason == "cause":
        care = any(
            _COMPLICATION.match(one) or _CARE.search(book.title(normalize(one))) for one in query.about
        )
        return guideline(book, "I.B.16" if care else "I.A.15")
    return guideline(book, "Appendix I" if query.reason == "timing" else "I.A.19")


def _credit(case: Case, query: Query) -> float:
    """1 for the right question, HALF for half of one, 0 for none."""
    lines = _on_the_point(case, query)
    if any(line.reason in _reasons(query) for line in lines):
        return 1.0
    return HALF if lines or any(_bare(case, line) for line in case.sheet.queries) else 0.0


def _reasons(query: Query) -> tuple[str, ...]:
    return (query.reason, *query.accept)


def _on_the_point(case: Case, query: Query) -> list[QueryLine]:
    """The lines that quote what raises a question: no more than the key has questions, so that nobody tries all reasons."""
    lines = [
        line
        for line in case.sheet.queries
        if any(_quotes(phrase, passage) for phrase in line.evidence for passage in query.evidence)
    ]
    return lines[: len(case.key.queries)]


def _bare(case: Case, line: QueryLine) -> bool:
    """Whether a line without words names the reason of the one question that there is."""
    asked = case.key.queries
    first = next((one for one in case.sheet.queries if not one.evidence), None)
    return len(asked) == 1 and line is first and line.reason in _reasons(asked[0])


def _quotes(phrase: str, passage: str) -> bool:
    """Whether a phrase holds a passage, or is three words of it or more."""
    mine, whole = plain(phrase), plain(passage)
    return bool(mine) and (
        whole in mine or (mine in whole and (mine == whole or len(mine.split()) >= _FEWEST_WORDS))
    )
