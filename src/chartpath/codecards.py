"""A code and a list of search results as a person reads them: HTML in a notebook, plain text elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from attrs import frozen

from chartpath.codesets import CURRENT_EDITION, Code, Hit, Note, modifiers, store
from chartpath.codesets.systems import FIRST, other

_BOX = (
    "font-family:system-ui,'Segoe UI',Arial,sans-serif;font-size:15px;line-height:1.5;color:#1a1a1a;background:#ffffff;"
    "border:1px solid #767676;border-radius:4px;padding:12px 16px;margin:6px 0;max-width:52em"
)
_KINDS = {
    "includes": "Includes",
    "inclusion": "Also called",
    "excludes1": "Excludes1: coded elsewhere, never beside this one",
    "excludes2": "Excludes2: coded elsewhere, may stand beside this one",
    "code_first": "Code first",
    "use_additional": "Use additional code",
    "code_also": "Code also",
    "seventh_character": "7th character",
    "note": "Note",
}

_ASKING = ("code_first", "use_additional", "code_also")


@frozen
class CodeCard:
    """One code with its place in the tree and every note that binds it, the carrier of each named."""

    code: Code

    @property
    def notes(self) -> list[Note]:
        """Own notes first, then those of each ancestor; only ICD-10-CM has notes."""
        return store().notes(self.code.code) if self._first else []

    @property
    def children(self) -> list[Code]:
        """The codes one level below."""
        found: list[Code] = self._set.children(self.code.code, self.code.edition)
        return found

    @property
    def path(self) -> str:
        """Chapter to category, outermost first."""
        if self._mark:
            return modifiers.PATH
        return " › ".join(
            f"{_place(node.id, self._first)} {node.title}"
            for node in reversed(self._set.ancestors(self.code.code))
        )

    @property
    def _first(self) -> bool:
        return self.code.system == FIRST

    @property
    def _mark(self) -> bool:
        """Whether this is a modifier and no code."""
        return self.code.parent == modifiers.PARENT

    @property
    def _set(self) -> Any:
        """What answers about this code set."""
        return store() if self._first else other(self.code.system)

    @property
    def _seventh(self) -> dict[str, str]:
        return store().seventh_characters(self.code.code) if self._first else {}

    @property
    def _characters(self) -> list[tuple[str, str]]:
        """What each character of a procedure code says: its name with the value, and the meaning."""
        if self.code.system != "icd10pcs":
            return []
        found = self._set.characters(self.code.code, self.code.edition)
        return [(f"{one.position} {one.name} {one.value}", _told(one)) for one in found]

    @property
    def _edition(self) -> str:
        return f"FY{self.code.edition}" if self.code.edition.isdigit() else self.code.edition

    def __repr__(self) -> str:
        lines = [
            f"{self.code.code}  {self.code.title}",
            f"{self._verdict()} · {self._edition}",
            self.path,
        ]
        for carrier, notes in self._by_carrier():
            lines.append(f"\n{carrier}")
            lines += [f"  {_KINDS.get(note.kind, note.kind)}: {_words(note)}" for note in notes]
        lines += [f"  {use}" for use in self._use]
        lines += [f"  {name}: {meaning}" for name, meaning in self._characters]
        lines += [f"  7th character {letter}: {meaning}" for letter, meaning in self._seventh.items()]
        lines += [f"  {child.code}  {child.title}" for child in self.children]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        title = f'<p style="margin:0;font-size:17px"><b>{escape(self.code.code)}</b> {escape(self.code.title)}</p>'
        facts = f'<p style="margin:0">{escape(self._verdict())} · {escape(self._edition.replace("FY", "fiscal year "))}</p>'
        path = f'<p style="margin:0;color:#404040">{escape(self.path)}</p>'
        body = "".join(self._carrier_html(carrier, notes) for carrier, notes in self._by_carrier())
        body += "".join(f"<p style='margin:8px 0 0'>{escape(use)}</p>" for use in self._use)
        if self._characters:
            body += "<p style='margin:8px 0 0'><b>The seven characters</b></p>" + _rows(
                f"<b>{escape(name)}</b>&nbsp; {escape(meaning)}" for name, meaning in self._characters
            )
        seventh = self._seventh
        if seventh:
            body += "<p style='margin:8px 0 0'><b>7th character</b></p>" + _rows(
                f"<b>{escape(letter)}</b>&nbsp; {escape(meaning)}" for letter, meaning in seventh.items()
            )
        if self.children:
            body += "<p style='margin:8px 0 0'><b>Next level</b></p>" + _rows(
                f"<b>{escape(child.code)}</b>&nbsp; {escape(child.title)}" for child in self.children
            )
        notes = " Notes: April 2026 Tabular List. CDC/NCHS and CMS" if self._first else " CMS"
        source = "<p style='margin:8px 0 0;color:#404040;font-size:13px'>Titles: "
        source += f"{escape(self._edition)} code list.{notes}, public domain.</p>"
        return f'<section aria-label="{"Modifier" if self._mark else "Code"} {escape(self.code.code)}" style="{_BOX}">{title}{facts}{path}{body}{source}</section>'

    @property
    def _use(self) -> list[str]:
        """What a modifier is for, where the course teaches its group."""
        return [use] if (use := modifiers.use(self.code)) else []

    def _verdict(self) -> str:
        if self._mark:
            return f"Modifier: goes behind a code, like CODE-{self.code.code}"
        return "Complete: may be reported" if self.code.billable else "Not complete: needs more characters"

    def _by_carrier(self) -> list[tuple[str, list[Note]]]:
        groups: dict[str, list[Note]] = {}
        for note in self.notes:
            own = note.node == self.code.code
            if note.kind == "seventh_character" or (note.kind == "inclusion" and not own):
                continue  # the characters are listed apart; another name of an ancestor does not bind the code
            name = "At this code" if own else f"From {_place(note.node)}, {note.node_title}, above it"
            groups.setdefault(name, []).append(note)
        return list(groups.items())

    @staticmethod
    def _carrier_html(carrier: str, notes: list[Note]) -> str:
        rows = [
            f"<b>{escape(_KINDS.get(note.kind, note.kind))}</b>: {escape(_words(note))}" for note in notes
        ]
        return f"<p style='margin:8px 0 0'><b>{escape(carrier)}</b></p>" + _rows(rows)


@frozen
class SearchCard:
    """What a search found, best first."""

    text: str
    hits: tuple[Hit, ...]

    def __len__(self) -> int:
        return len(self.hits)

    def __repr__(self) -> str:
        if not self.hits:
            return f"Nothing found for “{self.text}”. Try fewer words, or another word for the same thing."
        width = max(len(hit.code) for hit in self.hits)
        lines = []
        for hit in self.hits:
            more = _more(hit)
            lines += [
                f"{hit.code:<{width}}  {hit.title}{more and f'  ({more})'}",
                f"{'':<{width}}    in {' › '.join(hit.path)}",
            ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        if not self.hits:
            return f'<section aria-label="Search" style="{_BOX}">{escape(repr(self))}</section>'
        rows = "".join(
            f"<tr><th scope='row' style='text-align:left;vertical-align:top;padding:2px 12px 2px 0;white-space:nowrap'>{escape(hit.code)}</th>"
            f"<td style='text-align:left;padding:2px 0'>{escape(hit.title)}{_more(hit) and f' <i>({_more(hit)})</i>'}"
            f"<br><span style='color:#404040;font-size:13px'>{escape(' › '.join(hit.path))}</span></td></tr>"
            for hit in self.hits
        )
        return (
            f'<section aria-label="Search results for {escape(self.text, quote=True)}" style="{_BOX}">'
            f"<p style='margin:0 0 4px'>{len(self.hits)} found for “{escape(self.text)}”, best first (FY{CURRENT_EDITION})</p>"
            f"<table style='border-collapse:collapse'><tbody>{rows}</tbody></table></section>"
        )


def _more(hit: Hit) -> str:
    """What a hit is that cannot be reported as it stands; empty for a complete code."""
    if hit.billable:
        return ""
    return "modifier" if modifiers.among(hit) else "needs more characters"


def _told(character: Any) -> str:
    """The label of a character of a procedure code, with the official definition where it has one."""
    return f"{character.label}: {character.definition}" if character.definition else character.label


def _words(note: Note) -> str:
    """The note's words, without those that its label has said already."""
    return note.text.removeprefix("code ").lstrip(", ") if note.kind in _ASKING else note.text


def _place(node: str, first: bool = True) -> str:
    return f"Chapter {node}" if first and node.isdigit() else node


def _rows(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f"<ul style='margin:2px 0;padding-left:20px'>{items}</ul>"
