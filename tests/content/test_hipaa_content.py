"""Unit 15: its arithmetic is recomputed, its scenarios are linked, its notes hold what their keys mark."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
import yaml

from chartpath import hipaa, items, paths
from chartpath.answers import parse
from chartpath.items import Item
from chartpath.scoring import grade

UNIT = items.items("15-hipaa")
CASE = re.compile(r"hip-(?:a-)?(s\d\d)-")
CASES = Counter(match[1] for one in UNIT if (match := CASE.match(one.id)))
MARKED = [one for one in UNIT if one.kind == "spans"]
CITED = [one for one in UNIT if one.id.endswith("-cite")]
FILES = (paths.datasets() / "hipaa" / "computed.yaml", paths.root() / "grading" / "computed-15-hipaa.yaml")
COMPUTED: dict[str, str] = {
    name: text for path in FILES for name, text in yaml.safe_load(path.read_text(encoding="utf-8")).items()
}
# What each of the 18 kinds looks like in the note that holds all of them.
ALL_KINDS = {
    "A": "Beatriz Holloway",
    "B": "Elkmont",
    "C": "11/02/1971",
    "D": "865-555-0161",
    "E": "865-555-0162",
    "F": "bea.h@mail.example",
    "G": "900-45-6612",
    "H": "HH-330-872",
    "I": "TN-4Q-9917",
    "J": "VA-26-0418",
    "K": "CDL-55-310",
    "L": "4T-QUARRY",
    "M": "IP-7741-K",
    "N": "sugar.example/beah",
    "O": "198.51.100.24",
    "P": "FT-2093",
    "Q": "full-face image",
    "R": "GLX-17",
}


def due(key: str, start: str) -> Any:
    return hipaa.due(key, start).last


def cost(claims: int, overpaid: float) -> tuple[int, ...]:
    """The least and the most, in dollars."""
    return tuple(
        int(cell.strip("$").replace(",", "")) for cell in hipaa.exposure(claims, overpaid).lines[-1][1:]
    )


def share(kind: str, first: int, last: int) -> int:
    """Of 100 breaches of these years, how many are of this type."""
    return next(
        int(line[2].strip("%")) for line in hipaa.portal("type", first, last).lines if line[0] == kind
    )


def number(key: str, pattern: str) -> int:
    """The number that the text of a rule gives."""
    found = re.findall(pattern, hipaa.rules()[key].says)
    return {"six": 6}.get(found[0]) or int(found[0])


@pytest.mark.parametrize("one", [one for one in UNIT if one.kind == "number"], ids=lambda one: one.id)
def test_a_number_is_computed(one: Item) -> None:
    names = {"due": due, "cost": cost, "share": share, "number": number}
    assert eval(COMPUTED[one.id], names) == items.key(one.id).answer


def test_the_days_in_choices_are_those_of_the_clocks() -> None:
    for name, key, start in [
        ("hip-a-s65-act", "breach-people", "2026-04-01"),
        ("hip-a-s68-decide", "overpayment", "2026-03-02"),
    ]:
        right = items.item(name).options[items.key(name).answer]
        last = hipaa.due(key, start).last
        assert right.startswith(f"{last:%B} {last.day}, {last.year}")


def test_there_are_forty_scenarios_of_two_to_four_linked_items() -> None:
    assert len([case for case, count in CASES.items() if 2 <= count <= 4]) >= 40
    assert max(CASES.values()) <= 4


@pytest.mark.parametrize("one", CITED, ids=lambda one: one.id)
def test_every_section_to_choose_from_is_a_rule_of_the_table(one: Item) -> None:
    known = {rule.citation for rule in hipaa.rules().values()}
    assert set(one.options.values()) <= known
    assert one.options[items.key(one.id).answer] in items.key(one.id).source


@pytest.mark.parametrize("one", MARKED, ids=lambda one: one.id)
def test_each_phrase_stands_once_in_its_note(one: Item) -> None:
    key = items.key(one.id)
    assert len(key.answer) >= 6
    assert len(key.feedback) >= 4
    for phrase in [*key.answer, *key.feedback]:
        assert one.note.count(phrase) == 1, phrase
    for phrase in key.answer:
        assert [other for other in key.answer if other != phrase and phrase in other] == []


def test_there_are_five_notes_to_practice_and_two_to_assess() -> None:
    assert len([one for one in MARKED if not one.assessed]) >= 5
    assert len([one for one in MARKED if one.assessed]) >= 2


def test_one_note_holds_all_18_kinds() -> None:
    assert list(ALL_KINDS) == [line[0] for line in hipaa.identifiers().lines]
    assert set(ALL_KINDS.values()) <= set(items.key("hip-deid-all").answer)


@pytest.mark.parametrize("one", MARKED, ids=lambda one: one.id)
def test_small_areas_are_marked_and_others_stay(one: Item) -> None:
    key = items.key(one.id)
    for digits in re.findall(r"(?:ZIP |digits: )(\d{3})\b(?!\d|-)", one.note):
        assert (digits in key.answer) == (hipaa.zip3(digits) == "000"), digits


@pytest.mark.parametrize("one", MARKED, ids=lambda one: one.id)
def test_the_people_and_numbers_are_made_up(one: Item) -> None:
    for phone in re.findall(r"\b\d{3}-\d{3}-\d{4}\b", one.note):
        assert re.fullmatch(r"\d{3}-555-01\d{2}", phone), phone
    for address in re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", one.note):
        assert address.startswith(("192.0.2.", "198.51.100.", "203.0.113.")), address
    assert all(host.endswith(".example") for host in re.findall(r"(?:@|//)([\w.-]+)", one.note))
    assert all(number.startswith("9") for number in re.findall(r"\b\d{3}-\d{2}-\d{4}\b", one.note))


def test_every_rule_has_a_status_and_a_day() -> None:
    assert {rule.status for rule in hipaa.rules().values()} == {"in force", "proposed", "vacated"}
    assert all(rule.as_of.year >= 2019 and rule.url.startswith("https://") for rule in hipaa.rules().values())


def test_wrong_days_would_be_found() -> None:
    assert due("access", "2026-06-01").day != 2
    assert cost(40, 3200)[0] != cost(41, 3200)[0]


@pytest.mark.parametrize("one", MARKED, ids=lambda one: one.id)
def test_the_phrases_score_100_with_their_labels_too_and_half_of_them_far_less(one: Item) -> None:
    key = items.key(one.id)
    phrases = [str(phrase) for phrase in key.answer]
    assert grade(one, key, parse("\n".join(phrases), "spans")).score == 100
    assert grade(one, key, parse("\n".join(f"No. {phrase}" for phrase in phrases), "spans")).score == 100
    assert grade(one, key, parse("\n".join(phrases[: len(phrases) // 2]), "spans")).score <= 60
