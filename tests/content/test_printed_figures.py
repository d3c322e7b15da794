"""Every dollar amount, percentage, rank and number of jobs that units 17 and 18 print is computed from the tables.

`datasets/labour/printed.yaml` registers those of unit 17: under `figures`, the figure as printed and the expressions that recompute it;
under `given`, figures that are no data, each with its reason; under `keys`, the expression behind the key of a number
item; under `facts`, what must hold for the key of another item or for a claim. What belongs to assessed items stands in
`grading/computed.yaml`, which never travels. A percentage that fell is printed without its sign, so its expression
begins with a minus. Unit 18 has a register of its own, whose expressions test_career_facts recomputes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from chartpath import careers, catalog, items, paths

UNIT, NEXT = "17-labour-market", "18-career-plan"
FIGURE = re.compile(
    r"""-?\$\d[\d,]*(?:\.\d+)?                                                 # dollars
      | (?<![\w$.,])-?\d[\d,]*(?:\.\d+)?(?:%|\ (?:percent|percentage\ points?)\b)  # percent
      | (?<![\w$.,])\d{1,3}(?:,\d{3})+(?![\w%])                               # any large number
      # a number of jobs, but no year and no "of 100 jobs"
      | (?<![\w$.,-])(?<!of\ )(?<!every\ )(?!(?:19|20)\d\d\b)\d+(?=\ (?:new\ |more\ |fewer\ )?(?:jobs|openings|coders|workers)\b)
      | (?<![\w])\d{1,2}(?:st|nd|rd|th)\b(?!\ (?:percentile|Edition|Revision)) # rank
    """,
    re.VERBOSE,
)


# What an expression may call


def pay(area: str, occupation: str) -> careers.Pay:
    return careers.pay(area, occupation)


def change(occupation: str, since: int, until: int = 2025) -> careers.PayChange:
    return careers.pay_change(occupation, since, until)


def load(name: str) -> pd.DataFrame:
    return catalog.load(name)


def cell(table: str, column: str, **where: object) -> Any:
    """The one cell of a table whose row fits; fails unless exactly one row does."""
    frame = load(table)
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return frame[column].item()


def ahead(vintage: str, soc: str, column: str = "change_pct") -> Any:
    return cell("labour/projections", column, vintage=vintage, soc=soc)


def growth(vintage: str, *socs: str) -> float:
    """Growth in ten years in percent, of several codes together."""
    return float(
        sum(ahead(vintage, soc, "change") for soc in socs)
        / sum(ahead(vintage, soc, "employment_base") for soc in socs)
        * 100
    )


def past(year: int, soc: str, column: str = "median") -> Any:
    return cell("labour/oews_history", column, year=year, soc=soc)


def real(year: int, occupation: str) -> float:
    frame = careers.pay_history(occupation)
    return float(frame[frame["year"] == year]["real_median"].item())


def state(usps: str, column: str, occupation: str = "coder") -> Any:
    frame = careers.adjusted_pay(occupation)
    return frame[frame["usps"] == usps][column].item()


def outcome(vintage: str, column: str, occupation: str) -> Any:
    frame = careers.projection_outcome(occupation)
    return frame[frame["vintage"] == vintage][column].item()


def opening(part: str, column: str, occupation: str = "coder") -> Any:
    frame = careers.openings(occupation)
    return frame[frame["part"] == part][column].item()


def industry(name: str, column: str = "median", occupation: str = "coder") -> Any:
    frame = careers.industry_mix(occupation, limit=20)
    return frame[frame["industry_name"] == name][column].item()


def survey(year: int, measure: str) -> float:
    return float(cell("labour/survey_facts", "value", year=year, measure=measure))


def within(estimate: float, rse: float) -> float:
    """Half of an interval that holds the true figure nine times of ten, in the unit of the estimate."""
    return estimate * 1.645 * rse / 100


NAMES = {
    one.__name__: one
    for one in (pay, change, load, cell, ahead, growth, past, real, state, outcome, opening, industry, survey)
} | {
    "within": within,
    "margin": careers.margin,
    "round": round,
    "abs": abs,
    "sum": sum,
    "str": str,
    "all": all,
}


@cache
def compute(expression: str) -> Any:
    """The value of a registered expression; it sees the functions above and nothing else."""
    return eval(expression, {"__builtins__": {}, **NAMES})


# The register


OPEN = paths.datasets() / "labour" / "printed.yaml"
CLOSED = paths.root() / "grading" / "computed.yaml"


def registered(section: str) -> dict[str, Any]:
    """One section of both registers; figures that stand in two of them keep the expressions of both."""
    found: dict[str, Any] = {}
    for path in (OPEN, CLOSED):
        for name, value in yaml.safe_load(path.read_text(encoding="utf-8")).get(section, {}).items():
            if section == "figures":
                found.setdefault(name, []).extend(value)
            else:
                assert name not in found, f"{name} stands twice under {section}"
                found[name] = value
    return found


FIGURES, GIVEN, KEYS, FACTS = (registered(name) for name in ("figures", "given", "keys", "facts"))


# What is printed


def printed_in(text: str) -> set[str]:
    """The figures of a text as the register writes them: `9 percent` is 9%."""
    found = (" ".join(match.group().split()) for match in FIGURE.finditer(" ".join(text.split())))
    return {re.sub(r" percent(?:age points?)?$", "%", one).rstrip(",") for one in found}


def prose(path: Path) -> str:
    """The words of an author's text: no head, no code."""
    text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"`[^`\n]+`", " ", re.sub(r"```.*?```", " ", text, flags=re.DOTALL))


