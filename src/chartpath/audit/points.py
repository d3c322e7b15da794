"""From a case to points: the parts of the rubric, partial credit, and what each part is worth.

The rubric: 55 points for the code set, 15 for the principal or first-listed diagnosis, 15 for the question that only
the provider can answer, 10 for mandated order, 10 for present-on-admission indicators (inpatient) or modifiers and
units (supplies and drugs), 10 for evidence. Parts that do not apply to a record or an answer give their points to the
others in proportion. A supply or drug with a wrong modifier or wrong units earns its share of the line (0.6 or 0.7) in
the codes as well: the code alone is not the line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chartpath.audit.asks import query_share
from chartpath.audit.brief import DEMANDED_WEIGHT, PRINCIPAL_WEIGHT, SECONDARY_WEIGHT, Accepted, too_early
from chartpath.audit.near import near
from chartpath.audit.pairs import Case
from chartpath.audit.payment import level, raises_payment
from chartpath.audit.quotes import quotation_share
from chartpath.audit.record import not_reportable
from chartpath.audit.services import details_share, exists, lines_found, pcs_credit

CODES, FIRST, QUERY, ORDER = "codes", "first", "query", "order"
POA, MODIFIERS, EVIDENCE = "poa", "modifiers", "evidence"
WORTH = {CODES: 55.0, FIRST: 15.0, QUERY: 15.0, ORDER: 10.0, POA: 10.0, MODIFIERS: 10.0, EVIDENCE: 10.0}
NAMES = {
    CODES: "Codes",
    FIRST: "First-listed diagnosis",
    QUERY: "Question to the provider",
    ORDER: "Mandated order",
    POA: "Present on admission",
    MODIFIERS: "Modifiers and units",
    EVIDENCE: "Evidence quoted",
}
EXTRA_WEIGHT, MAJOR_EXTRA_WEIGHT = 1.0, 2.0
EXTRA_SHARE = 0.5


def points(case: Case) -> tuple[float, dict[str, tuple[float, float]]]:
    """The score (0-100), and (earned, possible) points of each part that applies; the possible ones make 100.

    Of several accepted lists the one that serves the answer best counts.
    """
    shares = max((_shares(case, one) for one in case.brief.lists), key=_total)
    whole = sum(WORTH[name] for name in shares)
    parts = {}
    for name, share in shares.items():
        shown = "Principal diagnosis" if name == FIRST and case.chart.inpatient else NAMES[name]
        possible = 100 * WORTH[name] / whole
        parts[shown] = (round(possible * share, 2), round(possible, 2))
    return round(100 * _total(shares), 2), parts


def _total(shares: Mapping[str, float]) -> float:
    return sum(WORTH[name] * share for name, share in shares.items()) / sum(WORTH[name] for name in shares)


def _shares(case: Case, accepted: Accepted) -> dict[str, float]:
    """Share (0-1) earned of each part that applies, measured against one accepted answer."""
    submitted, wanted = case.sheet.codes, accepted.codes
    shares = {CODES: _code_share(case, accepted)}
    if wanted:
        shares[FIRST] = float(case.first == wanted[0])
    asked = query_share(case)
    if asked is not None:
        shares[QUERY] = asked
    pairs = [
        pair
        for pair in case.brief.pairs
        if pair.after in wanted and any(code in wanted for code in pair.before)
    ]
    if pairs:
        complete = [
            pair
            for pair in pairs
            if pair.after in submitted and any(code in submitted for code in pair.before)
        ]
        broken = any(too_early(pair, submitted) for pair in pairs)
        shares[ORDER] = 0.0 if broken else len(complete) / len(pairs)
    timed = [
        code
        for code in wanted
        if case.chart.inpatient and code in case.brief.by_code and case.brief.by_code[code].poa
    ]
    if timed:
        shares[POA] = sum(_timed_right(case, code) for code in timed) / len(timed)
    detailed = details_share(case, accepted.services)
    if detailed is not None:
        shares[MODIFIERS] = detailed
    quoted = quotation_share(case)
    if quoted is not None:
        shares[EVIDENCE] = quoted
    return shares


def order_incomplete(case: Case) -> bool:
    """Whether the part for mandated order loses points to absent codes alone, with nothing out of place."""
    submitted = case.sheet.codes
    pairs = [one for one in case.brief.pairs if one.after in case.reference]
    halves = [
        one for one in pairs if (one.after in submitted) != any(code in submitted for code in one.before)
    ]
    return bool(halves) and not any(too_early(one, submitted) for one in pairs)


def _code_share(case: Case, accepted: Accepted) -> float:
    """Credit for the codes found, less half the weight of what was added, over the weight of what was wanted."""
    wanted, done = accepted.codes, accepted.done
    weights = {code: case.brief.weights.get(code, SECONDARY_WEIGHT) for code in wanted}
    if wanted:
        weights[wanted[0]] = PRINCIPAL_WEIGHT
    for code in wanted[1:]:
        if level(case.book, case.chart, code, wanted[0]):
            weights[code] = max(weights[code], DEMANDED_WEIGHT)
    submitted = set(case.sheet.by_code)
    extras = [code for code in case.sheet.codes if code not in weights and code not in case.brief.optional]
    missing = [code for code in wanted if code not in submitted]
    credit, unpaired = _partial(case, extras, missing, weights)
    earned = sum(weight for code, weight in weights.items() if code in submitted) + credit
    real = [code for code in unpaired if case.book.entry(code) is not None]
    cost = sum(_extra_weight(case, code, wanted) for code in real)
    # A code that does not exist earns nothing where a code is missing; beyond that it is one line too many.
    still_missing = len(missing) - (len(extras) - len(unpaired))
    cost += EXTRA_WEIGHT * max(0, len(unpaired) - len(real) - still_missing)
    cost += EXTRA_WEIGHT * len(case.sheet.repeated)
    total = sum(weights.values())
    if done:
        found, beyond = _service_credit(case, accepted)
        earned, cost, total = (
            earned + found,
            cost + EXTRA_WEIGHT * beyond,
            total + SECONDARY_WEIGHT * len(done),
        )
    return max(0.0, earned - EXTRA_SHARE * cost) / total if total else 0.0


def _service_credit(case: Case, accepted: Accepted) -> tuple[float, int]:
    """Credit for the service codes found or nearly found, and the number of service lines beyond those wanted."""
    done, services = accepted.done, accepted.services
    weights = dict.fromkeys(done, SECONDARY_WEIGHT)
    earned = sum(SECONDARY_WEIGHT * lines_found(case, services, code) for code in done)
    others = [code for code in case.sheet.services if code not in weights and code not in case.brief.optional]
    known = [code for code in others if exists(case, code)]
    missing = [code for code in done if code not in case.sheet.services]
    credit, used = _best_pairing(known, missing, weights, pcs_credit)
    # As with diagnoses, a code that does not exist costs nothing in the place of a missing one.
    beyond = len(known) - len(used) + max(0, len(others) - len(known) - (len(missing) - len(used)))
    for code in done:
        lines = len(case.sheet.services.get(code, ()))
        beyond += max(0, lines - sum(one.code == code for one in services))
    return earned + credit, beyond


def _extra_weight(case: Case, code: str, wanted: Sequence[str]) -> float:
    """2 for a code that raises the payment of a stay, or for a condition that is only suspected; 1 for another.

    A variant of a code wanted is never counted as the invention of a suspected condition.
    """
    if raises_payment(case.book, case.chart, code, wanted):
        return MAJOR_EXTRA_WEIGHT
    tempting = not_reportable(case, code)
    doubtful = tempting is not None and tempting.kind == "uncertain" and not case.chart.hospital
    variant = any(code[:3] == one[:3] for one in wanted)
    return MAJOR_EXTRA_WEIGHT if doubtful and not variant else EXTRA_WEIGHT


def _partial(
    case: Case, extras: Sequence[str], missing: Sequence[str], weights: Mapping[str, float]
) -> tuple[float, list[str]]:
    """The best one-to-one pairing of wrong codes with missing ones: its credit, and the codes left unpaired."""

    def credited(code: str, one: str) -> float:
        relation = near(case.book, code, one)
        return relation.credit if relation else 0.0

    credit = 0.0
    unpaired: list[str] = []
    for category in dict.fromkeys(code[:3] for code in extras):
        given = [code for code in extras if code[:3] == category]
        wanted = [code for code in missing if code[:3] == category]
        gained, used = _best_pairing(given, wanted, weights, credited)
        credit += gained
        unpaired += [code for code in given if code not in used]
    return credit, unpaired


def _best_pairing(
    given: Sequence[str],
    wanted: Sequence[str],
    weights: Mapping[str, float],
    credited: Callable[[str, str], float],
) -> tuple[float, frozenset[str]]:
    """Largest credit over the ways to give each wanted code at most one of the given ones (bitmask over `wanted`)."""
    states: dict[int, tuple[float, frozenset[str]]] = {0: (0.0, frozenset())}
    for code in given:
        following = dict(states)
        for place, one in enumerate(wanted):
            gain = credited(code, one) * weights[one]
            if not gain:
                continue
            for taken, (total, used) in states.items():
                slot = taken | 1 << place
                if not taken >> place & 1 and total + gain > following.get(slot, (-1.0, used))[0]:
                    following[slot] = (total + gain, used | {code})
        states = following
    return max(states.values(), key=lambda state: state[0])


def _timed_right(case: Case, code: str) -> bool:
    line = case.sheet.by_code.get(code)
    wanted = case.brief.by_code[code].poa
    return (
        line is not None
        and line.poa is not None
        and wanted is not None
        and line.poa.upper() == wanted.upper()
    )
