"""`cp.read`: a record to work in. The static record of `cp.show`, to which a script adds tabs, a search and quotes.

Nothing here needs a running kernel once it is shown, or any widget: where scripts do not run, the record stands as
`cp.show` prints it.
"""

from __future__ import annotations

from html import escape
from importlib.resources import files

from attrs import frozen

from chartpath import desk, items
from chartpath.answers import parse
from chartpath.cards.evidence import evidence_html, key_phrases, quoted
from chartpath.cards.frame import fold
from chartpath.cards.record import chart_text, facts_line, record_html
from chartpath.errors import BadInput
from chartpath.items import Chart, Item

__all__ = ["Reader", "read"]

_HELP = (
    "To take a phrase as evidence, select it with the mouse, or find it; then copy it and paste it behind the code in "
    "your answer."
)
_FOLD = "Your evidence beside the key's (this shows the answer)"
_TOOLS = (
    '<div class="cr-tools" hidden><label class="cr-find">Find in the record <input type="text" autocomplete="off" '
    'spellcheck="false"></label><button type="button" class="cr-back">Previous</button>'
    '<button type="button" class="cr-on">Next</button><button type="button" class="cr-quote">Copy as evidence</button>'
    f'<p class="cr-told" role="status"></p><p class="cr-help">{_HELP}</p></div>'
)


@frozen
class Reader:
    """A record with what is marked in it, and below it the comparison that follows an answer."""

    chart: Chart
    marks: tuple[str, ...] = ()
    told: str = ""
    below: str = ""

    def __repr__(self) -> str:
        return chart_text(self.chart)

    def _repr_html_(self) -> str:
        """The record, the tools that the script shows, and the script; without it all documents stand open."""
        style, script = (
            files("chartpath.reader").joinpath(name).read_text("utf-8")
            for name in ("reader.css", "reader.js")
        )
        told = f"<p>{escape(self.told)}</p>" if self.told else ""
        return (
            f"<style>{style}</style>"
            f'<section class="cr-reader" aria-label="Reader: {escape(self.chart.title, quote=True)}">'
            f'<p class="cr-title">{escape(self.chart.title)}</p><p class="cr-facts">{escape(facts_line(self.chart))}</p>'
            f"{told}{_TOOLS}{record_html(self.chart, self.marks)}{self.below}</section><script>{script}</script>"
        )


def read(item_id: str) -> Reader:
    """The record of an item in a reader: documents in tabs, find in the record, copy a phrase as evidence.

    After an answer in this session the phrases it quotes are marked. For a practice item they stand beside those of the
    key, under a fold until the answer is right; then the key's are marked. Raises BadInput for an unknown id and for an item without a record.
    """
    item = items.item(item_id)
    if item.chart is None:
        raise BadInput(f'{item.id}: this item has no record to read. Show it with cp.show("{item.id}").')
    return _answered(item, item.chart)


def _answered(item: Item, chart: Chart) -> Reader:
    body = desk.given(item.id)
    answer = parse(body, item.kind, item.systems)
    if answer.blank:
        return Reader(chart)
    own = quoted(answer)
    if item.assessed:  # its key stays away, also where it is at hand
        return Reader(chart, tuple(own), "Marked: the phrases that you quoted." if own else "")
    graded = desk.grade_body(item, body)
    table = evidence_html(graded)
    if graded.right:
        return Reader(chart, tuple(key_phrases(graded.key)), "Marked: the evidence of the key.", table)
    told = "Marked: the phrases that you quoted." if own else ""
    return Reader(chart, tuple(own), told, fold(_FOLD, table, False) if table else "")
