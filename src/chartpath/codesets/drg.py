"""MS-DRG: weights, complications and comorbidities, and the group of a stay.

The tables are those of the FY2026 final rule. Grouping is done by `drgpy`, an open reimplementation, with
what is known to be wrong in it put right or left unanswered here; every answer carries `LABEL`.

What this layer corrects, each on the evidence of the official tables:
- drgpy reads Table 6K with a pattern that wants the number of an exclusion collection, so it loses the 41
  codes that have "No Excl" there (J12.82, K77, homelessness ...). They are given back to it.
- drgpy counts a hospital-acquired condition (HAC) as one by its code and POA indicator alone. Some HACs exist only
  together with certain procedures or a second code.
- A title such as "WITHOUT CC/MCC" is held against the levels counted here; drgpy forgets the CC in DRG 949.
- DRG 789 (newborn died or transferred) is missing; 795 (normal newborn) is given in spite of other
  diagnoses; HIV groups are given without HIV, or lost when another diagnosis is principal.

It gives no DRG, but the reason, where drgpy does not relate an operation to the principal diagnosis: the
real grouper has rules there that drgpy lacks.
"""

from __future__ import annotations

import csv
import re
from functools import cache

from chartpath import paths
from chartpath.codesets.lookup import store
from chartpath.codesets.models import normalize, plain
from chartpath.errors import BadInput, ChartpathError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from attrs import frozen
else:
    from chartpath.codesets.records import frozen

LABEL = "teaching reference, MS-DRG v43, not the CMS grouper"
EDITION = "2026"  # of the ICD-10-CM codes that version 43 groups
_ENGINE = "v43.1"  # the update of April 2026
_DIED = "20"
# Discharge statuses that make a newborn's stay DRG 789: died, or sent to another acute care hospital.
_NEWBORN_LEFT = frozenset(("02", "05", "20", "66", "82", "85", "94"))
# HACs that are one only after certain operations, and the one that needs a second code.
_HAC_AFTER_SURGERY = frozenset(("08", "10", "11", "12", "13", "14"))
_HAC_CATHETER = "06"
_CATHETER_INFECTIONS = frozenset(("T83511A", "T83518A"))
_UNRELATED = frozenset(("981", "982", "983", "987", "988", "989"))
_HIV_GROUPS = frozenset(("969", "970", "974", "975", "976", "977"))
_MAJOR_RELATED = "974&975&976|AND PSDX OF MAJOR RELATED CONDITION"  # drgpy's name of that list
_NORMAL_NEWBORN = "795|"  # what the names of drgpy's lists of a normal newborn begin with
_STENTS = frozenset(("321", "322"))  # coronary procedures with an intraluminal device
# Groups beside which another stands for operations on both sides, on several levels, or with an exploration.
_ONE_OPERATION = frozenset(("407", "408", "409", "410", "411", "450", "451", "469", "470"))
# Heart groups that drgpy puts before the valve operation done with them.
_BEHIND_VALVES = frozenset(("231", "232", "233", "234", "235", "236", "252", "253", "254"))
_DIALYSIS = "WITH HEMODIALYSIS"
_CELL_THERAPY = "018"  # for CAR T-cells and the like, whatever the diagnosis
_EYE_WITHOUT_MCC = "125"  # its sibling 124 is also for a clot-dissolving drug, which drgpy overlooks


@frozen
class Drg:
    """One MS-DRG of Table 5. Weight and lengths of stay are None for 998 and 999, which are not paid."""

    drg: str
    title: str
    type: str  # surgical, medical or empty
    mdc: str  # two digits, PRE, or empty for groups of all categories
    weight: float | None
    gmlos: float | None  # days
    amlos: float | None  # days


@frozen
class Grouping:
    """The MS-DRG of a stay, or `drg` None and the reason why none is given."""

    drg: str | None
    title: str
    weight: float | None
    mdc: str
    label: str = LABEL
    reason: str = ""
    counted: tuple[tuple[str, str], ...] = ()  # secondary codes that count, each with MCC or CC


def _rows(name: str) -> list[dict[str, str]]:
    place = paths.datasets() / "codesets" / "msdrg" / f"{name}.csv"
    with place.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _number(text: str) -> float | None:
    return float(text) if text else None


@cache
def drgs() -> dict[str, Drg]:
    """Every MS-DRG by its three digits."""
    return {
        row["drg"]: Drg(
            row["drg"], row["title"], row["type"], row["mdc"],
            _number(row["weight"]), _number(row["gmlos"]), _number(row["amlos"]),
        )
        for row in _rows("drgs")
    }  # fmt: skip


