"""What the panel says about one place: title, verdict, way down, notes of every level, characters of a procedure."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from chartpath.codebook.places import NAMES, PCS, Place, above, notes, source
from chartpath.codesets import Note, hcpcs
from chartpath.codesets.pcs_store import pcs_store

_KINDS = {
    "includes": "Includes",
    "inclusion": "Also called",
    "excludes1": "Excludes1: never together with this code",
    "excludes2": "Excludes2: not part of this code, may be coded beside it",
    "code_first": "Code first: must come before this code",
    "use_additional": "Use additional code: must come after this code",
    "code_also": "Code also: in the order that the encounter decides",
    "note": "Note",
}
COMPLETE = "Billable: complete, may be reported"
HEADING = "Not billable: a heading, or characters are missing"


def head_html(here: Place, edition: str) -> str:
    """Code, title, whether it may be reported, and the way down to it."""
    way = " › ".join(f"{one.name} {one.title}" for one in above(here, edition))
    return (
        f'<p class="cp-title"><b>{escape(here.name)}</b> {escape(here.title)}</p>'
        f'<p class="cp-verdict {"cp-yes" if here.billable else "cp-no"}">{escape(verdict(here))}</p>'
        f'<p class="cp-way">{escape(NAMES[here.system])}{escape(f" › {way}" if way else "")}</p>'
    )


def notes_html(here: Place, edition: str) -> str:
    """Notes, each under the name of the level that carries it, or the characters of a procedure; and the source."""
    parts = [
        f'<p class="cp-carrier">{escape(carrier)}</p>{"".join(map(_note_html, group))}'
        for carrier, group in notes(here)
    ]
    if here.system == PCS:
        parts.append(_characters_html(here.id, edition))
    if use := _use(here):
        parts.append(f"<p>{escape(use)}</p>")
    return "".join([*parts, f'<p class="cp-source">{escape(source(here, edition))}</p>'])


def entry_text(here: Place, edition: str) -> str:
    """The place as plain text."""
    way = " › ".join(f"{one.name} {one.title}" for one in above(here, edition))
    lines = [f"{here.name}  {here.title}", f"{verdict(here)} · {NAMES[here.system]}", way]
    for carrier, group in notes(here):
        lines.append(carrier)
        lines += [f"  {_KINDS[note.kind]}: {'; '.join(_lines(note))}" for note in group]
    if here.system == PCS:
        lines += [f"  {name}: {words}" for name, words in _characters(here.id, edition)]
    lines.append(_use(here))
    return "\n".join([*(line for line in lines if line), source(here, edition)])


def verdict(here: Place) -> str:
    """Whether the place may be reported, in words."""
    if here.level == "modifier":
        return f"Modifier: goes behind a code, like CODE-{here.id}"
    return COMPLETE if here.billable else HEADING


def _use(here: Place) -> str:
    """What a modifier is for, where the course teaches its group."""
    found = hcpcs.modifier(here.id) if here.level == "modifier" else None
    return found.use if found else ""


def _lines(note: Note) -> list[str]:
    """The lines of a note, without the words that its label has said already."""
    first, *others = note.lines
    if note.kind in ("code_first", "use_additional", "code_also"):
        first = first.removeprefix("code ").lstrip(", ")
    return [first, *others] if first else others


def _note_html(note: Note) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in _lines(note))
    kind = "cp-excludes" if note.kind.startswith("excludes") else "cp-note"
    return f'<div class="{kind}"><p><b>{escape(_KINDS[note.kind])}</b></p><ul>{lines}</ul></div>'


def _characters(prefix: str, edition: str) -> Iterable[tuple[str, str]]:
    """(position, name and value; meaning with the official definition) of each character chosen so far."""
    for one in pcs_store().characters(prefix, int(edition)):
        meaning = f"{one.label}: {one.definition}" if one.definition else one.label
        yield f"{one.position} {one.name} {one.value}", meaning


def _characters_html(prefix: str, edition: str) -> str:
    rows = "".join(
        f"<li><b>{escape(name)}</b> {escape(words)}</li>" for name, words in _characters(prefix, edition)
    )
    left = pcs_store().reachable(prefix, int(edition)) if len(prefix) < 7 else 0
    more = f"<p>{left:,} {'code begins' if left == 1 else 'codes begin'} so.</p>" if left else ""
    return f'<p class="cp-carrier">The characters</p><ul>{rows}</ul>{more}'
