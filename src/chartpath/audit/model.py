"""What an audit says: findings, metrics, two gates and a score. Plain data, no rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import Factory, field, frozen

if TYPE_CHECKING:
    from chartpath.audit.payment import MsDrg, Stays

KINDS = (
    "invalid",
    "not_billable",
    "missing_7th",
    "excludes1_conflict",
    "missing_code_first",
    "missing_use_additional",
    "wrong_sequence",
    "unspecified_laterality",
    "symptom_integral",
    "uncertain_dx_outpatient",
    "overcoded",
    "undercoded",
    "wrong_7th",
    "wrong_laterality",
    "poa_error",
)
"""Every class of error a finding can have: the names of the published contract."""

EXTENSIONS = ("missing_query", "wrong_query", "wrong_modifier", "wrong_units")
"""Classes beyond the contract, for what its cases do not hold: questions to the provider, modifiers, units.

A `missing_query` carries the reason to ask as its code, a `wrong_query` the reason that was given.
"""

STOPS_CLAIM = frozenset({"invalid", "not_billable", "missing_7th", "excludes1_conflict"})
"""Classes that a payer's front end rejects: one of them closes the first gate."""

OVERCODING = frozenset({"overcoded", "symptom_integral", "uncertain_dx_outpatient"})
"""Classes that report more than the record supports: one of them closes the second gate."""

NOT_READY = OVERCODING | {"missing_query", "wrong_modifier", "wrong_units"}
"""Classes that no reviewer lets pass, on a claim that could be sent: one of them closes the second gate."""


@frozen
class Finding:
    """One thing that is wrong, told to the person who typed it.

    `kind` is one of KINDS or EXTENSIONS (a remark's kind is not); `code` the code it concerns (`A|B` for a pair). `message`
    and `next` never name a code that the learner has not typed. `rule` quotes the Tabular note with the
    ancestor that carries it, or names the guideline section; `source` is the document and edition of the rule;
    `evidence` holds phrases of the record. `label` replaces the words for the kind on a card where they would not
    be true of this finding; it is no part of the published JSON.
    """

    kind: str
    code: str
    message: str
    rule: str
    source: str
    evidence: tuple[str, ...] = ()
    next: str = ""
    label: str = ""


@frozen
class Metrics:
    """Code-level agreement with the required codes of the key; optional codes count on neither side.

    The three ratios are 0-1, rounded to four decimals as in the published contract.
    """

    tp: int
    fp: int
    fn: int
    first_listed_correct: bool

    @property
    def precision(self) -> float:
        """Share of the reported codes that are right; 0 when none was reported."""
        return _ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """Share of the required codes that were reported."""
        return _ratio(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def code_over_code(self) -> float:
        """Right codes over the reviewer's codes (AHIMA's code method): the recall, under the trade's name."""
        return self.recall


@frozen
class AuditResult:
    """The outcome of one audit.

    `score` runs 0-100. `parts` maps the name of each part that applies to (earned, possible) points; the
    possible points add up to 100 and the earned ones to the score. `remarks` are notes that are no coding
    errors: a phrase quoted badly, a missing POA letter.
    """

    findings: tuple[Finding, ...]
    metrics: Metrics
    claim_ready: bool
    audit_ready: bool
    score: float
    parts: dict[str, tuple[float, float]] = Factory(dict)
    remarks: tuple[Finding, ...] = ()
    implied: frozenset[tuple[str, str]] = frozenset()
    merged: dict[tuple[str, str], Finding] = Factory(dict)
    stays: Stays | None = field(default=None, repr=False)

    @property
    def ms_drg(self) -> MsDrg | None:
        """The MS-DRGs of an acute inpatient stay, grouped when asked for; None for other encounters."""
        if self.stays is None:
            return None
        from chartpath.audit.payment import ms_drg

        return ms_drg(self.stays)

    @property
    def told(self) -> tuple[Finding, ...]:
        """The findings a learner reads, without those that only follow from another one.

        A code that has a finding of its own class is not called overcoded as well, and a missing code that a
        note asks for, or that a near miss stood in for, is not told twice. Pairs that rest on the same note are one
        finding, under the code of the first. `findings` holds them all.
        """
        own = [((one.kind, one.code), one) for one in self.findings]
        return tuple(self.merged.get(slot, one) for slot, one in own if slot not in self.implied)


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
