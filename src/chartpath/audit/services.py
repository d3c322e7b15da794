"""Procedures, supplies and drugs: ICD-10-PCS codes character by character, HCPCS lines with modifiers and units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from chartpath.answers import CodeLine
from chartpath.audit.model import Finding
from chartpath.audit.pairs import Case
from chartpath.audit.rules import Rule, guideline
from chartpath.codesets import hcpcs, pcs
from chartpath.codesets.claimline import LineFinding, check_line
from chartpath.items import KeyCode

ONE_CHARACTER, MORE_CHARACTERS = 0.5, 0.25
"""Credit of a procedure code of the right table with one wrong character, and with several."""

MODIFIER_CREDIT, UNITS_CREDIT = 0.6, 0.7
"""What a line still earns, in the codes and in its part, with a wrong modifier, and with wrong units."""

_PCS_LENGTH = 7
_TABLE = 3  # section, body system and operation lead to one table
_MOST_LINES = 5  # of one code; beyond that the lines are compared in the order typed


def is_pcs(code: str) -> bool:
    """Whether a service code is of ICD-10-PCS, by its length."""
    return len(code) == _PCS_LENGTH


def pcs_credit(given: str, wanted: str) -> float:
    """Credit of one procedure code for another of the same table, 0 for any other.

    >>> pcs_credit("0DTJ0ZZ", "0DTJ4ZZ")
    0.5
    """
    if not (is_pcs(given) and is_pcs(wanted)) or given[:_TABLE] != wanted[:_TABLE] or given == wanted:
        return 0.0
    return ONE_CHARACTER if len(_apart(given, wanted)) == 1 else MORE_CHARACTERS


def _apart(given: str, wanted: str) -> list[int]:
    """The places (0-6) at which two codes differ."""
    return [place for place, (a, b) in enumerate(zip(given, wanted, strict=True)) if a != b]


def extra_services(case: Case) -> list[str]:
    """The submitted service codes that no accepted answer and no optional code covers, each once."""
    return [code for code in case.sheet.services if code not in case.brief.welcome]


def exists(case: Case, code: str) -> bool:
    """Whether a service line carries a code of its code set."""
    return case.book.entry(code, case.sheet.services[code][0].system) is not None


def missing_services(case: Case) -> list[str]:
    """The service codes of the accepted answer that are not on the list."""
    return [code for code in case.accepted.done if code not in case.sheet.services]


def check_services(case: Case) -> Iterator[Finding]:
    """Service lines against the key; a key without any leaves them unjudged."""
    if not case.brief.services:
        return
    for code in extra_services(case):
        if exists(case, code):  # one that does not is told as that
            yield _extra(case, code)
    for code in missing_services(case):
        yield _missing(case, code)
    for code in case.accepted.done:
        lines = case.sheet.services.get(code, ())
        wanted = _wanted(case.accepted.services, code)
        if len(lines) > len(wanted):
            yield _too_often(case, code)
        elif lines and len(lines) < len(wanted):
            yield _too_seldom(case, code)
        for line, one in _matched(lines, wanted):
            if line is not None and not is_pcs(code):
                yield from _line(case, line, one)


def nearest_service(case: Case, code: str) -> str | None:
    """The missing procedure code that an extra one comes nearest to, or None."""
    missing = missing_services(case) if exists(case, code) else []
    scored = [(pcs_credit(code, wanted), wanted) for wanted in missing]
    credit, wanted = max(scored, default=(0.0, ""), key=lambda one: one[0])
    return wanted if credit else None


def details_share(case: Case, services: Sequence[KeyCode]) -> float | None:
    """Mean credit of the HCPCS lines for modifiers and units; None when the key has no such line."""
    lines = [one for one in services if not is_pcs(one.code)]
    if not lines:
        return None
    codes = dict.fromkeys(one.code for one in lines)
    return sum(_credited(case, lines, code) for code in codes) / len(lines)


def lines_found(case: Case, services: Sequence[KeyCode], code: str) -> float:
    """Share of the lines that a service code should have which are on the list.

    A HCPCS line with a wrong modifier or wrong units is another claim line: it counts as its credit.
    """
    wanted = len(_wanted(services, code))
    if not wanted:
        return 0.0
    if is_pcs(code):
        return min(len(case.sheet.services.get(code, ())), wanted) / wanted
    return _credited(case, services, code) / wanted


def _credited(case: Case, services: Sequence[KeyCode], code: str) -> float:
    """Sum of the credit of the lines of one HCPCS code, each matched with the line wanted that it fits best."""
    matched = _matched(case.sheet.services.get(code, ()), _wanted(services, code))
    return sum(_line_credit(line, one) for line, one in matched)


def _wanted(services: Sequence[KeyCode], code: str) -> list[KeyCode]:
    return [one for one in services if one.code == code]


def _matched(lines: Sequence[CodeLine], wanted: Sequence[KeyCode]) -> list[tuple[CodeLine | None, KeyCode]]:
    """Each wanted line of one code with the submitted line that fits it best, or None."""
    places: list[CodeLine | None] = [*lines[:_MOST_LINES], *[None] * max(0, len(wanted) - len(lines))]
    if len(wanted) > _MOST_LINES:
        return list(zip(places, wanted, strict=False))
    best = max(
        permutations(places, len(wanted)),
        key=lambda order: sum(_line_credit(line, one) for line, one in zip(order, wanted, strict=True)),
    )
    return list(zip(best, wanted, strict=True))


def _line_credit(line: CodeLine | None, wanted: KeyCode) -> float:
    """1 for a line as the key has it, MODIFIER_CREDIT, UNITS_CREDIT, both slips together, or 0 for none."""
    if line is None:
        return 0.0
    share = 1.0 if sorted(line.modifiers) == sorted(wanted.modifiers) else MODIFIER_CREDIT
    return share if (line.units or 1) == (wanted.units or 1) else share * UNITS_CREDIT


# -- what is told ------------------------------------------------------------------------------------


def _extra(case: Case, code: str) -> Finding:
    title = _title(case, code)
    named = f"{code}, “{title}”" if title else code
    if not is_pcs(code):
        rule = guideline(case.book, "III" if case.chart.inpatient else "IV")
        return Finding(
            "overcoded",
            code,
            f"{named}: the record does not describe this.",
            rule.text,
            rule.source,
            next="Read what was done or given, by whom, and with what.",
        )
    wanted = nearest_service(case, code)
    if wanted is not None:
        values = {one.position: one for one in pcs.characters(code, case.book.edition)}
        wrong = [values[place + 1] for place in _apart(code, wanted) if place + 1 in values]
        names = _series([f"the {one.name.lower()} ({one.value} {one.label})" for one in wrong])
        rule = _table(case, code)
        return Finding(
            "overcoded",
            code,
            f"{named} comes from the right table. In it, {names} {'does' if len(wrong) == 1 else 'do'} not fit this record.",
            rule.text,
            rule.source,
            case.evidence(wanted),
            next="Compare the values of that column with the report.",
            label="nearly: " + _series([one.name.lower() for one in wrong]),
        )
    other = next(
        (one for one in missing_services(case) if is_pcs(one) and one[: _TABLE - 1] == code[: _TABLE - 1]),
        None,
    )
    if other is not None:
        rule = _operation(case, code)
        return Finding(
            "overcoded",
            code,
            f"{named} has the right section and body system. What was done is another operation.",
            rule.text,
            rule.source,
            case.evidence(other),
            next="What was the aim of the procedure? Read the definitions of the operations against the report.",
            label="another operation",
        )
    rule = _operation(case, code)
    return Finding(
        "overcoded",
        code,
        f"{named}: the record does not describe this procedure.",
        rule.text,
        rule.source,
        next="Read what was done, where, by which way, and what stayed in.",
    )


def _missing(case: Case, code: str) -> Finding:
    rule = guideline(case.book, "III" if case.chart.inpatient else "IV")
    what = "A procedure" if is_pcs(code) else "An item, drug or service"
    return Finding(
        "undercoded",
        code,
        f"{what} that the record describes has no code on your list yet.",
        rule.text,
        rule.source,
        case.evidence(code),
        next="Read what was done or given, and how much of it.",
    )


def _too_often(case: Case, code: str) -> Finding:
    rule = _table(case, code) if is_pcs(code) else _described(case, code)
    return Finding(
        "overcoded",
        code,
        f"{code} stands on more lines than this record has reasons for.",
        rule.text,
        rule.source,
        next="Keep one line for each time that it was done or given.",
        label="too many lines",
    )


def _too_seldom(case: Case, code: str) -> Finding:
    rule = _table(case, code) if is_pcs(code) else _described(case, code)
    return Finding(
        "undercoded",
        code,
        f"{code} is right, and the record calls for one more line of it.",
        rule.text,
        rule.source,
        case.evidence(code),
        next="Was it done at a second site, or was a part of it thrown away?",
        label=f"{code}: one more line",
    )


def _line(case: Case, line: CodeLine, wanted: KeyCode) -> Iterator[Finding]:
    """`wrong_modifier` and `wrong_units` of one line that has the right code."""
    found = check_line(line.code, line.modifiers, line.units or 1)
    if sorted(line.modifiers) != sorted(wanted.modifiers):
        yield _wrong_modifier(
            case, line, wanted, next((one for one in found if "modifier" in one.kind), None)
        )
    if (line.units or 1) != (wanted.units or 1):
        rule = _described(case, line.code)
        given = line.units or 1
        yield Finding(
            "wrong_units",
            line.code,
            f"{line.code}: your line bills {given} {_unit(given)}, and what the record tells makes another number.",
            rule.text,
            rule.source,
            wanted.evidence,
            next="The words of the code say what one unit is. Divide what was given or supplied by it.",
        )


def _unit(number: int) -> str:
    return "unit" if number == 1 else "units"


def _wrong_modifier(case: Case, line: CodeLine, wanted: KeyCode, slip: LineFinding | None) -> Finding:
    strange = [mark for mark in line.modifiers if mark not in wanted.modifiers]
    lacking = [mark for mark in wanted.modifiers if mark not in line.modifiers]
    meanings = [(mark, hcpcs.modifier(mark)) for mark in strange]
    known = [(mark, one) for mark, one in meanings if one is not None]
    if slip is not None:
        message, rule = slip.message, Rule(f"{hcpcs.NAME}: {slip.rule}", slip.source)
    elif known:
        mark, meaning = known[0]
        message = f"{line.code}-{mark}: the record does not say what {mark} says."
        rule = Rule(f"Modifier {mark}: {meaning.title}", _SOURCE)
    elif strange:
        message = f"{line.code}-{strange[0]}: there is no such Level II modifier."
        rule = Rule("The list of Level II modifiers", _SOURCE)
    else:
        uses = [one.use for mark in lacking if (one := hcpcs.modifier(mark)) is not None and one.use]
        message = (
            f"{line.code}: the record tells something that a modifier has to report, and your line does not."
        )
        rule = Rule(
            uses[0] if uses else "A fact that changes how a line is paid is told by its modifier", _SOURCE
        )
    also = " A modifier is missing as well." if strange and lacking and len(lacking) > len(strange) else ""
    return Finding(
        "wrong_modifier",
        line.code,
        message + also,
        rule.text,
        rule.source,
        wanted.evidence,
        next="Side, first or later use, bought or rented, given or thrown away: what does the record say?",
    )


_SOURCE = f"{hcpcs.NAME} {hcpcs.RELEASE}"


def _title(case: Case, code: str) -> str:
    return case.book.title(code, "icd10pcs" if is_pcs(code) else "hcpcs")


def _described(case: Case, code: str) -> Rule:
    """The description of a HCPCS code: it says what the code covers and what one unit of it is."""
    return Rule(f"{code}: {_title(case, code)}", _SOURCE)


def _table(case: Case, code: str) -> Rule:
    heading = case.book.title(code[:_TABLE], "icd10pcs")
    return Rule(f"ICD-10-PCS table {code[:_TABLE]}, {heading}", f"ICD-10-PCS tables, FY{case.book.edition}")


def _operation(case: Case, code: str) -> Rule:
    """The official definition of the operation that a code says was done, else its table."""
    values = pcs.characters(code, case.book.edition)
    operation = next((one for one in values if one.position == _TABLE and one.definition), None)
    if operation is None:
        return _table(case, code)
    return Rule(f"{operation.label}: {operation.definition}", "ICD-10-PCS definitions, FY2026")


def _series(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
