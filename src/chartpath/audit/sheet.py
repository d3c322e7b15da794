"""An answer as the rules read it: diagnoses in order, procedures apart, each code once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from attrs import define

from chartpath.answers import CodeLine, normalize_code

_PRINCIPAL = ("principal", "first_listed")


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
