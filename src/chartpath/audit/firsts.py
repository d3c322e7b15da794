"""The guidelines on order: codes that may never lead, and codes that lead by rule."""

from __future__ import annotations

import re

from chartpath.audit.book import Book, intent
from chartpath.audit.rules import Rule, guideline, tabular
from chartpath.codesets import Note

_ELSEWHERE = re.compile(r"\bclassified elsewhere\b")
_NO_MANIFESTATION = re.compile(r"\bnot (?:elsewhere )?classified\b|as the cause of diseases")
# Families that the guidelines allow as additional codes only: pattern over the code, section, and what they are.
_SECONDARY_ONLY: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"[V-Y]"),
        "I.C.20.a.6",
        "an external cause explains an injury; it is never the condition treated",
    ),
    (re.compile(r"B9[5-7]"), "I.B.7", "it names the organism of a disease that has a code of its own"),
    (re.compile(r"R65\.2"), "I.C.1.d.3", "the infection behind severe sepsis leads"),
    (re.compile(r"T81\.12"), "I.C.1.d.2", "the infection behind septic shock leads"),
    (re.compile(r"O94"), "I.C.15.p.3", "what the complication left behind leads"),
    (re.compile(r"[ST]\w\w\.\w{3}S"), "I.C.19.a", "the condition that the injury left behind leads"),
    (
        re.compile(r"Z68|R40\.2[0-4]|R29\.7|Z28\.3"),
        "I.B.14",
        "it measures a condition that needs a code of its own",
    ),
    (
        re.compile(r"Z5[5-9]|Z6[0-5]"),
        "I.B.14",
        "it describes the circumstances of a person, not the reason for the service",
    ),
    (re.compile(r"Z37"), "I.C.21.c.11", "the outcome of a delivery is always an additional code"),
    (re.compile(r"Z3A"), "I.C.21.c.11", "weeks of gestation add to a code for the pregnancy"),
    (re.compile(r"Z33\.1"), "I.C.21.c.3", "it says only that the patient happens to be pregnant"),
    (re.compile(r"Z16"), "I.C.21.c.3", "the infection that resists the drug leads"),
)
# Families that lead by rule: the leading code, the code behind it (any when empty), the section.
_LEADING: tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...] = (
    (re.compile(r"T2[0-5]"), re.compile(r"T2[0-5]"), "I.C.19.d.1"),
    (
        re.compile(r"A4[01]|A02\.1|A22\.7|A26\.7|A32\.7|A42\.7|A54\.86|B37\.7"),
        re.compile(r"R65\.2"),
        "I.C.1.d.3",
    ),
    (re.compile(r"A4[01]|A02\.1|A22\.7|A26\.7|A32\.7|A42\.7|A54\.86|B37\.7"), re.compile(r""), "I.C.1.d.4"),
    (re.compile(r"B20"), re.compile(r""), "I.C.1.a.2.a"),
    (re.compile(r"U07\.1"), re.compile(r""), "I.C.1.g.1.b"),
    (re.compile(r"G89"), re.compile(r""), "I.C.6.b.1.a"),
    (re.compile(r"I69"), re.compile(r""), "I.C.9.d"),
    (re.compile(r"O80"), re.compile(r""), "I.C.15.n"),
    (re.compile(r"O"), re.compile(r"[^O]"), "I.C.15.a.1"),
    (re.compile(r"Z38"), re.compile(r""), "I.C.16.a.2"),
    (re.compile(r"T7[46]"), re.compile(r""), "I.C.19.f"),
    (re.compile(r"T8[0-8]"), re.compile(r""), "I.C.19.g"),
    (re.compile(r"Z1[1-3]"), re.compile(r""), "I.C.21.c.5"),
    (re.compile(r"Z0[89]"), re.compile(r""), "I.C.21.c.8"),
    (re.compile(r"Z4[2-9]|Z51"), re.compile(r""), "I.C.21.c.7"),
    (re.compile(r"Z01\.81"), re.compile(r""), "IV.M"),
)
# Orders that are fixed anywhere on the list, though no note names the codes: the code before, the one after, section.
_FIXED: tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...] = (
    (re.compile(r"P07\.[01]"), re.compile(r"P07\.[23]"), "I.C.16.d"),
)
# I.C.21.c.15, as listed there; O80 and others lead by rules of their own.
ONLY_FIRST_SECTION = "I.C.21.c.15"
_ONLY_FIRST = re.compile(
    r"Z00|Z01|Z02|Z04|Z33\.2|Z31\.8[134]|Z34|Z39|Z38|Z40|Z42|Z51\.0|Z51\.1|Z52|Z76\.[12]|Z99\.12"
)
_ONLY_FIRST_EXCEPT = re.compile(r"Z00\.6|Z52\.9")
_STATUS = re.compile(r"Z(?:7[7-9]|[89]\d)")
_SEQUELA = re.compile(r"\w{3}\.\w{3}S")
_DRUG = re.compile(r"T(?:3[6-9]|4\d|50)")


