"""The phrases a learner quotes as evidence: are they in the note, and do they carry the code?"""

from __future__ import annotations

from collections.abc import Iterator

from chartpath.answers import CodeLine
from chartpath.audit.model import Finding
from chartpath.audit.pairs import Case

FOUND, ELSEWHERE, NOT_FOUND = 1.0, 0.5, 0.0
"""Credit of a quotation: on the passage that carries the code, elsewhere in the note, not in the note."""

_DASHES = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2019": "'", "\u00a0": " "}
)


def plain(text: str) -> str:
    """Text without what no one means to quote: case, runs of white space, the shape of dashes and apostrophes."""
    return " ".join(text.translate(_DASHES).casefold().split())


def in_note(phrase: str, note: str) -> bool:
    """Whether a phrase occurs in the note."""
    wanted = plain(phrase)
    return bool(wanted) and wanted in plain(note)


def quotation_share(case: Case) -> float | None:
    """Mean credit of the lines that quote something; None when no line does (the part does not apply)."""
    credits = [_credit(case, line.code, line.evidence) for line in _judged(case) if line.evidence]
    return sum(credits) / len(credits) if credits else None


def _judged(case: Case) -> tuple[CodeLine, ...]:
    """The lines whose quotations count: service lines only where the key asks for services."""
    return (*case.sheet.diagnoses, *(case.sheet.procedures if case.brief.services else ()))


def check_quotes(case: Case) -> Iterator[Finding]:
    """Remarks on quotations: a phrase that is not in the note, or one that is beside the point."""
    for line in _judged(case):
        for phrase in line.evidence:
            if not in_note(phrase, case.chart.note):
                yield Finding(
                    "quote_not_found",
                    line.code,
                    f"The words “{phrase}” are not in this record. This says nothing about {line.code} yet: quote the passage as it stands.",
                    "Evidence is quoted word for word",
                    "chartpath scoring",
                    next="Copy the phrase from the note. Capitals and line breaks do not matter.",
                )
        if (
            line.evidence
            and line.code in case.brief.by_code
            and _credit(case, line.code, line.evidence) == ELSEWHERE
        ):
            yield Finding(
                "quote_elsewhere",
                line.code,
                f"The words that you quote for {line.code} are in the record. Another passage carries the code better.",
                "Evidence is the passage where the clinician states the condition",
                "chartpath scoring",
                next="Quote the place where the clinician concludes, not where the question came up.",
            )


def _credit(case: Case, code: str, phrases: tuple[str, ...]) -> float:
    """The best credit among the phrases of one line; a code that is not in the key has no evidence to find."""
    if code not in case.brief.welcome:
        return NOT_FOUND
    found = [phrase for phrase in phrases if in_note(phrase, case.chart.note)]
    if not found:
        return NOT_FOUND
    passages = case.evidence(code)
    if not passages or any(
        _overlap(phrase, passage, case.chart.note) for phrase in found for passage in passages
    ):
        return FOUND
    return ELSEWHERE


def _overlap(phrase: str, passage: str, note: str) -> bool:
    """Whether two phrases share some of the note's text, at any of the places where they occur."""
    text = plain(note)
    mine, theirs = _spans(plain(phrase), text), _spans(plain(passage), text)
    return any(
        start < other_end and other_start < end for start, end in mine for other_start, other_end in theirs
    )


def _spans(phrase: str, text: str) -> list[tuple[int, int]]:
    spans = []
    start = text.find(phrase) if phrase else -1
    while start >= 0:
        spans.append((start, start + len(phrase)))
        start = text.find(phrase, start + 1)
    return spans
