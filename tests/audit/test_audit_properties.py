"""What holds for any answer: no crash, bounds, and which way the score moves."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache

from audit_cases import ALL_CASES, gold, lines, opened
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chartpath.answers import CodeLine, parse
from chartpath.audit import KINDS, audit, scrub
from chartpath.audit.book import book
from chartpath.audit.brief import brief
from chartpath.codesets import store
from chartpath.items import Chart, Key, KeyCode

cases = st.sampled_from(ALL_CASES)
FOREIGN = ["Z23", "H90.3", "L70.0", "K64.9", "B35.1", "M72.2", "Q66.89", "N62", "G43.909", "D17.1"]
"""Codes of ten corners of the book: some of them fit no given record."""


@cache
def neighbours(code: str) -> tuple[str, ...]:
    """A code, its stem and its siblings: the material of plausible mistakes."""
    found = store().get(code, "2026")
    above = (
        found.parent
        if found and found.parent and "-" not in found.parent and not found.parent.isdigit()
        else code
    )
    return (code, above, *(one.code for one in store().children(above, "2026")))


typed = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[A-Za-z][0-9][0-9A-Z](\.[0-9A-Zx]{0,4})?", fullmatch=True),
    st.sampled_from(["", "X", "...", "S93.40XXA", "T81.41XXXXX", "É11.22", "E11,22", "0", "A" * 500]),
)


@settings(deadline=None)
@given(case=cases, codes=st.lists(typed, max_size=8))
def test_any_text_is_audited(case: dict, codes: list[str]) -> None:  # type: ignore[type-arg]
    chart, key = opened(case)
    result = audit(codes, chart, key)
    assert 0 <= result.score <= 100
    assert all(one.kind in KINDS for one in result.findings)
    assert all(0 <= earned <= possible + 0.01 for earned, possible in result.parts.values())
    assert all(
        one.kind in KINDS and one.rule for one in scrub(codes, "2026", chart.age, chart.sex, chart.inpatient)
    )


@settings(deadline=None)
@given(case=cases, body=st.text(max_size=200))
def test_any_answer_cell_is_audited(case: dict, body: str) -> None:  # type: ignore[type-arg]
    chart, key = opened(case)
    result = audit(parse(body, "codes", ("icd10cm", "icd10pcs", "hcpcs")).lines, chart, key)
    assert math.isfinite(result.score)


@settings(deadline=None)
@given(st.data())
def test_score_and_counts_agree_on_mixtures(data: st.DataObject) -> None:
    chart, key = opened(data.draw(cases))
    pool = sorted({one for code in gold(key) for one in neighbours(code)} | {*FOREIGN, "Q1Q", "S93.40XXA"})
    codes = data.draw(st.lists(st.sampled_from(pool), max_size=10))
    result = audit(lines(codes, key), chart, key)
    metrics = result.metrics
    assert 0 <= result.score <= 100
    assert metrics.tp + metrics.fn > 0
    assert result.audit_ready <= result.claim_ready
    told = {(one.kind, one.code) for one in result.told}
    assert told <= {(one.kind, one.code) for one in result.findings}
    assert bool(told) == bool(result.findings)
    # No point is lost without a word on it, and no word is said without a point lost.
    assert (result.score == 100) == (not result.findings)


@settings(deadline=None)
@given(st.data())
def test_the_order_of_free_codes_never_matters(data: st.DataObject) -> None:
    """Behind the first code, whatever no rule or note ties to another may stand anywhere."""
    right = data.draw(st.lists(st.sampled_from([*FOREIGN, "E11.9", "Z79.4", "I10"]), min_size=3, unique=True))
    key = Key(
        "free",
        codes=tuple(
            KeyCode(code, "secondary" if place else "first_listed") for place, code in enumerate(right)
        ),
    )
    chart = Chart("free", "Free order", "office", 1, dt.date(2026, 8, 1), 40, "F", "")
    bound = {code for pair in brief(key, book("2026")).pairs for code in (*pair.before, pair.after)}
    free = [place for place, code in enumerate(right) if place and code not in bound]
    moved = list(right)
    for place, code in zip(free, data.draw(st.permutations([right[place] for place in free])), strict=True):
        moved[place] = code
    result = audit(moved, chart, key)
    assert (result.score, result.findings) == (100, ())


def test_free_codes_of_every_case_may_change_places(case) -> None:  # type: ignore[no-untyped-def]
    chart, key = opened(case)
    right = gold(key)
    bound = {code for pair in brief(key, book("2026")).pairs for code in (*pair.before, pair.after)}
    free = [place for place, code in enumerate(right) if place and code not in bound]
    moved = list(right)
    for place, code in zip(free, [right[place] for place in reversed(free)], strict=True):
        moved[place] = code
    result = audit(lines(moved, key), chart, key)
    assert (result.score, result.findings) == (100, ())


@settings(deadline=None)
@given(st.data())
def test_leaving_a_required_code_out_never_pays(data: st.DataObject) -> None:
    chart, key = opened(data.draw(cases))
    right = gold(key)
    pool = sorted({one for code in right for one in neighbours(code)} | {*FOREIGN, "Q1Q", "S93.40XXA"})
    extras = data.draw(st.lists(st.sampled_from(pool), max_size=4))
    kept = [code for code in right if data.draw(st.booleans())]
    assume(kept)
    dropped = data.draw(st.sampled_from(kept))
    # Behind the codes that are kept, so that leaving the first one out cannot bring the right one to the front.
    more = [*kept, *(code for code in extras if code not in right)]
    fewer = [code for code in more if code != dropped]
    assert audit(lines(fewer, key), chart, key).score <= audit(lines(more, key), chart, key).score + 0.01


@settings(deadline=None)
@given(st.data())
def test_adding_an_unsupported_code_never_pays(data: st.DataObject) -> None:
    chart, key = opened(data.draw(cases))
    right = gold(key)
    near = {code[:3] for code in right} | {code[:3] for codes in key.alternatives for code in codes}
    near |= {one.code[:3] for one in key.optional}
    foreign = [code for code in [*FOREIGN, "Q1Q.Q"] if code[:3] not in near]
    before = data.draw(st.lists(st.sampled_from([*right, *foreign]), max_size=6))
    place = data.draw(st.integers(0, len(before)))
    added = data.draw(st.sampled_from(foreign))
    after = [*before[:place], added, *before[place:]]
    assert audit(lines(after, key), chart, key).score <= audit(lines(before, key), chart, key).score


@settings(deadline=None)
@given(st.data())
def test_the_same_answer_is_judged_the_same_way(data: st.DataObject) -> None:
    """Line numbers, spelling and what was audited before leave no trace."""
    chart, key = opened(data.draw(cases))
    pool = sorted({one for code in gold(key) for one in neighbours(code)})
    codes = data.draw(st.lists(st.sampled_from(pool), max_size=6))
    first = audit(codes, chart, key)
    audit(FOREIGN, chart, key)
    again = audit([CodeLine(90 - place, code, code.lower()) for place, code in enumerate(codes)], chart, key)
    assert again == first
