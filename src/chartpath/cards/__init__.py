"""What a person reads: a record, a result, a code, as clean static HTML and as plain text.

The same HTML stands in JupyterLab, in nbgrader's feedback and on paper, so it uses no script, no style sheet
and no widget: lists, folds and inline styles with contrast of 7:1 or more. Meaning never hangs on color.
"""

from __future__ import annotations

from chartpath.cards.check import check_html, check_text
from chartpath.cards.record import blank_html, chart_html, chart_text, question_html, question_text
from chartpath.cards.result import headline, result_html, result_text

__all__ = [
    "blank_html",
    "chart_html",
    "chart_text",
    "check_html",
    "check_text",
    "headline",
    "question_html",
    "question_text",
    "result_html",
    "result_text",
]
