"""From an answer and its key to points: pure functions, the same ones in a kernel and in the grader."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

from attrs import field, frozen

from chartpath.answers import Answer, Problem, parse
from chartpath.audit import AuditResult, audit
from chartpath.errors import BadInput
from chartpath.items import Item, Key, KeyCode

SPELLING_CREDIT = 0.5
"""Share of the points for the right term with a slip in its spelling: close, and not yet chartable."""


@frozen
class Graded:
    """What an answer earned.

    `score` runs 0-100, `points` 0-`item.points` rounded to two decimals. `audit` holds the findings of a
    `codes` item; `remark` is the one-line verdict of the other kinds.
    """

    item: Item
    key: Key = field(repr=False)
    answer: Answer
    score: float
    audit: AuditResult | None = None
    remark: str = ""

    @property
    def points(self) -> float:
        """Points earned, rounded to two decimals so that a gradebook shows what was given."""
        return round(self.item.points * self.score / 100, 2)

    @property
    def right(self) -> bool:
        """True for a full score."""
        return self.score >= 100

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Lines of the answer that could not be read, or were read with a remark."""
        return self.answer.problems


def grade(item: Item, key: Key, answer: Answer) -> Graded:
    """Score one parsed answer against its key. A blank answer earns 0, the key 100.

    Raises BadInput when the key does not fit the item's kind (a broken key file).
    """
    if key.item != item.id:
        raise BadInput(f"The key of {key.item} was used for {item.id}. Correct the file name of the key.")
    if item.kind == "codes":
        if item.chart is None or not key.codes:
            raise BadInput(f"{item.id}: its key holds no codes. Correct grading/keys or datasets/keys.")
        result = audit(answer, item.chart, key)
        entered = answer.lines or answer.queries
        return Graded(item, key, answer, result.score if entered else 0.0, audit=result)
    if key.answer is None:
        raise BadInput(f"{item.id}: its key holds no `answer:`. Correct grading/keys or datasets/keys.")
    if answer.value is None:
        remark = "No answer yet." if answer.blank else "Not read yet."
        return Graded(item, key, answer, 0.0, remark=remark)
    share, remark = _JUDGES[item.kind](item, key, answer)
    return Graded(item, key, answer, round(100 * share, 2), remark=remark)


def key_lines(key: Key, evidence: bool = False) -> list[str]:
    """The answer that a key asks for, a line each as a learner would type it; optional codes are left out.

    With `evidence` each code line ends in the first phrase that carries it. The lines of questions always quote.
    """
    leads = any(code.role == "principal" for code in key.codes)
    lines = [_code_line(code, leads, evidence) for code in key.codes if code.required]
    return lines + [f"query {query.reason} {_in_quotes(query.evidence[0])}" for query in key.queries]


def _code_line(code: KeyCode, stay: bool, evidence: bool) -> str:
    """One code of a key as an answer line; in a stay each line says what the code is."""
    pcs = code.role == "procedure" and len(code.code) == 7
    role = "principal" if code.role == "principal" else "other" if stay and code.role != "procedure" else ""
    parts = [
        "procedure" if pcs else role,
        "-".join((code.code, *code.modifiers)),
        f"x{code.units}" if code.units else "",
        code.poa or "",
        _in_quotes(code.evidence[0]) if evidence and code.evidence else "",
    ]
    return " ".join(part for part in parts if part)


def _in_quotes(phrase: str) -> str:
    """A phrase between quotation marks that do not occur in it."""
    opening, closing = ("“", "”") if '"' in phrase else ('"', '"')
    return f"{opening}{' '.join(phrase.split())}{closing}"


def _choice(item: Item, key: Key, answer: Answer) -> tuple[float, str]:
    letter = str(answer.value)
    if letter not in item.options:
        return 0.0, f"There is no option {letter} here. The options are {', '.join(item.options)}."
    right = letter == str(key.answer).upper()
    return (1.0, "Right.") if right else (0.0, key.feedback.get(letter, "Not this one."))


def _choices(item: Item, key: Key, answer: Answer) -> tuple[float, str]:
    wanted = {str(letter).upper() for letter in key.answer}
    given = set(answer.letters)
    hits, extra = len(wanted & given), len(given - wanted)
    share = max(0.0, (hits - extra) / len(wanted))
    if share == 1:
        return 1.0, "Right, and complete."
    remarks = [key.feedback[letter] for letter in sorted(given - wanted) if letter in key.feedback]
    missed = len(wanted - given)
    if missed:
        remarks.append(f"{missed} more {'belongs' if missed == 1 else 'belong'} to the answer.")
    return share, f"{hits} of {len(wanted)} found, {extra} too many. " + " ".join(remarks)


def _number(item: Item, key: Key, answer: Answer) -> tuple[float, str]:
    wanted, given = float(key.answer), float(answer.value)  # type: ignore[arg-type]
    # A hair's breadth for the decimal fractions that binary numbers cannot hold.
    if abs(wanted - given) <= key.tolerance + 1e-9 * max(1.0, abs(wanted)):
        return 1.0, "Right."
    side = "high" if given > wanted else "low"
    return 0.0, f"Too {side}. {key.feedback.get(side, '')}".strip()


