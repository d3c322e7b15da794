"""What the numbers leave out, in plain words, each sentence with the figures that back it."""

from __future__ import annotations

from chartpath.careers import Area, Occupation, Pay
from chartpath.outlook import facts
from chartpath.outlook.model import Caveat
from chartpath.outlook.say import dollars, moved, percent, sentence


def caveats(where: Area, chosen: tuple[Occupation, ...], pays: tuple[Pay, ...]) -> tuple[Caveat, ...]:
    """The notes of the survey on this area first, then what holds for each occupation, then what holds for all."""
    found: list[Caveat] = []
    for subject, one in zip(chosen, pays, strict=True):
        found += [Caveat(subject.title, text, f"BLS OEWS, {one.vintage}") for text in one.notes]
    for subject in chosen:
        found += _of(subject)
    return (*found, *_of_all(where, pays[0]))


def _of(subject: Occupation) -> list[Caveat]:
    """Who is counted, what BLS names as a cause, how its forecasts fared, what a survey of members can show."""
    found = [Caveat(subject.title, f"Who is counted: {subject.what[0].lower()}{sentence(subject.what[1:])}")]
    words, vintage = facts.factors(subject.soc)
    if words:
        found.append(
            Caveat(
                subject.title,
                f"Why BLS expects this change: “{words}”",
                f"BLS Employment Projections, {vintage}",
            )
        )
    past = facts.outcome(subject.soc)
    if past:
        kept = "By then" if past.whole else f"By {past.year}"
        found.append(
            Caveat(
                subject.title,
                f"How an earlier forecast fared: the edition {past.vintage.replace('-', '–')} promised a change of "
                f"{'−' if past.projected_pct < 0 else '+'}{percent(past.projected_pct)} in ten years. "
                f"{kept} the count {moved(past.observed_pct)}. Methods and definitions changed in between, too.",
                f"BLS Employment Projections, {past.vintage} and later",
            )
        )
    gap = facts.certified_gap()
    # The survey asks coders; what it says about others would be about a few of its members.
    if gap and subject.role == "coder":
        organization, year, more, less = gap
        found.append(
            Caveat(
                subject.title,
                f"Certified people reported a mean of {dollars(more)} and others {dollars(less)} in a survey of "
                f"{organization} for {year}. Certified people also differ in experience and employer, "
                "so this is an association, not what the credential adds.",
                f"{organization} salary survey, {year}",
            )
        )
    return found


def _of_all(where: Area, one: Pay) -> list[Caveat]:
    source = f"BLS OEWS, {one.vintage}"
    found = [
        Caveat(
            "",
            "Beginners and people with thirty years of experience are counted together. "
            "The 10th percentile is not a starting wage; BLS publishes none.",
            source,
        ),
        Caveat(
            "",
            "The survey asks employers: the self-employed are not in it, and benefits are not in the pay.",
            source,
        ),
        Caveat(
            "",
            "The projections do count the self-employed. Compare percent changes within a source, "
            "never a level of one with a level of the other.",
            "BLS Employment Projections",
        ),
    ]
    if where.kind != "nation":
        text = "Pay and jobs are those of this area. Trend, growth, openings and education are national: none exist here for this area."
        found.insert(0, Caveat("", text))
    if where.kind in ("metro", "nonmetro"):
        text = f"{where.name} is where the jobs are. People who work from home may be counted where their employer is."
        found.insert(1, Caveat("", text, source))
    return found
