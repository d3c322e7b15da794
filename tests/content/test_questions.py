"""The keys of the other kinds of item."""

from __future__ import annotations

from chartpath import items
from chartpath.answers import parse
from chartpath.items import Item
from chartpath.scoring import grade


def as_typed(item: Item) -> str:
    """The key, as a learner would type it."""
    answer = items.key(item.id).answer
    if item.kind == "match":
        return "\n".join(f"{left} {right}" for left, right in answer.items())
    if item.kind == "spans":
        return "\n".join(answer)
    if isinstance(answer, list):
        return str(answer[0]) if item.kind in ("term", "parts") else " ".join(answer)
    return str(answer)


def test_the_key_scores_100(plain: Item) -> None:
    assert grade(plain, items.key(plain.id), parse(as_typed(plain), plain.kind)).score == 100


def test_every_other_option_scores_0_and_says_why(plain: Item) -> None:
    if plain.kind != "choice":
        return
    key = items.key(plain.id)
    for letter in plain.options:
        if letter == key.answer:
            continue
        result = grade(plain, key, parse(letter, "choice"))
        assert result.score == 0
        assert len(key.feedback[letter].split()) >= 4


def test_the_right_option_does_not_stand_out_by_length(plain: Item) -> None:
    if plain.kind != "choice":
        return
    lengths = {letter: len(text) for letter, text in plain.options.items()}
    right = lengths.pop(items.key(plain.id).answer)
    assert right <= 1.5 * max(lengths.values())