def manifestation_note(book: Book, code: str) -> Note | None:
    """The code-first note of a manifestation code: its title says that the disease is classified elsewhere."""
    kept = book.remembered("manifestation", code)
    if kept is None:
        kept = book.remember(_manifestation(book, code) or False, "manifestation", code)
    return kept or None


def _manifestation(book: Book, code: str) -> Note | None:
    for note in book.code_first(code):
        titles = (book.title(code), note.node_title)
        if any(_ELSEWHERE.search(title) and not _NO_MANIFESTATION.search(title) for title in titles):
            return note
    return None


def never_first(book: Book, code: str) -> Rule | None:
    """The rule that keeps a code from the first place in any record, or None."""
    found = barred(book, code)
    return found[0] if found else None


def barred(book: Book, code: str) -> tuple[Rule, str] | None:
    """Rule and reason (a clause) for a code that may never lead, or None."""
    note = manifestation_note(book, code)
    if note is not None:
        convention = guideline(book, "I.A.13")
        quoted = tabular(note)
        return Rule(
            f"{quoted.text}. {convention.text}", quoted.source
        ), "it is a manifestation; the disease behind it leads"
    if _DRUG.match(code):
        if intent(code) == "6":
            return guideline(book, "I.C.19.e.5.c"), "the condition that came back or got worse leads"
        if intent(code) == "5":
            return guideline(book, "I.C.19.e.5.a"), "the harm that the drug did leads"
    for pattern, section, reason in _SECONDARY_ONLY:
        if pattern.match(code):
            return guideline(book, section), reason
    return None


def never_principal(book: Book, code: str) -> tuple[Rule, str] | None:
    """Rule and reason for a code that cannot have occasioned a hospital stay: those of `barred`, and a person's past,
    status and risks, which the Tabular List keeps in a block of their own."""
    found = barred(book, code)
    if found is not None or only_first(code) or not _STATUS.match(code):
        return found
    block = next((node for node in book.store.ancestors(code) if node.level == "block"), None)
    heading = f"Tabular {block.id}: “{block.title}”. " if block else ""
    rule = guideline(book, "II")
    return Rule(
        f"{heading}{rule.text}", rule.source
    ), "a history, a status or a risk is not what occasions a stay"


def only_first(code: str) -> bool:
    """Whether the guidelines allow a Z code as principal or first-listed diagnosis only."""
    return bool(_ONLY_FIRST.match(code)) and not _ONLY_FIRST_EXCEPT.match(code)


def fixed_order(before: str, after: str) -> str:
    """The guideline section that puts one code before another wherever they stand; empty when there is none."""
    return next((section for one, other, section in _FIXED if one.match(before) and other.match(after)), "")


def leads_by_rule(book: Book, before: str, after: str) -> Rule | None:
    """The guideline that puts one code before another because of what the two are, or None."""
    rule = never_first(book, after)
    if rule is not None:
        return rule
    if _DRUG.match(before) and intent(before) in ("1", "2", "3", "4"):
        return guideline(book, "I.C.19.e.5.b")
    if _SEQUELA.fullmatch(after) and not _SEQUELA.fullmatch(before):
        return guideline(book, "I.B.10")
    for leading, following, section in (*_FIXED, *_LEADING):
        if leading.match(before) and following.match(after) and book.section(section) is not None:
            return guideline(book, section)
    return None
