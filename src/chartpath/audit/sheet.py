"""An answer as the rules read it: diagnoses in order, procedures apart, each code once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from attrs import define, evolve

from chartpath.answers import Answer, CodeLine, Override, QueryLine, normalize_code
from chartpath.audit.book import Book

Given = Answer | Sequence[CodeLine | str]
"""What can be audited: a parsed answer, code lines, or plain text codes."""

_PRINCIPAL = ("principal", "first_listed")


def sheet_of(given: Given, opened: Book) -> Sheet:
    """The sheet of an answer.

    Where HCPCS codes are asked for, a diagnosis typed without its dot has the shape of one: it is read as what the
    books say it is.
    """
    queries, overrides = (given.queries, given.overrides) if isinstance(given, Answer) else ((), ())
    lines = as_lines(given.lines if isinstance(given, Answer) else given)
    return Sheet(tuple(_told_apart(line, opened) for line in lines), queries, overrides)


def _told_apart(line: CodeLine, opened: Book) -> CodeLine:
    if line.system != "hcpcs" or line.modifiers or line.units is not None:
        return line
    dotted = f"{line.code[:3]}.{line.code[3:]}"
    if opened.entry(line.code, "hcpcs") is None and opened.entry(dotted) is not None:
        return evolve(line, code=dotted, system="icd10cm")
    return line


def as_lines(codes: Iterable[CodeLine | str]) -> tuple[CodeLine, ...]:
    """Code lines as they are; plain text made into lines, one code each. Empty text is left out."""
    lines: list[CodeLine] = []
    for number, one in enumerate(codes, start=1):
        if isinstance(one, CodeLine):
            lines.append(one)
            continue
        code, system = normalize_code(one)
        if code:
            lines.append(CodeLine(number, code, one, system=system))
    return tuple(lines)


@define(slots=False)
class Sheet:
    """The lines of an answer, sorted into what the rules ask for."""

    lines: Sequence[CodeLine]
    queries: tuple[QueryLine, ...] = ()
    overrides: tuple[Override, ...] = ()

    @cached_property
    def diagnoses(self) -> tuple[CodeLine, ...]:
        """Diagnosis lines in claim order, each code once.

        A single line marked as principal or first-listed leads, wherever it was typed.
        """
        seen: dict[str, CodeLine] = {}
        for line in self.lines:
            if not is_procedure(line):
                seen.setdefault(line.code, line)
        marked = [line for line in seen.values() if line.role in _PRINCIPAL]
        if len(marked) == 1:
            return (marked[0], *(line for line in seen.values() if line is not marked[0]))
        return tuple(seen.values())

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The diagnosis codes in claim order, each once."""
        return tuple(line.code for line in self.diagnoses)

    @cached_property
    def services(self) -> dict[str, tuple[CodeLine, ...]]:
        """The procedure, supply and drug lines by their code, in the order typed."""
        found: dict[str, tuple[CodeLine, ...]] = {}
        for line in self.procedures:
            found[line.code] = (*found.get(line.code, ()), line)
        return found

    @cached_property
    def by_code(self) -> dict[str, CodeLine]:
        """The first line of each code, diagnoses and procedures."""
        found: dict[str, CodeLine] = {}
        for line in self.lines:
            found.setdefault(line.code, line)
        return found

    @cached_property
    def procedures(self) -> tuple[CodeLine, ...]:
        """Procedure, supply and drug lines; the same code may stand there more than once."""
        return tuple(line for line in self.lines if is_procedure(line))

    @cached_property
    def repeated(self) -> tuple[CodeLine, ...]:
        """Diagnosis lines whose code stood on an earlier line."""
        seen: set[str] = set()
        again = []
        for line in self.lines:
            if is_procedure(line):
                continue
            if line.code in seen:
                again.append(line)
            seen.add(line.code)
        return tuple(again)


def is_procedure(line: CodeLine) -> bool:
    """Whether a line reports something done or supplied rather than a condition."""
    return line.system != "icd10cm" or line.role == "procedure"
