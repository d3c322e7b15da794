"""Search: a few words, an abbreviation, a misspelling or the beginning of a code -> codes, best first."""

from __future__ import annotations

import re
from functools import lru_cache

from chartpath.codesets.models import Hit, plain
from chartpath.codesets.terms import ABSENT, STOP, distance, stem, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol

    from chartpath.codesets.models import Code, Node

    class Searchable(Protocol):
        """What a store of codes must offer to be searched: the tables `codes` and those of `phrases.fill`."""

        system: str

        def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
            """All rows of a query."""

        def beginning_with(self, stem: str, year: int, limit: int) -> list[Code]:
            """Codes that begin with a stem."""

        def ancestors(self, code: str) -> list[Node]:
            """The nodes above a code, nearest first."""

    # The ways to say a slot: weights of the stems, their sum, quality of the match.
    Weighed = list[tuple[dict[str, float], float, float]]

# Weight of the sources: the Index names the default code; external causes and drugs come second to conditions.
_PRIOR = {
    "title": 0.97, "inclusion": 0.97, "includes": 0.93, "index": 1.0, "neoplasm": 0.98, "external": 0.9, "drug": 0.86,
}  # fmt: skip
_EXTRA = 0.55  # how much words of the phrase that nobody asked for count against it
_CANDIDATES = 300
_REPAIRS = 512  # words whose repairs are kept: who goes on typing asks for the same slips again
_UNKNOWN = 8.0  # weight of a stem that occurs nowhere
_PARTLY = 0.9  # quality of a word typed in part
_COMPLETE = 0.01  # what a billable code has ahead of its heading
_SOFT = frozenset(
    map(stem, ("disease", "syndrome", "disorder", "mellitus", "condition"))
)  # need not be there to be considered


class Slot:
    """One thing asked for, with the ways to say it: each a list of stems, and how good a match it makes."""

    def __init__(self) -> None:
        self.ways: list[tuple[tuple[str, ...], float]] = []

    def add(self, tokens: list[str], quality: float) -> None:
        """One more way to say it."""
        way = tuple(dict.fromkeys(tokens))
        if way and all(way != known for known, _ in self.ways):
            self.ways.append((way, quality))