def texts(unit: str) -> Iterator[tuple[str, str]]:
    """The words of a unit, by notebook and by item."""
    for path in sorted((paths.notebooks() / unit).glob("*.md")):
        yield path.stem, prose(path)
    for item in items.items(unit):
        key = items.key(item.id)
        parts = [item.prompt, *item.options.values(), *item.targets.values(), *key.feedback.values()]
        yield item.id, " | ".join([*parts, key.rationale])


def claims() -> Iterator[tuple[str, str]]:
    for row in load("labour/claims").to_dict("records"):
        yield f"claim {row['claim']}", f"{row['says']} | {row['corrected']}"


TEXTS = {**dict(texts(UNIT)), **dict(claims())}
NEXT_TEXTS = dict(texts(NEXT))
BANK = {item.id: item for item in items.items(UNIT)}


@pytest.mark.parametrize("where", TEXTS)
def test_every_printed_figure_is_registered(where: str) -> None:
    missing = sorted(printed_in(TEXTS[where]) - set(FIGURES) - set(GIVEN))
    assert missing == [], f"{where} prints {', '.join(missing)}: add how to recompute it to printed.yaml"


@pytest.mark.parametrize("figure", FIGURES)
def test_every_registered_figure_is_what_the_tables_give(figure: str) -> None:
    digits = re.sub(r"[^\d.-]", "", figure)
    unit = 10.0 ** -len(digits.partition(".")[2])
    for expression in FIGURES[figure]:
        value = float(compute(expression))
        # Half a unit of the last printed digit, and a hair for binary fractions.
        assert abs(value - float(digits)) <= unit / 2 + 1e-6, f"{figure}: {expression} gives {value}"


def test_the_register_holds_nothing_that_is_not_printed() -> None:
    everything = set().union(*(printed_in(text) for text in TEXTS.values()))
    assert sorted((set(FIGURES) | set(GIVEN)) - everything) == []


@pytest.mark.parametrize("figure", GIVEN)
def test_a_figure_that_is_no_data_says_what_it_is(figure: str) -> None:
    assert len(str(GIVEN[figure]).split()) >= 4


# Keys and claims


def test_every_number_key_is_computed() -> None:
    assert set(KEYS) == {one.id for one in BANK.values() if one.kind == "number"}


@pytest.mark.parametrize("item_id", KEYS)
def test_a_number_key_is_what_the_tables_give(item_id: str) -> None:
    key, value = items.key(item_id), float(compute(KEYS[item_id]))
    answer = float(key.answer)
    assert abs(value - answer) <= key.tolerance, f"{KEYS[item_id]} gives {value}"
    assert key.tolerance <= 0.05 * abs(answer), "the tolerance is wider than rounding needs"
    for words, digits in {"One decimal": 1, "whole": 0, "hundreds": -2}.items():
        if words in BANK[item_id].prompt:
            assert abs(round(value, digits) - answer) <= key.tolerance, "what the question allows is refused"


@pytest.mark.parametrize("name", FACTS)
def test_what_a_key_or_a_claim_rests_on_holds(name: str) -> None:
    assert name in BANK or re.fullmatch(r"claim \d+", name)
    assert bool(compute(FACTS[name])), FACTS[name]


def test_what_belongs_to_assessed_items_does_not_travel() -> None:
    written = yaml.safe_load(OPEN.read_text(encoding="utf-8"))
    named = {*written["keys"], *written["facts"]}
    assert [name for name in named if name in BANK and BANK[name].assessed] == []


@pytest.mark.parametrize("where", NEXT_TEXTS)
def test_every_figure_of_the_next_unit_stands_in_its_register(where: str) -> None:
    rows = yaml.safe_load((paths.datasets() / "careers" / "printed.yaml").read_text(encoding="utf-8"))
    known = {re.sub(r"[^\d.]", "", row["text"].split(" of ")[0]) for row in rows if where in row["where"]}
    missing = [one for one in printed_in(NEXT_TEXTS[where]) if re.sub(r"[^\d.]", "", one) not in known]
    assert missing == [], f"{where} prints {', '.join(missing)}: add it to datasets/careers/printed.yaml"


# The search itself


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("paid $51,140, and more", {"$51,140"}),
        ("some 1,380 a year, or 0.7% of it", {"1,380", "0.7%"}),
        ("a 9 percent rise; -14.2% since", {"9%", "-14.2%"}),
        ("only 270 jobs, 5th place, the 10th percentile", {"270", "5th"}),
        ("the year 2024-34, code 29-2072, 45 CFR 162.1002", set()),
        ("5 points, 80 minutes", set()),
    ],
)
def test_figures_are_found_in_prose(text: str, found: set[str]) -> None:
    assert printed_in(text) == found


def test_a_wrong_figure_would_be_named() -> None:
    assert printed_in("The median is $51,141.") - set(FIGURES) == {"$51,141"}
    assert float(compute('pay("US", "coder").median')) != 51_141


def test_an_expression_reaches_nothing_else() -> None:
    with pytest.raises(NameError):
        compute('open("x")')
