"""Charts and keys as files: the same forms that are read by hand and by `items`."""

from __future__ import annotations

from typing import Any

import yaml
from attrs import fields

from chartpath.items import ErrorRef, Item, Key, KeyCode

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def chart_text(item: Item) -> str:
    """The chart file of a `codes` item: the head between two lines of ---, then the note."""
    chart = item.chart
    if chart is None:
        raise ValueError(f"{item.id} has no chart")
    head: dict[str, Any] = {
        "id": item.id,
        "title": item.title,
        "unit": item.unit,
        "setting": chart.setting,
        "difficulty": chart.difficulty,
        "encounter_date": chart.encounter_date,
        "patient": {"age": chart.age, "sex": chart.sex},
        "assessed": item.assessed,
        "points": int(item.points),
        "systems": list(item.systems),
        "prompt": item.prompt,
    }
    if chart.admitted is not None:
        head |= {"admitted": chart.admitted, "discharge_status": chart.discharge_status}
    return f"---\n{_yaml(head)}---\n{chart.note}\n"


def key_text(key: Key) -> str:
    """The key file: every field that says something, in the order of the model."""
    return _yaml(_bare(key))


def _bare(thing: Any) -> Any:
    """Plain data without the fields that hold their default; `kind` of an error is `class` in a file."""
    if isinstance(thing, (tuple, list)):
        return [_bare(one) for one in thing]
    if not hasattr(thing, "__attrs_attrs__"):
        return thing
    told: dict[str, Any] = {}
    for one in fields(type(thing)):
        value = getattr(thing, one.name)
        always = isinstance(thing, KeyCode) and one.name == "poa"
        if always or (value and value != one.default):
            told["class" if isinstance(thing, ErrorRef) and one.name == "kind" else one.name] = _bare(value)
    return told


def _yaml(data: Any) -> str:
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110))
