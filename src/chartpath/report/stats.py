"""The formulas of a class report: pure functions on numbers, each with the source of its formula."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from attrs import frozen

from chartpath.learned import wilson

TAIL = 0.27
"""Share of a class in its upper and in its lower group (Kelley 1939: the best share for normal scores)."""


@frozen
class Share:
    """`hits` of `total`, as a share 0-1 with its Wilson 95 % interval; the three are None for a total of 0."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """The share itself."""
        return self.hits / self.total if self.total else None

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return wilson(self.hits, self.total)[0] if self.total else None

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return wilson(self.hits, self.total)[1] if self.total else None


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean. Raises ValueError for no values."""
    if not values:
        raise ValueError("no values have no mean")
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """The sample variance, divided by n - 1; 0 for fewer than two values."""
    if len(values) < 2:
        return 0.0
    middle = mean(values)
    return math.fsum((one - middle) ** 2 for one in values) / (len(values) - 1)


def quantile(values: Sequence[float], share: float) -> float:
    """The quantile of sorted values, between two of them by straight line (R's type 7, the usual one)."""
    place = (len(values) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


def correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Pearson's product-moment correlation; None where one of the two does not vary."""
    first, second = mean(one), mean(other)
    across = math.fsum((a - first) * (b - second) for a, b in zip(one, other, strict=True))
    spread = math.sqrt(math.fsum((a - first) ** 2 for a in one) * math.fsum((b - second) ** 2 for b in other))
    return across / spread if spread > 1e-12 else None


def item_rest(scores: Sequence[float], totals: Sequence[float]) -> float | None:
    """The corrected item-total correlation: an item with the total of all the others (its own points taken off)."""
    return correlation(scores, [total - own for total, own in zip(totals, scores, strict=True)])


def tails(totals: Sequence[float]) -> tuple[list[int], list[int]]:
    """Places of the upper and the lower 27 % by total, rounded up to whole learners.

    Equal totals at the edge of a group fall by place, so that both groups have one size.
    """
    order = sorted(range(len(totals)), key=lambda place: (totals[place], place))
    many = math.ceil(TAIL * len(totals))
    return order[-many:], order[:many]


def upper_lower(scores: Sequence[float], most: float, totals: Sequence[float]) -> float:
    """The discrimination index D: mean share of an item's points in the upper 27 % less that in the lower 27 %."""
    upper, lower = tails(totals)
    return (mean([scores[place] for place in upper]) - mean([scores[place] for place in lower])) / most


def cronbach(items: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha of items (each the scores of the same learners); None for one item, or totals all alike."""
    if len(items) < 2:
        return None
    total = variance([math.fsum(row) for row in zip(*items, strict=True)])
    if total <= 1e-12:
        return None
    return len(items) / (len(items) - 1) * (1 - math.fsum(map(variance, items)) / total)


def krippendorff(units: Sequence[Sequence[float]]) -> float | None:
    """Krippendorff's alpha for values on an interval scale; None where it is not defined.

    `units` holds, for each thing that was judged, the values its judges gave; things with one value count for
    nothing. Computed from the pairs within things over the pairs of all values (Krippendorff 2011, "Computing
    Krippendorff's Alpha-Reliability"), with squared differences.
    """
    paired = [unit for unit in units if len(unit) > 1]
    values = [value for unit in paired for value in unit]
    if len(values) < 2:
        return None
    expected = _squares(values) / (len(values) - 1)
    if expected <= 1e-12:
        return None  # everybody gave everything the same value: nothing to agree about
    observed = math.fsum(_squares(unit) / (len(unit) - 1) for unit in paired)
    return 1 - observed / expected


def _squares(values: Sequence[float]) -> float:
    """Sum of squared differences over all ordered pairs: 2 n times the squares around the mean."""
    middle = mean(values)
    return 2 * len(values) * math.fsum((value - middle) ** 2 for value in values)


def weighted_kappa(pairs: Mapping[tuple[float, float], int]) -> float | None:
    """Cohen's kappa for two judges with squared weights (Cohen 1968); None where it is not defined.

    `pairs` counts how often the first judge gave one value and the second another.
    """
    count = sum(pairs.values())
    if not count:
        return None
    first: dict[float, int] = {}
    second: dict[float, int] = {}
    for (one, other), number in pairs.items():
        first[one] = first.get(one, 0) + number
        second[other] = second.get(other, 0) + number
    observed = math.fsum(number * (one - other) ** 2 for (one, other), number in pairs.items()) / count
    expected = (
        math.fsum(m * n * (one - other) ** 2 for one, m in first.items() for other, n in second.items())
        / count**2
    )
    return None if expected <= 1e-12 else 1 - observed / expected