def describe(drg: str | int) -> Drg:
    """One MS-DRG (`"871"`, `39`). Raises BadInput for a number that version 43 does not have."""
    number = str(drg).strip().zfill(3)
    found = drgs().get(number)
    if found is None:
        raise BadInput(f"MS-DRG {drg}: version 43 has no such group. Give a number such as 871.")
    return found


def weight(drg: str | int) -> float | None:
    """Relative weight of an MS-DRG in FY2026; None for 998 and 999. Raises BadInput for an unknown number."""
    return describe(drg).weight


# -- complications and comorbidities ---------------------------------------------------------------


@cache
def _levels() -> dict[str, tuple[str, str, bool]]:
    """Code without dot -> (level, exclusion collection or empty, counts only when discharged alive)."""
    return {
        plain(row["code"]): (row["level"], row["exclusions"], row["alive_only"] == "1")
        for row in _rows("severities")
    }


@cache
def _collections() -> dict[str, frozenset[str]]:
    return {
        row["exclusions"]: frozenset(map(plain, row["principals"].split())) for row in _rows("exclusions")
    }


@cache
def _not_in_groups() -> dict[str, tuple[tuple[str, str], ...]]:
    """Code without dot -> families of MS-DRGs (first, last) in which it does not count."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in _rows("drg-exclusions"):
        found.setdefault(plain(row["code"]), []).append((row["first_drg"], row["last_drg"]))
    return {code: tuple(families) for code, families in found.items()}


def severity(code: str) -> str:
    """`MCC`, `CC` or an empty text: what a secondary diagnosis is by Tables 6I and 6J of FY2026."""
    return _levels().get(plain(code), ("", "", False))[0]


def counts(code: str, principal: str, drg: str = "", alive: bool = True) -> tuple[str, str]:
    """What a secondary diagnosis counts for on a stay, and why it does not when it does not.

    `principal` is the principal diagnosis, `drg` the group (left out: the family is not asked), `alive`
    whether the patient was discharged alive. Returns (`MCC`, `CC` or empty, reason or empty).
    """
    level, collection, alive_only = _levels().get(plain(code), ("", "", False))
    if not level:
        return "", ""
    if alive_only and not alive:
        return "", f"{normalize(code)} is {level} only when the patient is discharged alive (Table 6K part 2)"
    if collection and plain(principal) in _collections()[collection]:
        return (
            "",
            f"{normalize(principal)} as principal diagnosis excludes {normalize(code)} (Table 6K, {collection})",
        )
    for first, last in _not_in_groups().get(plain(code), ()):
        if first <= drg <= last:
            return (
                "",
                f"{normalize(code)} does not count in MS-DRGs {first}-{last}, which are about it (Table 6K part 3)",
            )
    return level, ""


# -- grouping --------------------------------------------------------------------------------------


@cache
def _engine() -> Any:
    """drgpy's engine with the codes it lost. Loading takes about half a second, once."""
    from importlib import import_module

    try:
        drgpy = import_module("drgpy.msdrg")
    except ImportError as error:
        raise ChartpathError(
            'MS-DRG grouping needs drgpy, which is not installed here. Run: python -m pip install "chartpath[drg]"'
        ) from error
    engine: Any = drgpy.DRGEngine(version=_ENGINE)
    for code, (level, _, alive_only) in _levels().items():
        # An empty collection excludes nothing.
        engine.ccmap.setdefault(code, {"pdx": "", "level": level, "hac": None, "aowa": alive_only})
    return engine


def group(
    codes: Sequence[str],
    procedures: Sequence[str] = (),
    age: int | None = None,
    sex: str = "",
    discharge_status: str = "01",
    poa: Mapping[str, str | None] | Sequence[str | None] | None = None,
) -> Grouping:
    """The MS-DRG of an inpatient stay, from its ICD-10-CM codes (principal first) and ICD-10-PCS procedures.

    `age` in years decides nothing in version 43 and is only checked; `sex` is F or M; `discharge_status` the
    two digits of the claim (01 home, 20 died); `poa` gives Y, N, U or W for each code, as a mapping or in the
    order of the codes, and a missing one counts as Y.

    Returns a Grouping whose `drg` is None, with the reason, for codes that version 43 cannot group and where
    drgpy is not to be trusted. Raises BadInput for an age or an indicator that makes no sense, and
    ChartpathError when drgpy is not installed.
    """
    if age is not None and not 0 <= age <= 130:
        raise BadInput(f"age {age}: give the patient's age in years, 0 for a newborn.")
    stay = _Stay(codes, procedures, sex, discharge_status, poa)
    problem = stay.problem()
    if problem:
        return _none(problem)
    return stay.grouping()