def _term(item: Item, key: Key, answer: Answer) -> tuple[float, str]:
    accepted = [key.answer] if isinstance(key.answer, str) else list(key.answer)
    given = _bare(str(answer.value))
    if any(given == _bare(str(term)) for term in accepted):
        return 1.0, "Right."
    if any(_one_slip(given, _bare(str(term))) for term in accepted):
        return SPELLING_CREDIT, "Nearly: check the spelling. One wrong letter can name another condition."
    tempting = {_bare(term): why for term, why in key.feedback.items()}
    return 0.0, tempting.get(given, "Not this term.")


def _parts(item: Item, key: Key, answer: Answer) -> tuple[float, str]:
    """Every reading of the word is tried; each part in its place among the others earns its share of the best one."""
    given = _word_parts(answer)
    readings = [_word_parts(parse(str(text), "parts")) for text in key.answer]
    best = max(readings, key=lambda one: (_in_order(given, one), -len(one)))
    hits, wanted = _in_order(given, best), max(len(best), len(given))
    if hits == wanted:
        return 1.0, "Right."
    if len(given) == 1:
        return 0.0, "Put a hyphen between the parts of the word."
    return hits / wanted, f"{hits} of {len(best)} parts are right, and you typed {len(given)}."


def _word_parts(answer: Answer) -> list[str]:
    return list(answer.value) if isinstance(answer.value, tuple) else []  # type: ignore[arg-type]


def _in_order(given: list[str], wanted: list[str]) -> int:
    """How many parts stand in both, in the same order."""
    blocks = difflib.SequenceMatcher(None, given, wanted, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks)


def _match(item: Item, key: Key, answer: Answer) -> tuple[float, str]:
    wanted = {str(left).upper(): str(right).upper() for left, right in dict(key.answer).items()}
    given: dict[str, str] = dict(answer.value or ())  # type: ignore[arg-type]
    hits = sum(given.get(left) == right for left, right in wanted.items())
    wrong = [left for left in given if given[left] != wanted.get(left)]
    again = f" Look again at {', '.join(sorted(wrong))}." if wrong else ""
    return hits / len(wanted), f"{hits} of {len(wanted)} pairs are right.{again}"


def _order(item: Item, key: Key, answer: Answer) -> tuple[float, str]:
    wanted = [str(letter).upper() for letter in key.answer]
    given = list(answer.letters)
    hits = sum(1 for place, letter in enumerate(wanted) if place < len(given) and given[place] == letter)
    share = hits / len(wanted) if len(given) <= len(wanted) else 0.0
    return share, "Right." if share == 1 else f"{hits} of {len(wanted)} stand in their place."


def _spans(item: Item, key: Key, answer: Answer) -> tuple[float, str]:
    """Recall first: the share found, weighed four times as heavily as the share that was rightly marked (F2)."""
    wanted = [_span(phrase) for phrase in key.answer]
    given = [_span(str(phrase)) for phrase in answer.value or ()]  # type: ignore[union-attr]
    found = [one for one in wanted if any(_marks(mark, one) for mark in given)]
    right = [mark for mark in given if any(_marks(mark, one) for one in wanted)]
    extra = len(given) - len(right)
    recall, precision = len(found) / len(wanted), len(right) / len(given)
    share = 5 * precision * recall / (4 * precision + recall) if found else 0.0
    if recall == precision == 1:
        return 1.0, "Right, and complete."
    tempting = {_span(phrase): why for phrase, why in key.feedback.items()}
    remarks = [
        f"“{str(phrase)[:60]}”: {why}"
        for phrase in answer.value or ()  # type: ignore[union-attr]
        for known, why in tempting.items()
        if _marks(_span(str(phrase)), known)
    ]
    missed = len(wanted) - len(found)
    told = f"{len(found)} of {len(wanted)} found"
    told += f", {missed} still in the note" if missed else ""
    told += f", {extra} marked that may stay" if extra else ""
    return share, " ".join([f"{told}.", *dict.fromkeys(remarks)])


def _span(phrase: str) -> str:
    """A phrase without case, outer punctuation and double blanks."""
    return " ".join(phrase.casefold().split()).strip(" .,;:()[]\"'“”")


def _marks(mark: str, phrase: str) -> bool:
    """Whether a mark covers a phrase, with a few characters more on either side at most."""
    return mark == phrase or (phrase in mark and len(mark) <= len(phrase) + 12)


def _bare(term: str) -> str:
    """A term without case, hyphens, apostrophes and double blanks: none of them changes the meaning."""
    return " ".join(re.sub(r"['’`]", "", re.sub(r"[-/]", " ", term.casefold())).split())


def _one_slip(given: str, wanted: str) -> bool:
    """Alike but for a letter or two in a word of some length. A code is right or another code: it has no spelling."""
    if len(wanted) < 5 or any(letter.isdigit() for letter in wanted) or abs(len(given) - len(wanted)) > 2:
        return False
    return difflib.SequenceMatcher(None, given, wanted, autojunk=False).ratio() >= 0.88


_JUDGES: dict[str, Callable[[Item, Key, Answer], tuple[float, str]]] = {
    "choice": _choice,
    "choices": _choices,
    "number": _number,
    "term": _term,
    "parts": _parts,
    "match": _match,
    "order": _order,
    "spans": _spans,
}
