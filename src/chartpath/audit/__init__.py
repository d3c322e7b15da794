"""The audit of a code list: what is wrong, by which rule, and what it costs.

result = audit(answer.lines, chart, key)     against a record and its key
findings = scrub(answer.lines, "2026")       what the code book alone says, without a key

In a notebook, `cp.audit(["J02.9"], "practice-sore-throat-01")` does the same for a record named by its id.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType

from chartpath import items
from chartpath.answers import Answer, CodeLine
from chartpath.audit.brief import system_of
from chartpath.audit.engine import audit
from chartpath.audit.model import EXTENSIONS, KINDS, AuditResult, Finding, Metrics
from chartpath.audit.scrub import claim, scrub, scrub_remarks
from chartpath.items import Chart, Key

__all__ = [
    "EXTENSIONS",
    "KINDS",
    "AuditResult",
    "Finding",
    "Metrics",
    "audit",
    "claim",
    "scrub",
    "scrub_remarks",
    "system_of",
]


class _Audit(ModuleType):
    """`cp.audit` is this package and, as published, a function: so the package can be called."""

    def __call__(
        self, answer: Answer | Sequence[CodeLine | str], chart: Chart | str, key: Key | None = None
    ) -> AuditResult:
        """Judge an answer against a record (a Chart, or an item's id) and its key, looked up when not given.

        Raises BadInput for an unknown id, KeyNotAtHand for an assessed item without its key.
        """
        record = items.chart(chart) if isinstance(chart, str) else chart
        return audit(answer, record, key or items.key(record.id))


sys.modules[__name__].__class__ = _Audit
