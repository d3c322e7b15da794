"""What the counselor's page holds: plain data, made by `view`, drawn by `html`."""

from __future__ import annotations

from attrs import frozen

from chartpath.careers import Area, Occupation, Pay

MOST = 4
"""Occupations that can be compared at a time."""


@frozen
class Line:
    """One answer to one measure: a value to read at a glance, and what qualifies it.

    `missing` says that no figure is published and `value` says so in words.
    """

    who: str
    value: str
    detail: str = ""
    missing: bool = False


@frozen
class Measure:
    """One question (pay, jobs, growth ...), answered for every chosen occupation, with the source of the numbers."""

    key: str
    title: str
    lines: tuple[Line, ...]
    source: str
    note: str = ""


@frozen
class Trend:
    """National median pay by year: dollars of the day, and dollars of the newest year. `said` is it in words."""

    soc: str
    title: str
    years: tuple[int, ...]
    nominal: tuple[int, ...]
    real: tuple[int, ...]
    finding: str
    said: str


@frozen
class Badge:
    """A credential that fits an occupation. `facts` are exam, fee and renewal, as far as they are sourced."""

    key: str
    name: str
    organization: str
    stage: str
    facts: tuple[str, ...]
    unsure: bool


@frozen
class Work:
    """What people of an occupation do, and which credentials lead there."""

    soc: str
    title: str
    what: str
    tasks: tuple[str, ...]
    roles: tuple[str, ...]
    badges: tuple[Badge, ...]


@frozen
class Caveat:
    """One thing a number does not say. `about` is the occupation, or empty when it holds for all."""

    about: str
    text: str
    source: str = ""


@frozen
class Source:
    """A release that numbers of the page come from."""

    title: str
    url: str


@frozen
class Page:
    """Everything on the page for one area and one to four occupations."""

    area: Area
    occupations: tuple[Occupation, ...]
    title: str
    lead: str
    pays: tuple[Pay, ...]
    pay_source: str
    measures: tuple[Measure, ...]
    trends: tuple[Trend, ...]
    trend_source: str
    work: tuple[Work, ...]
    tasks_source: str
    badges_source: str
    caveats: tuple[Caveat, ...]
    sources: tuple[Source, ...]
    credit: str
    announcement: str