def _none(reason: str) -> Grouping:
    return Grouping(None, "", None, "", LABEL, reason)


class _Stay:
    """One stay on its way through drgpy."""

    def __init__(
        self,
        codes: Sequence[str],
        procedures: Sequence[str],
        sex: str,
        discharge_status: str,
        poa: Mapping[str, str | None] | Sequence[str | None] | None,
    ) -> None:
        given = [plain(code) for code in codes]
        if poa is None:
            marks: dict[str, str] = {}
        elif hasattr(poa, "items"):
            marks = {plain(code): (mark or "Y").upper() for code, mark in poa.items()}
        else:
            marks = {code: (mark or "Y").upper() for code, mark in zip(given, poa, strict=False)}
        wrong = sorted({mark for mark in marks.values() if mark not in ("Y", "N", "U", "W", "1")})
        if wrong:
            raise BadInput(f"POA {', '.join(wrong)}: the indicators are Y, N, U and W.")
        self.codes = list(dict.fromkeys(given))
        self.poa = marks
        self.procedures = [plain(code) for code in procedures]
        self.sex = sex.strip().upper()[:1]
        self.status = str(discharge_status).strip().zfill(2)
        self.alive = self.status != _DIED

    def problem(self) -> str:
        """Why the stay cannot be grouped at all; empty when it can."""
        if not self.codes:
            return "there is no diagnosis code"
        if self.sex not in ("F", "M"):
            return "grouping needs the patient's sex as F or M"
        for code in self.codes:
            found = store().get(code, EDITION)
            if found is None or not found.billable:
                return f"{normalize(code)} is not a complete ICD-10-CM code of FY{EDITION}, which version 43 groups"
        for code in self.procedures:
            if not re.fullmatch(r"[0-9A-HJ-NP-Z]{7}", code):
                return f"{code} is not an ICD-10-PCS code of seven characters"
        return ""

    def grouping(self) -> Grouping:
        """Group, correct, and check the answer against the tables."""
        engine = _engine()
        hacs, doubt = self._hospital_acquired(engine)
        if doubt:
            return _none(doubt)
        marks = ["N" if code in hacs else "Y" for code in self.codes]
        found = engine.get_drg_all(
            list(self.codes), self.procedures, self.sex, self.alive, marks, self.status
        )
        number = self._chosen(engine, [drg.zfill(3) for drg in found])
        if not number:
            return _none(f"drgpy finds no group for {normalize(self.codes[0])} with this sex and these codes")
        group = self._newborn(engine, drgs()[number])
        doubt = self._doubt(engine, group)
        if doubt:
            return _none(doubt)
        counted = self._counted(group.drg, hacs)
        level = "MCC" if "MCC" in counted.values() else "CC" if counted else ""
        group = _fitting(group, level)
        if not _fits(group.title, level):
            return _none(
                f"MS-DRG {group.drg} ({group.title}) does not fit the {level or 'absence of a'} CC counted"
            )
        shown = tuple((normalize(code), mark) for code, mark in counted.items())
        return Grouping(group.drg, group.title, group.weight, group.mdc, LABEL, "", shown)

    def _counted(self, drg: str, hacs: set[str]) -> dict[str, str]:
        """The secondary diagnoses that count in a group, with their level."""
        levels = {code: counts(code, self.codes[0], drg, self.alive)[0] for code in self.codes[1:]}
        return {code: level for code, level in levels.items() if level and code not in hacs}

    def _hospital_acquired(self, engine: Any) -> tuple[set[str], str]:
        """Secondary codes that do not count because they are HACs, and the reason when that cannot be told."""
        found: set[str] = set()
        for code in self.codes[1:]:
            hac = engine.ccmap.get(code, {}).get("hac")
            if not hac or self.poa.get(code, "Y") not in ("N", "U"):
                continue
            if hac in _HAC_AFTER_SURGERY:
                if self.procedures:
                    return set(), (
                        f"whether {normalize(code)}, not present on admission, is a hospital-acquired condition"
                        " depends on the kind of operation"
                    )
            elif hac != _HAC_CATHETER or _CATHETER_INFECTIONS & set(self.codes):
                found.add(code)
        return found, ""

    def _chosen(self, engine: Any, found: list[str]) -> str:
        """drgpy's first answer that the stay allows.

        HIV groups need B20, and B20 beside a related principal diagnosis leads to them before the groups of
        that diagnosis. "With intraluminal device" needs one: the sixth character Z of a dilation means none.
        """
        hiv = "B20" in self.codes
        principal = engine.dxmap.get(self.codes[0], ())
        device = any(code.startswith("027") and code[5] != "Z" for code in self.procedures)
        allowed = [
            drg
            for drg in found
            if drg in drgs() and (hiv or drg not in _HIV_GROUPS) and (device or drg not in _STENTS)
        ]
        if hiv and "_MDC25" in principal:
            allowed = [drg for drg in allowed if drg in _HIV_GROUPS] or allowed
            if self.codes[0] != "B20" and _MAJOR_RELATED not in principal and not self._operations(engine):
                return "977"  # the major related condition has to be the principal diagnosis when B20 is not
        return allowed[0] if allowed else ""

    def _operations(self, engine: Any) -> list[str]:
        """The procedures that need an operating room."""
        return [code for code in self.procedures if code in engine.orpcsmap]

    def _newborn(self, engine: Any, group: Drg) -> Drg:
        """A newborn's group, by the discharge status and the secondary diagnoses."""
        if group.mdc != "15":
            return group
        if self.status in _NEWBORN_LEFT:
            return drgs()["789"]
        harmless = [
            any(name.startswith(_NORMAL_NEWBORN) for name in engine.dxmap.get(code, ()))
            for code in self.codes
        ]
        if group.drg == "795" and not all(harmless):
            return drgs()["794"]
        return group

    def _doubt(self, engine: Any, group: Drg) -> str:
        """Why the answer is not to be trusted; empty when it is."""
        principal = normalize(self.codes[0])
        operations = self._operations(engine)
        if operations and (group.drg in _UNRELATED or group.type == "medical"):
            return f"drgpy does not relate the operation {operations[0]} to {principal}; the CMS grouper may"
        if len(operations) > 1 and group.drg in _ONE_OPERATION:
            return f"several operations: the CMS grouper may have a group for them beside MS-DRG {group.drg}"
        for code in operations if group.drg in _BEHIND_VALVES else ():
            if group.drg not in engine.get_code_drg_candidates(code, "procedure"):
                return f"the operation {code} may come before those of MS-DRG {group.drg} in the CMS grouper"
        for code in self.procedures:
            # Outside the operating room too, a procedure can decide a group of the same category.
            named = engine.get_code_drg_candidates(code, "procedure")
            candidates = [drgs()[drg] for drg in named if drg in drgs()]
            unused = group.drg not in named and any(
                # Dialysis only picks among the groups of a transplant.
                other.mdc == group.mdc and other.type == "surgical" and _DIALYSIS not in other.title
                for other in candidates
            )
            missed = _CELL_THERAPY in named or (group.drg == _EYE_WITHOUT_MCC and group.drg in named)
            if code not in operations and group.type == "medical" and (unused or missed):
                return f"drgpy does not use the procedure {code}, which can decide a group, with {principal}"
        return ""


