"""The audit of a code list: what is wrong, by which rule, and what it costs.

result = audit(answer.lines, chart, key)     against a record and its key
findings = scrub(answer.lines, "2026")       what the code book alone says, without a key
"""

from __future__ import annotations

from chartpath.audit.engine import audit
from chartpath.audit.model import KINDS, AuditResult, Finding, Metrics
from chartpath.audit.scrub import scrub

__all__ = ["KINDS", "AuditResult", "Finding", "Metrics", "audit", "scrub"]
