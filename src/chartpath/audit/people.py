"""Codes that the classification keeps for other people: mothers, newborns, children, adults, one sex.

Every rule is a line of the Tabular List or a section of the guidelines. Diseases "of childhood" or "juvenile" are left
alone: they may last or be found late (the note at F90-F98 says so), and perinatal conditions may last a life (I.C.16.a.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chartpath.audit.book import Book
from chartpath.audit.model import Finding
from chartpath.audit.rules import Rule, guideline

_AGES = re.compile(r"(adult|pediatric) codes are for use for persons (\d+)(?:-(\d+))? years", re.IGNORECASE)
_FROM = re.compile(r"\b(\d+) years and older", re.IGNORECASE)
_BELOW = re.compile(r"less than (\d+) years", re.IGNORECASE)
_IN_PREGNANCY = 1  # the expected date of delivery is at most so many birthdays away
# Families whose title says who the person is, not when a disease began: title words and the ages they leave room for.
_PERSONS = re.compile(r"T7[46]|Z0[045]|Z76\.[12]|R62|R68\.1")
_GROUPS: tuple[tuple[re.Pattern[str], int, int, str], ...] = (
    # The newborn period ends on the 28th day of life (I.C.16), so within the first year.
    (re.compile(r"\bnewborn\b", re.IGNORECASE), 0, 0, "newborns"),
    # The Tabular List has no age for these words but the one that divides BMI codes: pediatric to 19, adult from 20.
    # "Infant" is given a year more than the word means; persons of 13 to 19 may be called child, adolescent or adult.
    (re.compile(r"\binfant \(baby\)|\bshaken infant\b", re.IGNORECASE), 0, 2, "infants"),
    (re.compile(r"\bchild\b", re.IGNORECASE), 0, 19, "children"),
    (re.compile(r"\badult\b", re.IGNORECASE), 13, 200, "adults"),
)


def check_people(opened: Book, codes: Sequence[str], age: int | None, sex: str) -> Iterator[Finding]:
    """`overcoded` for each code that does not fit the person. `age` is in years, `sex` F or M; both may be unknown."""
    maternal = [code for code in codes if _maternal(code)]
    for code in codes:
        told = (
            _mother(opened, code, age, sex)
            or _newborn(opened, code, age, maternal)
            or _one_sex(opened, code, sex)
            or _body_mass(opened, code, age)
            or _stated_age(opened, code, age)
            or _age_group(opened, code, age)
        )
        if told is not None:
            message, rule = told
            yield Finding(
                "overcoded",
                code,
                message,
                rule.text,
                rule.source,
                next="Check the code, then the patient's data.",
                label="does not fit this patient",
            )


def _maternal(code: str) -> bool:
    return code.startswith("O") or code[:3] in ("Z33", "Z34", "Z37", "Z3A")


def _mother(opened: Book, code: str, age: int | None, sex: str) -> tuple[str, Rule] | None:
    if not _maternal(code) or opened.entry(code) is None:
        return None
    rule = guideline(opened, "I.C.15.a.2" if code.startswith("O") else "I.C.21.c.11")
    if sex == "M":
        return (
            f"{code} belongs to the record of a pregnant or delivered patient, and this patient is male.",
            rule,
        )
    if age == 0:
        return f"{code} belongs to the mother's record, and this patient is a newborn.", rule
    return None


def _newborn(opened: Book, code: str, age: int | None, maternal: Sequence[str]) -> tuple[str, Rule] | None:
    perinatal, birth = code.startswith("P"), code.startswith("Z38")
    if not (perinatal or birth) or opened.entry(code) is None:
        return None
    rule = guideline(opened, "I.C.16.a.1" if perinatal else "I.C.16.a.2")
    if maternal:
        return (
            f"{code} belongs to the baby's record, and {maternal[0]} to the mother's: they never stand on one claim.",
            rule,
        )
    if birth and age is not None and age > 0:
        return f"{code} is reported once, at birth, and this patient is {age}.", rule
    return None


def _one_sex(opened: Book, code: str, sex: str) -> tuple[str, Rule] | None:
    other = {"F": "male", "M": "female"}.get(sex)
    if other is None:
        return None
    for title in opened.lineage(code)[1:]:
        # "female" holds "male": the word must stand by itself.
        if re.search(rf"\b{other} (?:genital|pelvic) (?:organs|tract)\b", title, re.IGNORECASE):
            patient = "female" if sex == "F" else "male"
            rule = Rule(
                f"Tabular List, above {code}: “{title}”", f"ICD-10-CM Tabular List, FY{opened.edition}"
            )
            return (
                f"{code} stands under “{title}”, and the patient's recorded sex is {patient}. Make sure that both are right.",
                rule,
            )
    return None


def _body_mass(opened: Book, code: str, age: int | None) -> tuple[str, Rule] | None:
    """Body mass index codes: the Tabular List itself divides them by age."""
    if age is None or not code.startswith("Z68"):
        return None
    group = "pediatric" if "pediatric" in opened.title(code) else "adult"
    for note in opened.notes(code, "note"):
        for line in note.lines:
            match = _AGES.search(line)
            if match and match[1].lower() == group:
                low, high = int(match[2]), int(match[3] or 200)
                if not low <= age <= high:
                    rule = Rule(
                        f"Tabular {note.node}, note: “{line}”",
                        f"ICD-10-CM Tabular List, {note.edition_label}",
                    )
                    return f"{code} is the {group} code, and this patient is {age}.", rule
    return None


def _stated_age(opened: Book, code: str, age: int | None) -> tuple[str, Rule] | None:
    """An inclusion line that names an age at the expected date of delivery."""
    if age is None or opened.entry(code) is None:
        return None
    for note in opened.notes(code, "inclusion"):
        for line in note.lines:
            old, young = _FROM.search(line), _BELOW.search(line)
            too_young = old is not None and age + _IN_PREGNANCY < int(old[1])
            too_old = young is not None and age >= int(young[1])
            if len(note.lines) == 1 and (too_young or too_old):
                rule = Rule(f"Tabular {note.node}: “{line}”", f"ICD-10-CM Tabular List, {note.edition_label}")
                return f"{code}, “{opened.title(code)}”: this patient is {age}.", rule
    return None


def _age_group(opened: Book, code: str, age: int | None) -> tuple[str, Rule] | None:
    """A title that names newborns, infants, children or adults, against a person who plainly is none."""
    # A sequela is coded whenever it is treated, at any age.
    if age is None or not _PERSONS.match(code) or code.endswith("S"):
        return None
    title = opened.title(code)
    named = [(low, high, people) for words, low, high, people in _GROUPS if words.search(title)]
    if not named or any(low <= age <= high for low, high, _ in named):
        return None
    rule = Rule(f"Tabular List, {code}: “{title}”", f"ICD-10-CM Tabular List, FY{opened.edition}")
    return f"{code} is for {named[0][2]}, and this patient is {age or 'under 1'}.", rule