_SUFFIX = re.compile(r" (WITHOUT CC/MCC|WITHOUT MCC|WITH CC/MCC|WITH MCC|WITH CC)(?=$| OR )")
_LEVELS_OF = {
    "WITHOUT CC/MCC": ("",),
    "WITHOUT MCC": ("", "CC"),
    "WITH CC/MCC": ("CC", "MCC"),
    "WITH MCC": ("MCC",),
    "WITH CC": ("CC",),
}


def _fits(title: str, level: str) -> bool:
    """Whether the level a title speaks of is the one counted. A title with an "or" has a second way in."""
    said = _SUFFIX.search(title)
    if not said or " OR " in title[said.start() :]:
        return True
    return level in _LEVELS_OF[said.group(1)]


def _fitting(group: Drg, level: str) -> Drg:
    """The group itself, or its sibling of the same title whose level fits."""
    said = _SUFFIX.search(group.title)
    if not said or _fits(group.title, level):
        return group
    stem = group.title[: said.start()]
    for other in drgs().values():
        if other.mdc == group.mdc and other.title.startswith(f"{stem} WITH") and other.type == group.type:
            named = _SUFFIX.search(other.title)
            if (
                named
                and named.start() == len(stem)
                and named.end() == len(other.title)
                and _fits(other.title, level)
            ):
                return other
    return group
