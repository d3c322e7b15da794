"""Reading a situation, and what its check says when something in it is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from small_situation import Bent

from chartpath.errors import BadInput
from chartpath.generate.check import check_situation
from chartpath.generate.draw import Draw, draw_case
from chartpath.generate.model import read_situation
from chartpath.generate.tables import choose, holds, reachable


def test_a_file_is_read_again_only_when_it_changed(bent: Bent) -> None:
    path = bent()
    assert read_situation(path) is read_situation(path)
    bent(lambda data: data.update(title="Another title"))
    assert read_situation(path).title == "Another title"


def test_the_small_situation_has_no_fault(bent: Bent) -> None:
    report = check_situation(bent(), sample=40)
    assert report.faults == ()
    assert report.charts == 40


def swap(data: dict[str, Any]) -> None:
    data["conditions"]["ear"]["code"] = {"side": {"right": "H60.332", "left": "H60.331"}}


def mark_absent(data: dict[str, Any]) -> None:
    data["sections"]["cc"] = [{"text": "[[mastoid: no mastoiditis]]"}]


def forget_mark(data: dict[str, Any]) -> None:
    data["sections"]["assessment"][0] = {"text": "Swimmer's ear."}


def wrong_fact(data: dict[str, Any]) -> None:
    data["conditions"]["smoked"]["when"] = {"tobacco": "quit"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swap, "which does not say “right”"),
        (mark_absent, "and this case has none"),
        (forget_mark, "nothing in the record is marked for ear"),
        (wrong_fact, "fact tobacco has no value 'quit'"),
        (lambda data: data["conditions"]["ear"].update(code="H60.33"), "is not complete in FY2026"),
        (lambda data: data["conditions"]["ear"].update(code="H60.339X"), "is not in FY2026"),
        (lambda data: data["conditions"]["ear"].update(claims="otitis media"), "does not say “otitis media”"),
        (lambda data: data["conditions"]["ear"].update(citations=["I.Z.9"]), "there is no citation 'I.Z.9'"),
        (lambda data: data["facts"].pop("worry"), "there is no fact 'worry'"),
        (lambda data: data["facts"].update(fever=["yes"]), "7 facts vary"),
        (lambda data: data.update(styles=["soap", "ehr", "apso"]), "3 styles"),
        (lambda data: data.update(styles=["soap", "ehr", "apso", "poem"]), "there is no style 'poem'"),
        (lambda data: data["sections"]["cc"].append("{{ nobody }}"), "'nobody' is undefined"),
        (lambda data: data["sections"]["cc"].append("H60.331 again"), "the record holds the code H60.331"),
        (lambda data: data["sections"]["cc"].append("see 99 213 and 99213 pts"), "may not be in the kit"),
        (lambda data: data["sections"]["cc"].append("the the ear"), "untidy text"),
        (lambda data: data.update(mistakes=data["mistakes"][:2]), "only 2 miscodings hold"),
        (lambda data: data["mistakes"].append({"kind": "sloppy"}), "there is no mistake 'sloppy'"),
        (lambda data: data["facts"].update(extra=["a", "b"]), "fact extra changes nothing"),
        (lambda data: data["facts"].update(wet={True: {}, False: {}}), "yes and no in quotes"),
        (lambda data: data.update(setting="garage"), "there is no setting 'garage'"),
        (lambda data: data.update(colour="red"), "colour"),
        (
            lambda data: data.update(
                relations=[{"kind": "code_first", "first": "smoked", "then": "ear", "reason": "so"}]
            ),
            "no note of Z87.891 or H60.331 names the other",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_words(bent: Bent, change: Any, words: str) -> None:
    report = check_situation(bent(change), sample=12)
    assert any(words in fault for fault in report.faults), report.faults


def test_optional_codes_and_other_orders_are_tried(bent: Bent) -> None:
    def add(data: dict[str, Any]) -> None:
        data["optional"] = {
            "swam": {"code": "Y93.11", "why": "Swimming may be told.", "when": {"swims": "yes"}}
        }
        data["alternatives"] = [{"when": {"tobacco": "former"}, "names": ["smoked"]}]

    assert check_situation(bent(add), sample=20).faults == ()


def test_an_excluded_pair_is_told(bent: Bent) -> None:
    def add(data: dict[str, Any]) -> None:
        data["conditions"]["depends"] = {
            "code": "F17.210",
            "claims": "nicotine dependence",
            "rationale": "It is present and past at once.",
            "citations": ["IV.J"],
        }
        data["facts"]["tobacco"] = ["former", "never"]
        data["sections"]["assessment"].append({"text": "[[depends: Nicotine dependence]]."})

    report = check_situation(bent(add), sample=12)
    assert any("exclude each other" in fault or "excludes1_conflict" in fault for fault in report.faults)


def test_a_file_is_named_after_its_id(bent: Bent) -> None:
    with pytest.raises(BadInput, match="named after its id"):
        read_situation(bent(lambda data: data.update(id="other")))


def test_broken_yaml_names_its_line(bent: Bent) -> None:
    path = bent()
    path.write_text("id: x\nfacts: {{ side }}\n")
    with pytest.raises(BadInput, match=r"op-sore-ear.yaml line \d"):
        read_situation(path)


def test_when_and_tables() -> None:
    facts = {"a": "x", "b": "y", "sex": "F", "age": 40}
    assert holds(None, facts)
    assert holds({"a": ["x", "z"], "not": {"b": "z"}}, facts)
    assert holds([{"a": "z"}, {"age": [40, 50]}], facts)
    assert not holds({"a": "x", "b": "z"}, facts)
    assert not holds({"age": [41, 50]}, facts)
    assert choose({"a": {"x": {"b": {"else": "code"}}}}, facts) == ("code", ("a", "b"))
    with pytest.raises(BadInput, match="no row for a x"):
        choose({"a": {"z": "code"}}, facts)


def test_every_draw_keeps_the_constraints_and_every_value_is_reached(bent: Bent) -> None:
    def constrain(data: dict[str, Any]) -> None:
        data["facts"]["drug"] = {"amoxicillin": {}, "doxycycline": {"when": {"age": [30, 60]}}}
        data["never"] = [{"fever": "yes", "swims": "yes"}]

    situation = read_situation(bent(constrain))
    cases = [draw_case(situation, Draw("t", number)) for number in range(300)]
    assert all(one.age >= 30 for one in cases if one.facts["drug"] == "doxycycline")
    assert not any(one.facts["fever"] == one.facts["swims"] == "yes" for one in cases)
    for fact, values in situation.facts.items():
        assert {one.facts[fact] for one in cases} == set(values)
    combinations = list(reachable(situation, {"drug", "fever", "swims"}))
    assert {(one["drug"], one["age"] >= 30) for one in combinations} == {
        ("amoxicillin", True),
        ("amoxicillin", False),
        ("doxycycline", True),
    }
    assert not any(one["fever"] == one["swims"] == "yes" for one in combinations)


def test_all_facts_forbidden_is_one_line(bent: Bent) -> None:
    report = check_situation(bent(lambda data: data.update(never=[{"side": ["right", "left"]}])), sample=1)
    assert any("no case keeps all its constraints" in fault for fault in report.faults)
