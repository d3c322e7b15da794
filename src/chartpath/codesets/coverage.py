"""How much of the Tabular notes the reference parser reads, and what it does not.

python -m chartpath.codesets.coverage        prints the counts and every unread line
"""

from __future__ import annotations

import re

from attrs import frozen

from chartpath.codesets.lookup import Store, store

# What looks like a code of three characters and is none: vitamins, gangliosides, genes, receptors, muscle
# diseases by their numbers. Each stands in an inclusion term or in words that do not refer anywhere.
_NOT_CODES = re.compile(r"\b(?:B12|GM[123]|GH1|CR3|R12|R22)\b")
_LIKE = re.compile(r"(?<![A-Za-z0-9.])[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?(?![A-Za-z0-9])|[67]th character\b")


@frozen
class Coverage:
    """Lines of the notes: all, those with a reference, and those with one that is not read (node, kind, text)."""

    lines: int
    bearing: int
    unread: list[tuple[str, str, str]]


def coverage(codes: Store) -> Coverage:
    """Count the lines of all notes; instructions for 7th characters refer to their own node and are left out."""
    lines = bearing = 0
    unread = []
    for (node,) in codes.rows("SELECT DISTINCT node FROM notes ORDER BY id"):
        for note in codes.notes(node, inherited=False):
            if note.kind == "seventh_character":
                continue
            for text, refs in zip(note.lines, note.line_refs, strict=True):
                lines += 1
                like = [piece for piece in _LIKE.findall(_NOT_CODES.sub("", text)) if re.search(r"\d", piece)]
                bearing += bool(refs or like)
                if like and not refs:
                    unread.append((node, note.kind, text))
    return Coverage(lines, bearing, unread)


if __name__ == "__main__":
    found = coverage(store())
    share = len(found.unread) / found.bearing
    print(f"{found.lines} lines, {found.bearing} with a reference, {len(found.unread)} unread ({share:.2%})")
    for where, what, words in found.unread:
        print(f"{where} {what}: {words}")