class Searcher:
    """Search over one store; keeps the weights of all stems in memory."""

    def __init__(self, store: Searchable) -> None:
        self.store = store
        self.weights: dict[str, float] = dict(store.rows("SELECT stem, weight FROM weights"))
        self._repairs = lru_cache(maxsize=_REPAIRS)(self._repaired)

    def search(self, text: str, year: int, limit: int) -> list[Hit]:
        """The best `limit` codes of an edition."""
        stem_of_code, rest = self._code_part(text, year)
        slots = self._slots(rest)
        scores: dict[str, float] = {}
        if stem_of_code and not slots:
            for position, code in enumerate(self.store.beginning_with(stem_of_code, year, limit)):
                scores[plain(code.code)] = 2.0 - position * 2 * _COMPLETE
        else:
            scores = self._scored(slots, stem_of_code)
        return self._hits(scores, year, limit)

    # -- the question ----------------------------------------------------------------------------------

    def _code_part(self, text: str, year: int) -> tuple[str, str]:
        """(stem of a code, other words): a word that begins real codes narrows the search to them."""
        rest = []
        found = ""
        for word in text.split():
            bare = plain(word)
            shaped = re.fullmatch(r"[A-Z][0-9A][0-9A-Z]{1,5}", bare) and re.search(r"\d", bare)
            if shaped and not found and self.store.beginning_with(bare, year, 1):
                found = bare
            else:
                rest.append(word)
        return found, " ".join(rest)

    def _slots(self, text: str) -> list[Slot]:
        """What is asked for: the longest known expressions first, then single words."""
        tokens = words(text)
        slots: list[Slot] = []
        absent = False
        position = 0
        while position < len(tokens):
            for size in range(min(4, len(tokens) - position), 0, -1):
                phrase = " ".join(tokens[position : position + size])
                known = self.store.rows("SELECT expansion, kind FROM synonyms WHERE term = ?", (phrase,))
                if known or size == 1:
                    break
            part = tokens[position : position + size]
            position += size
            if part == ["without"]:
                absent = True
                continue
            if part == ["with"]:
                absent = False
            slot = Slot()
            plain_words = [word for word in part if word not in STOP or known]
            for expansion, kind in known:
                slot.add(
                    [stem(word) for word in words(expansion) if word not in STOP],
                    0.98 if kind != "lay" else 0.95,
                )
            if plain_words:
                self._spell(plain_words, slot, bool(known))
            if slot.ways:
                if absent:
                    slot.ways = [
                        (tuple(ABSENT + token for token in way), quality) for way, quality in slot.ways
                    ]
                slots.append(slot)
        return slots

    def _spell(self, part: list[str], slot: Slot, known: bool) -> None:
        """Add the words as typed; one that no title or index knows is taken as a beginning, or as a slip."""
        telling = [stem(word) for word in part if word not in STOP]
        if all(token in self.weights for token in telling):
            slot.add(telling, 1.0)
            return
        if known or len(part) > 1:
            return
        word = part[0]
        if len(word) > 2:
            begun = self.store.rows(
                "SELECT stem FROM vocabulary WHERE word >= ? AND word < ? GROUP BY stem ORDER BY sum(uses) DESC LIMIT 40",
                (word, word + "\uffff"),
            )
            for (token,) in begun:
                slot.add([token], _PARTLY)
            if begun:
                return
        for repaired in self._repairs(word):
            slot.add([stem(repaired)], 0.9)
            for expansion, _ in self.store.rows(
                "SELECT expansion, kind FROM synonyms WHERE term = ?", (repaired,)
            ):
                slot.add([stem(other) for other in words(expansion) if other not in STOP], 0.88)
        if not slot.ways:
            slot.add([word], 1.0)  # unknown: it will not be found, and the rest of the question decides

    def _repaired(self, word: str) -> tuple[str, ...]:
        """Known words that the typed one may be a slip of, the likeliest first."""
        if len(word) < 4:
            return ()
        slips = 1 if len(word) < 6 else 2
        rows = self.store.rows(
            "SELECT word, uses FROM vocabulary WHERE (word >= ? AND word < ? OR substr(word, 2, 2) = ? OR"
            " substr(word, 2, 2) = ?) AND length(word) BETWEEN ? AND ?",
            (word[0], word[0] + "\uffff", word[:2], word[1:3], len(word) - slips, len(word) + slips),
        )
        rows += self.store.rows(
            "SELECT term, 40 FROM synonyms WHERE term >= ? AND term < ?", (word[0], word[0] + "\uffff")
        )
        near = [(distance(word, other, slips), -uses, other) for other, uses in rows]
        best = sorted(entry for entry in near if entry[0] <= slips)
        return tuple(other for slip, _, other in best if slip == best[0][0])[:3]

    # -- the answer ------------------------------------------------------------------------------------

    def _scored(self, slots: list[Slot], stem_of_code: str) -> dict[str, float]:
        """Score of every candidate code; when nothing holds all slots, phrases that hold most of them count."""
        if not slots:
            return {}
        found = self._candidates([slots], stem_of_code)
        if len(found) < 3 and len(slots) > 1:
            fewer = [[slot for slot in slots if slot is not left_out] for left_out in slots]
            found += self._candidates(fewer, stem_of_code)
        if not found:
            found = self._candidates([[slot] for slot in slots], stem_of_code)
        weighed = [self._weighed(slot) for slot in slots]
        best: dict[str, list[float]] = {}
        for text, bare, kind, optional in found:
            score = self._score(weighed, text.split(), optional.split()) * _PRIOR[kind]
            best.setdefault(bare, []).append(score)
        return {bare: self._combine(scores) for bare, scores in best.items()}

    def _weighed(self, slot: Slot) -> Weighed:
        """A slot with the weights of its stems, looked up once for all candidates."""
        weighed = []
        for way, quality in slot.ways:
            weights = {token: self.weights.get(token, _UNKNOWN) for token in way}
            weighed.append((weights, sum(weights.values()) or 0.1, quality))
        return weighed

    @staticmethod
    def _combine(scores: list[float]) -> float:
        """The best wording decides; a second one that fits as well adds a little."""
        ranked = sorted(scores, reverse=True)
        return ranked[0] + 0.03 * sum(ranked[1:3])

    def _candidates(self, groups: list[list[Slot]], stem_of_code: str) -> list[tuple[str, str, str, str]]:
        rows: list[tuple[str, str, str, str]] = []
        for slots in groups:
            query = " AND ".join(_fts(slot) for slot in slots)
            rows += self.store.rows(
                "SELECT stems, plain, kind, optional FROM phrases WHERE phrases MATCH ?"
                " AND plain >= ? AND plain < ? ORDER BY rowid LIMIT ?",
                (query, stem_of_code, stem_of_code + "\uffff", _CANDIDATES),
            )
        return rows

    def _score(self, slots: list[Weighed], tokens: list[str], optional: list[str]) -> float:
        """Share of the question that the phrase answers, times the share of the phrase that was asked for."""
        here = set(tokens)
        asked = answered = 0.0
        used: set[str] = set()
        for slot in slots:
            weight, quality, matched = self._best_way(slot, here)
            asked += weight
            answered += weight * quality
            used.update(matched)
        weigh = self.weights.get
        wanted = extra = 0.0
        for token in tokens:
            if token in used:
                wanted += weigh(token, _UNKNOWN)
            elif token not in optional:
                extra += weigh(token, _UNKNOWN) * (0.4 if token.isdigit() else 1.0)
        wanted = wanted or 1.0
        return (answered / asked) ** 2 * wanted / (wanted + _EXTRA * extra)

    def _best_way(self, slot: Weighed, here: set[str]) -> tuple[float, float, list[str]]:
        """(weight, quality, stems found) of the way to say the slot that the phrase comes closest to."""
        best: tuple[float, float, list[str]] = (0.0, -1.0, [])
        for weights, total, quality in slot:
            matched = [token for token in weights if token in here]
            share = (
                quality
                if len(matched) == len(weights)
                else sum(map(weights.__getitem__, matched)) / total * quality
            )
            if share > best[1]:
                best = (total, share, matched)
        return best

    def _hits(self, scores: dict[str, float], year: int, limit: int) -> list[Hit]:
        """The best codes that the edition holds; of two that fit alike, the complete code goes first."""
        likely = sorted(scores, key=lambda bare: (-scores[bare], len(bare), bare))[: min(4 * limit + 20, 500)]
        marks = ",".join("?" * len(likely))
        sql = f"SELECT plain, code, title, billable FROM codes WHERE plain IN ({marks})"  # noqa: S608
        rows = self.store.rows(f"{sql} AND first <= ? AND last >= ?", (*likely, year, year))
        ranked = [(scores[row[0]] + (_COMPLETE if row[3] else 0.0), *row[1:]) for row in rows]
        ranked.sort(key=lambda entry: (-round(entry[0], 6), len(entry[1]), entry[1]))
        return [
            Hit(code, self.store.system, title, bool(billable), self._path(code), round(score, 4))
            for score, code, title, billable in ranked[:limit]
        ]

    def _path(self, code: str) -> tuple[str, ...]:
        """Titles from the chapter down to the node above the code."""
        return tuple(node.title for node in reversed(self.store.ancestors(code)))


def _fts(slot: Slot) -> str:
    """The slot as an FTS5 expression: any of its ways, each with all of its telling stems."""
    ways = []
    for way, _ in slot.ways:
        telling = [token for token in way if token not in _SOFT] or list(way)
        ways.append(" AND ".join(f'"{token}"' for token in telling))
    return "(" + " OR ".join(f"({way})" for way in ways) + ")"
