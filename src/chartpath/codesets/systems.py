"""The code sets beside ICD-10-CM: one module each, found by the name of the system.

A module here offers `NAME`, `get(code, edition)`, `search(text, limit, edition)`, `ancestors(code)`,
`children(code, edition)`, `unknown(code, edition)` and `looks_like(code)`. ICD-10-CM is the store itself.
"""

from __future__ import annotations

import re
from importlib import import_module

from chartpath.errors import BadInput

TYPE_CHECKING = False  # typing itself is not needed to run
if TYPE_CHECKING:
    from typing import Any

FIRST = "icd10cm"
# Asked in this order when nobody names the system and ICD-10-CM does not have the code.
OTHERS = {"icd10pcs": "chartpath.codesets.pcs", "hcpcs": "chartpath.codesets.hcpcs"}
SYSTEMS = (FIRST, *OTHERS)


def other(system: str) -> Any:
    """The module of a system beside ICD-10-CM. Raises BadInput for a name that is no system."""
    if system not in OTHERS:
        raise BadInput(f"system {system}: not at hand. The code sets here are {', '.join(SYSTEMS)}.")
    return import_module(OTHERS[system])


def detect(code: str, edition: str) -> str:
    """The system beside ICD-10-CM that has this code; empty when none has it.

    Ask only for a code that ICD-10-CM does not have: L1902 is a brace and nothing else, but J0120 without a
    dot is J01.20, and there ICD-10-CM wins.
    """
    shaped = [system for system in OTHERS if other(system).looks_like(code)]
    return next((system for system in shaped if other(system).get(code, edition) is not None), "")


def claimed(code: str) -> str:
    """The system that a code nobody has was probably meant for, by its shape; empty for ICD-10-CM.

    Ask only when its beginning is no category of ICD-10-CM, and it is no slip in one of its codes.
    """
    return next((system for system in OTHERS if other(system).looks_like(code)), "")


def licensed(bare: str) -> str:
    """What a code of a licensed set is, told by its shape (without dot); empty for others."""
    if re.fullmatch(r"\d{5}|\d{4}[FTU]", bare):
        return f"{bare}: has the shape of a CPT code (HCPCS Level I). CPT is licensed and not in this kit."
    if re.fullmatch(r"D\d{4}", bare):
        return f"{bare}: has the shape of a dental code (CDT). CDT is licensed and not in this kit."
    if re.fullmatch(r"\d{2}", bare):
        return f"{bare}: two-digit modifiers belong to CPT, which is licensed and not in this kit."
    return ""
