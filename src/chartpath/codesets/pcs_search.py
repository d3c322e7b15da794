"""Search in ICD-10-PCS: a few words of a clinician, or the beginning of a code -> complete codes, best first.

Titles name operations, body parts and approaches in the words of the classification; clinicians say
"laparoscopic cholecystectomy". Three things bridge that: the official index, which leads from such words to a
table or the beginning of codes; a list of abbreviations and everyday words; and the approach words.
"""

from __future__ import annotations

import re

from chartpath.codesets.models import Hit, plain
from chartpath.codesets.pcs_models import IndexEntry
from chartpath.codesets.terms import STOP, distance, stem, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from chartpath.codesets.pcs_store import PcsStore

_CANDIDATES = 300  # titles looked at for one set of words
_UNDER = 80  # codes looked at under one index entry
_ENTRIES = 16  # index entries followed
_MOST_WORDS = 24  # of a question; what follows is not read
_COMMON = 3.5  # stems below this weight (right, artery) do not lead to an index entry on their own
_EXTRA = 0.16  # how much words of a title that nobody asked for count against it
_UNASKED = 0.5  # the same for words of an index entry
_UNKNOWN = 8.0  # weight of a stem that no title and no index entry has
# Words of a title that say that nothing special was done; they never count against it.
_PLAIN = frozenset(map(stem, ("approach", "open", "external", "system", "using")))
# Words that say that something was done, not what; an unanswered one hardly counts.
_SOFT = frozenset(
    map(
        stem,
        ("placement", "insertion", "procedure", "surgery", "surgical", "operation", "operative", "performed",
         "treatment", "tumor", "mass", "lesion", "cancer", "fracture", "patient", "implant", "status"),
    )
)  # fmt: skip
# How good a match the ways to say a thing make.
_QUALITY = {"abbreviation": 0.97, "lay": 0.97, "approach": 0.97, "index": 0.93, "loose": 0.85}
_SOFT_WEIGHT = 1.0
_OTHER_OPERATION = 0.9  # a title whose operation was not asked for, even through a synonym
# Removing a whole part is what "-ectomy" says unless more is said, so its code goes before that of a part.
_WHOLE = {"T": 0.02}


class Slot:
    """One thing asked for, with the ways to say it: each a set of stems, and how good a match it makes."""

    def __init__(self, weights: dict[str, float]) -> None:
        self.weights = weights
        self.soft = False  # says little: left out of the search for titles
        self.ways: list[tuple[frozenset[str], float, float]] = []  # (stems, their weight, quality)

    def add(self, tokens: list[str], quality: float) -> None:
        """One more way to say it."""
        way = frozenset(tokens)
        if way and all(way != known for known, _, _ in self.ways):
            self.ways.append((way, sum(self.weights.get(token, _UNKNOWN) for token in way), quality))

    def best(self, here: set[str] | frozenset[str]) -> tuple[float, float, frozenset[str]]:
        """(weight of the way that fits best, share of it that is here, the stems of it that are here)."""
        found: tuple[float, float, frozenset[str]] = (0.1, 0.0, frozenset())
        best = -1.0
        for way, weight, quality in self.ways:
            matched = way & here
            if len(matched) == len(way):
                share = quality
            else:
                share = sum(self.weights.get(token, _UNKNOWN) for token in matched) / weight * quality
            if share > best:
                best = share
                found = (weight, share, matched)
        return found


