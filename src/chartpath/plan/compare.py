"""Tables to compare credentials, roles, settings and routes: each with its sources, dates and gaps."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from attrs import frozen

from chartpath.cards.frame import bullets, section
from chartpath.careers.names import rows as labor_rows
from chartpath.careers.wages import pay
from chartpath.errors import BadInput
from chartpath.plan.facts import (
    NOT_SOURCED,
    Credential,
    cite,
    credentials,
    find_credential,
    find_role,
    find_route,
    roles,
    routes,
    rows,
    several,
)

_CELL = (
    "text-align:left;vertical-align:top;padding:4px 14px 4px 0;border-bottom:1px solid #c8c8c8;min-width:6em"
)


SIDE_BY_SIDE = 4


@frozen
class Comparison:
    """A table that shows itself in a notebook as HTML, and as plain text elsewhere."""

    title: str
    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    sources: tuple[str, ...]

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" style="{_CELL}">{escape(name)}</th>' for name in self.header)
        body = "".join(
            "<tr>"
            + f'<th scope="row" style="{_CELL};font-weight:600">{escape(line[0])}</th>'
            + "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in line[1:])
            + "</tr>"
            for line in self.lines
        )
        table = (
            f'<div style="overflow-x:auto"><table style="border-collapse:collapse;background:#fff;font-size:14px"><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )
        fold = f"<details style='margin-top:8px'><summary style='cursor:pointer;font-weight:600'>Sources and dates</summary>{bullets(self.sources)}</details>"
        return section(
            "plain",
            self.title,
            f"<p style='margin:0 0 4px;font-weight:600'>{escape(self.title)}</p>{table}{fold}",
        )

    def __repr__(self) -> str:
        lines = [self.title, " | ".join(self.header), *(" | ".join(line) for line in self.lines)]
        return "\n".join([*lines, f"Sources: {'; '.join(self.sources)}"])


def compare(table: str, *names: str) -> Comparison:
    """A comparison of `credentials`, `roles`, `settings`, `routes`, `remote`, `automation` or `checks`.

    `names` picks and orders the lines; none of them means all. Raises BadInput for an unknown table or name.
    Sources: datasets/careers, and pay from OEWS (labour/oews) for roles and settings.
    """
    if table not in _TABLES:
        raise BadInput(f"There is no table “{table[:30]}” to compare. Tables are {', '.join(_TABLES)}.")
    return _TABLES[table](names)


def _credentials(names: tuple[str, ...]) -> Comparison:
    chosen = [find_credential(name) for name in names] or list(credentials().values())
    header = (
        "Credential",
        "Who gives it",
        "What it covers",
        "Asked of you",
        "Exam",
        "Fee",
        "To keep it",
        "Trust",
    )
    lines: list[tuple[str, ...]] = [header]
    for one in chosen:
        asked = one.prerequisite or NOT_SOURCED
        cells = (one.key, one.organization, one.what, asked, one.exam_text, _fee(one))
        lines.append((*cells, one.renewal_text, one.confidence))
    if 0 < len(names) <= SIDE_BY_SIDE:  # a few are easier to compare as columns
        lines = list(zip(*lines, strict=True))
    sources = cite(key for one in chosen for key in one.source)
    return Comparison("Credentials", lines[0], tuple(lines[1:]), sources)


def _fee(one: Credential) -> str:
    """The fee in words, with what sources disagree on and the membership that comes on top."""
    doubt = " (sources disagree)" if any("fee" in fact for fact in one.disputed) else ""
    if one.membership != "required":
        return one.fee_text + doubt
    dues = f" of ${one.membership_fee} a year" if one.membership_fee else ""
    return f"{one.fee_text}{doubt}, and membership{dues}"


def _roles(names: tuple[str, ...]) -> Comparison:
    chosen = [find_role(name) for name in names] or list(roles().values())
    lines = []
    for one in chosen:
        found = pay("US", one.soc) if one.soc else None
        median = f"${found.median:,}" if found and found.median else "no figure of its own"
        counted = f"{found.title} ({one.soc})" if found else one.evidence
        after = ", ".join(roles()[key].title for key in one.next) or "the end of this ladder"
        lines.append((one.title, one.stage, one.what, counted, median, after))
    sources = [*cite(key for one in chosen for key in one.source), pay("US", "coder").source]
    header = (
        "Role",
        "When",
        "What it does",
        "Counted with",
        "Median pay of that group, nation",
        "What may follow",
    )
    return Comparison("Roles", header, tuple(lines), tuple(sources))


def _settings(names: tuple[str, ...]) -> Comparison:
    entries = {row["setting"]: row for row in rows("settings")}
    chosen = _picked(entries, names, "setting")
    coders = {row["industry_code"]: row for row in labor_rows("oews") if row["soc"] == "29-2072"}
    lines = []
    for one in chosen:
        counted = coders.get(one["industry_code"], {})
        jobs, median = (
            f"{int(counted[name]):,}" if counted.get(name) else "withheld"
            for name in ("employment", "median")
        )
        money = f"${median}" if median != "withheld" else median
        lines.append((one["title"], jobs, money, one["work"], one["remote"]))
    if not names:
        all_of_them = pay("US", "coder")
        total = (f"{all_of_them.employment:,}", f"${all_of_them.median:,}")
        note = "With settings not listed here. The two hospital rows are the same people."
        lines.append(("All settings", *total, note, "-"))
    header = (
        "Setting",
        "Coders counted there",
        "Median pay",
        "What the work is like",
        "From home? (our judgment)",
    )
    sources = (pay("US", "coder").source, *cite(key for one in chosen for key in several(one["source"])))
    return Comparison("Work settings of medical records specialists, nation", header, tuple(lines), sources)


def _routes(names: tuple[str, ...]) -> Comparison:
    chosen = [find_route(name) for name in names] or list(routes().values())
    lines = []
    for one in chosen:
        months = _range(one.months_low, one.months_high, "{} months")
        time = months if months != NOT_SOURCED else _range(one.hours, one.hours, "{} hours")
        price = _range(one.cost_low, one.cost_high, "${}").replace(" to ", " to $")
        lines.append((one.title, time, price, one.cost_note, ", ".join(one.leads_to), one.asks))
    header = ("Route", "Time", "Price", "What the price means", "Leads to", "What to know")
    return Comparison(
        "Ways to learn", header, tuple(lines), cite(key for one in chosen for key in one.source)
    )


def _plain_table(
    table: str, columns: tuple[str, ...], header: tuple[str, ...], title: str
) -> Callable[..., Comparison]:
    def make(names: tuple[str, ...]) -> Comparison:
        chosen = _picked({row["id"]: row for row in rows(table)}, names, table)
        lines = tuple(tuple(one[column] or "-" for column in columns) for one in chosen)
        return Comparison(title, header, lines, cite(key for one in chosen for key in several(one["source"])))

    return make


def _picked(entries: dict[str, dict[str, str]], names: tuple[str, ...], what: str) -> list[dict[str, str]]:
    unknown = [name for name in names if name not in entries]
    if unknown:
        raise BadInput(f"There is no {what} “{unknown[0][:30]}”. Write one of: {', '.join(entries)}.")
    return [entries[name] for name in names or entries]


def _range(low: int | None, high: int | None, form: str) -> str:
    if low is None or high is None:
        return NOT_SOURCED
    return form.format(f"{low:,}") if low == high else form.format(f"{low:,} to {high:,}")


_TABLES: dict[str, Callable[[tuple[str, ...]], Comparison]] = {
    "credentials": _credentials,
    "roles": _roles,
    "settings": _settings,
    "routes": _routes,
    "remote": _plain_table(
        "remote",
        ("fact", "value", "unit", "year", "counted", "caution"),
        ("Statement", "Number", "Unit", "Year", "Who was counted, or who says it", "What it does not say"),
        "What is said about remote work",
    ),
    "automation": _plain_table(
        "automation",
        ("statement", "kind_of_claim", "year", "caution"),
        ("Statement", "What kind of claim", "Year", "What to ask of it"),
        "What is said about automation",
    ),
    "checks": _plain_table(
        "school_checks", ("ask", "why"), ("Ask", "Why"), "What to ask before you pay for a course or a job"
    ),
}
