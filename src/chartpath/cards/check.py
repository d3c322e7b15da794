"""What can be said of an assessed answer without its key: the checks of a claim scrubber."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from chartpath.answers import Answer
from chartpath.audit import Finding
from chartpath.cards.findings import finding_list, title
from chartpath.cards.frame import bullets, code_title, section
from chartpath.items import Item


def check_html(
    item: Item,
    problems: Sequence[str],
    findings: Sequence[Finding] = (),
    answer: Answer | None = None,
    edition: str = "",
    remarks: Sequence[Finding] = (),
) -> str:
    """The check of an answer as HTML; `answer` and `edition` are given for answers of codes."""
    body = "<p style='margin:0 0 6px;font-weight:600'>Read. Press Ctrl+S (Cmd+S on a Mac) to save it; your instructor scores it.</p>"
    if answer is not None and answer.lines:
        rows = "".join(
            f"<li>{escape('-'.join((line.code, *line.modifiers)))} "
            f"{escape(code_title(line.code, edition, line.system))}</li>"
            for line in answer.lines
        )
        body += f"<p style='margin:0'>You entered:</p><ol style='margin:2px 0 6px'>{rows}</ol>"
    if answer is not None and answer.queries:
        asked = "; ".join(_asked(line.reason, line.evidence) for line in answer.queries)
        body += f"<p style='margin:0 0 6px'>You ask the provider: {escape(asked)}.</p>"
    body += bullets(problems)
    if findings or remarks:
        body += "<p style='margin:6px 0 2px'>What the code book alone says about it:</p>"
        body += finding_list([*findings, *remarks], True)
    elif answer is not None and answer.lines:
        body += "<p style='margin:0'>Every code exists, is complete, and conflicts with no other. Whether they fit this record is for you to judge.</p>"
    return section("part" if findings or problems else "plain", f"Check of {item.id}", body)


def check_text(item: Item, problems: Sequence[str], findings: Sequence[Finding] = ()) -> str:
    """The same checks as plain text."""
    return "\n".join(
        [
            "Read. Save it with Ctrl+S; your instructor scores it.",
            *problems,
            *(f"- {title(one, True)}: {one.message}" for one in findings),
        ]
    )


def _asked(reason: str, evidence: Sequence[str]) -> str:
    quotes = ", ".join(f"“{phrase}”" for phrase in evidence)
    return f"{reason} {quotes}".strip()