class PcsSearcher:
    """Search over one store; keeps the weights of all stems in memory."""

    def __init__(self, store: PcsStore) -> None:
        self.store = store
        self.weights: dict[str, float] = dict(store.rows("SELECT stem, weight FROM weights"))

    # -- codes -----------------------------------------------------------------------------------------

    def search(self, text: str, year: int, limit: int) -> list[Hit]:
        """The best `limit` codes of an edition."""
        prefix, rest = self._code_part(text, year)
        slots = self._slots(rest)
        if not slots:
            found = (
                {code.code: 2.0 for code in self.store.beginning_with(prefix, year, limit)} if prefix else {}
            )
        else:
            found = self._scored(slots, prefix, year)
        best = sorted(found, key=lambda code: (-round(found[code], 6), code))[:limit]
        hits = []
        for code in self.store.existing(best, year):
            above = reversed(self.store.ancestors(code.code))
            path = tuple(node.title for node in above if node.title != "None")
            hits.append(Hit(code.code, code.system, code.title, True, path, round(found[code.code], 4)))
        return hits

    def _code_part(self, text: str, year: int) -> tuple[str, str]:
        """(beginning of codes, other words): a word with a digit that begins real codes narrows the search."""
        found = ""
        rest = []
        for word in text.split():
            bare = plain(word)
            shaped = re.fullmatch(r"[0-9A-HJ-NP-Z]{2,7}", bare) and re.search(r"\d", bare) and len(bare) > 2
            if shaped and not found and self.store.beginning_with(bare, year, 1):
                found = bare
            else:
                rest.append(word)
        return found, " ".join(rest)

    def _scored(self, slots: list[Slot], prefix: str, year: int) -> dict[str, float]:
        """Score of every candidate code: those whose titles hold the words, and those the index leads to."""
        scores: dict[str, float] = {}
        for stems, code in self._by_title(slots, prefix, year):
            self._keep(scores, code, self._score(slots, stems.split(), frozenset()))
        for entry, target in self._by_index(slots, prefix):
            open_slots = [slot for slot in slots if slot.best(entry)[1] < 0.8]
            for stems, code in self._under(target, open_slots, year):
                self._keep(scores, code, self._score(slots, stems.split(), entry))
        return scores

    @staticmethod
    def _keep(scores: dict[str, float], code: str, score: float) -> None:
        scores[code] = max(scores.get(code, 0.0), score + _WHOLE.get(code[2], 0.0))

    def _score(self, slots: list[Slot], title: list[str], entry: frozenset[str]) -> float:
        """Share of the question that title and index entry answer, less for what nobody asked for.

        A title begins with its operation, so its first stem counts as that.
        """
        here = entry.union(title)
        asked = answered = 0.0
        used: set[str] = set()
        for slot in slots:
            weight, share, matched = slot.best(here)
            if slot.soft:
                weight = min(weight, _SOFT_WEIGHT)
            asked += weight
            answered += weight * share
            used |= matched
        extra = _EXTRA * sum(
            self._weight(token) for token in title if token not in used and token not in _PLAIN
        )
        extra += _UNASKED * sum(self._weight(token) for token in entry - used)
        wanted = sum(self._weight(token) for token in used) or 1.0
        score = (answered / asked) ** 2 * wanted / (wanted + extra)
        return score * _OTHER_OPERATION if title and not entry and title[0] not in used else score

    def _weight(self, token: str) -> float:
        return self.weights.get(token, _UNKNOWN)

    def _by_title(self, slots: list[Slot], prefix: str, year: int) -> list[tuple[str, str]]:
        """(stems, code) of the titles that hold all that is asked for; failing that, all but one thing."""
        slots = [slot for slot in slots if not slot.soft] or slots
        found = self._titles(slots, prefix, year)
        if not found and len(slots) > 1:
            for left_out in slots:
                found += self._titles([slot for slot in slots if slot is not left_out], prefix, year)
        return found

    def _titles(self, slots: list[Slot], prefix: str, year: int) -> list[tuple[str, str]]:
        query = " AND ".join(_fts(slot) for slot in slots)
        rows = self.store.rows(
            "SELECT codes.stems, code FROM titles JOIN codes ON codes.rank = titles.rowid WHERE titles MATCH ?"
            " AND code >= ? AND code < ? AND first <= ? AND last >= ? ORDER BY length(codes.stems), code LIMIT ?",
            (query, prefix, prefix + "\uffff", year, year, _CANDIDATES),
        )
        return [(stems, code) for stems, code in rows]

    def _by_index(self, slots: list[Slot], prefix: str) -> list[tuple[frozenset[str], str]]:
        """(stems that the question and the index entry share or the entry adds, target) of the best entries."""
        found: dict[str, tuple[float, frozenset[str]]] = {}
        for score, stems, _, _, codes in self._entries(slots):
            target = codes
            if not target or not (target.startswith(prefix) or prefix.startswith(target)):
                continue
            target = max(target, prefix, key=len)
            if score > found.get(target, (0.0, frozenset()))[0]:
                found[target] = (score, stems)
        best = max((score for score, _ in found.values()), default=0.0)
        likely = [target for target in found if found[target][0] > 0.25 * best]
        ranked = sorted(likely, key=lambda target: (-found[target][0], target))[:_ENTRIES]
        return [(found[target][1], target) for target in ranked]

    def _under(self, target: str, slots: list[Slot], year: int) -> list[tuple[str, str]]:
        """(stems, code) of the plainest codes under an index entry, first those with what else is asked for."""
        order = "length(stems), rank"
        likes: list[str] = []
        if slots:
            ways = [way for slot in slots for way, _, _ in slot.ways]
            likes = [f"% {token} %" for way in ways for token in sorted(way)]
            # SQLite counts how many of the things asked for a title holds.
            held = " + ".join(
                "(" + " OR ".join(_like(way) for way, _, _ in slot.ways) + ")" for slot in slots
            )
            order = f"{held} DESC, {order}"
        sql = "SELECT stems, code FROM codes WHERE code >= ? AND code < ? AND first <= ? AND last >= ?"
        rows = self.store.rows(
            f"{sql} ORDER BY {order} LIMIT ?", (target, target + "\uffff", year, year, *likes, _UNDER)
        )
        return [(stems, code) for stems, code in rows]

    # -- the index -------------------------------------------------------------------------------------

    def index(self, text: str, limit: int) -> list[IndexEntry]:
        """The best `limit` entries of the index."""
        slots = self._slots(text)
        if not slots:
            return []
        best = sorted(self._entries(slots), key=lambda entry: (-round(entry[0], 6), len(entry[2]), entry[3]))
        found: dict[IndexEntry, None] = {}
        for _, _, _, number, _ in best:
            if len(found) == limit:
                break
            rows = self.store.rows("SELECT term, kind, reference, codes FROM terms WHERE id = ?", (number,))
            found[IndexEntry(*rows[0])] = None  # some entries stand in the index twice
        return list(found)

    def _entries(self, slots: list[Slot]) -> list[tuple[float, frozenset[str], str, int, str]]:
        """(score, stems, term, id, codes) of the entries that share words with the question, best first."""
        query = " OR ".join(f'"{token}"' for token in self._leading(slots))
        if not query:
            return []
        rows = self.store.rows(
            "SELECT terms.stems, term, id, codes FROM entries JOIN terms ON id = entries.rowid WHERE entries MATCH ?",
            (query,),
        )
        found = []
        for stems, term, number, codes in rows:
            own = frozenset(stems.split())
            score = self._score(slots, [], own)
            if score > 0.02:
                found.append((score, own, term, number, codes))
        found.sort(key=lambda entry: (-round(entry[0], 6), entry[3]))
        return found

    def _leading(self, slots: list[Slot]) -> list[str]:
        """The stems asked for that lead somewhere: the rare ones, or all when there are no rare ones."""
        tokens = sorted({token for slot in slots for way, _, _ in slot.ways for token in way})
        rare = [token for token in tokens if self._weight(token) >= _COMMON]
        return rare or tokens

    # -- the question ----------------------------------------------------------------------------------

    def _slots(self, text: str) -> list[Slot]:
        """What is asked for: the longest known expressions first, then single words."""
        tokens = words(text)[:_MOST_WORDS]
        slots: list[Slot] = []
        position = 0
        while position < len(tokens):
            for size in range(min(4, len(tokens) - position), 0, -1):
                phrase = " ".join(tokens[position : position + size])
                known = self.store.rows("SELECT expansion, kind FROM synonyms WHERE term = ?", (phrase,))
                known += [(expansion, "index") for expansion in self._references(phrase)]
                if known or size == 1:
                    break
            part = [word for word in tokens[position : position + size] if known or word not in STOP]
            position += size
            slot = Slot(self.weights)
            for expansion, kind in known:
                slot.add([stem(word) for word in words(expansion) if word not in STOP], _QUALITY[kind])
            own = [stem(word) for word in part if word not in STOP]
            if all(token in self.weights for token in own):
                slot.add(own, 1.0)
            elif not known and part:
                for near in self._repairs(part[0]):
                    slot.add([near], 0.9)
            if not slot.ways and own:
                slot.add(own, 1.0)  # unknown: it will not be found, and the rest of the question decides
            slot.soft = not known and all(token in _SOFT for token in own)
            if slot.ways:
                slots.append(slot)
        return slots

    def _references(self, phrase: str) -> list[str]:
        """Where the index sends who looks for an expression, when it names no table: Vaccination, Hallux."""
        tokens = [stem(word) for word in words(phrase) if word not in STOP]
        rows = self.store.rows(
            "SELECT DISTINCT reference FROM terms WHERE stems = ? AND codes = ''",
            (" ".join(dict.fromkeys(tokens)),),
        )
        return [reference for (reference,) in rows] if tokens else []

    def _repairs(self, word: str) -> list[str]:
        """Known stems that a misspelled word may stand for, the likeliest first; failing that, words of its family."""
        typed = stem(word)
        if len(typed) < 5:
            return []
        slips = 1 if len(word) < 7 else 2
        near = sorted(
            (distance(typed, other, slips), weight, other)
            for other, weight in self.weights.items()
            if other[:1] == typed[:1] and abs(len(other) - len(typed)) <= slips
        )
        alike = [other for slip, _, other in near if slip <= slips and slip == near[0][0]]
        return (alike or sorted(self._family(typed), key=lambda other: self.weights[other]))[:3]

    def _family(self, typed: str) -> list[str]:
        """Known stems with the same beginning: appendiceal and appendix."""
        return [other for other in self.weights if len(other) > 4 and other[:6] == typed[:6]]


def _fts(slot: Slot) -> str:
    """The slot as an FTS5 expression: any of its ways, each with all of its stems."""
    ways = [" AND ".join(f'"{token}"' for token in sorted(way)) for way, _, _ in slot.ways]
    return "(" + " OR ".join(f"({way})" for way in ways) + ")"


def _like(way: frozenset[str]) -> str:
    return "(" + " AND ".join("stems LIKE ?" for _ in way) + ")"
