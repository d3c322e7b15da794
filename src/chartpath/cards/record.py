"""The record to code, and the question to answer."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from chartpath.cards.frame import CARD, EDGES, NOTE, marked, section
from chartpath.encounters import SETTINGS
from chartpath.items import DEFAULT_PROMPT, Chart, Item

_HEADING = (
    "cursor:pointer;font-weight:600;background:#e9edf4;color:#1a1a1a;padding:4px 10px;"
    "border-left:4px solid #2f4b7c"
)


def chart_html(chart: Chart, highlights: Iterable[str] = (), prompt: str = "") -> str:
    """The record as HTML, every phrase of `highlights` marked where it occurs; `prompt` is the task above it."""
    facts = facts_line(chart)
    task = f'<p style="margin:6px 0 0">{escape(prompt)}</p>' if prompt else ""
    return (
        f'<section aria-label="Record: {escape(chart.title, quote=True)}" style="{CARD.format(edge=EDGES["plain"])}">'
        f'<p style="margin:0;font-weight:600">{escape(chart.title)}</p>'
        f'<p style="margin:0;color:#404040">{escape(facts)}</p>{task}'
        f"{record_html(chart, highlights)}</section>"
    )


def record_html(chart: Chart, highlights: Iterable[str] = ()) -> str:
    """The note, or each document of a stay under its heading, open at first."""
    phrases = list(highlights)
    parts = []
    for document in chart.documents:
        text = f'<pre style="{NOTE}">{marked(document.text, phrases)}</pre>'
        if not document.title:
            parts.append(text)
            continue
        heading = " · ".join(part for part in (document.title, document.date, document.author) if part)
        parts.append(
            f'<details open style="margin-top:10px"><summary style="{_HEADING}">{escape(heading)}</summary>{text}</details>'
        )
    return "".join(parts)


def facts_line(chart: Chart) -> str:
    """Setting, dates and person in one line."""
    return " · ".join(_facts(chart))


def chart_text(chart: Chart, prompt: str = "") -> str:
    """The record as plain text."""
    head = "\n".join(part for part in (chart.title, facts_line(chart), prompt) if part)
    parts = [head]
    for document in chart.documents:
        heading = " · ".join(part for part in (document.title, document.date, document.author) if part)
        parts.append(f"{heading}\n{'-' * len(heading)}\n{document.text}" if heading else document.text)
    return "\n\n".join(parts)


def question_html(item: Item) -> str:
    """What an item shows: its record with the task where that is not the usual one, or its question with options."""
    if item.kind == "codes" and item.chart:
        return chart_html(item.chart, prompt=_task(item))
    record = chart_html(item.chart) if item.chart else ""
    return record + section(
        "plain",
        f"Question {item.id}",
        f"<p style='margin:0'>{escape(item.prompt)}</p>{_note(item)}{_options(item)}",
    )


def question_text(item: Item) -> str:
    """The same as plain text."""
    if item.kind == "codes" and item.chart:
        return chart_text(item.chart, _task(item))
    lines = [chart_text(item.chart), ""] if item.chart else []
    lines.append(item.prompt)
    lines += ["", item.note.rstrip(), ""] if item.note else []
    lines += [f"  {letter}  {text}" for letter, text in {**item.options, **item.targets}.items()]
    return "\n".join(lines)


def blank_html(item: Item) -> str:
    """What an untouched answer cell says when it is run."""
    asks = {
        "codes": "Type your codes below the first line, one a line",
        "number": "Type your number below the first line",
    }
    return section(
        "plain",
        f"{item.id}: no answer yet",
        f"<p style='margin:0'>{asks.get(item.kind, 'Type your answer below the first line')}, then press Shift+Enter.</p>",
    )


def _task(item: Item) -> str:
    return "" if item.prompt == DEFAULT_PROMPT else item.prompt


def _facts(chart: Chart) -> list[str]:
    """Setting, dates and person, in words."""
    setting = SETTINGS[chart.setting].title if chart.setting in SETTINGS else chart.setting
    day = f"{chart.encounter_date:%m/%d/%Y}"
    dates = day if chart.admitted is None else f"{chart.admitted:%m/%d/%Y} to {day}"
    sex = {"F": "female", "M": "male"}.get(chart.sex or "", "")
    who = ", ".join(part for part in (_age(chart.age), sex) if part)
    return [part for part in (setting, dates, who) if part]


def _note(item: Item) -> str:
    return f'<pre style="{NOTE}">{escape(item.note.rstrip())}</pre>' if item.note else ""


def _options(item: Item) -> str:
    rows = "".join(
        f"<li style='margin:2px 0'><b>{escape(letter)}.</b> {escape(text)}</li>"
        for letter, text in {**item.options, **item.targets}.items()
    )
    return f"<ul style='list-style:none;padding-left:8px;margin:6px 0 0'>{rows}</ul>" if rows else ""


def _age(age: int | None) -> str:
    if age is None:
        return ""
    return f"{age} {'year' if age == 1 else 'years'}" if age else "under 1 year"
