"""The `%%answer` grammar: what a learner types is parsed, never executed.

One small language for every kind of item. `parse` never raises: whatever it cannot read becomes a
`Problem` that names the line and says what to do, and the lines it can read still count.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from chartpath.items import Item

KINDS = ("codes", "choice", "choices", "number", "term", "parts", "match", "order", "spans")
"""The kinds of item an answer cell can hold."""

QUERY_REASONS = {
    "conflict": "two documents, or two lines of one, contradict each other",
    "specificity": "the diagnosis is there, and a detail that the code needs is not",
    "diagnosis": "findings and treatment are there, and no diagnosis that explains them",
    "cause": "two conditions are there, and whether one caused the other is not said",
    "support": "a diagnosis is there, and nothing in the record supports it",
    "timing": "whether it was present on admission is not said",
}
"""Why a coder asks the provider: the words an answer may use, and what each means."""

MAX_CHARACTERS = 20_000
"""An answer longer than this is not an answer; reading stops there, and a problem says so."""

_MAGIC = re.compile(r"\A\s*%%answer(?:[ \t]+(\S+))?[ \t]*(?:\n|\Z)")
_QUOTED = re.compile(r"""\"([^\"\n]*)\"|“([^”\n]*)”|(?<!\w)[‘']([^’'\n]+)[’'](?!\w)""")
_CODE = re.compile(r"[A-Z][0-9A-Z][0-9A-Z](?:\.[0-9A-Z]{1,4}|[0-9A-Z]{1,4})?")
_PCS = re.compile(r"[0-9A-Z]{7}")
_HCPCS = re.compile(r"[A-Z][0-9]{4}")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_UNITS = re.compile(r"X(\d{1,4})")
_ROLES = {
    "PRINCIPAL": "principal",
    "FIRST": "first_listed",
    "FIRST-LISTED": "first_listed",
    "OTHER": "secondary",
    "SECONDARY": "secondary",
    "PROCEDURE": "procedure",
}
_POA = frozenset("YNUW1")
# Characters that word processors and phones put where a plain one was meant.
_PLAIN = str.maketrans(
    {"\u00a0": " ", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-"}
)


@frozen
class Problem:
    """Something on one line that could not be read, or was read with a remark.

    `line` counts from 1 below the `%%answer` line; `fatal` means that the line does not count.
    """

    line: int
    message: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"Line {self.line}: {self.message}"


@frozen
class CodeLine:
    """One code of an answer, with all that stood on its line.

    `code` is normalised (upper case, with its dot); `written` is what the learner typed.
    """

    line: int
    code: str
    written: str
    role: str | None = None
    poa: str | None = None
    evidence: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    units: int | None = None
    system: str = "icd10cm"


@frozen
class QueryLine:
    """A question to the provider: `reason` is one of QUERY_REASONS, `evidence` the phrases that raise it."""

    line: int
    reason: str
    evidence: tuple[str, ...] = ()


@frozen
class Override:
    """Two codes that the learner reports together against an Excludes1 note, and why (guideline I.A.12.a)."""

    line: int
    codes: tuple[str, str]
    reason: str


AnswerValue = str | float | tuple[str, ...] | tuple[tuple[str, str], ...] | None


@frozen
class Answer:
    """A parsed answer: `lines`, `queries` and `overrides` for kind `codes`, `value` for the other kinds."""

    kind: str
    lines: tuple[CodeLine, ...] = ()
    value: AnswerValue = None
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    queries: tuple[QueryLine, ...] = ()
    overrides: tuple[Override, ...] = ()

    @property
    def blank(self) -> bool:
        """True when nothing was entered: no code, no value, no unreadable line."""
        entered = self.lines or self.queries or self.overrides or self.value is not None
        return not entered and not any(p.fatal for p in self.problems)

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters of a choice, of choices or of an order, as typed; empty for the other kinds."""
        if self.kind == "choice" and isinstance(self.value, str):
            return (self.value,)
        if self.kind in ("choices", "order") and isinstance(self.value, tuple):
            return tuple(str(letter) for letter in self.value)
        return ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes in the order typed."""
        return tuple(line.code for line in self.lines)


def split_cell(source: str) -> tuple[str, str] | None:
    """Item id and body of an answer cell; None for a cell that is not one.

    A cell that begins with `%%answer` but names no item gives an empty id.
    """
    match = _MAGIC.match(source)
    return (match[1] or "", source[match.end() :]) if match else None


def parse(body: str, kind: str, systems: tuple[str, ...] = ("icd10cm",)) -> Answer:
    """Read the body of an answer cell of one kind; never raises for any text.

    `systems` names the code sets the item asks for (`icd10cm`, `icd10pcs`, `hcpcs`): they decide
    how a code without its dot is read.
    """
    reader = _READERS.get(kind)
    if reader is None:
        raise ValueError(f"no such kind of item: {kind!r}; kinds are {', '.join(KINDS)}")
    problems: list[Problem] = []
    if len(body) > MAX_CHARACTERS:
        body = body[:MAX_CHARACTERS]
        problems.append(
            Problem(
                body.count("\n") + 1,
                f"the answer is longer than {MAX_CHARACTERS:,} characters; the rest is left out.",
            )
        )
    return reader(_numbered(body), systems, problems)


def stub(item: Item) -> str:
    """The empty form that stands in a released answer cell, the `%%answer` line included."""
    form = _codes_form(item) if item.kind == "codes" else _FORMS[item.kind]
    return f"%%answer {item.id}\n{form}\n"


def _codes_form(item: Item) -> str:
    """What an answer with codes holds: diagnoses, procedures, drugs and supplies, as far as the record asks for them."""
    if "icd10cm" not in item.systems:
        return "# one procedure code a line" if "icd10pcs" in item.systems else "# one code a line"
    lead = "principal" if item.chart is not None and item.chart.inpatient else "first-listed"
    form = f"# one code a line, the {lead} diagnosis first"
    if "icd10pcs" in item.systems:
        form += "; a procedure as: procedure CODE"
    if "hcpcs" in item.systems:
        form += "; a drug or supply like CODE-RT x2"
    return form


def normalize_code(written: str, systems: tuple[str, ...] = ("icd10cm",)) -> tuple[str, str]:
    """The code as the book prints it, and the code set it belongs to by its shape.

    >>> normalize_code("e1122")
    ('E11.22', 'icd10cm')
    """
    text = written.upper().translate(_PLAIN).strip()
    plain = text.replace(".", "")
    if "hcpcs" in systems and "." not in text and _HCPCS.fullmatch(text):
        return text, "hcpcs"
    # Seven characters without a dot can be either set. A diagnosis never begins with a digit;
    # the rest is told apart by the word `procedure` before the code.
    procedure = "icd10cm" not in systems or text[:1].isdigit()
    if "icd10pcs" in systems and procedure and _PCS.fullmatch(text):
        return text, "icd10pcs"
    if "." not in text and len(plain) > 3:
        text = f"{plain[:3]}.{plain[3:]}"
    return text, "icd10cm"


def _numbered(body: str) -> list[tuple[int, str]]:
    """Lines that hold something, comments removed, counted from 1 below the magic line."""
    kept = []
    for number, raw in enumerate(body.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        text = _without_comment(raw.translate(_PLAIN)).strip()
        if text:
            kept.append((number, text))
    return kept


def _without_comment(line: str) -> str:
    """The line up to a `#` that stands outside quotation marks."""
    quoted = [match.span() for match in _QUOTED.finditer(line)]
    for position, character in enumerate(line):
        if character == "#" and not any(start <= position < end for start, end in quoted):
            return line[:position]
    return line


def _codes(lines: list[tuple[int, str]], systems: tuple[str, ...], problems: list[Problem]) -> Answer:
    found: list[CodeLine] = []
    queries: list[QueryLine] = []
    overrides: list[Override] = []
    for number, text in lines:
        word = text.split(maxsplit=1)[0].rstrip(":").lower()
        if word == "query":
            queries += _query_line(number, text, problems)
        elif word == "override":
            overrides += _override_line(number, text, problems)
        else:
            found.extend(_code_line(number, text, systems, problems))
    return Answer(
        "codes",
        lines=tuple(found),
        problems=tuple(problems),
        queries=tuple(queries),
        overrides=tuple(overrides),
    )


def _query_line(number: int, text: str, problems: list[Problem]) -> list[QueryLine]:
    evidence = tuple(phrase for match in _QUOTED.finditer(text) if (phrase := _phrase(match)))
    words = [word.lower() for word in _words(_QUOTED.sub(" ", text))[1:]]
    reasons = [word for word in words if word in QUERY_REASONS]
    if len(reasons) != 1:
        remark = f'a query names one reason: {", ".join(QUERY_REASONS)}. Write it like: query conflict "left knee" "right knee".'
        problems.append(Problem(number, remark))
        return []
    if not evidence:
        remark = "a query quotes what raises it. Put the phrase of the note between two quotation marks."
        problems.append(Problem(number, remark, False))
    return [QueryLine(number, reasons[0], evidence)]


def _override_line(number: int, text: str, problems: list[Problem]) -> list[Override]:
    reason = " ".join(_phrase(match) for match in _QUOTED.finditer(text)).strip()
    words = re.split(r"[\s|]+", " ".join(_words(_QUOTED.sub(" ", text))[1:]))
    codes = [normalize_code(word)[0] for word in words if word]
    if len(codes) != 2 or not all(_CODE.fullmatch(code) for code in codes):
        remark = 'an override names the two codes that exclude each other, like: override CODE CODE "why they are unrelated".'
        problems.append(Problem(number, remark))
        return []
    if len(reason.split()) < 3:
        remark = "an override needs its reason between quotation marks: why are the two conditions unrelated?"
        problems.append(Problem(number, remark))
        return []
    return [Override(number, (codes[0], codes[1]), reason)]


def _code_line(number: int, text: str, systems: tuple[str, ...], problems: list[Problem]) -> list[CodeLine]:
    evidence = tuple(phrase for match in _QUOTED.finditer(text) if (phrase := _phrase(match)))
    rest = _QUOTED.sub(" ", text)
    if any(mark in rest for mark in '"“”'):
        remark = 'a quotation mark is missing. Write the phrase between two marks, like "CKD stage 3b".'
        problems.append(Problem(number, remark, False))
        rest = re.split('["“”]', rest, maxsplit=1)[0]
    words = _words(rest)
    role = _ROLES.get(words[0].upper()) if words else None
    words = words[1:] if role else words
    found: list[tuple[tuple[str, tuple[str, ...], str], str]] = []
    poa: str | None = None
    units: int | None = None
    ignored: list[str] = []
    for word in words:
        code = _read_code(word, systems, role)
        unit = _UNITS.fullmatch(word.upper())
        if unit and found:
            units = int(unit[1])
        elif code:
            found.append((code, word))
        elif found and len(word) == 1 and word.upper() in _POA:
            poa = word.upper()
        else:
            ignored.append(word)
    if not found:
        problems.append(Problem(number, _no_code(text, ignored)))
        return []
    if ignored:
        remark = f"“{' '.join(ignored)[:40]}” is not part of a code and was left out. Put words from the note in quotes, or after #."
        problems.append(Problem(number, remark, False))
    if len(found) > 1:
        remark = f"{len(found)} codes on one line. They were read in this order; one code a line is safer."
        problems.append(Problem(number, remark, False))
    return [
        CodeLine(number, code, written, role, poa, evidence, modifiers, units, system)
        for (code, modifiers, system), written in found
    ]


def _phrase(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group), "").strip()


def _words(text: str) -> list[str]:
    """The words of a line without list marks, brackets and separators; a letter apart from its digits joined."""
    text = re.sub(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", "", text.replace("`", " "))
    text = re.sub(r"^([A-Za-z]) (\d[0-9A-Za-z])", r"\1\2", re.sub(r"[,;:()\[\]]", " ", text).strip())
    return text.split()


def _read_code(
    word: str, systems: tuple[str, ...], role: str | None
) -> tuple[str, tuple[str, ...], str] | None:
    """(code, modifiers, system) of one word, or None when it has not the shape of a code."""
    stem, *modifiers = word.upper().strip(".:-").split("-")  # the book prints `E11.-` where more is needed
    stem = stem.rstrip(".")
    if "hcpcs" not in systems and modifiers:  # a hyphen typed for the dot
        stem, modifiers = "".join([stem.replace(".", ""), *modifiers]), []
    if not all(_MODIFIER.fullmatch(modifier) for modifier in modifiers):
        return None
    if not any(character.isdigit() for character in stem):
        return None  # a word: every code holds a digit
    if role == "procedure" and _PCS.fullmatch(stem):
        return stem, tuple(modifiers), "icd10pcs"
    code, system = normalize_code(stem, systems)
    if system == "icd10cm" and not _CODE.fullmatch(code):
        return None
    return code, tuple(modifiers), system


def _no_code(text: str, words: list[str]) -> str:
    if not words:
        return "there is no code on this line. Type the code first, then the phrase in quotes."
    if re.match(r"\d[0-9A-Za-z.]+$", words[0]):
        return f"“{words[0][:30]}” does not look like a diagnosis code. Those begin with a letter, like E11.22: is the first character right?"
    return f"“{text[:40]}” holds no code. Type its code, like E11.22; cp.search finds one by words. A remark goes after #."


def _choice(lines: list[tuple[int, str]], systems: tuple[str, ...], problems: list[Problem]) -> Answer:
    letters = _letters(lines, problems)
    if len(letters) > 1:
        remark = f"this question takes one letter, and {len(letters)} were typed. Keep the one you mean."
        problems.append(Problem(lines[0][0], remark))
        letters = []
    return Answer("choice", value=letters[0] if letters else None, problems=tuple(problems))


def _choices(lines: list[tuple[int, str]], systems: tuple[str, ...], problems: list[Problem]) -> Answer:
    letters = tuple(sorted(set(_letters(lines, problems))))
    return Answer("choices", value=letters or None, problems=tuple(problems))


def _order(lines: list[tuple[int, str]], systems: tuple[str, ...], problems: list[Problem]) -> Answer:
    letters = tuple(_letters(lines, problems))
    return Answer("order", value=letters or None, problems=tuple(problems))


def _letters(lines: list[tuple[int, str]], problems: list[Problem]) -> list[str]:
    """The letters typed; none at all when one of the words is something else, for nobody knows what was meant."""
    letters: list[str] = []
    for number, text in lines:
        for word in re.split(r"[\s,;&]+", text.strip().strip(",;")):
            letter = word.strip("().:\"“”'").upper()
            if re.fullmatch(r"[A-Z]|[0-9]{1,2}", letter):
                letters.append(letter)
            elif letter not in ("AND", ""):
                remark = (
                    f"“{word[:30]}” is not one of the letters. Type just the letter of your answer, like B."
                )
                problems.append(Problem(number, remark))
                return []
    return letters


def _number(lines: list[tuple[int, str]], systems: tuple[str, ...], problems: list[Problem]) -> Answer:
    if not lines:
        return Answer("number", problems=tuple(problems))
    if len(lines) > 1:
        problems.append(
            Problem(lines[1][0], "this question takes one number on one line. Keep the one you mean.")
        )
        return Answer("number", problems=tuple(problems))
    number, text = lines[0]
    match = re.fullmatch(
        r"\$?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?)\s*(?:%|[A-Za-z][A-Za-z /]*)?\.?", text
    )
    if not match or not any(c.isdigit() for c in match[1]):
        problems.append(Problem(number, f"“{text[:30]}” is not a number. Type it in digits, like 3 or 9.6."))
        return Answer("number", problems=tuple(problems))
    return Answer("number", value=float(match[1].replace(",", "")), problems=tuple(problems))


def _term(lines: list[tuple[int, str]], systems: tuple[str, ...], problems: list[Problem]) -> Answer:
    if not lines:
        return Answer("term", problems=tuple(problems))
    if len(lines) > 1:
        problems.append(
            Problem(lines[1][0], "this question takes one term on one line. Keep the one you mean.")
        )
        return Answer("term", problems=tuple(problems))
    term = " ".join(lines[0][1].strip("\"“”'.").split())
    return Answer("term", value=term or None, problems=tuple(problems))


def _parts(lines: list[tuple[int, str]], systems: tuple[str, ...], problems: list[Problem]) -> Answer:
    """A word taken apart: its parts in order, with hyphens, slashes, plus signs or blanks between."""
    term = _term(lines, systems, problems).value
    parts = [part for part in re.split(r"[-/+\s]+", str(term or "").casefold()) if part]
    # A vowel on its own joins two parts, as in gastr/o; at the front it is a part, as in a-pnea.
    kept = [part for at, part in enumerate(parts) if at == 0 or part not in ("o", "i", "e")]
    return Answer("parts", value=tuple(kept) or None, problems=tuple(problems))


def _match(lines: list[tuple[int, str]], systems: tuple[str, ...], problems: list[Problem]) -> Answer:
    pairs: dict[str, str] = {}
    for number, text in lines:
        match = re.fullmatch(r"(\w{1,3})\s*(?:->|=|:|-|\s)\s*(\w{1,3})\.?", text)
        if not match:
            problems.append(
                Problem(
                    number,
                    f"“{text[:30]}” is not a pair. Write the number and the letter that belong together, like 1 B.",
                )
            )
        elif match[1].upper() in pairs:
            problems.append(Problem(number, f"{match[1].upper()} is matched twice. Keep one line for it."))
        else:
            pairs[match[1].upper()] = match[2].upper()
    return Answer("match", value=tuple(sorted(pairs.items())) or None, problems=tuple(problems))


def _spans(lines: list[tuple[int, str]], systems: tuple[str, ...], problems: list[Problem]) -> Answer:
    """Phrases of a note, one a line: the words between quotation marks, or the whole line where there are none."""
    found: dict[str, str] = {}
    for number, text in lines:
        quoted = [phrase for match in _QUOTED.finditer(text) if (phrase := _phrase(match))]
        for phrase in quoted or [text]:
            marked = " ".join(phrase.split())
            if marked.casefold() in found:
                problems.append(Problem(number, f"“{marked[:40]}” stands twice. It counts once.", False))
            found.setdefault(marked.casefold(), marked)
    return Answer("spans", value=tuple(found.values()) or None, problems=tuple(problems))


_Reader = Callable[[list[tuple[int, str]], tuple[str, ...], list[Problem]], Answer]
_READERS: dict[str, _Reader] = {
    "codes": _codes,
    "choice": _choice,
    "choices": _choices,
    "number": _number,
    "term": _term,
    "parts": _parts,
    "match": _match,
    "order": _order,
    "spans": _spans,
}
_FORMS = {
    "choice": "# type one letter",
    "choices": "# type every letter that applies, like A C",
    "number": "# type one number, digits only",
    "term": "# type one term",
    "parts": "# type the parts with hyphens between, like gastr-itis",
    "match": "# one pair a line, like 1 B",
    "order": "# type the letters in order, like C A B",
    "spans": "# copy each phrase from the note, one a line",
}
