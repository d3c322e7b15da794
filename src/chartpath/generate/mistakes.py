"""Wrong answers that people really give, each made from the right one by a named mistake and confirmed by the audit.

A mistake says which error classes it must show. What the audit reports beyond them must be a consequence (the code
that is wrong, the code that is missing, the partner they leave alone); otherwise the miscoding is dropped.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve, frozen

from chartpath.answers import parse
from chartpath.codesets import store
from chartpath.errors import BadInput
from chartpath.generate.draw import Case
from chartpath.generate.keys import Drafted, answer_line, code_of
from chartpath.generate.model import Mistake
from chartpath.generate.phrases import Speaker
from chartpath.items import ErrorRef, Item, Key, Miscoding
from chartpath.scoring import grade, key_lines

FEWEST, MOST = 4, 7
_PARTNERS = frozenset({"missing_use_additional", "missing_code_first"})
_WORDS = {
    "wrong_side": "The condition is right and the side is not: the record names the side, and {wrong} says the other one.",
    "unspecified_side": "{wrong} leaves the side open. The record tells it, so a payer will ask why the claim does not.",
    "wrong_seventh": "The stem is right. The 7th character of {wrong} tells another stage of care than this record does.",
    "other_value": "{wrong} is the neighbor in the book: one detail of the record is read as something else.",
    "instead": "{wrong} comes to mind first. Its title says something that this record does not.",
    "dropped": "The list looks complete without it, since the other codes tell the story. This one is in the record as well.",
    "distractor": "The words stand in the record, and {wrong} reports them as something that holds today.",
    "symptom": "The complaint is real and stands at the top of the record. The diagnosis already explains it.",
    "added": "{wrong} looks like a careful extra. The record gives no reason to report it.",
    "swapped": "All codes are right, in an order that follows the story of the visit. The rules of the book fix another one.",
    "stem": "{wrong} is a heading of the book and tells the condition. A claim needs all characters below it.",
    "poa": "The code is right and its time is not: read when it was first there.",
    "modifiers": "The supply is right. Its modifiers tell something else than the record.",
    "units": "The drug or supply is right, and the count is not what its descriptor makes of the amount given.",
    "no_query": "The coder settles what only the provider can settle.",
}


@frozen
class _Wrong:
    """A wrong answer: its lines, the codes that are wrong in it and those they stand for, and what it must show."""

    lines: tuple[str, ...]
    wrong: str
    right: str
    must: tuple[str, ...]
    may: tuple[str, ...] = ()


def miscodings(
    case: Case, drafted: Drafted, item: Item, speaker: Speaker
) -> tuple[tuple[Miscoding, ...], tuple[str, ...]]:
    """The confirmed miscodings of a case (MOST at most), and a line for each that the audit does not confirm."""
    found: list[Miscoding] = []
    dropped: list[str] = []
    for number, mistake in enumerate(case.situation.mistakes, 1):
        made = _make(case, drafted, mistake) if case.holds(mistake.when) else None
        if made is None:
            continue
        fault, miscoding = _confirm(drafted.key, item, made, mistake, speaker)
        if miscoding is not None and all(miscoding.codes != one.codes for one in found):
            found.append(miscoding)
        elif fault:
            dropped.append(
                f"mistake {number} ({mistake.kind} {mistake.of}, {made.wrong or made.right}): {fault}"
            )
    while len(found) > MOST:
        found.pop(speaker.draw.below(len(found)))
    return tuple(found), tuple(dropped)


def _make(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    """The wrong answer, or None where the mistake has nothing to do in this case."""
    maker = _MAKERS.get(mistake.kind)
    if maker is None:
        raise BadInput(
            f"{case.situation.id}: there is no mistake {mistake.kind!r}; kinds are {', '.join(_MAKERS)}."
        )
    made = maker(case, drafted, mistake)
    if made is None or list(made.lines) == _right(drafted.key):
        return None
    return evolve(made, must=mistake.errors or made.must, may=(*made.may, *mistake.may))


def _confirm(
    key: Key, item: Item, made: _Wrong, mistake: Mistake, speaker: Speaker
) -> tuple[str, Miscoding | None]:
    result = grade(item, key, parse("\n".join(made.lines), "codes", item.systems))
    if result.audit is None:
        raise BadInput(f"{key.item}: its answers are not codes.")
    reported = [(one.kind, one.code) for one in result.audit.findings]
    kinds = {kind for kind, _ in reported}
    submitted = set(result.answer.codes)
    required = {code.code for code in key.codes if code.required}
    consequences = {("overcoded", code) for code in submitted - required}
    consequences |= {("undercoded", code) for code in required - submitted}
    missed = set(made.must) - kinds
    if missed:
        return (
            f"the audit does not report {', '.join(sorted(missed))}, but {', '.join(sorted(kinds)) or 'nothing'}",
            None,
        )
    beyond = [
        (kind, code) for kind, code in reported if kind not in made.must and (kind, code) not in consequences
    ]
    strange = [f"{kind} {code}" for kind, code in beyond if kind not in made.may]
    if strange:
        return f"the audit reports {', '.join(strange)} as well", None
    if result.score >= 100:
        return "it keeps the full score", None
    speaker.context.update(wrong=made.wrong, right=made.right)
    explanation = speaker.resolve(mistake.say) or _WORDS[mistake.kind].format(wrong=made.wrong)
    return "", Miscoding(
        codes=made.lines,
        errors=tuple(ErrorRef(kind, code) for kind, code in reported if kind in made.must),
        may=tuple(ErrorRef(kind, code) for kind, code in reported if kind not in made.must),
        explanation=" ".join(explanation.split()),
    )


def _replaced(
    drafted: Drafted, name: str, code: str, must: tuple[str, ...], may: tuple[str, ...] = ()
) -> _Wrong | None:
    right = drafted.codes.get(name)
    if right is None or right == code or code in drafted.codes.values():
        return None
    lines = tuple(answer_line(row, code if row.code == right else None) for row in drafted.key.codes)
    return _Wrong(
        (*lines, *_query_lines(drafted.key)), code, right, must, (*_PARTNERS, "wrong_sequence", *may)
    )


def _right(key: Key) -> list[str]:
    """The right answer in the form in which wrong ones are written."""
    return [*(answer_line(row) for row in key.codes), *_query_lines(key)]


def _query_lines(key: Key) -> list[str]:
    return key_lines(key)[len([code for code in key.codes if code.required]) :]


def _other_value(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    return _with_value(case, drafted, mistake, mistake.fact, ("undercoded",))


def _with_value(
    case: Case, drafted: Drafted, mistake: Mistake, fact: str, must: tuple[str, ...]
) -> _Wrong | None:
    """The condition as it would be coded with another value of one fact: `to`, or the first other one."""
    if mistake.of not in drafted.codes or fact not in case.facts:
        return None
    condition = case.situation.conditions[mistake.of]
    wanted = str(case.choose(mistake.to)) if mistake.to is not None else ""
    values = [wanted] if wanted else [one for one in case.situation.facts[fact] if one != case.facts[fact]]
    for value in values:
        try:
            code = code_of(condition, {**case.known, fact: value})
        except BadInput:
            continue  # the table has no row for this value: another sibling may have one
        found = _replaced(drafted, mistake.of, code, must)
        if found is not None and code != "None":
            return found
    return None


def _wrong_side(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    fact = mistake.fact or "side"
    other = {"right": "left", "left": "right"}.get(case.facts.get(fact, ""))
    if other is None:
        return None
    return _with_value(case, drafted, evolve(mistake, to=mistake.to or other), fact, ("wrong_laterality",))


def _wrong_seventh(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    fact = mistake.fact or "encounter"
    return _with_value(case, drafted, mistake, fact, ("wrong_7th",))


def _unspecified_side(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    return _replaced(drafted, mistake.of, str(case.choose(mistake.code)), ("unspecified_laterality",))


def _instead(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    code = case.choose(mistake.code)
    return _replaced(drafted, mistake.of, str(code), ("undercoded",)) if code else None


def _dropped(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    names = mistake.of.replace(",", " ").split()
    gone = [drafted.codes[name] for name in names if name in drafted.codes]
    if not gone or len(gone) == len(drafted.codes):
        return None
    lines = [answer_line(row) for row in drafted.key.codes if row.code not in gone]
    return _Wrong(
        (*lines, *_query_lines(drafted.key)), "", gone[0], ("undercoded",), (*_PARTNERS, "wrong_sequence")
    )


def _add(drafted: Drafted, code: str, must: tuple[str, ...], instead_of: str = "") -> _Wrong | None:
    if code in drafted.codes.values() or code in {one.code for one in drafted.key.optional}:
        return None
    if instead_of:
        return _replaced(drafted, instead_of, code, must)
    lines = [answer_line(row) for row in drafted.key.codes]
    procedures = [line for line in lines if line.startswith("procedure")]
    diagnoses = [line for line in lines if not line.startswith("procedure")]
    return _Wrong((*diagnoses, code, *procedures, *_query_lines(drafted.key)), code, "", must)


def _distractor(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    found = case.situation.distractors.get(mistake.of)
    if found is None:
        raise BadInput(f"{case.situation.id}: mistake distractor: there is no distractor {mistake.of!r}.")
    code = case.choose(mistake.code or found.tempts) if case.holds(found.when) else None
    bare = str(code).replace(".", "")
    told = any(
        bare.startswith(prefix.replace(".", "")) for one in drafted.key.not_reportable for prefix in one.codes
    )
    if not code or not told:
        return None
    uncertain = found.kind == "uncertain" and not case.inpatient
    return _add(
        drafted, str(code), ("uncertain_dx_outpatient",) if uncertain else ("overcoded",), mistake.instead_of
    )


def _symptom(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    found = case.situation.symptoms.get(mistake.of)
    if found is None:
        raise BadInput(f"{case.situation.id}: mistake symptom: there is no symptom {mistake.of!r}.")
    if found.of not in drafted.codes or not case.holds(found.when):
        return None
    return _add(drafted, str(case.choose(found.code)), ("symptom_integral",), mistake.instead_of)


def _added(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    code = case.choose(mistake.code)
    return _add(drafted, str(code), ("overcoded",), mistake.instead_of) if code else None


def _swapped(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    first, then = drafted.codes.get(mistake.of), drafted.codes.get(mistake.then)
    if first is None or then is None:
        return None
    rows = [row for row in drafted.key.codes if row.code != then]
    place = next(number for number, row in enumerate(rows) if row.code == first)
    moved = next(row for row in drafted.key.codes if row.code == then)
    lines = [answer_line(row) for row in (*rows[:place], moved, *rows[place:])]
    return _Wrong((*lines, *_query_lines(drafted.key)), then, first, ("wrong_sequence",))


def _stem(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    code = drafted.codes.get(mistake.of)
    if code is None or len(code) < 5:
        return None
    stem = str(case.choose(mistake.code)) if mistake.code else code[:-1].rstrip("X").rstrip(".")
    seventh = store().needs_seventh(stem)
    return _replaced(drafted, mistake.of, stem, ("missing_7th",) if seventh else ("not_billable",))


def _line_changed(kind: str) -> Callable[[Case, Drafted, Mistake], _Wrong | None]:
    """A line with the right code and a wrong detail: its indicator, its modifiers or its units."""

    def make(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
        code, to = drafted.codes.get(mistake.of), case.choose(mistake.to)
        if code is None:
            return None
        lines = []
        for row in drafted.key.codes:
            changed = row
            if row.code == code and kind == "poa":
                changed = evolve(row, poa=str(to)) if row.poa and row.poa != str(to) else row
            elif row.code == code and kind == "modifiers":
                changed = evolve(row, modifiers=tuple(map(str, to)))
            elif row.code == code:
                changed = evolve(row, units=int(to))
            lines.append(answer_line(changed))
        must = {"poa": "poa_error", "modifiers": "wrong_modifier", "units": "wrong_units"}[kind]
        return _Wrong((*lines, *_query_lines(drafted.key)), code, code, (must,))

    return make


def _no_query(case: Case, drafted: Drafted, mistake: Mistake) -> _Wrong | None:
    """The query left out; with `code`, the guess in its place as well."""
    if not drafted.key.queries:
        return None
    lines = [answer_line(row) for row in drafted.key.codes]
    code = case.choose(mistake.code)
    guess = (str(code),) if code else ()
    return _Wrong(
        (*lines, *guess), str(code or ""), "", ("missing_query",), ("overcoded", "symptom_integral")
    )


_MAKERS: dict[str, Callable[[Case, Drafted, Mistake], _Wrong | None]] = {
    "wrong_side": _wrong_side,
    "unspecified_side": _unspecified_side,
    "wrong_seventh": _wrong_seventh,
    "other_value": _other_value,
    "instead": _instead,
    "dropped": _dropped,
    "distractor": _distractor,
    "symptom": _symptom,
    "added": _added,
    "swapped": _swapped,
    "stem": _stem,
    "poa": _line_changed("poa"),
    "modifiers": _line_changed("modifiers"),
    "units": _line_changed("units"),
    "no_query": _no_query,
}

KINDS = tuple(_MAKERS)
"""Every kind of mistake that a situation may name."""
