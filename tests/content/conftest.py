"""The whole content: every item, and every key that the checkout holds.

A rule over items is one test per unit, which tries every item and names those that fail: a test for each of 12,000
pairs of rule and item cost more than the rules. With `-k` each item is a test of its own: `-k op-diabetes-01`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import pytest
from attrs import frozen

from chartpath import items
from chartpath.items import Item


@frozen
class Many:
    """Items that one test tries, by id."""

    cases: Mapping[str, Item]


@cache
def bank() -> tuple[Item, ...]:
    return tuple(items.items())


# Those that a test takes by the name of its argument.
CHOSEN: dict[str, Callable[[Item], bool]] = {
    "item": lambda one: True,
    "coded": lambda one: one.kind == "codes",
    "plain": lambda one: one.kind != "codes",
    "assessed": lambda one: one.assessed,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of `item` runs over every item, one of `coded` over those answered with codes, and so on."""
    for name, wanted in CHOSEN.items():
        if name not in metafunc.fixturenames:
            continue
        found = [one for one in bank() if wanted(one)]
        assert found, f"{metafunc.definition.nodeid}: there is no {name} to try"
        if metafunc.config.getoption("keyword"):
            metafunc.parametrize(name, found, ids=[one.id for one in found])
            continue
        units: dict[str, dict[str, Item]] = {}
        for one in found:
            units.setdefault(one.unit, {})[one.id] = one
        metafunc.parametrize(name, [Many(cases) for cases in units.values()], ids=list(units))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Call a test once for each of its cases. Raises an ExceptionGroup that names every case that fails."""
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    many = {name: value for name, value in given.items() if isinstance(value, Many)}
    if not many:
        return None
    ((name, cases),) = many.items()
    failed: dict[str, Exception] = {}
    for case, value in cases.cases.items():
        try:
            pyfuncitem.obj(**{**given, name: value})
        except Exception as error:
            failed[case] = error
        except (pytest.fail.Exception, pytest.skip.Exception) as outcome:  # a skip would hide the other cases
            failed[case] = AssertionError(str(outcome))
    for case, error in failed.items():
        error.add_note(f"{name}: {case}")
    if failed:
        told = f"{len(failed)} of {len(cases.cases)} fail: {', '.join(failed)}"
        raise ExceptionGroup(told, list(failed.values()))
    return True
