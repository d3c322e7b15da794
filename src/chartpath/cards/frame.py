"""What all cards are made of: a frame, folds, lists, marked text, the titles of codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from chartpath.audit import system_of
from chartpath.codesets import store

CARD = (
    "font-family:system-ui,'Segoe UI',Arial,sans-serif;font-size:15px;line-height:1.5;color:#1a1a1a;background:#ffffff;"
    "border:1px solid #767676;border-left:6px solid {edge};border-radius:4px;padding:12px 16px;margin:6px 0;max-width:60em"
)
NOTE = (
    "white-space:pre-wrap;word-break:normal;overflow-wrap:break-word;font-family:ui-monospace,Consolas,'DejaVu Sans Mono',monospace;"
    "font-size:13px;line-height:1.5;color:#1a1a1a;background:#fafaf7;border:0;margin:8px 0 0;padding:8px 10px"
)
MARK = "background:#ffe9a8;color:#1a1a1a;border-bottom:2px solid #7a5c00;padding:0 1px"
EDGES = {"right": "#1b6e3c", "part": "#8a5a00", "wrong": "#9b1c1c", "plain": "#2f4b7c"}


def section(state: str, label: str, body: str) -> str:
    """A card: `state` is right, part, wrong or plain, `label` what a screen reader calls it."""
    return f'<section aria-label="{escape(label, quote=True)}" style="{CARD.format(edge=EDGES[state])}">{body}</section>'


def fold(title: str, body: str, opened: bool) -> str:
    """A part of a card under a heading, or folded away under it."""
    if opened:
        return f'<p style="margin:10px 0 2px;font-weight:600">{escape(title)}</p>{body}'
    return f'<details style="margin-top:8px"><summary style="cursor:pointer;font-weight:600">{escape(title)}</summary>{body}</details>'


def bullets(lines: Sequence[str]) -> str:
    """Lines of text as a list; nothing for none."""
    return (
        "<ul style='margin:4px 0'>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
        if lines
        else ""
    )


def citation(reference: str) -> str:
    """A guideline section with its title; a Tabular reference as it stands."""
    found = store().guideline(reference)
    return f"Guideline {found.section}, {found.title}" if found else reference


def code_title(code: str, edition: str, system: str = "") -> str:
    """The official title of a code; `system` is told by the code when left out."""
    found = store().get(code, edition, system or system_of(code))
    return found.title if found else "(not in the code set)"


def marked(note: str, phrases: Iterable[str]) -> str:
    """The note escaped, every phrase wrapped in <mark>; overlapping phrases are merged."""
    spans: list[tuple[int, int]] = []
    for phrase in phrases:
        words = phrase.split()
        if words:
            pattern = r"\s+".join(re.escape(word) for word in words)
            spans += [match.span() for match in re.finditer(pattern, note, flags=re.IGNORECASE)]
    pieces, place = [], 0
    for start, end in sorted(spans):
        start = max(start, place)
        if end <= start:
            continue
        pieces += [escape(note[place:start]), f'<mark style="{MARK}">{escape(note[start:end])}</mark>']
        place = end
    return "".join(pieces) + escape(note[place:])
