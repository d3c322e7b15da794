"""A plan as a page: HTML that needs no script and no network, and the same as plain text; and the file it is saved to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path

from chartpath.answers import Problem
from chartpath.cards.frame import bullets, section
from chartpath.careers.wages import Pay
from chartpath.errors import BadInput
from chartpath.plan.advice import Plan
from chartpath.plan.grammar import REQUIRED, Wishes

MADE_BY = "chartpath plan"
_LEVELS = {"stop": "Does not work", "look": "Look again", "note": "Good to know"}
_CELL = "text-align:left;vertical-align:top;padding:3px 14px 3px 0;border-bottom:1px solid #c8c8c8"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="{made_by}">
<title>{title}</title>
<style>body{{margin:24px auto;max-width:62em;padding:0 12px;background:#fff}}section{{max-width:none!important;border:0!important}}
table{{width:100%}}@media print{{body{{margin:0}}h3{{break-after:avoid}}tr,li{{break-inside:avoid}}}}</style>
</head>
<body><main>{body}</main></body>
</html>
"""


def plan_html(plan: Plan, problems: tuple[Problem, ...] = (), saved: str = "") -> str:
    """The page of a plan, as a card for a notebook."""
    wishes = plan.wishes
    parts = [
        f'<h2 style="margin:0 0 4px;font-size:20px">{escape(title(plan))}</h2>',
        f"<p style='margin:0'>{escape(_summary(plan))}</p>",
        bullets([str(problem) for problem in problems]),
        f"<p style='margin:6px 0 0;font-weight:600'>{escape(saved)}</p>" if saved else "",
        _head("Does it fit together?"),
        bullets([f"{_LEVELS[one.level]}: {one.message}" for one in plan.findings]),
        _head("Milestones"),
        _table(
            ("When", "What", "The date rests on"),
            [(str(one.month), one.what, one.basis) for one in plan.milestones],
        ),
        _head("What it costs until the exam"),
        _table(
            ("Part", "Dollars", "What to know"),
            [(part.what, _span(part.low, part.high), part.note) for part in plan.costs]
            + [("Known together", _span(plan.cost_low, plan.cost_high), _unknown(plan))],
        ),
        _head(f"What the work pays: {plan.goal.title.lower()}"),
        _pay_html(plan),
        _head("How the work may change"),
        bullets(growth_lines(plan)),
        _head("To stay certified"),
        bullets(plan.upkeep),
        _head("My next step"),
        f"<p style='margin:4px 0'>{escape(wishes.next or 'Not written yet: add a line “next:” with one thing you do this week.')}</p>",
        _head("What this plan leaves out"),
        bullets(limits(plan)),
        f"<details style='margin-top:8px'><summary style='cursor:pointer;font-weight:600'>Sources</summary>{bullets(source_lines(plan))}</details>",
    ]
    return section("plain", title(plan), "".join(parts))


def plan_text(plan: Plan, problems: tuple[Problem, ...] = (), saved: str = "") -> str:
    """The same as plain text."""
    lines = [
        title(plan),
        _summary(plan),
        *(str(problem) for problem in problems),
        *([saved] if saved else []),
    ]
    lines += ["", "Does it fit together?"]
    lines += [f"- {_LEVELS[one.level]}: {one.message}" for one in plan.findings]
    lines += ["", "Milestones", *(f"- {one.month}: {one.what} ({one.basis})" for one in plan.milestones)]
    lines += ["", "What it costs until the exam"]
    lines += [f"- {part.what}: {_span(part.low, part.high)} ({part.note})" for part in plan.costs]
    lines += [f"- Known together: {_span(plan.cost_low, plan.cost_high)}"]
    lines += [
        "",
        f"What the work pays: {plan.goal.title.lower()}",
        *(f"- {line}" for line in pay_lines(plan)),
    ]
    lines += ["", "How the work may change", *(f"- {line}" for line in growth_lines(plan))]
    lines += ["", "To stay certified", *(f"- {line}" for line in plan.upkeep)]
    lines += ["", "My next step", plan.wishes.next or "Not written yet."]
    return "\n".join(lines)


def form_html(wishes: Wishes, problems: tuple[Problem, ...], blank: bool) -> str:
    """What a plan that cannot be made yet says: the lines to correct, and those still to fill in."""
    head = "No plan yet" if blank else "Not quite a plan yet"
    missing = ", ".join(wishes.missing)
    body = (
        f"<p style='margin:0;font-weight:600'>{head}</p>{bullets([str(problem) for problem in problems])}"
        f"<p style='margin:6px 0 0'>Still to fill in: {escape(missing)}. Write each as a name, a colon and a value, then press Shift+Enter.</p>"
    )
    return section("plain", head, body)


