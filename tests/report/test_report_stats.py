"""The formulas of the class report, against small cases worked out by hand and against their plain definitions."""

from __future__ import annotations

import math
import random
from collections import Counter
from itertools import permutations

import pytest

from chartpath.report.stats import (
    Share,
    correlation,
    cronbach,
    item_rest,
    krippendorff,
    quantile,
    tails,
    upper_lower,
    variance,
    weighted_kappa,
    wilson,
)


def test_wilson_as_printed_in_textbooks() -> None:
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for hits, total, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert wilson(hits, total) == pytest.approx((low, high), abs=5e-5)
    assert wilson(20, 20) == pytest.approx((1 - 0.1611, 1.0), abs=5e-5)


def test_wilson_ends_solve_its_equation() -> None:
    z = 1.959963984540054
    for hits, total in ((1, 7), (28, 30), (500, 1000)):
        for end in wilson(hits, total):
            assert (hits / total - end) ** 2 == pytest.approx(z * z * end * (1 - end) / total)


@pytest.mark.parametrize(("hits", "total"), [(0, 0), (3, 2), (-1, 4)])
def test_what_is_no_share_is_refused(hits: int, total: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(hits, total)


def test_a_share_of_nothing_has_no_value() -> None:
    assert (Share(0, 0).value, Share(0, 0).low, Share(0, 0).high) == (None, None, None)
    assert Share(1, 4).value == 0.25


def test_quartiles_and_variance_by_hand() -> None:
    assert [quantile([1, 2, 3, 10], share) for share in (0, 0.25, 0.5, 0.75, 1)] == [1, 1.75, 2.5, 4.75, 10]
    assert quantile([7.0], 0.25) == 7.0
    assert variance([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx(32 / 7)
    assert variance([3.0]) == 0.0


def test_item_rest_takes_the_item_out_of_the_total() -> None:
    # Item 1, 0, 1, 0; the others 3, 2, 1, 0: means 0.5 and 1.5, products 0.75 - 0.25 - 0.25 + 0.75 = 1.
    item, rest = [1.0, 0.0, 1.0, 0.0], [3.0, 2.0, 1.0, 0.0]
    totals = [a + b for a, b in zip(item, rest, strict=True)]
    assert item_rest(item, totals) == pytest.approx(1 / math.sqrt(1 * 5))
    assert item_rest(item, totals) != pytest.approx(correlation(item, totals))
    assert item_rest([1.0, 1.0], [2.0, 3.0]) is None


def test_the_tails_are_27_percent_and_never_overlap() -> None:
    totals = [5.0, 1.0, 4.0, 2.0, 3.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    upper, lower = tails(totals)
    assert [totals[place] for place in upper] == [8.0, 9.0, 10.0]
    assert [totals[place] for place in lower] == [1.0, 2.0, 3.0]
    upper, lower = tails([1.0] * 11)
    assert len(upper) == len(lower) == 3
    assert not set(upper) & set(lower)


def test_upper_lower_by_hand() -> None:
    totals = [float(place) for place in range(10)]
    scores = [0.0, 10.0, 5.0, 0, 0, 0, 0, 10.0, 10.0, 7.0]
    assert upper_lower(scores, 10, totals) == pytest.approx((27 / 3 - 15 / 3) / 10)


def test_cronbach_by_hand() -> None:
    # Variances 1, 1 and of the totals (2, 5, 5): 3. So 2 / 1 x (1 - 2 / 3).
    assert cronbach([[1, 2, 3], [1, 3, 2]]) == pytest.approx(2 * (1 - 2 / 3))
    assert cronbach([[1, 2, 3]]) is None
    assert cronbach([[1, 0], [0, 1]]) is None  # totals all alike


def _alpha_by_definition(units: list[list[float]]) -> float:
    """Krippendorff's alpha from the coincidence matrix, as he prints it."""
    coincidences: Counter[tuple[float, float]] = Counter()
    for unit in units:
        for one, other in permutations(unit, 2):
            coincidences[one, other] += 1 / (len(unit) - 1)  # type: ignore[assignment]
    marginal: Counter[float] = Counter()
    for (one, _), count in coincidences.items():
        marginal[one] += count
    total = sum(marginal.values())
    observed = sum(count * (one - other) ** 2 for (one, other), count in coincidences.items())
    expected = sum(m * n * (a - b) ** 2 for a, m in marginal.items() for b, n in marginal.items())
    return 1 - (total - 1) * observed / expected


def test_krippendorff_on_his_own_example() -> None:
    # Krippendorff 2011, section D: four observers, twelve units; interval alpha 0.849.
    rows = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    units = [[float(value) for value in column if value is not None] for column in zip(*rows, strict=True)]
    assert krippendorff(units) == pytest.approx(0.849, abs=5e-4)
    assert krippendorff(units) == pytest.approx(
        _alpha_by_definition([unit for unit in units if len(unit) > 1])
    )


def test_krippendorff_follows_its_definition_on_any_marks() -> None:
    dice = random.Random(7)
    for _ in range(20):
        units = [[float(dice.randint(0, 8)) for _ in range(dice.randint(2, 4))] for _ in range(12)]
        assert krippendorff(units) == pytest.approx(_alpha_by_definition(units))


def test_agreement_at_its_ends() -> None:
    assert krippendorff([[1, 1], [4, 4], [9, 9]]) == pytest.approx(1)
    assert krippendorff([[3, 3], [3, 3]]) is None
    assert krippendorff([[1], [2]]) is None
    assert weighted_kappa({(1, 1): 5, (4, 4): 5}) == pytest.approx(1)
    assert weighted_kappa({(2, 2): 5}) is None
    assert weighted_kappa({}) is None


def test_kappa_by_hand() -> None:
    # Marks 0 and 1: observed disagreement 3 of 10, expected 0.6 x 0.5 + 0.4 x 0.5 = 0.5.
    assert weighted_kappa({(0, 0): 4, (0, 1): 2, (1, 0): 1, (1, 1): 3}) == pytest.approx(1 - 0.3 / 0.5)
