"""What the tests of review, progress and the mock exam share: a home of their own, and answers of a known worth."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from chartpath import items, record, scoring
from chartpath.items import Item
from chartpath.record import Event

AT = dt.datetime(2026, 11, 4, 12, tzinfo=dt.UTC)


def own_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of the test's own, empty."""
    monkeypatch.setenv("CHARTPATH_HOME", str(folder))
    monkeypatch.delenv("CHARTPATH_RECORD", raising=False)
    monkeypatch.setattr(record, "_unkept", [])
    monkeypatch.setattr(record, "_said", set())
    return folder / record.NAME


def event(item: str, score: float, days: float = 0, via: str = "practice") -> Event:
    """A try of an item, days after a Wednesday at noon."""
    return Event(AT + dt.timedelta(days=days), "answer", item, score, via, f"{score}-{days}")


def right_answer(item: Item) -> str:
    """The body of an answer cell that earns the full score."""
    key = items.key(item.id)
    if item.kind == "codes":
        return "\n".join(scoring.key_lines(key))
    if item.kind == "match":
        return "\n".join(f"{left} {right}" for left, right in dict(key.answer).items())
    if item.kind == "spans":
        return "\n".join(key.answer)
    if item.kind in ("choices", "order"):
        return " ".join(key.answer)
    if item.kind in ("term", "parts"):
        return key.answer if isinstance(key.answer, str) else str(key.answer[0])
    return str(key.answer)
