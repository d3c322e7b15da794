"""The writer: a case in a style becomes a record, and every phrase that carries something is remembered as placed.

A text marks what it carries: `[[sprain: R ankle sprain]]`. The marks are taken out when the record is set in lines;
a short marked phrase is not broken over two lines. What is remembered is what was placed, line breaks apart.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from attrs import Factory, frozen

from chartpath.errors import BadInput
from chartpath.generate.draw import Case, Draw
from chartpath.generate.model import Text, folder, read_yaml, structure
from chartpath.generate.phrases import Speaker

_MARK = re.compile(r"\[\[([a-z0-9_ ,]+):\s*(.*?)\s*\]\]", re.DOTALL)
HELD_TOGETHER = 24
"""A marked phrase up to this length stays on one line."""
_HELD = "\ue000"  # a blank that a line may not be broken at
_FORMS = ("inline", "text", "list", "numbered", "problems", "lines")
_GAP_BEFORE_STOP = re.compile(r"\s+(?=[.,;:](?:\s|$))")


@frozen
class Block:
    """A part of a document: a line of its own, or sections of the situation under a heading."""

    line: Text = None
    section: tuple[str, ...] = ()
    head: Text = None
    form: str = "inline"
    gap: bool = False
    join: str = ". "
    bullet: str = " - "
    default: Text = None
    shuffle: bool = False
    chance: float = 1.0


@frozen
class Sheet:
    """A document of a record; a record that is one note has one without a title."""

    blocks: tuple[Block, ...]
    title: Text = None
    date: Text = None
    author: Text = None
    needs: tuple[str, ...] = ()


@frozen
class Style:
    """How a record is laid out and in which register it speaks; `width` is the range of its line width."""

    register: str
    documents: tuple[Sheet, ...]
    width: tuple[int, int] = (82, 94)


@frozen
class Record:
    """A written record: the note, and for each name the phrases placed for it, in their order."""

    note: str
    style: str
    phrases: dict[str, tuple[str, ...]] = Factory(dict)


@lru_cache(maxsize=1)
def styles() -> dict[str, Style]:
    """Every style of the kit, by name. Raises BadInput for a layout file that is malformed."""
    found: dict[str, Style] = {}
    for path in sorted((folder() / "layouts").glob("*.yaml")):
        found.update(_read_styles(path))
    return found


def _read_styles(path: Path) -> dict[str, Style]:
    made = {
        name: structure(data, Style, f"{path.name}, style {name}") for name, data in read_yaml(path).items()
    }
    for name, style in made.items():
        for block in (block for sheet in style.documents for block in sheet.blocks):
            if block.form not in _FORMS or style.register not in ("terse", "full"):
                raise BadInput(
                    f"{path.name}, style {name}: forms are {', '.join(_FORMS)}; registers terse, full."
                )
    return made


def write(case: Case, style: str, draw: Draw) -> tuple[Record, Speaker]:
    """The record of a case in a style, and the speaker that told it (its values serve the key's words).

    Raises BadInput when the style is unknown or a phrase is marked for something this case does not have.
    """
    layout = styles().get(style)
    if layout is None:
        raise BadInput(f"{case.situation.id}: there is no style {style!r}; styles are {', '.join(styles())}.")
    speaker = Speaker(case, draw, layout.register)
    width = int(draw.between(*layout.width))
    phrases: dict[str, list[str]] = {}
    parts = []
    for sheet in layout.documents:
        body = _sheet(sheet, speaker, width, phrases)
        if body:
            parts.append(body)
    note = "\n".join(parts).strip("\n")
    plain = " ".join(note.split())
    for name, found in phrases.items():
        lost = [phrase for phrase in found if phrase not in plain]
        if lost:
            raise BadInput(f"{case.situation.id}: the phrase “{lost[0]}” of {name} was lost in the layout.")
    return Record(
        note, style, {name: tuple(dict.fromkeys(found)) for name, found in phrases.items()}
    ), speaker


def _sheet(sheet: Sheet, speaker: Speaker, width: int, phrases: dict[str, list[str]]) -> str:
    sections = speaker.case.situation.sections
    needed = sheet.needs and not any(name in sections for name in sheet.needs)
    if needed:
        return ""
    lines: list[str] = []
    for block in sheet.blocks:
        made = _block(block, speaker, width, phrases)
        if made:
            lines += ([""] if block.gap and lines else []) + made
    body = "\n".join(lines).strip("\n")
    if not body or sheet.title is None:
        return body
    head = " | ".join(
        part
        for part in (speaker.resolve(one).strip() for one in (sheet.title, sheet.date, sheet.author))
        if part
    )
    return f"=== {head}\n{body}\n"


def _block(block: Block, speaker: Speaker, width: int, phrases: dict[str, list[str]]) -> list[str]:
    if block.chance < 1 and not speaker.draw.chance(block.chance):
        return []
    if block.line is not None:
        return [one for one in _lines(_placed(speaker.resolve(block.line), speaker, phrases), width) if one]
    items = [one for name in block.section for one in _items(name, speaker)]
    if not items and block.default is not None:
        items = [speaker.resolve(block.default)]
    if not items:
        return []
    if block.shuffle:
        items = speaker.draw.shuffled(items)
    items = [_placed(one, speaker, phrases) for one in items]
    head = speaker.resolve(block.head) if block.head is not None else ""
    if block.form == "inline":
        return _lines(f"{head}{_joined(items, block.join)}", width)
    made = [head.rstrip()] if head else []
    if block.form == "text":
        return [*made, *_lines(_joined(items, block.join), width)]
    for number, item in enumerate(items, 1):
        first = {"list": block.bullet, "numbered": f"{number}. ", "problems": "# ", "lines": ""}[block.form]
        rest = " " * len(first) if block.form != "problems" else "  "
        made += _lines(item, width, first, rest)
    return made


def _joined(items: list[str], mark: str) -> str:
    """Parts one after the other; where a part has no mark at its end, the block's own stands between."""
    text = ""
    for item in items:
        between = "" if not text else " " if text[-1] in ".:;,!?" else mark
        text += f"{between}{item}"
    return text


def _items(name: str, speaker: Speaker) -> Iterator[str]:
    for part in speaker.case.situation.sections.get(name, ()):
        text = speaker.resolve(part).strip()
        if text:
            yield text


def _placed(text: str, speaker: Speaker, phrases: dict[str, list[str]]) -> str:
    """The text without its marks, its marked phrases remembered and held together."""

    def place(mark: re.Match[str]) -> str:
        phrase = " ".join(_GAP_BEFORE_STOP.sub("", mark[2]).split())
        names = mark[1].replace(",", " ").split()
        present = [name for name in names if _present(speaker.case, name, phrase)]
        if not present:
            told = ", ".join(f"{fact} {value}" for fact, value in speaker.case.facts.items())
            raise BadInput(
                f"{speaker.case.situation.id}: the record says “{phrase}” for {mark[1]}, and this case has none ({told})."
            )
        for name in present:
            phrases.setdefault(name, []).append(phrase)
        return phrase.replace(" ", _HELD) if len(phrase) <= HELD_TOGETHER else phrase

    return _MARK.sub(place, text)


def _present(case: Case, name: str, phrase: str) -> bool:
    """Whether a case has what a phrase is marked for."""
    one = case.situation.marked.get(name)
    if one is None:
        raise BadInput(f"{case.situation.id}: “{phrase}” is marked for {name}, which is nowhere defined.")
    return case.holds(one.when)


def _lines(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most `width` characters; a line break of the text stays one."""
    made: list[str] = []
    for row in _GAP_BEFORE_STOP.sub("", text.rstrip()).split("\n"):
        made += textwrap.wrap(
            " ".join(row.split()),
            width,
            initial_indent=first if not made else rest,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return [line.replace(_HELD, " ") for line in made]
