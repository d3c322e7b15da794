"""What can be said of one claim line (a Level II code, its modifiers, its units) from public data alone.

Coverage rules, unit limits and edit pairs contain licensed codes and are not in the kit; nothing here stands
for them. A line without findings is a line with nothing wrong that public data shows.
"""

from __future__ import annotations

import re

from chartpath.codesets import hcpcs
from chartpath.codesets.models import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from attrs import frozen

    from chartpath.codesets.hcpcs import Modifier
    from chartpath.codesets.models import Code
else:
    from chartpath.codesets.records import frozen

SOURCE = f"{hcpcs.NAME} {hcpcs.RELEASE}"
# A code whose description is for both sides as one: a modifier for one side contradicts it.
_BOTH_SIDES = re.compile(r"[,;] bilateral(?=$|,| \()")
# Sections that hold no drug, no equipment to buy or rent, no leg prosthesis: the modifiers for those say nothing there.
_NO_DRUGS = frozenset("BEHLPRTV")
_NO_EQUIPMENT = frozenset("GHJMPRTU")
# Kinds of which one line can carry one modifier: each says something that the others deny.
_ONE_OF = {
    "drug_waste": "the drug was partly discarded, or none of it was",
    "functional_level": "a person has one functional level",
    "dressing_count": "a line has one count of wounds",
    "physical_status": "a patient has one physical status",
}
_OWNERSHIP = frozenset(("NU", "UE", "RR"))


@frozen
class LineFinding:
    """One thing wrong with a line, or one that cannot be checked here (`kind` is not_checked)."""

    kind: str
    code: str  # the code or the modifier that it is about
    message: str
    rule: str
    source: str


def check_line(code: str, modifiers: Sequence[str] = (), units: int | None = 1) -> list[LineFinding]:
    """What is wrong with a line, in the order code, modifiers, units; an empty list when nothing shows.

    Decided: whether the code and each modifier exist, a modifier twice, modifiers that deny each other, a
    modifier that cannot go with this kind of code, and units that are no number of units. CPT and CDT, by
    their shape, and two-digit modifiers are told to be beyond the kit, as kind `not_checked`.
    """
    findings: list[LineFinding] = []
    found = hcpcs.get(code)
    if found is None:
        text = hcpcs.unknown(code)
        findings.append(
            _finding(
                "not_checked" if "licensed" in text else "invalid_code", plain(code), text, "the code list"
            )
        )
    marks = [mark.strip().lstrip("-").upper() for mark in modifiers]
    known: list[Modifier] = []
    for mark in dict.fromkeys(marks):
        if marks.count(mark) > 1:
            findings.append(
                _finding(
                    "repeated_modifier",
                    mark,
                    f"{mark}: stands on the line twice. Keep one.",
                    "a modifier says its fact once",
                )
            )
        entry = hcpcs.modifier(mark)
        if entry is not None:
            known.append(entry)
        elif re.fullmatch(r"\d\d", mark):
            text = f"{mark}: two-digit modifiers belong to CPT, which is licensed and not in this kit."
            findings.append(_finding("not_checked", mark, text, "the modifier list"))
        else:
            text = f"{mark}: no such Level II modifier. Look it up in the list of modifiers."
            findings.append(_finding("invalid_modifier", mark, text, "the modifier list"))
    findings += _denials(known)
    if found is not None:
        findings += [one for entry in known for one in _misfits(found, entry)]
    if units is not None and (isinstance(units, bool) or not isinstance(units, int) or units < 1):
        text = f"{units}: give the units as a whole number of 1 or more."
        findings.append(_finding("invalid_units", plain(code), text, "a line bills at least one unit"))
    return findings


def _finding(kind: str, code: str, message: str, rule: str) -> LineFinding:
    return LineFinding(kind, code, message, rule, SOURCE)


def _denials(known: Sequence[Modifier]) -> list[LineFinding]:
    """Modifiers of one line that deny each other."""
    findings = []
    for kind, why in _ONE_OF.items():
        same = [entry.modifier for entry in known if entry.kind == kind]
        if len(same) > 1:
            findings.append(_conflict(same, why))
    owned = [entry.modifier for entry in known if entry.modifier in _OWNERSHIP]
    if len(owned) > 1:
        findings.append(_conflict(owned, "the item is new, used or rented"))
    halves = {entry.side for entry in known if entry.kind == "side"}
    across = [
        entry.modifier for entry in known if entry.side and entry.kind != "side" and entry.side not in halves
    ]
    if len(halves) == 1 and across:
        # Both LT and RT on a line is a question of the payer's rules; LT with a right finger contradicts itself.
        sided = [entry.modifier for entry in known if entry.kind == "side"]
        findings.append(_conflict([*sided, *across], "they name opposite sides"))
    return findings


def _conflict(marks: Sequence[str], why: str) -> LineFinding:
    return _finding(
        "conflicting_modifiers", "|".join(marks), f"{' and '.join(marks)} on one line: {why}. Keep one.", why
    )


def _misfits(found: Code, entry: Modifier) -> list[LineFinding]:
    """A modifier that cannot be true of this code, by the words of both."""
    letter = found.code[0]
    why = ""
    if entry.kind == "side" and _BOTH_SIDES.search(found.title):
        why = "the description is for both sides"
    elif entry.kind == "drug_waste" and letter in _NO_DRUGS:
        why = "the code is not a drug"
    elif entry.modifier in _OWNERSHIP and letter in _NO_EQUIPMENT:
        why = "the code is not equipment that is bought or rented"
    elif entry.kind == "functional_level" and letter != "L":
        why = "the code is not a part of a leg prosthesis"
    elif entry.kind == "dressing_count" and letter != "A" and "dressing" not in found.title.lower():
        why = "the code is not a dressing"
    if not why:
        return []
    text = f"{entry.modifier} does not go with {found.code}: {why}."
    return [_finding("modifier_misfit", entry.modifier, text, f"{found.code}: {found.title}")]
