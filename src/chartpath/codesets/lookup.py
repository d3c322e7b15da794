"""The store: answers about codes, their tree and their notes, from the cache file."""

from __future__ import annotations

from functools import cache, lru_cache

from chartpath.codesets import cachefile
from chartpath.codesets.database import Database
from chartpath.codesets.editions import CURRENT_EDITION, check_edition
from chartpath.codesets.models import Code, Guideline, Hit, Node, Note, Ref, plain

TYPE_CHECKING = False  # typing itself is not needed to run
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import Any

    from chartpath.codesets.searching import Searcher

SYSTEM = "icd10cm"
NOTES_LABEL = "April 2026"  # edition of the Tabular notes, whatever the edition of the code


class Store(Database):
    """ICD-10-CM in memory-light form. Open it through `store()`; it may be used from any thread."""

    system = SYSTEM

    def __init__(self, file: Path) -> None:
        """`file` is the cache file; it is built when missing and rebuilt when damaged."""
        super().__init__(file, cachefile.ensure, cachefile.build)
        self._notes_of: dict[str, tuple[Note, ...]] = {}
        self._above_of: dict[str, tuple[Node, ...]] = {}
        self._searcher: Searcher | None = None
        # One chart asks for its few codes again and again.
        self._get = lru_cache(maxsize=8192)(self._read)

    # -- codes and the tree ----------------------------------------------------------------------------

    def get(self, code: str, edition: str = CURRENT_EDITION, system: str | None = None) -> Code | None:
        """The code, category or heading in an edition, or None. Any spelling `normalize` accepts will do.

        Without a system only ICD-10-CM is asked. Raises BadInput for an edition or a system that the kit does
        not hold.
        """
        if system not in (None, SYSTEM):
            from chartpath.codesets.systems import other

            found: Code | None = other(system).get(code, check_edition(edition))
            return found
        return self._get(plain(code), int(check_edition(edition)))

    def _read(self, bare: str, year: int) -> Code | None:
        rows = self.rows(
            "SELECT code, title, billable, valid_from FROM codes WHERE plain = ? AND first <= ? AND last >= ?",
            (bare, year, year),
        )
        return self._code(rows[0], year) if rows else None

    def _code(self, row: tuple[Any, ...], year: int) -> Code:
        code, title, billable, valid_from = row
        return Code(
            SYSTEM, str(year), code, title, bool(billable), valid_from, self._parent(plain(code), year)
        )

    def _parent(self, bare: str, year: int) -> str | None:
        if len(bare) > 3:
            stems = [bare[:end] for end in range(3, len(bare))]
            marks = ",".join("?" * len(stems))
            sql = f"SELECT code FROM codes WHERE plain IN ({marks}) AND first <= ? AND last >= ?"  # noqa: S608
            rows = self.rows(f"{sql} ORDER BY length(plain) DESC LIMIT 1", (*stems, year, year))
        else:
            rows = self.rows("SELECT parent FROM tree WHERE node = ?", (bare,))
        return str(rows[0][0]) if rows and rows[0][0] else None

    def children(self, code: str, edition: str = CURRENT_EDITION) -> list[Code]:
        """The codes one level below a code; below a block or chapter (`E08-E13`, `4`) its categories."""
        year = int(check_edition(edition))
        bare = plain(code)
        span = self.rows(
            "SELECT low, high FROM tree WHERE node = ? AND level != 'category'", (code.strip().upper(),)
        )
        if span:
            ranks = self.rows(
                "SELECT min(rank) FROM codes WHERE plain IN (?, ?) GROUP BY plain ORDER BY 1", span[0]
            )
            low, high = ranks[0][0], ranks[-1][0]
            rows = self.rows(
                "SELECT code, title, billable, valid_from FROM codes WHERE rank BETWEEN ? AND ?"
                " AND length(plain) = 3 AND first <= ? AND last >= ? ORDER BY rank",
                (low, high, year, year),
            )
            return [self._code(row, year) for row in rows]
        rows = self.rows(
            "SELECT code, title, billable, valid_from, plain FROM codes WHERE plain > ? AND plain < ?"
            " AND first <= ? AND last >= ? ORDER BY rank",
            (bare, bare + "\uffff", year, year),
        )
        found: list[Code] = []
        nearest: tuple[str, ...] = ()
        for row in rows:
            # In the book's order a heading precedes what is under it, so what follows a child and begins
            # with it is a grandchild.
            if not row[4].startswith(nearest or ("\uffff",)):
                found.append(Code(SYSTEM, str(year), row[0], row[1], bool(row[2]), row[3], None))
                nearest = (*nearest, row[4])
        return [
            Code(c.system, c.edition, c.code, c.title, c.billable, c.valid_from, self._dotted(bare))
            for c in found
        ]

    @staticmethod
    def _dotted(bare: str) -> str:
        return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"

    def ancestors(self, code: str) -> list[Node]:
        """The nodes above a code, nearest first: shorter codes, the category, blocks, the chapter."""
        bare = plain(code)
        nodes: list[Node] = []
        stems = [bare[:end] for end in range(len(bare) - 1, 2, -1)] if self._is_code(bare) else []
        titles = self._titles(stems) if stems else {}
        for stem in stems:
            if stem in titles:
                nodes.append(Node(self._dotted(stem), titles[stem], "category" if len(stem) == 3 else "code"))
        above = self._above(bare[:3] if self._is_code(bare) else code.strip().upper())
        return [*nodes, *above]

    def _above(self, node: str) -> tuple[Node, ...]:
        """Blocks and the chapter above a category, a block or a chapter; there are few, so they are kept."""
        known = self._above_of.get(node)
        if known is None:
            rows = self.rows(
                "SELECT up.node, up.title, up.level FROM tree JOIN tree AS up ON up.node = tree.parent"
                " WHERE tree.node = ?",
                (node,),
            )
            known = (Node(*rows[0]), *self._above(rows[0][0])) if rows else ()
            self._above_of[node] = known
        return known

    def _is_code(self, bare: str) -> bool:
        return len(bare) >= 3 and "-" not in bare and not bare.isdigit()

    def _titles(self, bares: Iterable[str]) -> dict[str, str]:
        wanted = list(bares)
        marks = ",".join("?" * len(wanted))
        rows = self.rows(f"SELECT plain, title FROM codes WHERE plain IN ({marks}) ORDER BY last", wanted)  # noqa: S608
        return dict(rows)

    # -- notes -----------------------------------------------------------------------------------------

    def _chain(self, code: str) -> list[str]:
        """Ids of the code and of everything above it, nearest first."""
        bare = plain(code)
        own = self._dotted(bare) if self._is_code(bare) else code.strip().upper()
        return [own, *(node.id for node in self.ancestors(code))]

    def _own_notes(self, node: str) -> tuple[Note, ...]:
        known = self._notes_of.get(node)
        if known is not None:
            return known
        from json import loads

        title = self.rows("SELECT title FROM tree WHERE node = ?", (node,)) or self.rows(
            "SELECT title FROM codes WHERE plain = ? ORDER BY last DESC", (plain(node),)
        )
        notes = []
        for kind, lines, refs in self.rows(
            "SELECT kind, lines, refs FROM notes WHERE node = ? ORDER BY id", (node,)
        ):
            by_line = tuple(
                tuple(
                    Ref(text, low, high, tuple(stems), where, tuple(chars), sweeping)
                    for text, low, high, stems, where, chars, sweeping in line
                )
                for line in loads(refs)
            )
            flat = tuple(ref for line in by_line for ref in line)
            name = str(title[0][0]) if title else ""
            notes.append(Note(kind, node, name, tuple(loads(lines)), flat, NOTES_LABEL, by_line))
        self._notes_of[node] = tuple(notes)
        return self._notes_of[node]

    def notes(self, code: str, kind: str | None = None, inherited: bool = True) -> list[Note]:
        """Notes at the code, then (unless `inherited` is off) at each node above it, nearest first."""
        chain = self._chain(code) if inherited else self._chain(code)[:1]
        return [note for node in chain for note in self._own_notes(node) if kind in (None, note.kind)]

    def code_first(self, code: str) -> list[Note]:
        """Code-first notes that apply to the code: the etiology goes before it."""
        return self.notes(code, "code_first")

    def use_additional(self, code: str) -> list[Note]:
        """Use-additional-code notes that apply to the code: the named code goes after it."""
        return self.notes(code, "use_additional")

    def code_also(self, code: str) -> list[Note]:
        """Code-also notes that apply to the code: another code may be needed, in either order."""
        return self.notes(code, "code_also")

    def excludes1(self, a: str, b: str) -> Note | None:
        """The note through which two codes exclude each other, with only the lines that say so, or None.

        Looks at the notes of both codes and of all their ancestors, in both directions. A line applies to
        a pair when it names one of them and not both, so the members of an excluded family are not set
        against one another, nor a code against itself. Left out are lines that point to whole chapters
        (T88.7: "specified adverse effects of drugs (A00-R94 ...)") and the one line with an "unless".
        """
        if plain(a) == plain(b):
            return None
        for carrier, other in ((a, b), (b, a)):
            for note in self.notes(carrier, "excludes1"):
                lines = _excluding_lines(note, carrier, other)
                if lines:
                    kept = tuple(note.lines[number] for number in lines)
                    refs = tuple(note.line_refs[number] for number in lines)
                    flat = tuple(ref for line in refs for ref in line)
                    return Note(note.kind, note.node, note.node_title, kept, flat, note.edition_label, refs)
        return None

    # -- 7th characters --------------------------------------------------------------------------------

    def seventh_characters(self, code: str, edition: str = CURRENT_EDITION) -> dict[str, str]:
        """Meaning of each 7th character that the code can take; empty when the book defines none.

        The definition nearest to the code counts. Below a complete stem only the characters that the
        edition really holds are given (S06.2X7 takes A alone).
        """
        year = int(check_edition(edition))
        bare = plain(code)
        for end in range(min(len(bare), 6), 2, -1):
            rows = self.rows(
                "SELECT character, meaning FROM seventh WHERE node = ? ORDER BY rowid", (bare[:end],)
            )
            if not rows:
                continue
            stem = bare[:6].rstrip("X")
            found = self.rows(
                "SELECT plain FROM codes WHERE plain > ? AND plain < ? AND first <= ? AND last >= ?",
                (stem, stem + "\uffff", year, year),
            )
            used = {row[0][6] for row in found if len(row[0]) == 7}
            return {character: meaning for character, meaning in rows if character in used}
        return {}

    def needs_seventh(self, code: str, edition: str = CURRENT_EDITION) -> bool:
        """Whether the code is a stem to which only a 7th character is missing (S93.401, T07, W19.XXX)."""
        year = int(check_edition(edition))
        bare = plain(code)
        stem = bare.rstrip("X") if len(bare) > 3 and not self._get(bare, year) else bare
        rows = self.rows(
            "SELECT plain FROM codes WHERE plain > ? AND plain < ? AND first <= ? AND last >= ?",
            (stem, stem + "\uffff", year, year),
        )
        padded = stem.ljust(6, "X")
        return (
            bool(rows)
            and len(bare) < 7
            and all(len(row[0]) == 7 and row[0].startswith(padded) for row in rows)
        )

    # -- neighbours, guidelines, POA -------------------------------------------------------------------

    def nearest(self, code: str, edition: str = CURRENT_EDITION, limit: int = 3) -> list[Code]:
        """Real codes close to one that does not exist: one slip of the pen away, or with the longest shared start."""
        from chartpath.codesets.nearby import nearest

        return nearest(self, code, int(check_edition(edition)), limit)

    def existing(self, bares: Sequence[str], year: int) -> list[Code]:
        """Those of many codes (without dot) that exist, in the order given."""
        rows: dict[str, tuple[Any, ...]] = {}
        for start in range(0, len(bares), 500):
            part = bares[start : start + 500]
            marks = ",".join("?" * len(part))
            sql = f"SELECT code, title, billable, valid_from, plain FROM codes WHERE plain IN ({marks})"  # noqa: S608
            for row in self.rows(f"{sql} AND first <= ? AND last >= ?", (*part, year, year)):
                rows[row[4]] = row[:4]
        return [self._code(rows[bare], year) for bare in bares if bare in rows]

    def beginning_with(self, stem: str, year: int, limit: int) -> list[Code]:
        """Codes that begin with a stem (without dot), shortest first, then in the book's order."""
        rows = self.rows(
            "SELECT code, title, billable, valid_from FROM codes WHERE plain >= ? AND plain < ?"
            " AND first <= ? AND last >= ? ORDER BY length(plain), rank LIMIT ?",
            (stem, stem + "\uffff", year, year, limit),
        )
        return [self._code(row, year) for row in rows]

    def replaced_by(self, code: str, edition: str = CURRENT_EDITION) -> list[Code]:
        """Codes of an edition that took over from one no longer in it, or from one that is a heading there.

        They are its subdivisions and what the conversion table names. That ends with FY2026; the addenda of
        FY2027 name no successors, so for a code deleted then only subdivisions are known.
        """
        year = int(check_edition(edition))
        bare = plain(code)
        now = self._get(bare, year)
        if now is not None and now.billable:
            return []  # still in force: others were only carved out of it
        successors = [child.code for child in self.children(code, edition) if child.billable]
        # Earlier rows of the table name codes that were split off while this one was still in force.
        left = self.rows("SELECT max(last) FROM codes WHERE plain = ? AND billable = 1", (bare,))[0][0]
        for row in self.rows(
            "SELECT code, previous FROM conversions WHERE previous LIKE ? AND valid_from >= ?",
            (f"%{self._dotted(bare)}%", f"{left}-10-01" if left else ""),
        ):
            named = str(row[1]).replace(",", " ").replace(";", " ").split()
            if self._dotted(bare) in named and row[0] not in successors:
                successors.append(str(row[0]))
        return self.existing([plain(successor) for successor in successors], year)

    def guideline(self, section: str) -> Guideline | None:
        """A guideline section by number, in the forms `I.C.4.a.3`, `I.C.4.a.3)` and `Section I.C.1.d.1.(a)`."""
        number = section.strip().removeprefix("Section").strip().replace("(", "").replace(")", "").rstrip(".")
        rows = self.rows("SELECT section, title, page FROM guidelines WHERE section = ?", (number,))
        return Guideline(*rows[0]) if rows else None

    def poa_exempt(self, code: str, edition: str = CURRENT_EDITION) -> bool:
        """Whether the code needs no present-on-admission indicator.

        The list at hand is that of FY2026. A code that first appears in FY2027 counts as exempt when every
        FY2026 code with the same first four characters is.
        """
        bare = plain(code)
        year = int(check_edition(edition))
        if self.rows("SELECT 1 FROM poa WHERE plain = ?", (bare,)):
            return True
        if year < 2027 or self._get(bare, 2026) is not None:
            return False
        family = self.rows(
            "SELECT plain IN (SELECT plain FROM poa) FROM codes WHERE plain LIKE ? AND billable = 1"
            " AND first <= 2026 AND last >= 2026",
            (bare[:4] + "%",),
        )
        return bool(family) and all(row[0] for row in family)

    def search(
        self, text: str, system: str | None = None, limit: int = 10, edition: str = CURRENT_EDITION
    ) -> list[Hit]:
        """Codes for a few words, an abbreviation or the beginning of a code, best first.

        Without a system ICD-10-CM is searched.
        """
        if system not in (None, SYSTEM):
            from chartpath.codesets.systems import other

            hits: list[Hit] = other(system).search(text, limit, check_edition(edition))
            return hits
        from chartpath.codesets.searching import Searcher

        year = int(check_edition(edition))
        if self._searcher is None:
            self._searcher = Searcher(self)
        return self._searcher.search(text, year, limit)


def _excluding_lines(note: Note, carrier: str, other: str) -> list[int]:
    """Numbers of the lines that exclude `other` from `carrier`, with the heading line they stand under."""
    found: list[int] = []
    heading: int | None = None
    for number, refs in enumerate(note.line_refs):
        if note.lines[number].endswith(":"):
            heading = number
        if " unless " in note.lines[number]:
            continue  # the line itself allows the pair in a case that only the record can tell (I01)
        exact = [ref for ref in refs if not ref.sweeping]
        if any(ref.matches(other) for ref in exact) and not any(ref.matches(carrier) for ref in refs):
            if heading is not None and heading not in (*found, number):
                found.append(heading)
            found.append(number)
    return found


@cache
def store() -> Store:
    """The one store of this process; builds the cache file the first time (a few seconds)."""
    return Store(cachefile.locate())
