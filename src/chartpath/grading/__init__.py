"""The instructor's side: nbgrader's converters with the kit's own steps, and what surrounds them.

The only layer that imports nbgrader. Its functions are loaded when they are asked for, so that each command
pays only for what it uses.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chartpath.grading.export import export_grades
    from chartpath.grading.grade import grade_unit
    from chartpath.grading.inbox import CollectReport, collect
    from chartpath.grading.release import release_unit
    from chartpath.grading.row import GradeReport

_WHERE = {
    "CollectReport": "inbox",
    "GradeReport": "row",
    "collect": "inbox",
    "export_grades": "export",
    "grade_unit": "grade",
    "release_unit": "release",
}
__all__ = ["CollectReport", "GradeReport", "collect", "export_grades", "grade_unit", "release_unit"]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"chartpath.grading has no {name!r}; it has {', '.join(__all__)}")
