"""Checks of one code by itself: it exists, it is complete, it stands once. No key is needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from chartpath.answers import CodeLine
from chartpath.audit.book import Book
from chartpath.audit.model import Finding
from chartpath.audit.rules import Rule, guideline, listed, tabular
from chartpath.audit.sheet import Sheet
from chartpath.codesets import EDITIONS
from chartpath.codesets.systems import other

_LOOKALIKES = {"O": "0", "I": "1", "L": "1", "0": "O", "1": "I"}
_LOOKALIKE_NAMES = {
    "O": "the letter O where the book has a zero",
    "I": "the letter I where the book has a one",
    "L": "the letter L where the book has a one",
    "0": "a zero where the book has the letter O",
    "1": "a one where the book has the letter I",
}
_LONGEST = 8  # seven characters and the dot


def check_forms(book: Book, sheet: Sheet) -> Iterator[Finding]:
    """`invalid`, `not_billable` and `missing_7th`, a finding for each code at most, in the order typed."""
    for line in sheet.diagnoses:
        found = _diagnosis(book, line.code)
        if found is not None:
            yield found
    for line in sheet.procedures:
        if (
            book.holds(line.system)
            and line.system != "icd10cm"
            and book.entry(line.code, line.system) is None
        ):
            yield _unknown_service(book, line.code, line.system)


def check_repeats(book: Book, repeated: Sequence[CodeLine]) -> Iterator[Finding]:
    """A code reported twice: the second line says nothing that the first did not."""
    for code, again in Counter(line.code for line in repeated).items():
        rule = guideline(book, "I.B.12")
        yield Finding(
            "overcoded",
            code,
            f"{code} stands on the list more than once. A diagnosis code is reported once for an encounter, even when the "
            "condition is on both sides or is mentioned several times.",
            rule.text,
            rule.source,
            next="Keep one line of it.",
            label="listed twice" if again == 1 else f"listed {again + 1} times",
        )


def usable(book: Book, code: str) -> bool:
    """Whether the code exists and is complete."""
    found = book.entry(code)
    return found is not None and found.billable


def _diagnosis(book: Book, code: str) -> Finding | None:
    kept = book.remembered("form", code)
    if kept is None:
        kept = book.remember(_judge(book, code) or False, "form", code)
    return kept or None


def _judge(book: Book, code: str) -> Finding | None:
    found = book.entry(code)
    if found is not None and found.billable:
        return None
    if book.stem(code):
        return _without_seventh(book, code)
    if found is None:
        return _unknown(book, code)
    below = book.store.children(code, book.edition)
    rule = guideline(book, "I.B.2")
    count = f"{len(below)} more specific codes" if len(below) != 1 else "a more specific code"
    stand = "stand" if len(below) != 1 else "stands"
    return Finding(
        "not_billable",
        code,
        f"{code} is a heading, “{found.title}”: {count} {stand} below it. A claim needs the full number of characters.",
        rule.text,
        rule.source,
        next=f'Open it with cp.code("{code}") and see by what its subdivisions differ. Then look for exactly that in the record.',
    )


def _without_seventh(book: Book, code: str) -> Finding:
    meanings = book.store.seventh_characters(code, book.edition)
    notes = book.notes(code, "seventh_character")
    base = guideline(book, "I.A.5")
    rule = base if not notes else Rule(f"{tabular(notes[0]).text}. {base.text}", tabular(notes[0]).source)
    choice = "; ".join(f"{letter} {words}" for letter, words in list(meanings.items())[:4])
    more = "; …" if len(meanings) > 4 else ""
    return Finding(
        "missing_7th",
        code,
        f"{code} is complete but for its 7th character"
        + (f" ({choice}{more})" if choice else "")
        + ". Without it the claim is rejected; empty places before it are filled with the letter X.",
        rule.text,
        rule.source,
        next="Which of the meanings fits this record?",
    )


def _unknown(book: Book, code: str) -> Finding:
    slip, rule = _slip(book, code)
    near = [one.code for one in book.store.nearest(code, book.edition)] if _readable(code) else []
    return Finding(
        "invalid",
        code,
        f"There is no code {code} in the FY{book.edition} code set. {slip}".rstrip(),
        rule.text,
        rule.source,
        next=f"Near it in the book: {', '.join(near)}."
        if near
        else "Look the condition up by its name with cp.search.",
    )


def _unknown_service(book: Book, code: str, system: str) -> Finding:
    """A procedure or supply code that its own book does not have, with what that book says of it."""
    module = other(system)
    where = f"FY{book.edition}" if system == "icd10pcs" else module.RELEASE
    message, _, near = module.unknown(code, book.edition).partition(" Nearest: ")
    return Finding(
        "invalid",
        code,
        message,
        f"{module.NAME} code list, {where}: {code} is not in it",
        f"{module.NAME}, {where}",
        next=f"Near it in the book: {near}" if near else "Look it up by its words with cp.search.",
    )


def _slip(book: Book, code: str) -> tuple[str, Rule]:
    """The likely slip of the pen in words, and the rule it touches."""
    plain = listed(book, f"FY{book.edition} code list: {code} is not in it")
    if not _readable(code):
        return "A code begins with a letter and a digit, and has 3 to 7 characters.", plain
    for place, character in enumerate(code):
        if character not in _LOOKALIKES:
            continue
        if book.entry(code[:place] + _LOOKALIKES[character] + code[place + 1 :]):
            return f"It has {_LOOKALIKE_NAMES[character]}.", plain
        if character == "O" and place > 0:
            return "It has the letter O, which the book uses at the beginning of a code only.", plain
    elsewhere = next((year for year in EDITIONS if year != book.edition and book.store.get(code, year)), None)
    if elsewhere is not None:
        when = "is no longer valid" if elsewhere < book.edition else "is not yet valid"
        return f"It belongs to FY{elsewhere} and {when} on the date of this encounter.", plain
    shorter, cut = next(
        (
            (found, len(code) - end)
            for end in range(len(code) - 1, 2, -1)
            if (found := book.entry(code[:end].rstrip("."))) is not None
        ),
        (None, 0),
    )
    if shorter is not None and shorter.billable:
        return (
            f"It has {'a character' if cut == 1 else 'characters'} too many: the code ends earlier.",
            guideline(book, "I.B.2"),
        )
    if _placeholder(book, code):
        return (
            "A place that the code leaves empty is held by the letter X, so that the 7th character stays the 7th.",
            guideline(book, "I.A.4"),
        )
    if shorter is not None:
        return f"{shorter.code} exists, “{shorter.title}”, but does not go on in this way.", plain
    return "", plain


def _placeholder(book: Book, code: str) -> bool:
    """Whether adding or dropping placeholders X gives a code that exists."""
    if len(code) < 5:
        return False
    tried = {
        code[:place] + "X" * count + code[place:] for place in range(4, len(code)) for count in (1, 2, 3)
    }
    tried |= {code[:place] + code[place + 1 :] for place in range(4, len(code)) if code[place] == "X"}
    return any(len(one) <= _LONGEST and book.entry(one) is not None for one in tried)


def _readable(code: str) -> bool:
    """Whether the text has the shape of a code at all, so that a slip or neighbours can be sought for it."""
    bare = code.replace(".", "")
    return code.isascii() and bare.isalnum() and 3 <= len(bare) <= 9 and any(map(str.isdigit, bare))
