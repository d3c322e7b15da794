"""What follows from facts: tables, conditions, and every combination that a situation allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chartpath.errors import BadInput

if TYPE_CHECKING:
    from chartpath.generate.model import Situation

When = Any
"""None, a mapping `fact: value | [values]` (all must hold; `not:` negates one), or a list of such (any may hold)."""
Table = Any
"""A plain value, or `{fact: {value: Table, ..., else: Table}}`: what a value of a fact decides."""


def holds(when: When, facts: Mapping[str, Any]) -> bool:
    """Whether a condition holds for drawn facts (`sex` and `age` among them)."""
    if when is None:
        return True
    if isinstance(when, list):
        return any(holds(one, facts) for one in when)
    for fact, wanted in when.items():
        if fact == "not":
            if holds(wanted, facts):
                return False
        elif fact == "age":
            if not wanted[0] <= facts["age"] <= wanted[1]:
                return False
        elif facts[fact] not in ([str(one) for one in wanted] if isinstance(wanted, list) else [str(wanted)]):
            return False
    return True


def choose(table: Table, facts: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """What a table gives for drawn facts, and the facts that decided it. Raises BadInput for a value left out."""
    used: list[str] = []
    while isinstance(table, dict):
        fact, rows = next(iter(table.items()))
        used.append(fact)
        rows = {str(value): below for value, below in rows.items()}
        if facts[fact] not in rows and "else" not in rows:
            raise BadInput(
                f"a table has no row for {fact} {facts[fact]}. Add the row, or a `when` that keeps it out."
            )
        table = rows.get(facts[fact], rows.get("else"))
    return table, tuple(used)


def leaves(table: Table) -> list[Any]:
    """Everything that a table can give."""
    if not isinstance(table, dict):
        return [table]
    return [leaf for rows in table.values() for below in rows.values() for leaf in leaves(below)]


def facts_in(*things: Any) -> set[str]:
    """The facts that tables and `when`s ask for."""
    found: set[str] = set()
    for thing in things:
        if isinstance(thing, (list, tuple)):
            found |= facts_in(*thing)
        elif isinstance(thing, dict):
            for name, below in thing.items():
                if name == "not":
                    found |= facts_in(below)
                else:
                    found.add(str(name))
                    found |= facts_in(*below.values()) if isinstance(below, dict) else set()
    return found


def reachable(situation: Situation, wanted: set[str]) -> Iterator[dict[str, Any]]:
    """Every combination of the wanted facts (and those that they depend on) that the constraints allow.

    Yields mappings with `sex` and `age` among them; ages stand for the spans between the limits that are asked for.
    """
    names, grown = set(wanted), True
    while grown:
        before = len(names)
        for fact in list(names):
            names |= facts_in(*(words.get("when") for words in situation.facts.get(fact, {}).values()))
        for when in situation.never:
            if facts_in(when) & names:
                names |= facts_in(when)
        grown = len(names) > before
    low, high = situation.patient.age
    ages = {low, high} if "age" in names else {low}
    if "age" in names:
        ages |= {
            one for pair in _age_limits(situation) for edge in pair for one in (edge - 1, edge, edge + 1)
        }
    order = [fact for fact in situation.facts if fact in names]
    closed = _closed(situation, order)
    for age in sorted(one for one in ages if low <= one <= high):
        for sex in situation.patient.sex if "sex" in names else list(situation.patient.sex)[:1]:
            yield from _combine(situation, order, closed, {"sex": sex, "age": age})


def _closed(situation: Situation, order: list[str]) -> list[list[Any]]:
    """For 0, 1, 2 ... facts of the order: the constraints of which the last fact is known just then."""
    found: list[list[Any]] = [[] for _ in range(len(order) + 1)]
    for when in situation.never:
        asked = facts_in(when) - {"age", "sex"}
        if asked <= set(order):
            found[max((order.index(fact) + 1 for fact in asked), default=0)].append(when)
    return found


def _combine(
    situation: Situation, order: list[str], closed: list[list[Any]], known: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    if any(holds(when, known) for when in closed[0]):
        return
    if not order:
        yield known
        return
    for value, words in situation.facts[order[0]].items():
        if holds(words.get("when"), known):
            yield from _combine(situation, order[1:], closed[1:], {**known, order[0]: value})


def _age_limits(situation: Situation) -> Iterator[tuple[int, int]]:
    def seek(thing: Any) -> Iterator[tuple[int, int]]:
        if isinstance(thing, dict):
            for name, below in thing.items():
                if name == "age" and isinstance(below, list):
                    yield int(below[0]), int(below[1])
                else:
                    yield from seek(below)
        elif isinstance(thing, (list, tuple)):
            for one in thing:
                yield from seek(one)

    yield from seek([words.get("when") for values in situation.facts.values() for words in values.values()])
    yield from seek([one.when for one in situation.conditions.values()])
    yield from seek(list(situation.never))