def form_text(wishes: Wishes, problems: tuple[Problem, ...], blank: bool) -> str:
    """The same as plain text."""
    lines = ["No plan yet" if blank else "Not quite a plan yet", *(str(problem) for problem in problems)]
    return "\n".join([*lines, f"Still to fill in: {', '.join(wishes.missing) or ', '.join(REQUIRED)}."])


def title(plan: Plan) -> str:
    """The plan in a few words."""
    return f"My plan: {plan.goal.title.lower()}, {plan.place.name}"


def save(plan: Plan, folder: Path) -> Path:
    """Write the plan as one HTML file that needs nothing else, and return its place.

    Never replaces a file unless the plan says `overwrite: yes`, and never one that no plan made: raises BadInput
    with a free name.
    """
    target = folder / plan.wishes.file
    if target.exists() or target.is_symlink():
        _may_replace(target, plan.wishes.overwrite)
    page = _PAGE.format(made_by=MADE_BY, title=escape(title(plan)), body=plan_html(plan))
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(page, encoding="utf-8", newline="\n")
        temporary.replace(target)
    except OSError as error:
        raise BadInput(
            f"{target.name}: cannot be written ({error.strerror}). Choose another name or free some space."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _may_replace(target: Path, overwrite: bool) -> None:
    free = _free_name(target)
    if not overwrite:
        raise BadInput(
            f"{target.name} is already there and was left as it is. Write `file: {free}`, or add a line `overwrite: yes`."
        )
    regular = target.is_file() and not target.is_symlink()
    if not regular or MADE_BY not in target.read_text(encoding="utf-8", errors="replace")[:2_000]:
        raise BadInput(f"{target.name} was not made by a plan and was left as it is. Write `file: {free}`.")


def _free_name(target: Path) -> str:
    number = 2
    while target.with_name(f"{target.stem}-{number}.html").exists():
        number += 1
    return f"{target.stem}-{number}.html"


def pay_lines(plan: Plan) -> list[str]:
    """What the federal table says about pay, with its year, its gaps and its doubts."""
    if plan.here is None:
        return [f"No federal occupation stands for this role alone. {plan.goal.evidence}."]
    lines = [_pay_line(one) for one in (plan.here, plan.nation) if one and one.area != "US"]
    lines += [_pay_line(plan.nation)] if plan.nation else []
    lines = list(dict.fromkeys(lines))
    if plan.price_level and plan.here.median:
        level, year = plan.price_level
        lines.append(
            f"Prices in {plan.here.area_name} are {level:.1f} percent of the nation's ({year}), so {_dollars(plan.here.median)} "
            f"there buys what {_dollars(round(plan.here.median / level * 100))} buys on average in the country."
        )
    lines.append(f"Who is counted: {plan.here.title} ({plan.here.occupation}). {plan.goal.evidence}.")
    lines += list(plan.here.notes)
    lines.append(
        "A beginner should look at the lower quarter, not at the median, which half of all people in the job exceed."
    )
    return lines


def _pay_line(one: Pay) -> str:
    if one.median is None:
        return f"{one.area_name}: no pay figure in {one.vintage}."
    quarter = f", a quarter earns less than {_dollars(one.p25)}" if one.p25 else ""
    return f"{one.area_name}: median {_dollars(one.median)} a year{quarter}{_ends(one)} ({one.vintage})."


def _ends(one: Pay) -> str:
    return f"; eight of ten earn {_dollars(one.p10)} to {_dollars(one.p90)}" if one.p10 and one.p90 else ""


def growth_lines(plan: Plan) -> list[str]:
    """The newest projection with its years, and what it cannot say."""
    growth = plan.growth
    if growth is None:
        return ["The federal projections have no line for this role."]
    lines = [
        f"The Bureau of Labor Statistics projects {growth.change_pct:+.1f} percent for the nation over the ten years {growth.vintage}."
    ]
    if growth.openings:
        share = (
            f" {growth.replacement:.0f} of 100 openings replace people who leave."
            if growth.replacement
            else ""
        )
        lines.append(f"About {growth.openings:,} openings a year in the whole country.{share}")
    if growth.drag:
        lines.append(f"In its own words: “{growth.drag}” (2024-34)")
    if growth.education:
        lines.append(f"Typical schooling at entry: {growth.education} ({growth.education_vintage}).")
    lines.append(
        "Projections have missed before, and none is made for a single county. Look again each fall."
    )
    return lines


def limits(plan: Plan) -> list[str]:
    """What the plan does not know."""
    lines = ["Grants, wages you give up while learning, child care, travel, a computer."]
    if plan.unknown_costs:
        lines.append(f"Prices that no source gave: {', '.join(plan.unknown_costs)}.")
    lines.append("Whether an employer near you hires beginners. Three phone calls tell more than any table.")
    lines.append("Fees and exam formats change. Before you pay, look at " + plan.credential.url)
    return lines


def source_lines(plan: Plan) -> list[str]:
    """The sources of the plan, one a line."""
    labor = [plan.here.source] if plan.here else []
    return list(dict.fromkeys([*labor, *plan.sources, *_labor_sources(plan)]))


def _labor_sources(plan: Plan) -> list[str]:
    lines = []
    if plan.growth:
        lines.append(f"Bureau of Labor Statistics, Employment Projections {plan.growth.vintage}")
    if plan.price_level:
        lines.append(f"Bureau of Economic Analysis, regional price parities, {plan.price_level[1]}")
    return lines


def _summary(plan: Plan) -> str:
    wishes = plan.wishes
    remote = {"no": "on site", "later": "from home later", "now": "from home at once"}[wishes.remote or "no"]
    return (
        f"{plan.route.title}, {wishes.hours:g} hours a week from {wishes.start}; first credential {plan.credential.key}; "
        f"budget ${wishes.budget or 0:,}; work {remote}."
    )


def _unknown(plan: Plan) -> str:
    return f"without {', '.join(plan.unknown_costs).lower()}" if plan.unknown_costs else "all parts known"


def _pay_html(plan: Plan) -> str:
    places = [one for one in (plan.here, plan.nation) if one and one.median]
    unique = list({one.area: one for one in places}.values())
    key = "<p style='margin:0;color:#404040'>Line: eight of ten people. Box: the middle half. Thick mark: the median.</p>"
    return (_range_svg(unique) + key if unique else "") + bullets(pay_lines(plan))


def _range_svg(places: list[Pay]) -> str:
    """Bars from the 10th to the 90th percentile, thick between the quarters, a tick at the median. Greyscale-safe."""
    top = max(one.p90 or one.p75 or one.median or 0 for one in places) * 1.08
    words = "; ".join(_pay_line(one) for one in places)
    drawn = "".join(_bar(one, 24 + 52 * row, top) for row, one in enumerate(places))
    height = 52 * len(places) + 8
    return (
        f'<svg role="img" aria-label="{escape(words, quote=True)}" viewBox="0 0 440 {height}" style="width:100%;max-width:560px;height:auto">'
        f"{drawn}</svg>"
    )


def _bar(one: Pay, y: int, top: float) -> str:
    def x(value: int) -> float:
        return round(value / top * 370 + 10, 1)

    low, high = one.p10 or one.p25 or one.median or 0, one.p90 or one.p75 or one.median or 0
    start, end, middle = one.p25 or one.median or 0, one.p75 or one.median or 0, one.median or 0
    text = 'font-family="system-ui,Arial,sans-serif" font-size="13" fill="#1a1a1a"'
    return (
        f'<text x="10" y="{y - 8}" {text}>{escape(one.area_name)}</text>'
        f'<line x1="{x(low)}" y1="{y + 8}" x2="{x(high)}" y2="{y + 8}" stroke="#1a1a1a" stroke-width="2"/>'
        f'<rect x="{x(start)}" y="{y}" width="{x(end) - x(start):.1f}" height="16" fill="#9db2cf" stroke="#1a1a1a"/>'
        f'<line x1="{x(middle)}" y1="{y - 3}" x2="{x(middle)}" y2="{y + 19}" stroke="#1a1a1a" stroke-width="4"/>'
        f'<text x="{x(middle)}" y="{y - 8}" text-anchor="middle" {text}>{_dollars(middle)}</text>'
        f'<text x="{x(low) - 6}" y="{y + 13}" text-anchor="end" {text}>{_dollars(low)}</text>'
        f'<text x="{x(high) + 6}" y="{y + 13}" {text}>{_dollars(high)}</text>'
    )


def _head(text: str) -> str:
    return f'<h3 style="margin:14px 0 4px;font-size:16px">{escape(text)}</h3>'


def _table(names: Sequence[str], lines: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col" style="{_CELL};font-weight:600">{escape(name)}</th>' for name in names)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in line) + "</tr>"
        for line in lines
    )
    return f'<table style="border-collapse:collapse;background:#fff"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _span(low: int | None, high: int | None) -> str:
    if low is None:
        return "not sourced"
    return _dollars(low) if high in (None, low) else f"{_dollars(low)} to {_dollars(high)}"


def _dollars(value: int | None) -> str:
    return "no figure" if value is None else f"${value:,}"
